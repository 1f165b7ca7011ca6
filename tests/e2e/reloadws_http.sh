#!/bin/sh
# reloadws_http.sh - HTTP/1.1 to the letter of RFC 9112
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

serve server -l 0

# ask format: these bytes, as printf(1) spells them; what comes is in out
ask() {
	# shellcheck disable=SC2059
	printf "$1" | wscat -r "$port" >out
}

# statuses word...: are the answers these, and the end?
statuses() {
	[ "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' out | tr '\n' ' ')" = "$* " ]
}

# answers 'a sentence' 'statuses' format
answers() {
	ask "$3"
	# shellcheck disable=SC2086
	ok "$1" statuses $2
}

host='Host: localhost\r\n'
get='GET /reload HTTP/1.1\r\n'$host
post='POST /reload HTTP/1.1\r\n'$host
# the last of some, so that the end need not be waited for
last=$get'Connection: close\r\n\r\n'

answers 'requests may come all at once, and are answered in their order' \
    '200 404 200' "$get\\r\\nGET /none HTTP/1.1\\r\\n$host\\r\\n$last"
answers 'after close comes nothing more' 200 \
    "$last$get\\r\\n"
answers 'lines may end in LF alone' 200 \
    'GET /reload HTTP/1.1\nHost: localhost\nConnection: close\n\n'
answers 'empty lines in front are skipped' 200 "\\r\\n\\r\\n$last"
answers 'an absolute target says which host is meant' 403 \
    "GET http://evil.example/reload HTTP/1.1\\r\\n${host}Connection: close\\r\\n\\r\\n"
answers 'whatever Host says' 200 \
    'GET http://localhost/reload HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'
answers 'HTTP/1.0 needs no more than it has, and closes' 200 \
    "GET /reload HTTP/1.0\\r\\n$host\\r\\n$get\\r\\n"

# ---- bodies ----
answers 'a body has its length' '200 200' \
    "${post}Content-Length: 6\\r\\n\\r\\na.css\\n$last"
ok 'and is read' has out '-1"'
answers 'chunks are 411, and end the connection' 411 \
    "${post}Transfer-Encoding: chunked\\r\\n\\r\\n6\\r\\na.css\\n\\r\\n0\\r\\n\\r\\n$last"
start waits sh -c "{ printf '${post}Connection: close\\r\\nContent-Length: 6\\r\\nExpect: 100-continue\\r\\n\\r\\n'
	until grep -q '^HTTP/1.1 100 ' out.100; do sleep 0.02; done
	printf 'b.css\\n'; } | wscat -r $port >out.100"
ok 'who waits for a 100 before its body gets it' wait "$pid"
ok 'and the answer after it' has out.100 '"ok":true'
answers 'a body that is too large is 413' 413 \
    "${post}Content-Length: 65537\\r\\n\\r\\n"

# ---- what two readers could take for two things ends the connection ----
# bad 'a sentence' fields: that is 400, and what follows is no request
bad() {
	answers "$1" 400 "$post$2\\r\\n\\r\\n0\\r\\n\\r\\n$get\\r\\n"
}

bad 'two lengths are 400' 'Content-Length: 1\r\nContent-Length: 1'
bad 'so is a list of them' 'Content-Length: 1, 1'
bad 'so is one with a sign' 'Content-Length: +1'
bad 'so is a length with chunks' \
    'Content-Length: 5\r\nTransfer-Encoding: chunked'
bad 'so is a blank before a colon' 'Transfer-Encoding : chunked'
bad 'so is a folded line' 'X: y\r\n folded'
bad 'so is another Host' 'Host: localhost'
bad 'so is a CR alone' 'X: a\rb'
bad 'so is a NUL' 'X: \000'
bad 'so is a line without a colon' 'no colon'
answers 'another coding is 411, too' 411 \
    "${post}Transfer-Encoding: gzip, chunked\\r\\n\\r\\n$get\\r\\n"
answers 'another expectation is 417' 417 "${post}Expect: more\\r\\n\\r\\n"
answers 'HTTP/2 is 505' 505 "GET / HTTP/2.0\\r\\n$host\\r\\n"
