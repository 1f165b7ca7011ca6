#!/bin/sh
# reload_js.sh - the script is small, as it is written and as it is served
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

serve log -l 127.0.0.1:0
printf 'GET /reload.js HTTP/1.0\r\nHost: localhost\r\n\r\n' | wscat -r "$port" |
    sed '1,/^.$/d' >served
cp "$top/reload.js" .
gzip -9 <served >packed

# at_most bytes file
at_most() {
	[ "$(wc -c <"$2")" -le "$1" ] || { wc -c "$2" && return 1; }
}

# without comments and indentation, and with what the server knows
code() {
	sed 's|^[[:space:]]*||; s|[[:space:]]*// .*||; /^$/d' "$1" |
	    sed 's|^const served = .* ||'
}

ok 'the script is at most 20 KB as it is written' at_most 20480 reload.js
code reload.js >written
code served >answer
ok 'what is served is its code' cmp written answer
ok 'and has no comment' not grep -q '// ' served
ok 'and at most 9 KB when it is compressed' at_most 9216 packed
