#!/bin/sh
# reloadws_dialects.sh - the clients of others, each told in its own way
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# hears log text: does it come to hear that?
hears() {
	until_ok 5 has "$1" "$2"
}

# request 'line' 'field'... [body]: what the server says to it, at most 2 s long
request() {
	printf '%s\r\n' "$@" '' | wscat -r "$port"
}

# events log path [field]: follow a stream of events; $pid
events() {
	printf 'GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n' \
	    "$2" "${3:-Accept: text/event-stream}" >ask
	rm -f "$1"
	wscat -r -t 60 "$port" <ask >"$1" 2>&1 &
	pid=$!
	started="$started $pid"
	hears "$1" '200 OK'
}

# ring list: with this in the letter box, once that is empty
ring() {
	until_ok 5 not test -s .reloadws.pid.box
	printf '%s\n' "$@" >>.reloadws.pid.box
	kill -USR1 "$server"
}

mkdir site
echo '<html><head></head>page' >site/index.html
serve server -l 0 -d site
server=$pid

start plain wscat -t 600 "$port" /
start json wscat -t 600 "$port" /websocket
start live wscat -t 600 "$port" /livereload
start page wscat -t 600 -P reload.v1 "$port" /reload
events stream /reload
events bext /__bext/events 'Accept: */*'
hears page hello
hears stream 'event: hello'
hears live '"command":"hello"'
listening() {
	request 'GET /reload HTTP/1.0' 'Host: localhost' |
	    grep -q '"listeners":6'
}
until_ok 5 listening
ok 'LiveReload is greeted with its protocol' \
    has live 'http://livereload.com/protocols/official-7'

# ---- each kind in each dialect ----

ring a/style.css b/look.scss
ok 'a page is told styles' hears page '"kind":"style","paths":["a/style.css","b/look.scss"]'
ok 'so is a stream' hears stream '"kind":"style","paths":["a/style.css","b/look.scss"]'
ok 'as an event of that name' has stream 'event: style'
ok 'LiveReload is told each path' hears live \
    '{"command":"reload","path":"a/style.css","liveCSS":true,"liveImg":true}'
ok 'as what it is compiled to' hears live '"path":"b/look.css","liveCSS":true'
ok 'plain clients are told one word' hears plain reload
ok 'JSON clients theirs' hears json '{"type":"build_complete"}'
ok 'others an event' hears bext 'event: reload'
ok 'with no data' has bext 'data: {}'

ring index.html
ok 'a page is told a reload' hears page '"kind":"reload","paths":["index.html"]'
ok 'so is a stream (reload)' hears stream 'event: reload'
ok 'LiveReload is told to reload all' hears live '"path":"index.html","liveCSS":false'
ok 'plain clients again' until_ok 5 count 2 plain reload
ok 'JSON clients again' until_ok 5 count 2 json build_complete
ok 'others again' until_ok 5 count 2 bext 'event: reload'

ring '! bad'
ok 'a page is told a report' hears page '"kind":"report","paths":[],"text":"bad\n"'
ok 'so is a stream (report)' hears stream 'event: report'
kill -USR2 "$server"
ok 'LiveReload is told all styles' hears live '"path":"*.css","liveCSS":true'
kill -USR1 "$server"
ok 'or to reload what it has' hears live '"path":"/","liveCSS":false'
until_ok 5 count 4 json build_complete
ok 'a report is nothing to others' until_ok 5 count 4 plain reload
ok 'nor an event' until_ok 5 count 4 bext 'event: '
ok 'nor does LiveReload hear of it' not has live bad

# ---- who was away ----

id=$(sed -n 's/^id: \(.*-\)[0-9]*$/\1/p' stream | head -n 1)
events back /reload "Accept: text/event-stream
Last-Event-ID: ${id}1"
ok 'a stream that comes back is told what it missed' \
    hears back "id: ${id}4"
ok 'as one piece of news' has back 'event: reload'
ok 'and how the build stands' has back 'event: report'
events back /reload "Accept: text/event-stream
Last-Event-ID: ${id}4"
hears back 'event: hello'
ok 'who missed nothing is told nothing' not has back 'event: reload'
request 'GET /reload HTTP/1.0' 'Host: localhost' >state
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' state)
ok 'the state tells the report' has state '"broken":true'
request 'GET /reload HTTP/1.0' 'Host: localhost' "If-None-Match: $tag" >state
ok 'a poller is told that nothing is new' has state '304 Not Modified'
ring x.css
mended() {
	request 'GET /reload HTTP/1.0' 'Host: localhost' \
	    "If-None-Match: $tag" >state
	has state '"broken":false'
}
ok 'and then what is' until_ok 5 mended

tag_of_page() {
	request 'HEAD / HTTP/1.0' 'Host: localhost' | sed -n 's/^ETag: //p'
}
before=$(tag_of_page)
other_tag() {
	[ "$(tag_of_page)" != "$before" ]
}
ok 'the tag of a page stays' not other_tag
kill -USR1 "$server"
ok 'until the next ring' until_ok 5 other_tag

# ---- who rings ----

request 'GET /changed?files=one.css,two.css HTTP/1.0' 'Host: localhost' >out
ok '/changed names files' hears page '["one.css","two.css"]'
body='files=three.css%2Cfour.png'
printf 'POST /changed HTTP/1.0\r\nHost: localhost\r\nContent-Length: %s\r\n\r\n%s' \
    ${#body} "$body" | wscat -r "$port" >out
ok 'in a form, too' hears page '["three.css","four.png"]'
until_ok 5 count 8 bext 'event: reload'
request 'POST /__bext/admin/api/bundle/fast-reload HTTP/1.0' 'Host: localhost' >out
ok 'and other clients ring in their way' until_ok 5 count 9 bext 'event: reload'
request 'GET /livereload.js?snipver=1 HTTP/1.0' 'Host: localhost' >out
ok 'the script has two names' has out WebSocket
request 'GET /reload HTTP/1.0' 'Host: localhost' 'Accept: text/event-stream' \
    'Origin: http://evil.example' >out
ok 'strangers hear nothing' has out ' 403 '
request 'GET /changed HTTP/1.0' 'Host: localhost' 'Sec-Fetch-Site: cross-site' >out
ok 'and cannot ring' has out ' 403 '
wscat -O chrome-extension://abc -n 1 "$port" /livereload >out
ok 'extensions of browsers may listen' has out '"command":"hello"'
wscat -O chrome-extension://abc "$port" /reload >out
ok 'but only there' has out '* status 403'

# ---- the end ----

stop "$server"
ok 'a WebSocket is closed' until_ok 5 has json '* close 1001'
ok 'a stream ends' until_ok 5 gone "$pid"
