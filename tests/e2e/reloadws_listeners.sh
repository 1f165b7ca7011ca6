#!/bin/sh
# reloadws_listeners.sh - signals come, listeners are told
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# listeners n: are there so many?
listeners() {
	printf 'GET /reload HTTP/1.0\r\nHost: localhost\r\n\r\n' |
	    wscat -r "$port" | grep -q "\"listeners\":$1}"
}

start server sh -c 'exec reloadws -l 0 2>said'
server=$pid
until_ok 5 has said serves
port=$(address server)
ok 'the address is the only line of its standard output' count 1 server ''
ok 'its pidfile holds its number' count 1 reloadws.pid "$server"

# ---- news ----
start page wscat -n 3 -P reload.v1 "$port" /reload
start plain wscat -n 2 "$port" /
start six wscat -6 -n 2 "$port" /any/path
start other wscat -n 2 -P other "$port" /reload
until_ok 5 listeners 4
ok 'four listeners are counted' listeners 4
ok 'a page is greeted' until_ok 5 has page '"kind":"hello"'
ok 'its subprotocol is echoed' has page '* open reload.v1'
kill -USR1 "$server"
ok 'USR1 is told to a page' until_ok 5 has page '"kind":"reload","paths":[]}'
kill -USR2 "$server"
ok 'USR2 is told as style' until_ok 5 has page '"kind":"style","paths":[]}'
for who in plain six other; do
	ok "to a $who listener both are one word" \
	    until_ok 5 count 2 "$who" reload
	ok "and it hears nothing else ($who)" count 3 "$who" ''
done
ok 'the generation counts' has page '-2","kind":"style"'
until_ok 5 listeners 0
ok 'listeners that have gone are not counted' listeners 0

# ---- HUP ----
start page wscat -n 2 -P reload.v1 "$port" /reload
until_ok 5 has page hello
kill -HUP "$server"
ok 'HUP is as USR1' until_ok 5 has page '"kind":"reload"'

# ---- a slow listener and a quick one ----
# The one before may not have gone yet.
until_ok 5 listeners 0
start slow wscat -s -t 60 "$port" /
start quick wscat -t 600 "$port" /
until_ok 5 listeners 2
for i in 1 2 3 4 5 6 7 8 9 10; do
	kill -USR1 "$server"
	until_ok 5 count "$i" quick reload
done
ok 'one that does not read holds nobody up' count 10 quick reload

# ---- frames ----
ok 'a ping is answered, between fragments too' sh -c "
	wscat $port / part:a ping:x last:b close:1000 | grep -qxF '* pong x'"
wscat "$port" / close:3000 >out
ok 'a close is answered with its code' has out '* close 3000'
wscat "$port" / 'hex:81 02 68 69' >out
ok 'a frame without a mask is 1002' has out '* close 1002'
wscat "$port" / 'hex:81 81 00 00 00 00 ff' >out
ok 'text that is not UTF-8 is 1007' has out '* close 1007'
wscat "$port" / len:65537 >out
ok 'a message above 64 KiB is 1009' has out '* close 1009'
wscat "$port" / len:65536 close:1000 >out
ok 'one of 64 KiB is not' has out '* close 1000'
wscat -1 -t 20 "$port" / text:hello ping:y close:1000 >out
ok 'bytes may come one by one' has out '* pong y'

# ---- refusals ----
wscat -O http://evil.example "$port" / >out
ok 'a page from elsewhere may not listen' has out '* status 403'
wscat -H evil.example "$port" / >out
ok 'nor may who thinks this is another host' has out '* status 403'
ok 'a page from here may' wscat -O http://localhost:3000 "$port" / close:1000

# ---- the end ----
start page wscat -P reload.v1 "$port" /reload
start stalled wscat -s -t 60 "$port" /
start idle wscat -r -t 60 "$port"
until_ok 5 has page hello
ok 'TERM ends it with 0, whatever peers do' stop "$server"
ok 'listeners are told' until_ok 5 has page '* close 1001'
ok 'the pidfile is gone' not test -e reloadws.pid

serve server -l 0
kill -INT "$pid"
ok 'INT ends it too' wait "$pid"

# ---- a hangup that was ignored stays so ----
rm -f server
start server sh -c 'trap "" HUP; exec reloadws -l 0'
server=$pid
until_ok 5 address server
port=$(address server)
start plain wscat -n 1 "$port" /
until_ok 5 listeners 1
kill -HUP "$server"
kill -USR1 "$server"
until_ok 5 has plain reload
listeners 0 || until_ok 5 listeners 0
ok 'a HUP that was ignored stays ignored' sh -c "
	printf 'GET /reload HTTP/1.0\r\nHost: localhost\r\n\r\n' |
	wscat -r $port | grep -q -- '-1\",'"

# ---- signals that were blocked when it started ----

if env --block-signal=TERM true 2>/dev/null; then
	start log env --block-signal=TERM,USR1 reloadws -l 0 -p blocked.pid
	until_ok 10 address log
	port=$(address log)
	start heard wscat -n 1 -t 60 "$port" /
	until_ok 10 has heard '* open'
	kill -USR1 "$(cat blocked.pid)"
	ok 'with signals blocked by its parent, a ring is told' \
	    until_ok 10 has heard reload
	kill -TERM "$(cat blocked.pid)"
	ok 'and TERM ends the server' until_ok 10 not test -e blocked.pid
else
	lacks 'with signals blocked by its parent, a ring is told' 'env of coreutils'
fi
