#!/bin/sh
# watchrun_pidfiles.sh - which processes watchrun signals, and which it refuses
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
n=0

# ringer file args...: start a process that writes its signals to the file; $pid
ringer() {
	rang=$1
	shift
	rm -f "$tmp/$rang"
	start "$rang" receiver "$@"
	until_ok 10 has "$rang" ready
}
# rung n name: has it got so many signals, and soon after no more?
rung() {
	until_ok 10 lines $(($1 + 1)) "$2" && sleep 0.1 && lines $(($1 + 1)) "$2"
}
# save_until text: make a change, and wait until watchrun's log has the text
save_until() {
	n=$((n + 1))
	: >log
	echo $n >site/page.html
	until_ok 5 has log "$1"
}
# listening args...: start watchrun with these arguments; $watchrun
listening() {
	# Appended to, so that the log can be emptied between changes.
	: >log
	watchrun -v -w 'site/*' "$@" >>log 2>&1 </dev/null &
	watchrun=$!
	started="$started $watchrun"
	until_ok 10 has log 'watching '
}
# refuses text: a change makes watchrun print this once, and it goes on
refuses() {
	save_until "$1" && count 1 log "$1" && kill -0 "$watchrun"
}

# ---- good ones ----

ringer locked -l good
locked=$pid
ringer plain
plain=$pid
sleep 0.05
echo "$plain" >number
listening -p good -p number
save_until 'signalled number'
ok 'the process with the lock is signalled' rung 1 locked
ok 'the default signal is USR1' has locked USR1
ok 'so is the process whose number is in a file without a lock' rung 1 plain
echo 1 >good
save_until 'signalled number'
ok 'if there is a lock, the number does not matter' rung 2 locked
: >good
save_until 'signalled number'
ok 'if there is a lock, the file may be empty' rung 3 locked
printf '%s' "$plain" >number
save_until 'signalled number'
ok 'the number needs no newline' rung 4 plain
printf ' %s \r\nmore\n' "$plain" >number
save_until 'signalled number'
ok 'blanks around the number and more lines do not matter' rung 5 plain
stop "$watchrun"

listening -p good -- sh -c 'exit 1'
save_until 'exit status 1'
ok 'a command that fails signals no process' rung 5 locked
stop "$watchrun"
listening -p good -- sh -c 'kill -KILL $$'
save_until 'killed by SIGKILL'
ok 'a command that is killed signals no process' rung 5 locked
stop "$watchrun"
listening -p good -- ./not-there
save_until 'No such file'
ok 'a command that is missing signals no process' rung 5 locked
stop "$watchrun"
listening -p good -- sh -c 'test -e allowed'
save_until 'exit status 1'
: >allowed
save_until 'signalled good'
ok 'the next success signals again' rung 6 locked
stop "$watchrun"

listening -p good -s HUP
save_until 'signalled good'
ok '-s HUP sends it' until_ok 10 has locked HUP
stop "$watchrun"
ringer usr2 -l two.pid
# shellcheck disable=SC2016
sh -c 'kill -USR2 $$'
number=$(($? - 128))
times=0
for signal in usr2 SIGUSR2 $number; do
	listening -p two.pid -s "$signal"
	save_until 'signalled two.pid'
	times=$((times + 1))
	ok "-s $signal sends USR2" rung $times usr2
	stop "$watchrun"
done
ok 'no other signal comes' count 3 usr2 USR2
kill -KILL "$pid"

# ---- bad ones ----

# bad 'a sentence' text: the pidfile `bad`, which exists, is refused with this
# text; then it becomes good and works
bad() {
	sentence=$1
	listening -p bad
	ok "$sentence is refused with a message" refuses "bad: $2"
	: >log
	n=$((n + 1))
	echo $n >site/page.html
	until_ok 5 has log 'still not signalled'
	ok "$sentence gets one message" count 0 log "bad: $2"
	rm -rf bad
	echo "$plain" >good.new
	mv good.new bad
	ok "$sentence works once it is good" save_until 'signalled bad'
	stop "$watchrun"
	rm -rf bad
}
bad 'a missing pidfile' 'No such file'
: >bad
bad 'an empty pidfile' 'empty'
echo >bad
bad 'a pidfile with an empty line' 'empty'
n=100
for text in garbage 0 1 -1 "-$plain" "+$plain" "${plain}x" "0x$plain" \
    "$plain.5" 99999999999999999999 4294967297 18446744073709551617; do
	echo "$text" >bad
	listening -p bad
	ok "a pidfile with $text is refused" refuses 'bad: holds no process'
	stop "$watchrun"
done
printf '%s\0\n' "$plain" >bad
listening -p bad
ok 'a pidfile with a NUL is refused' refuses 'bad: holds no process'
stop "$watchrun"
head -c 100000 /dev/zero | tr '\0' 1 >bad
bad 'a pidfile of many digits' 'holds no process'
sh -c 'echo $$' >bad
bad 'a number of no process' 'no process holds it'
mkfifo bad
bad 'a FIFO' 'not a regular file'
mkdir bad
bad 'a directory' 'not a regular file'
ln -s nowhere bad
bad 'a link that leads nowhere' 'No such file'
ln -s /dev/null bad
bad 'a device' 'not a regular file'
ln -s bad bad
bad 'a link to itself' 'Too many levels'
mkdir -p dir
: >dir/file
listening -p dir/file/pid
ok 'a pidfile beneath a file is refused' refuses 'dir/file/pid: Not a directory'
stop "$watchrun"
if [ "$(id -u)" -ne 0 ]; then
	echo "$plain" >bad
	chmod 0 bad
	bad 'a pidfile that cannot be read' 'Permission denied'
elif command -v setpriv >/dev/null; then
	echo "$plain" >bad
	chmod 0 bad
	chmod 755 "$tmp"
	: >log
	setpriv --reuid 65534 --clear-groups "$top/watchrun" -v -w 'site/*' \
	    -p bad >>log 2>&1 </dev/null &
	watchrun=$!
	started="$started $watchrun"
	until_ok 10 has log 'watching '
	ok 'a pidfile that cannot be read is refused' \
	    refuses 'bad: Permission denied'
	rm bad
	echo "$plain" >bad
	ok 'a process of another user is refused' \
	    refuses 'bad: Operation not permitted'
	stop "$watchrun"
	rm bad
else
	skip 'a pidfile that cannot be read' 'root can read all'
fi
echo "$$" >site/own.pid
echo "$plain" >target
ln -s target bad
listening -p bad
ok 'a link to a pidfile is followed' save_until 'signalled bad'
stop "$watchrun"
rm bad

# ---- processes ----

ringer deaf -d
deaf=$pid
sleep 0.05
echo "$deaf" >bad
listening -p bad
save_until 'bad: '
ok 'a process that the signal ends is signalled as well' until_ok 5 gone "$deaf"
ok 'its number is stale then' refuses 'bad: no process holds it'
stop "$watchrun"
ringer ignoring -i -l bad
ignoring=$pid
listening -p bad
ok 'a process that ignores the signal is signalled' save_until 'signalled bad'
stop "$watchrun"
kill -KILL "$ignoring"
rm bad

touch -t 202001010000 bad
ringer young
young=$pid
echo "$young" >bad
touch -t 202001010000 bad
listening -p bad
ok 'a process younger than the file is refused' refuses \
    'bad: stale: the process with its number started after'
stop "$watchrun"
listening -p bad -s USR1
ok 'it is refused with -s, too' refuses 'bad: stale: the process with its number started after'
stop "$watchrun"
ok 'it has got no signal' rung 0 young
ringer reader -r -l bad
reader=$pid
listening -p bad
ok 'a read lock does not count' refuses 'bad: stale: the process with its number started after'
ok 'the process with the read lock has got no signal' rung 0 reader
echo "$plain" >bad
ok 'with a read lock, the number in the file counts' save_until 'signalled bad'
ok 'the process with the read lock still has got no signal' rung 0 reader
stop "$watchrun"
kill -KILL "$reader" "$young"
rm bad

listening -p self
echo "$watchrun" >self
ok 'the number of watchrun itself is refused' refuses 'self: names the very'
stop "$watchrun"

# ---- several ----

ringer one -l one.pid
ringer two -l two.pid
listening -p one.pid -p missing -p two.pid -- true
save_until 'signalled two.pid'
ok 'of several pidfiles, the first is signalled' rung 1 one
ok 'the last is signalled, too' rung 1 two
ok 'the missing one gets a message' count 1 log 'missing: No such'
together touch site/a site/b site/c site/d
ok 'a batch of many changes signals each once' rung 2 one
stop "$watchrun"

# Without -w, the command runs at the start, and its success signals.
start log watchrun -v 'site/*' -p one.pid -- true
ok 'the run at the start signals' rung 3 one
stop "$pid"
start log watchrun -v 'site/*' -p one.pid
until_ok 5 has log 'watching '
ok 'without a command, the start does not signal' rung 3 one
stop "$pid"

# ---- its own files ----

echo "$plain" >site/plain.pid
listening -p site/plain.pid -- touch site/.plain.pid.box
save_until signalled
: >log
sleep 0.2
echo "$plain" >site/plain.pid
touch site/.plain.pid.box
until_ok 5 has log 'plain.pid: does not count: our own'
sleep 0.15
ok 'a pidfile and its mailbox never count as changes' count 0 log 'a batch of'
stop "$watchrun"

ok 'the processes are still alive' kill -0 "$plain" "$locked"
