#!/bin/sh
# Behind TLS: the same as ever, with nginx in front as nginx.conf has it.
reloadws -d site &
trap 'kill $!' EXIT
watchrun -p reloadws.pid site
