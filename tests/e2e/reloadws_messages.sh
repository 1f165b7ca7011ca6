#!/bin/sh
# reloadws_messages.sh - what somebody who starts it for the first time is told
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ask field...: a request with this field, which is answered somehow
ask() {
	printf 'GET / HTTP/1.0\r\n%s\r\n\r\n' "$1" | wscat -r "$port" / >answer
}

# rung n: has it been rung so often?
rung() {
	printf 'GET /reload HTTP/1.0\r\nHost: localhost\r\n\r\n' |
	    wscat -r "$port" / | grep -q "\"generation\":\"[0-9a-f]*-$1\""
}

# ring n: the n-th ring
ring() {
	kill -USR1 "$server"
	until_ok 5 rung "$1"
}

mkdir site
serve server -l 0 -d site
server=$pid
ok 'it says what it serves, and what reloads it' until_ok 5 has server \
    'reloadws: serves site; watchrun -p reloadws.pid site reloads it'
ring 1
ok 'a ring that nobody hears says what to open' until_ok 5 has server \
    "reloadws: nobody listens yet; open http://127.0.0.1:$port/"
ring 2
ok 'that is said once' count 1 server 'nobody listens'

ask 'Host: dev.test:8000'
ok 'the first who is refused is named, with what lets it in' \
    until_ok 5 has server 'reloadws: dev.test:8000: refused; -a '
ask 'Host: other.test'
ring 3
ok 'later ones are not' not has server other.test
stop "$server"

serve server -l 0
server=$pid
ok 'without files it says what pages want' until_ok 5 has server \
    "pages want <script src=\"http://127.0.0.1:$port/reload.js\"></script>"
start page wscat "$port" /
until_ok 5 has page '* open'
ring 1
ok 'a ring that is heard says nothing' until_ok 5 has page reload
stop "$server"
until_ok 5 has page '* close'
ok 'and no more does a later one' not has server 'nobody listens'

serve server -l 0
reloadws -l "$port" -p other.pid >refused 2>&1
ok 'where a port is in use it says what to do' has refused \
    "reloadws: 127.0.0.1 port $port: in use; -l $((port + 1)) would"
stop "$pid"

serve quiet -q -l 0
server=$pid
ring 1
ask 'Host: dev.test'
ok 'with -q it says its address and nothing else' lines 1 quiet
