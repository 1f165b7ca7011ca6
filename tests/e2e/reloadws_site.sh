#!/bin/sh
# reloadws_site.sh - files are served, the script put into pages
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ask method path [field...]: the answer in $tmp/got
ask() {
	{
		printf '%s %s HTTP/1.1\r\nHost: localhost\r\n' "$1" "$2"
		shift 2
		for field; do
			printf '%s\r\n' "$field"
		done
		printf 'Connection: close\r\n\r\n'
	} | wscat -r "$port" >"$tmp/got"
	sed 1,/^.$/d "$tmp/got" >"$tmp/body"
}

# status n method path [field...]
status() {
	want=$1
	shift
	ask "$@"
	grep -q "^HTTP/1.1 $want " "$tmp/got"
}

# body_is text: is that all?
body_is() {
	[ "$(cat "$tmp/body")" = "$1" ]
}

# field name: its value in the last answer
field() {
	sed -n "s/^$1: \(.*\).\$/\1/p" "$tmp/got"
}

# length: is the body as long as the answer says?
length() {
	[ "$(wc -c <"$tmp/body")" -eq "$(field Content-Length)" ]
}

# A second server is told that the pidfile is held.
refuses_second() {
	not reloadws -l 0 -d site >second 2>&1 && has second 'holds it'
}

mkdir -p site/sub
echo '<!doctype html><head><title>home</title>' >site/index.html
echo 'p { color: red }' >site/a.css
touch -d 2020-01-01 site/a.css
echo secret >secret
echo hidden >site/.hidden
ln -s ../secret site/out
ln -s a.css site/in.css
mkfifo site/fifo
serve server -l 0 -d site
server=$pid

# ---- pages ----
ok 'a directory has its index' status 200 GET /
ok 'with the script after its head' has body \
    '<head><script async src="reload.js" data-generation="'
ok 'its length is right' length
tag=$(field ETag)
ok 'an unchanged page is not sent again' \
    status 304 GET / "If-None-Match: $tag"
kill -USR1 "$server"
changed() {
	status 200 HEAD / "If-None-Match: $tag"
}
ok 'after a broadcast its tag is new' until_ok 5 changed
ok 'HEAD sends no body' not test -s body
ok 'a missing page is 404' status 404 GET /new.html
ok 'and has the script, so that it heals' has body 'reload.js"'
echo '<p>new' >site/new.html
ok 'when it is there it is served' status 200 GET /new.html
ok 'a part of a page stays as it is for a script' \
    status 200 GET /new.html 'Sec-Fetch-Dest: empty'
ok 'really' has body '<p>new'
ok 'without the script' not has body '<script'

# ---- files ----
ok 'a style sheet is served' status 200 GET /a.css
ok 'as one' [ "$(field Content-Type)" = 'text/css; charset=utf-8' ]
ok 'whole' cmp body site/a.css
ok 'and is to be asked for again' [ "$(field Cache-Control)" = no-cache ]
# A file has a date once it is two seconds old.
dated() {
	status 200 GET /a.css && [ -n "$(field Last-Modified)" ] &&
	    status 304 GET /a.css "If-Modified-Since: $(field Last-Modified)"
}
ok 'a date is understood' until_ok 10 dated
ok 'and not told again' [ -z "$(field Last-Modified)" ]
ok 'a large file comes whole' sh -c 'head -c 5000000 /dev/zero >site/big'
status 200 GET /big
ok 'to the last byte' [ "$(field Content-Length)" = 5000000 ]
printf 'GET /big HTTP/1.0\r\nHost: localhost\r\n\r\n' |
    wscat -r "$port" | sed 1,/^.\$/d >body
ok 'indeed' cmp body site/big

# ---- versions ----
printf one >site/v.txt
status 200 GET /v.txt
tag=$(field ETag)
touch -r site/v.txt stamp
printf two >site/v.txt
touch -r stamp site/v.txt
ok 'a file changed within the same second at the same size is sent again' \
    status 200 GET /v.txt "If-None-Match: $tag"
ok 'really' body_is two
ok 'a young file has no date' [ -z "$(field Last-Modified)" ]
sleep 0.1
status 200 GET /v.txt
tag=$(field ETag)
kill -USR1 "$server"
ok 'a broadcast leaves its tag alone' status 304 GET /v.txt \
    "If-None-Match: $tag"

# ---- ranges ----
printf 0123456789 >site/ten
ok 'a part of a file can be asked for' status 206 GET /ten 'Range: bytes=2-4'
ok 'and is sent' body_is 234
ok 'with its place' [ "$(field Content-Range)" = 'bytes 2-4/10' ]
ok 'and length' length
ok 'so can its end' status 206 GET /ten 'Range: bytes=-3'
ok 'as it is' body_is 789
ok 'a part that is not there is 416' status 416 GET /ten 'Range: bytes=10-'
ok 'with the length' [ "$(field Content-Range)" = 'bytes */10' ]
ok 'several parts are the whole' status 200 GET /ten 'Range: bytes=0-1,5-6'
ok 'as is a part of another version' status 200 GET /ten 'Range: bytes=0-1' \
    'If-Range: "x"'
ok 'not of this one' status 206 GET /ten 'Range: bytes=0-1' \
    "If-Range: $(field ETag)"

# ---- large files ----
# memory: the most that the server has ever had, in KiB
memory() {
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$server/status"
}
truncate -s 5368709120 site/huge
printf far >>site/huge
ok 'a file may be longer than 4 GiB' status 206 GET /huge \
    'Range: bytes=5368709120-'
ok 'to its end' body_is far
ok 'and its length is told' status 200 HEAD /huge
ok 'rightly' [ "$(field Content-Length)" = 5368709123 ]
request='GET /%s HTTP/1.0\r\nHost: localhost\r\n\r\n'
before=$(memory)
# shellcheck disable=SC2059 # it is a format
printf "$request" huge | wscat -r -t 300 "$port" | head -c 300000000 | wc -c >got
ok 'it is sent as it is read' same_text got 300000000
if [ -n "$before" ]; then
	ok 'and takes no memory' [ "$(memory)" -lt $((before + 32768)) ]
else
	skip 'and takes no memory' 'this system does not tell'
fi
rm site/huge
truncate -s 500000000 site/shrinks
# shellcheck disable=SC2059
printf "$request" shrinks | wscat -r "$port" | {
	head -c 1000 >start
	truncate -s 1000 site/shrinks
	wc -c >got
}
ok 'a file that shrinks while it is sent ends too early' \
    [ "$(cat got)" -lt 499990000 ]
ok 'and hurts nobody' status 200 GET /shrinks
truncate -s 50000000 site/vanishes
# shellcheck disable=SC2059
printf "$request" vanishes | wscat -r "$port" | {
	head -c 1000 >start
	rm site/vanishes
	wc -c >got
}
ok 'one that vanishes comes whole' [ "$(cat got)" -gt 49999000 ]
ok 'and is gone' status 404 GET /vanishes

# a file that is just being rewritten
(
	: >site/a.css
	sleep 0.2
	echo 'p { color: blue }' >site/a.css
) &
writer=$!
until_ok 2 not test -s site/a.css
ok 'a file that is being rewritten' status 200 GET /a.css
ok 'is not served empty' has body blue
wait $writer

# ---- directories ----
ok 'a directory without its slash is redirected' status 301 GET /sub
ok 'to itself' [ "$(field Location)" = ./sub/ ]
ok 'never to another host' status 301 GET //sub
ok 'really never' [ "$(field Location)" = ./sub/ ]
touch 'site/sub/a b&.txt' site/sub/.dot
ok 'without an index there is a list' status 200 GET /sub/
ok 'with names escaped' has body '<a href="./a%20b%26.txt">a b&amp;.txt</a>'
ok 'and no dotfiles' not has body .dot
printf 12345 >site/sub/sized && touch -d '2020-02-03 04:05:06Z' site/sub/sized
mkdir site/sub/zoo && mkfifo site/sub/fifo && ln -s ../../secret site/sub/out
status 200 GET /sub/
ok 'with sizes and dates' has body '<td>5</td><td>2020-02-03 04:05:06</td>'
ok 'only of what can be asked for' not grep -q -e fifo -e '>out' body
ok 'directories first' [ "$(grep -n zoo body | cut -d : -f 1)" -lt \
    "$(grep -n sized body | cut -d : -f 1)" ]
ok 'and the script' has body 'reload.js"'
tag=$(field ETag)
ok 'the list is not sent twice' status 304 GET /sub/ "If-None-Match: $tag"
kill -USR1 "$server"
ok 'but after a broadcast' until_ok 5 status 200 HEAD /sub/ \
    "If-None-Match: $tag"

# ---- what is not there ----
for path in /.hidden /out /fifo /../secret /%2e%2e/secret /sub/../../secret \
    /%2e%2e%2fsecret /sub/..%2f..%2fsecret '/..%5csecret' /%252e%252e/secret \
    /.%2e/secret /sub/.dot /sub/fifo /sub/out /pid /dev/null \
    /a.css/ /a.css/x /nope; do
	ok "$path is not there" status 404 GET "$path"
done
ok 'a link that stays inside is' status 200 GET /in.css
ok 'a name with NUL in it is refused' status 400 GET /a.css%00.html
printf once >'site/a%41'
ok 'escapes are undone once' status 200 GET /a%2541
ok 'not twice' status 404 GET /a%41

# ---- its own files ----
ln reloadws.pid site/sub/hard
ln -s hard site/sub/to-hard
ok 'the pidfile is not there, by no name' status 404 GET /sub/hard
ok 'nor by a link' status 404 GET /sub/to-hard
status 200 GET /sub/
ok 'nor listed' not has body hard
ok 'and so its lock still holds' refuses_second
rm .reloadws.pid.box
kill -USR1 "$server"
ok 'a mailbox that was removed is made again' \
    until_ok 5 test -f .reloadws.pid.box
rm site/sub/hard site/sub/to-hard

# ---- access ----
ok 'a page of ours may read' status 200 GET /a.css \
    'Origin: http://localhost:3000'
ok 'and is named' \
    [ "$(field Access-Control-Allow-Origin)" = http://localhost:3000 ]
ok 'a stranger may not' status 403 GET /a.css 'Origin: http://evil.example'
ok 'nor one that hides' status 403 GET /a.css 'Sec-Fetch-Site: cross-site'
ok 'a link from elsewhere may be followed' status 200 GET / \
    'Sec-Fetch-Site: cross-site' 'Sec-Fetch-Mode: navigate' \
    'Sec-Fetch-Dest: document'
ok 'the script is for everybody' status 200 GET /reload.js \
    'Sec-Fetch-Site: cross-site'
ok 'OPTIONS is answered' status 204 OPTIONS /a.css \
    'Origin: http://localhost' 'Access-Control-Request-Method: GET'
ok 'POST is not' status 405 POST /a.css

# ---- requests ----
printf 'GET /a.css HTTP/1.1\r\nHost: localhost\r\n\r\n%s' \
    "$(printf 'GET /in.css HTTP/1.0\r\nHost: localhost\r\n\r\n.')" |
    wscat -r "$port" >got
ok 'two requests at once get two answers' count 2 got '200 OK'
printf 'GET /a.css HTTP/1.0\r\nHost: localhost\r\n\r\n' |
    wscat -1r "$port" >got
ok 'a request may come byte by byte' count 1 got '200 OK'
printf 'GET / HTTP/1.1\r\n\r\n' | wscat -r "$port" >got
ok 'a request without Host is 400' has got '400 Bad Request'
head -c 9000 /dev/zero | tr '\0' a | wscat -r "$port" >got
ok 'a head without end is 431' has got '431 '

# ---- the root is deleted and made again ----
rm -rf site
ok 'without its root nothing is there' status 404 GET /
mkdir site
echo '<head>again' >site/index.html
ok 'a root that was made again is served' status 200 GET /
ok 'with what is in it now' has body again
stop "$server"

# ---- a root that comes later, names that are allowed ----
rm -rf site
serve server -l 0 -d site -a dev.test -a null
ok 'a root may be missing at first' has server 'no such directory yet'
mkdir site
ok 'and come later' status 200 GET /
ok 'an allowed host is answered' status 200 GET http://dev.test/
ok 'and its pages' status 200 GET / 'Origin: https://dev.test'
ok 'so are pages without an origin' status 200 GET / 'Origin: null'
ok 'others are not' status 403 GET http://evil.test/
stop "$pid"

# ---- headers ----
serve server -l 127.0.0.1:0 -d site -H 'Cache-Control: max-age=60' \
    -H 'X-Own: yes' -H 'cross-origin-resource-policy: cross-origin'
status 200 GET /a.css
ok 'headers of ours are replaced' [ "$(field Cache-Control)" = max-age=60 ]
ok 'whatever their case' \
    [ "$(field cross-origin-resource-policy)" = cross-origin ]
ok 'others are added' [ "$(field X-Own)" = yes ]
status 404 GET /nope
ok 'to what is not there, too' [ "$(field X-Own)" = yes ]
status 200 GET /reload
ok 'but not to what is no file' [ -z "$(field X-Own)" ]
stop "$pid"
for header in 'Content-Length: 1' Connection:close nonsense 'a b: c' ''; do
	refused "'$header' is none to send" reloadws -d site -H "$header"
done

# ---- no files ----
serve server -l 127.0.0.1:0 -a '*'
ok 'without -d there is a page that tells how to go on' status 200 GET /
ok 'with the tag to put in' has body reload.js
ok 'and nothing else' status 404 GET /a.css
ok 'any host is any' status 200 GET http://evil.test/
ok 'but a page without an origin is none' status 403 GET / 'Origin: null'
stop "$pid"
serve server -l 0.0.0.0:0
ok 'a wildcard can be listened at' status 200 GET /
stop "$pid"

# From afar the Host is the address that was connected to, for a request that
# has to wait as well.
# shellcheck disable=SC2016 # for the other shell
afar='ip link set lo up && ip addr add 192.0.2.2/32 dev lo || exit 1
reloadws -l 0.0.0.0:0 -d site >far &
until port=$(sed -n "s|.*:\([0-9]*\)/$|\1|p" far) && [ -n "$port" ]; do
	sleep 0.02
done
: >site/b.css
exec 3<>"/dev/tcp/192.0.2.2/$port"
printf "GET /b.css HTTP/1.0\r\nHost: 192.0.2.2:$port\r\n\r\n" >&3
cat <&3 >got
kill $!
wait'
if unshare -n true 2>/dev/null && command -v bash >/dev/null &&
    command -v ip >/dev/null; then
	unshare -n bash -c "$afar"
	ok 'from afar the address is the Host, while a file is empty too' \
	    grep -q '^HTTP/1.1 200 ' got
else
	skip 'from afar the address is the Host' 'no network of its own'
fi
