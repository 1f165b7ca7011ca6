#!/bin/sh
# npm.sh - install what a folder's package-lock.json names, where that can be done
#
#	npm.sh folder words [option...]
#
# The words say what it is.  What stays missing is no error here: the tests that
# need it say so and are skipped.

cd "$1" || exit 1
words=$2
shift 2
command -v npm >/dev/null 2>&1 || exit 0
if [ ! -f node_modules/.package-lock.json ] ||
    [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
	echo "# installing $words"
	npm ci --silent "$@" >/dev/null 2>&1 || echo '# could not install it'
fi
exit 0
