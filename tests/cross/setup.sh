#!/bin/sh
# setup.sh - install the compiler for other systems, where that can be done

cd "${0%/*}" || exit 1
sh ../setup.sh node=nodejs npm

# What stays missing is skipped, by name.
if command -v npm >/dev/null 2>&1; then
	if [ ! -f node_modules/.package-lock.json ] ||
	    [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
		echo '# installing a cross compiler'
		npm ci --silent >/dev/null 2>&1 || echo '# could not install it'
	fi
fi
exit 0
