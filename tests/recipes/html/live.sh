#!/bin/sh
# Plain HTML: a directory is served, and what shows it reloads when it changes.
reloadws -d site &
trap 'kill $!' EXIT
watchrun -p reloadws.pid site
