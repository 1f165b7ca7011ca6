#!/bin/sh
# counts.sh - what a ring, a save and a listener cost, in counts that hardly vary
#
# Times vary with the machine; system calls, instructions and bytes do not.  A
# bound here is somewhat above what was counted when it was set: who comes upon
# one has made something dearer, and mends it or says why.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

LISTENERS=10
RINGS=5
SAVES=20

# attached pid: has the tracer come?
attached() {
	grep '^TracerPid:' "/proc/$1/status" | grep -q '[1-9]'
}
# traced file pid command...: what the process calls while the command runs
traced() {
	calls=$1
	target=$2
	shift 2
	strace -qq -o "$calls" -p "$target" 2>/dev/null &
	tracer=$!
	started="$started $tracer"
	until_ok 10 attached "$target"
	"$@"
	kill -INT $tracer
	wait $tracer
}
# A save is three events; each may be read by itself, and costs two calls then.
# at_most n times file: so many calls each time, those that wait not counted
at_most() {
	calls=$(grep -c -v -e poll -e restart_syscall -e resumed -e '+++' \
	    -e '---' "$3")
	test "$calls" -gt 0 && test "$calls" -le $(($1 * $2)) && return
	echo "$calls calls, not 1 to $(($1 * $2))"
	head -n 40 "$3"
	return 1
}

# ---- system calls ----

rings() {
	for ring in $(seq $RINGS); do
		kill -USR1 "$server"
		until_ok 5 all_told "$ring"
	done
}
# all_told n: each listener so often
all_told() {
	for log in ear.*; do
		[ "$(grep -c '^reload' "$log")" -ge "$1" ] || return 1
	done
}
# Each is told of before the next one comes.
saves() {
	for save in $(seq $SAVES); do
		echo "$save" >site/page.html
		until_ok 5 lines $((told + 2 * save)) told.log
		sleep 0.1
	done
}
count_calls() {
	serve log -l 0 -p live.pid
	server=$pid
	for i in $(seq $LISTENERS); do
		start "ear.$i" wscat -t 600 "$port" /
		until_ok 5 has "ear.$i" open
	done
	sleep 0.2
	traced rest "$server" sleep 2
	# The call that it is in when the tracer comes counts once.
	ok 'a server at rest does not wake up' test "$(wc -l <rest)" -le 1
	traced rung "$server" rings
	ok 'a ring is told to all' all_told $RINGS
	ok 'and costs a system call a listener, and a few' \
	    at_most $((LISTENERS + 9)) $RINGS rung
	echo "# $((calls / RINGS)) system calls a ring"

	mkdir site
	echo old >site/page.html
	start told.log watchrun -q -l 'site/**'
	watcher=$pid
	until_ok 10 tells
	sleep 0.3
	told=$(wc -l <told.log)
	traced saved "$watcher" saves
	ok 'a save is told' lines $((told + 2 * SAVES)) told.log
	ok 'and costs some 12 system calls' at_most 16 $SAVES saved
	echo "# $((calls / SAVES)) system calls a save"
	stop "$watcher"

	start ring.log watchrun -q -p live.pid 'site/**'
	watcher=$pid
	until_ok 10 rings_once
	sleep 0.3
	told=$(grep -c '^reload' ear.1)
	traced saved "$watcher" rung_saves
	ok 'a save that rings is told' all_told $((told + SAVES))
	ok 'and costs some 26 system calls' at_most 30 $SAVES saved
	echo "# $((calls / SAVES)) system calls a save that rings"
	stop "$watcher"
}
rings_once() {
	echo new >site/page.html
	sleep 0.1
	all_told $((RINGS + 1))
}
rung_saves() {
	for save in $(seq $SAVES); do
		echo "$save" >site/page.html
		until_ok 5 all_told $((told + save))
		sleep 0.1
	done
}
# Until it watches, which it says nowhere but in the list.
tells() {
	echo new >site/page.html
	sleep 0.1
	test -s told.log
}

if command -v strace >/dev/null && strace -o /dev/null true; then
	count_calls
else
	lacks 'the system calls of a ring and a save' strace
fi

# ---- bytes ----

# Page by page: RssAnon is counted loosely, in tens of pages a processor.
anon() {
	awk '$1 == "Anonymous:" { print $2 * 1024 }' "/proc/$1/smaps_rollup"
}
serve crowded -l 0 -p crowded.pid
crowded=$pid
few=$(anon "$crowded")
mkfifo steps
start crowd sh -c "exec swarm -k $crowded $port - <steps"
exec 3>steps
echo open:2000 >&3
until_ok 20 has crowd 'open 2000'
many=$(anon "$crowded")
exec 3>&-
if grep -q __asan_init "$top/reloadws"; then
	skip 'a listener takes 256 bytes at most' 'ASan takes more'
else
	ok 'a listener takes 256 bytes at most' \
	    test $(((many - few) / 2000)) -le 256
	echo "# $(((many - few) / 2000)) bytes"
fi

# ---- instructions ----

# instructions n: of a watchrun that sees n saves
instructions() {
	start told.log valgrind --tool=callgrind --callgrind-out-file="calls.$1" \
	    --log-file=said watchrun -q -l 'site/**'
	until_ok 60 tells
	sleep 0.5
	for save in $(seq "$1"); do
		had=$(wc -l <told.log)
		echo "$save" >site/page.html
		until_ok 10 lines $((had + 2)) told.log
		sleep 0.1
	done
	stop "$pid"
	awk '$1 == "totals:" || $1 == "summary:" { print $2; exit }' "calls.$1"
}
if grep -q __asan_init "$top/watchrun"; then
	skip 'the instructions of a save' 'a program under ASan runs not under valgrind'
elif need valgrind; then
	mkdir -p site
	one=$(instructions 5)
	all=$(instructions 25)
	echo "# $(((all - one) / 20)) instructions a save"
	ok 'a save costs 20000 instructions at most' \
	    test $(((all - one) / 20)) -le 20000
else
	lacks 'the instructions of a save' valgrind
fi
