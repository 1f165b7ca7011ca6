#!/bin/sh
# setup.sh - install whom the relay is to wake, where it can, and say little

cd "${0%/*}" || exit 1
sh ../setup.sh bindfs entr inotifywait=inotify-tools node=nodejs npm \
    watchmedo=python3-watchdog
sh ../npm.sh . chokidar
