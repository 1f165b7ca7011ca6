#!/bin/sh
# Sass: what it makes is swapped in place, the page is not loaded again.
reloadws -d site &
trap 'kill $!' EXIT
watchrun -p reloadws.pid 'sass/**' -- sassc sass/style.scss site/style.css \
    ';' -p reloadws.pid -x '*.css' site
