#!/bin/sh
# setup.sh - install whom the relay is to wake, where it can, and say little

cd "${0%/*}" || exit 1
sh ../setup.sh bindfs entr inotifywait=inotify-tools node=nodejs npm \
    watchmedo=python3-watchdog

# What stays missing is skipped by the tests, by name.
if command -v npm >/dev/null 2>&1; then
	if [ ! -f node_modules/.package-lock.json ] ||
	    [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
		echo '# installing chokidar'
		npm ci --silent >/dev/null 2>&1 || echo '# could not install it'
	fi
fi
exit 0
