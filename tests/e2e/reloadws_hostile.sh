#!/bin/sh
# reloadws_hostile.sh - what peers, signals and systems can do to the server
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# on v1 step...: a swarm at the server of $port and $server; all must go well
on() {
	timeout 60 swarm -k "$server" -p reload.v1 "$port" "$@"
}
descriptors() {
	find "/proc/$server/fd" -mindepth 1 | wc -l
}
# What a program's memory is made of: its own, not that of its files; page by
# page, since RssAnon is counted loosely, in tens of pages a processor.
memory() {
	awk '/^Anonymous:/ { print $2 }' "/proc/$server/smaps_rollup"
}
few_descriptors() {
	[ "$(descriptors)" -le "$base" ]
}
# keeps_nothing steps...: what libc keeps between one use and the next has its most
# after some rounds of them; what leaks grows with each by at least 16 bytes a time
keeps_nothing() {
	for round in 1 2 3 4 5 6; do
		before=$(memory)
		on "$@" || return
		after=$(memory)
		echo "round $round: $before, then $after kB"
		[ "$after" -gt $((before + 16)) ] || return 0
	done
	return 1
}
asan() {
	grep -q __asan_init "$top/reloadws"
}

# A big file, so that its reader can go when it has just begun.
mkdir site
dd if=/dev/zero of=site/big bs=1048576 seek=15 count=1 2>/dev/null

# ---- who is slow is waited for, and others are served all the while ----

# Of its own, since it takes until the end of the test.
serve slow_server -l 0 -p slow.pid
server=$pid
start slow swarm "$port" drip:200
slow=$pid
start good wscat -t 600 "$port" /
until_ok 5 has good '* open'
rings=0
while [ $rings -lt 10 ]; do
	kill -USR1 "$server"
	rings=$((rings + 1))
	until_ok 5 count $rings good reload || break
done
ok 'while 200 send a letter at a time others are served' [ $rings -eq 10 ]

# ---- they come and go ----

# A server comes back at this port later.
free_port
serve log -l "$free" -d site
server=$pid
base=$(descriptors)
ok 'as they connect and cut off, in any state' on cycles:2000
if [ -r "/proc/$server/status" ] && ! asan; then
	ok 'thousands of times' on cycles:12000
	ok 'no descriptor is left' until_ok 10 few_descriptors
	ok 'and no byte' keeps_nothing cycles:6000
else
	skip 'no byte is left' 'nothing says how many there are here'
fi

# ---- rings among handshakes ----

ok 'no listener misses a ring, or hears one twice, while others come' \
    on storm:1000:50
ok '100,000 rings, and who reads nothing until then knows the last' \
    on open:50 flood:100000 agree
if [ -r "/proc/$server/smaps_rollup" ] && ! asan; then
	ok '100,000 more' on open:50 flood:100000 agree
	ok 'and nothing is kept for them' keeps_nothing open:50 flood:100000 agree
fi

# ---- a crash ----

start back swarm "$port" open:200 back hear:1 hear:2
crowd=$pid
until_ok 10 has back 'open 200'
kill -KILL "$server"
wait "$server" 2>/dev/null
start log reloadws -l "$port" -d site
until_ok 10 address log
server=$pid
ok 'after kill -9 and a start at the same port 200 listeners come back' \
    until_ok 20 has back 'back 200'
kill -USR1 "$server"
ok 'all are told' until_ok 10 has back 'heard 1'
kill -USR2 "$server"
ok 'of each ring once' until_ok 10 has back 'heard 2'
ok 'and nothing more' wait "$crowd"

# ---- many ----

stop "$server"
many=5000
# The hard limit is the second number.
awk '/^Max open files/ { exit !($5 < 6000) }' /proc/self/limits 2>/dev/null &&
    many=500
serve log -l "$free"
server=$pid
mkfifo steps
start crowd sh -c "exec swarm $port open:100 - end <steps"
crowd=$pid
exec 9>steps
until_ok 20 has crowd 'open 100'
before=$(memory 2>/dev/null)
echo "open:$many" >&9
exec 9>&-
until_ok 40 has crowd "open $((many + 100))"
cheap() {
	each=$((($(memory) - before) * 1024 / many))
	[ $each -le 256 ] || { echo "$each bytes"; return 1; }
}
if [ -n "$before" ] && ! asan; then
	ok 'a listener costs at most 256 bytes' until_ok 5 cheap
fi

# ---- the end in the midst of it ----

kill -USR1 "$server"
kill -TERM "$server"
wait "$server"
ok 'TERM in the midst of a ring ends it well' [ $? -eq 0 ]
ok 'all listeners are told' wait "$crowd"
ok 'and its pidfile is removed' [ ! -e reloadws.pid ]

# ---- few descriptors ----

rm -f log
start log sh -c 'ulimit -n 64; exec reloadws -v -l 0'
server=$pid
until_ok 5 address log
port=$(address log)
start few swarm -k "$server" "$port" open:40 hear:1 hear:2
crowd=$pid
until_ok 5 has few 'open 40'
start crush swarm "$port" drip:200
# Any that came later could take the place of a client that has connected, but
# was kept waiting before it sent its request.
ok 'with 64 descriptors 240 clients connect' until_ok 10 opened 240 log
kill -USR1 "$server"
ok 'with 64 descriptors and 240 peers the listeners are told' \
    until_ok 10 has few 'heard 1'
start one wscat -n 1 -t 60 "$port" /
ok 'and one more finds its place' until_ok 10 has one '* open'
kill -USR1 "$server"
ok 'all of them are told' until_ok 10 has few 'heard 2'
ok 'it as well' until_ok 10 has one reload
ok 'and nobody twice' wait "$crowd"
stop "$server"

# ---- nowhere to write to ----

for where in '>/dev/full 2>&1' '>&- 2>&-' '<&- >&- 2>&-'; do
	start log sh -c "exec reloadws -v -l $port $where"
	server=$pid
	until_ok 5 test -s reloadws.pid
	start heard wscat -n 1 -t 60 "$port" /
	crowd=$pid
	until_ok 5 has heard '* open'
	kill -USR1 "$server"
	ok "it serves when its output goes $where" wait "$crowd"
	stop "$server"
	ok "and ends as ever" [ $? -eq 0 ]
done

# ---- memory ----

if ! need valgrind; then
	lacks 'valgrind finds nothing' valgrind
elif asan; then
	skip 'valgrind finds nothing' 'a program under ASan runs not under it'
else
	rm -f log
	start log valgrind --quiet --leak-check=full \
	    --errors-for-leak-kinds=definite,possible --error-exitcode=99 \
	    --log-file=memory reloadws -v -l 0 -d site
	server=$pid
	until_ok 20 address log
	port=$(address log)
	ok 'under valgrind it does the same' on cycles:240 storm:40:10 agree
	start end swarm "$port" open:20 end
	crowd=$pid
	until_ok 20 has end 'open 20'
	stop "$server"
	ok 'which finds nothing' [ $? -eq 0 ]
	ok 'and says nothing' not grep '^==' memory
	ok 'up to the end' wait "$crowd"
fi

# The slow ones of the start have had their time by now.
ok 'who sends a letter at a time is let go' wait "$slow"
