#!/bin/sh
# reload_js.sh - the script is served as it is written, so it stays small
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

cp "$top/reload.js" .
gzip -9 <reload.js >packed

# at_most bytes file
at_most() {
	[ "$(wc -c <"$2")" -le "$1" ] || { wc -c "$2" && return 1; }
}

ok 'the script is at most 20 KB as it is written' at_most 20480 reload.js
ok 'and at most 7,300 bytes when it is compressed' at_most 7300 packed
