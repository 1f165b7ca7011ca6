# observer.py - say what watchdog tells:  python3 observer.py directory

import sys

from watchdog.events import FileSystemEventHandler
from watchdog.observers.inotify import InotifyObserver


class Teller(FileSystemEventHandler):
    def on_any_event(self, event):
        print(event.event_type, event.src_path, flush=True)


observer = InotifyObserver()
observer.schedule(Teller(), sys.argv[1], recursive=True)
observer.start()
print("ready", flush=True)
observer.join()
