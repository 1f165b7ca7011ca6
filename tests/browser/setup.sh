#!/bin/sh
# setup.sh - install what the browser tests need, where it can, and say little

cd "${0%/*}" || exit 1

browsers=
for names in 'chromium chromium-browser google-chrome' 'firefox-esr firefox'; do
	found=
	for name in $names; do
		command -v "$name" >/dev/null 2>&1 && found=$name
	done
	[ -n "$found" ] || browsers="$browsers ${names%% *}"
done

# shellcheck disable=SC2086
sh ../setup.sh node=nodejs npm cmark vim git python3 $browsers
sh ../npm.sh . 'the driver of the browsers'
