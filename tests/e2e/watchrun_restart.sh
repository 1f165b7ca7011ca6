#!/bin/sh
# watchrun_restart.sh - servers that are started anew, limits, and no orphans
# shellcheck disable=SC2016
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html

# under args...: watchrun, its end to be found in the file `end`; $pid is that
# of who hands signals on, $watchrun its own
under=0
under() {
	rm -f end port
	: >log.up
	: >seen
	under=$((under + 1))
	UNDER=$$.$under start log ends end watchrun -v "$@"
	hands_on=$pid
	until_ok 10 has log 'watching '
	watchrun=$(ps -o pid= -o ppid= | awk -v up="$pid" '$2 == up { print $1 }')
}
ended_by() {
	until_ok 10 test -e end && same_text end "$1"
}
# over: end it, whatever it does
over() {
	kill -TERM "$watchrun"
	until_ok 10 test -e end
}
# marked: what the watchrun of the latest `under` started and is still there
marked() {
	grep -lzs "^UNDER=$$\\.$under\$" /proc/[0-9]*/environ |
	    grep -v -e "/$watchrun/" -e "/$hands_on/"
}
none_left() {
	until_ok 5 not marked
}
# ups n: have so many servers had their port, and nobody found it taken?
ups() {
	until_ok 10 lines "$1" log.up || { cat log.up; return 1; }
	! has log.up busy
}
# up n: the number of the n-th
up() {
	sed -n "$1s/^up //p" log.up
}
change() {
	echo "$1" >site/page.html
}
# ringing: the signals to receiver.pid go to the file `rang`
ringing() {
	rm -f receiver.pid
	start rang receiver -l receiver.pid
	receiver=$pid
	until_ok 5 has rang ready
	echo "$receiver" >receiver.pid
}
rung() {
	until_ok 10 count "$1" rang USR1 || { cat rang; return 1; }
	sleep 0.1
	count "$1" rang USR1
}

if ! [ -r "/proc/$$/environ" ] || ! [ -r "/proc/$$/task/$$/children" ]; then
	skip 'servers are started anew' 'no list of children'
	exit
fi

# ---- started anew ----

ringing
under -r -p receiver.pid 'site/*' -- listen port log.up
ok 'a server is started at once' ups 1
ok 'and the ring follows' rung 1
change one
ok 'at a change it is started anew, with its port' ups 2
ok 'the old one is gone' gone "$(up 1)"
ok 'and each start is followed by one ring' rung 2
for i in 3 4 5 6 7 8; do
	change $i
	until_ok 5 lines $i log.up
done
ok 'again and again' ups 8
ok 'and one runs at a time' test "$(marked | wc -l)" -eq 1
kill -USR1 "$watchrun"
ok 'USR1 does so, too' ups 9
kill -INT "$watchrun"
ok 'INT ends it by that signal' ended_by 'signal 2'
ok 'and the server' gone "$(up 9)"
ok 'and nothing is left' none_left
kill "$receiver"

# The old one takes its time, and is gone before the new one is told of.
cat >slow <<'END'
trap 'sleep 0.3; echo stop >>order; exit' TERM
echo start >>order
while :; do sleep 0.05; done
END
cat >ringer <<'END'
trap 'echo ring >>order' USR1
echo $$ >ringer.pid
while :; do sleep 0.05; done
END
: >order
start ringer.log sh ringer
ringer=$pid
until_ok 5 test -s ringer.pid
under -w -r -p ringer.pid 'site/*' -- sh slow
change one
until_ok 5 has order start
until_ok 5 has order ring
change two
until_ok 5 count 2 order ring
ok 'the ring waits for the new one, and that for the old one' \
    test "$(grep -n -m 1 stop order | cut -d : -f 1)" -lt \
    "$(grep -n ring order | sed -n 2p | cut -d : -f 1)"
ok 'which has ended well' count 1 order stop
over
kill -KILL "$ringer"

under -w -r 'site/*' -- listen port log.up
sleep 0.2
ok 'with -w the first start is at the first change' lines 0 log.up
change one
ok 'and then it is there' ups 1
over
ok 'TERM ends the server' gone "$(up 1)"

# ---- stubborn ones ----

under -k 0.3 -r 'site/*' -- sh -c 'trap "" TERM; exec listen port log.up'
ups 1
change one
ok 'a server that ignores TERM is killed after -k' ups 2
ok 'and gone before the next one is there' gone "$(up 1)"
kill -TERM "$watchrun"
ok 'also at the end' ended_by 'signal 15'
ok 'and nothing is left of it' none_left

under -k 1000 -r 'site/*' -- sh -c 'trap "" TERM; exec listen port log.up'
ups 1
change one
sleep 0.4
ok 'a long grace is given' kill -0 "$(up 1)"
ok 'and the next one waits' ups 1
change two
sleep 0.2
kill -KILL "$(up 1)"
ok 'until it is gone' ups 2
sleep 0.2
ok 'what changed meanwhile is in the next batch' until_ok 5 has log \
    'site/page.html: changed'
kill -INT "$watchrun"
sleep 0.1
# insist: INT once more; it means "now" a second after the first one
insist() {
	kill -INT "$watchrun" 2>/dev/null
	test -e end
}
until_ok 10 insist
ok 'a second INT waits for nobody' ended_by 'signal 2'
ok 'and leaves nobody' none_left

under -S INT -r 'site/*' -- sh -c 'trap "echo int >>seen; exit" INT
    trap "echo term >>seen; exit" TERM
    echo up $$ >>log.up; while :; do sleep 0.05; done'
ups 1
change one
ok '-S names the signal that stops a server' ups 2
ok 'which the server gets' same_text seen int
over
ok 'at the end it gets the signal that ends watchrun' same_text seen 'int
term'

# ---- what it starts ----

under -r 'site/*' -- sh -c 'setsid listen port log.up & wait'
ups 1
change one
ok 'a server that has left the group is stopped, too' ups 2
over
ok 'and at the end' none_left

under -r 'site/*' -- sh -c 'setsid listen port log.up &
    until test -s port; do sleep 0.02; done'
ups 1
ok 'a server may be a daemon' until_ok 5 has log 'exit status 0'
ok 'that lives on' kill -0 "$(up 1)"
change one
ok 'and is stopped before the next one' ups 2
over
ok 'one at the end' gone "$(up 2)"
ok 'and all' none_left

under -k 0.2 -r 'site/*' -- sh -c 'setsid sh -c "trap \"\" TERM
    exec listen port log.up" & until test -s port; do sleep 0.02; done'
ups 1
change one
ok 'a stubborn daemon is killed' ups 2
over
ok 'at the end, too' none_left

# The daemon of a rule that succeeded is none of the server's.
rm -f daemons
under 'site/*' -- sh -c 'setsid sleep 1000 & echo $! >>daemons' ';' \
    -r 'site/*' -- listen port log.up
ups 1
change one
ups 2
change two
ok 'two rules, one of which is a server' ups 3
ok 'daemons of the other are there' lines 3 daemons
alive() {
	while read -r each; do
		! gone "$each" || return 1
	done <daemons
}
ok 'and live on while the server is started anew' alive
kill -HUP "$watchrun"
ok 'HUP ends it' ended_by 'signal 1'
ok 'and the server' gone "$(up 3)"
ok 'but no daemon of a command that succeeded' alive
while read -r each; do
	kill "$each"
done <daemons
ok 'then nothing is left' none_left

# ---- odd ones ----

under -r 'site/*' -- sh -c 'echo run >>seen; exit 3'
ok 'a server that ends is said' until_ok 5 has log 'exit status 3'
sleep 0.2
ok 'and not started until something changes' lines 1 seen
change one
ok 'but then' runs 2 seen
change two
ok 'each time' runs 3 seen
over

ringing
under -r -p receiver.pid 'site/*' -- ./server
ok 'a server that is not there is said' until_ok 5 has log './server:'
ok 'watchrun goes on' kill -0 "$watchrun"
ok 'and rings nobody' rung 0
printf '#!/bin/sh\nexec listen port log.up\n' >server
chmod +x server
change one
ok 'it is started when it is there' ups 1
ok 'and rung for' rung 1
rm server
change two
ok 'where it is gone the old one is stopped' until_ok 5 gone "$(up 1)"
ok 'nobody is rung' rung 1
over
kill "$receiver"

under -r 'site/*' -- sh -c 'exec >&- 2>&- <&-; exec listen port log.up'
ups 1
change one
ok 'one that closes its output is like others' ups 2
over
under -r -e 'site/*' -- sh -c 'exec >&- 2>&- <&-; exec listen port log.up'
ups 1
change one
ok 'with -e, too' ups 2
over
under -r 'site/*' -- true
for i in 1 2 3 4 5; do
	change $i
	until_ok 5 count $((i + 1)) log 'exit status 0'
done
ok 'one that exits at once is started each time' \
    count 6 log 'exit status 0'
over

# ---- a limit ----

ringing
under -w -T 0.2 -p receiver.pid 'site/*' -- sh -c 'echo run >>seen; sleep 1000'
change one
ok 'a command that takes too long is said' until_ok 5 has log 'took longer'
ok 'and stopped' none_left
ok 'nobody is rung' rung 0
change two
ok 'the next run has its own limit' until_ok 5 count 2 log 'took longer'
over
under -w -T 0.2 -k 0.2 -p receiver.pid 'site/*' -- sh -c 'trap "" TERM
    setsid sleep 1000 & while :; do sleep 0.05; done'
change one
ok 'one that ignores TERM is killed' until_ok 5 has log 'took longer'
ok 'with all that it started' none_left
ok 'and nobody is rung' rung 0
over
under -w -T 100 -p receiver.pid 'site/*' -- true
change one
ok 'within the limit a command succeeds' rung 1
over
kill "$receiver"
# status n args...: the exit status under -1
status() {
	under -1 "$@"
	change now
	until_ok 10 test -e end
	cat end
}
ok 'under -1 a command that was stopped fails by that signal' test \
    "$(status -T 0.2 'site/*' -- sleep 1000)" = 'exit 143'
ok 'one that exits 0 then by 124' test \
    "$(status -T 2 'site/*' -- sh -c 'trap "exit 0" TERM
	while :; do sleep 0.02; done')" = 'exit 124'

# ---- where nobody tells of other processes ----

if unshare -m sh -c 'umount -l /proc' 2>/dev/null; then
	cat >blind <<-'END'
	umount -l /proc && exec ends end watchrun -k 1000 -r "site/*" -- \
	    listen port log.up
	END
	rm -f end
	: >log.up
	start log unshare -m sh blind
	ups 1
	change one
	ok 'without /proc a server is started anew' ups 2
	kill -TERM "$(ps -o pid= -o ppid= -A | awk -v up="$(up 2)" '
	    $1 == up { print $2 }')"
	ok 'and nobody waits for what cannot be looked for' ended_by 'signal 15'
	ok 'it is gone' gone "$(up 2)"
else
	skip 'without /proc a server is started anew' 'cannot unmount'
fi

# ---- signals at any moment ----

# A server with a child in its group and one outside, all a bit slow to end.
cat >family <<'END'
trap 'sleep 0.05; exit' TERM
setsid sh -c 'trap "sleep 0.05; exit" TERM; while :; do sleep 0.02; done' &
sleep 1000 &
echo run >>seen
while :; do sleep 0.02; done
END
for signal in 2 15 1; do
	for moment in 0 0.01 0.03 0.06 0.1 0.15; do
		under -t 0 -r 'site/*' -- sh family
		until_ok 5 test -s seen
		change $moment
		sleep $moment
		kill -$signal "$watchrun"
		ended_by "signal $signal" || break 2
		none_left || break 2
	done
done
ok 'INT, TERM and HUP at any moment of a restart end all' \
    test "$signal $moment" = '1 0.15'
[ "$signal $moment" = '1 0.15' ] || cat end log
