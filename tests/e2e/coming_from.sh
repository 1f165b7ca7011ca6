#!/bin/sh
# coming_from.sh - what man/coming-from.md says instead can be typed
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# A tree in which each of its patterns can match something.
mkdir -p site/css site/js site/vendor site/images app lib src test
for file in site/index.html site/style.css site/css/a.css site/js/a.js \
    site/vendor/x.js site/images/a.png site/a.map site/a.less app/a.js \
    app/a.html lib/a.c src/a.c a.js a.html a.css a.py a.go a_test.go a.sql \
    a.log test/a.js; do
	echo text >$file
done

# column n: its commands, one a line; a | in them is written \|
# shellcheck disable=SC2016 # these are the backquotes of Markdown
column() {
	sed -n 's/\\|/\a/g; /^| [^-]/p' "$top/man/coming-from.md" |
	    awk -F '|' -v n="$1" '{ print $(n + 1) }' | tr '\a' '|' |
	    grep -o '`[^`]*`' | sed 's/^`//; s/`$//; s/ &$//'
}

column 2 | sort -u >ours
ok 'each of seven tools has its table' \
    test "$(grep -c '^| --- | --- | --- |$' "$top/man/coming-from.md")" -eq 7
ok 'there are commands in them' test "$(wc -l <ours)" -gt 40

# accepted line: does watchrun find something that counts?
accepted() {
	eval "watchrun -n ${1#watchrun }" >said 2>&1 && grep -q '^match ' said
}
grep '^watchrun ' ours >list
while read -r line; do
	ok "instead: $line" accepted "$line"
done <list

# ---- they mean what is said ----

# leaves line file: is that file left out, as it says?
leaves() {
	grep -qxF -- "$1" ours && accepted "$1" && ! grep -qF "match $2 " said
}
ok 'what is ignored is left out' \
    leaves 'watchrun -p reloadws.pid -x vendor site' site/vendor/x.js
ok 'a pattern, too' leaves "watchrun -x '*.log' -- make" a.log
ok 'and one of names that others count' \
    leaves "watchrun -x '*_test.go' '**/*.go' -- go build -o app" a_test.go
polls() {
	grep -qxF -- "$1" ours && accepted "$1" && grep -q ' by polling$' said
}
ok 'what shall poll does' polls 'watchrun -i 1 -p reloadws.pid site'
ok 'the others need not' not polls 'watchrun -p reloadws.pid site'

# ---- the server's ----

mkdir out
grep '^reloadws' ours >list
start_each instead list

# The requests of others: as they are, but for the port.
serve server -l 0
start page wscat -t 600 "$port" /
until_ok 5 has page '* open'
# posts path body: what curl -d does
posts() {
	printf 'POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Length: %s\r\n\r\n%s' \
	    "$1" "${#2}" "$2" | wscat -r "$port"
}
posts /reload style.css | grep -q '"ok":true'
ok 'a request of one file rings' until_ok 5 count 1 page reload
printf 'GET /changed?files=a.css HTTP/1.0\r\nHost: localhost\r\n\r\n' |
    wscat -r "$port" >/dev/null
ok 'so does one that tiny-lr would take' until_ok 5 count 2 page reload
