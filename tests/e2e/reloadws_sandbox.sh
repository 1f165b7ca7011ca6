#!/bin/sh
# reloadws_sandbox.sh - the server gives up what it does not need
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# status n path: is that the answer? it is in $tmp/got
status() {
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" |
	    wscat -r "$port" >"$tmp/got"
	grep -q "^HTTP/1.1 $1 " "$tmp/got"
}

# served text: is a page with that text at /?
served() {
	status 200 / && has "$tmp/got" "$1"
}

# holds log: which sandbox; "none: why" where there is none
holds() {
	sed -n 's/^reloadws: sandbox: //p' "$1" | grep .
}

# serve_in_project log args...
serve_in_project() {
	log=$1
	shift
	# shellcheck disable=SC2016 # for the other shell
	start "$log" sh -c 'cd project && exec reloadws "$@"' reloadws \
	    -v -l 0 "$@"
	until_ok 10 address "$log"
	port=$(address "$log")
}

# page dir text: a directory with this page
page() {
	mkdir -p "$1" && echo "<p>$2" >"$1/index.html"
}

page project/site one
page elsewhere/site elsewhere
page current/one linked

# ---- which ----
serve_in_project server -d site
server=$pid
ok 'it says which sandbox holds' holds server
confined=false
case $(holds server) in
landlock*)
	confined=true
	ok 'and gets no new rights' \
	    grep -q '^NoNewPrivs:[^0-9]*1$' "/proc/$server/status"
	;;
*) skip 'the server is confined' "$(holds server)" ;;
esac

# ---- what still works ----
ok 'the root is served' served one
rm -rf project/site
ok 'not when it is gone' status 404 /
page project/site again
ok 'but when it was made again' served again
mkdir project/site/sub && echo sub >project/site/sub/file
ok 'with what is beneath it' status 200 /sub/file
ok 'and lists of it' status 200 /sub/
rm -rf project/site && ln -s ../elsewhere/site project/site
if $confined; then
	ok 'a link in its place leads nowhere else' status 403 /
else
	skip 'a link in its place leads nowhere else' 'no sandbox'
fi
rm project/site && page project/site back
ok 'and makes room for a directory' served back
kill -USR1 "$server"
ok 'it takes signals' until_ok 5 has server listeners
rm project/.reloadws.pid.box
kill -USR1 "$server"
ok 'it creates a new mailbox' until_ok 5 test -f project/.reloadws.pid.box
echo some.css >project/.reloadws.pid.box
kill -USR1 "$server"
ok 'it reads and empties the mailbox' until_ok 5 not test -s project/.reloadws.pid.box
stop "$server"
ok 'it removes its pidfile' not test -e project/reloadws.pid
ok 'it removes its mailbox' not test -e project/.reloadws.pid.box

# ---- roots of other kinds ----
serve_in_project deep -d build/new/html
ok 'a root may be missing, with all that it is in' \
    has deep 'no such directory yet'
page project/build/new/html deep
ok 'and come later' served deep
rm -rf project/build && page project/build/new/html anew
ok 'it may go and come with all that it is in' served anew
stop "$pid"

ln -s ../current/one project/link
serve_in_project link -d link
ok 'a root that is a link is served' served linked
page current/two switched
ln -sfn ../current/two project/link
ok 'also when it is switched to what is beside it' served switched
stop "$pid"

serve_in_project dot -d .
ok 'so is the working directory' status 200 /site/
stop "$pid"
serve_in_project up -d ../elsewhere/site
ok 'and one beside it' served elsewhere
stop "$pid"
serve_in_project whole -d "$tmp/elsewhere/site" -p "$tmp/current/pid"
ok 'and one with its whole path' served elsewhere
rm -rf elsewhere/site && page elsewhere/site remade
ok 'that is made again' served remade
stop "$pid"
ok 'a pidfile in another directory is removed, too' not test -e current/pid
serve_in_project none
ok 'without a root there is the welcome' served reloadws
stop "$pid"

# ---- a kernel that has none ----
none='strace -f -qq -o calls -e trace=landlock_create_ruleset
    -e inject=landlock_create_ruleset:error=EOPNOTSUPP'
# shellcheck disable=SC2086 # words of a command
if $none true 2>/dev/null; then
	start without $none reloadws -v -l 0 -d project/site
	until_ok 10 address without
	port=$(address without)
	ok 'where there is no sandbox it says so' \
	    has without 'sandbox: none: landlock: '
	ok 'and works without' served back
	kill "$(cat reloadws.pid)"
	wait "$pid"
else
	skip 'it works where there is no sandbox' 'no strace that can do this'
fi
