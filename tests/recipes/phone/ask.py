"""ask.py path: what a browser on another machine would get from there."""
import sys
import urllib.request

print(urllib.request.urlopen("http://192.0.2.7:5678" + sys.argv[1], timeout=9).read().decode())
