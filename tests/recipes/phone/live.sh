#!/bin/sh
# A phone in the same network: listen at all addresses, and open the one of this
# machine (ip addr tells it) in the phone, such as http://192.168.1.20:5678/.
# Everybody in that network can then read the site, reload pages, and see the
# reports of failed builds; nobody can write.  Do this in networks that you trust,
# or listen at one address only: -l 192.168.1.20:5678.  A name needs -a name as well.
reloadws -d site -l 0.0.0.0:5678 &
trap 'kill $!' EXIT
watchrun -p reloadws.pid site
