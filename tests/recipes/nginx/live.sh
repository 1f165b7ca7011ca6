#!/bin/sh
# nginx reads its configuration again when that was saved and is right.  For the
# one of the system: watchrun -w -p /run/nginx.pid -s HUP '/etc/nginx/**' -- nginx -t
watchrun -w -p nginx.pid -s HUP nginx.conf 'conf.d/*.conf' -- \
    nginx -t -q -e error.log -p . -c nginx.conf
