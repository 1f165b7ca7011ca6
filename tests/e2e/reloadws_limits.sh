#!/bin/sh
# reloadws_limits.sh - few descriptors, a terminal that hangs up, many peers
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ---- descriptors run short ----
rm -f server
start server sh -c 'ulimit -n 20; exec reloadws -v -l 0'
server=$pid
until_ok 5 address server
port=$(address server)
start early wscat "$port" /
until_ok 5 has early '* open'
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	start "idle$i" wscat -r -t 60 "$port"
done
# Those that came later could take the place of the late one, while it is kept
# waiting before it sends its request.
ok 'more clients connect than there are descriptors' \
    until_ok 10 opened 21 server
start late wscat "$port" /
ok 'who has not asked makes room for a listener' until_ok 5 has late '* open'
kill -USR1 "$server"
ok 'a listener stays when descriptors run short' until_ok 5 has early reload
ok 'the late one is told too' until_ok 5 has late reload
stop "$server"

# only listeners: the last ones wait, and nothing spins
rm -f server
start server sh -c 'ulimit -n 12; exec reloadws -v -l 0'
server=$pid
until_ok 5 address server
port=$(address server)
start first wscat -t 600 "$port" /
first=$pid
until_ok 5 has first '* open'
let_in_or_not() {
	has "listener$i" '* open' ||
	    has server 'no room for another connection'
}
# One after the other: who has not asked yet would make room for the next.
i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	start "listener$i" wscat -t 600 "$port" /
	until_ok 10 let_in_or_not
	has "listener$i" '* open' || break
done
ok 'when descriptors run out the next listener waits' \
    has server 'no room for another connection'
ticks() {
	cut -d ' ' -f 14,15 "/proc/$server/stat"
}
if [ -r "/proc/$server/stat" ]; then
	before=$(ticks)
	sleep 0.3
	ok 'while nobody can be let in it does not spin' [ "$(ticks)" = "$before" ]
fi
kill -USR1 "$server"
ok 'those that are in are told' until_ok 5 has first reload
kill -KILL "$first"
ok 'when one leaves the next is let in' until_ok 5 has "listener$i" '* open'
stop "$server"

# ---- a terminal ----
rm -f server
start server sh -c 'mkfifo keys; exec pty reloadws -l 0 <keys'
terminal=$pid
until_ok 5 test -p keys
exec 9>keys
address_on_terminal() {
	tr -d '\r' <server | sed -n 's|^http://.*1:\([0-9]*\)/$|\1|p' | grep .
}
until_ok 5 address_on_terminal
server=$(cat reloadws.pid)
port=$(address_on_terminal)
start plain wscat -t 600 "$port" /
until_ok 5 has plain '* open'
kill -HUP "$server"
ok 'while the terminal is there HUP is a reload' until_ok 5 has plain reload
kill -KILL "$terminal"
ok 'when it hangs up the server ends' until_ok 5 has plain '* close 1001'
ok 'and removes its pidfile' until_ok 5 not test -e reloadws.pid
exec 9>&-

# ---- many ----
serve server -l 0
for i in 1 2 3 4 5 6 7 8 9 10; do
	for j in 1 2 3 4 5 6 7 8 9 10; do
		start "many$i.$j" wscat -n 1 -t 60 "$port" /
	done
done
all() {
	[ "$(grep -lF "$1" many* | wc -l)" -eq 100 ]
}
until_ok 10 all '* open'
kill -USR1 "$(cat reloadws.pid)"
ok 'a hundred listeners are all told' until_ok 10 all reload
if command -v strace >/dev/null 2>&1; then
	alone() {
		[ "$(find "/proc/$pid/fd" -lname "socket:*" | wc -l)" -le 2 ]
	}
	pid=$(cat reloadws.pid)
	until_ok 5 alone
	timeout 1 strace -f -o calls -p "$pid" >/dev/null 2>&1
	ok 'without connections it never wakes up' not grep -F ' = ' calls
else
	lacks 'without connections it never wakes up' strace
fi
