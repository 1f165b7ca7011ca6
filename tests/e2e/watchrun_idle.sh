#!/bin/sh
# watchrun_idle.sh - what it costs to wait, and to hear of a save

# What others mount meanwhile is news, so this looks at mounts of its own.
if [ -z "${ALONE:-}" ] && unshare -m true 2>/dev/null; then
	ALONE=1 exec unshare -m sh "$0"
fi
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

if ! command -v strace >/dev/null || ! strace -o /dev/null true; then
	skip 'idle costs nothing' 'strace does not work here'
	exit 0
fi

# attached pid: has the tracer come?
attached() {
	grep '^TracerPid:' "/proc/$1/status" | grep -q '[1-9]'
}
# traced file pid command...: what the process calls while the command runs
traced() {
	calls=$1
	shift
	strace -f -qq -o "$calls" -p "$1" 2>/dev/null &
	tracer=$!
	started="$started $tracer"
	until_ok 10 attached "$1"
	shift
	"$@"
	kill -INT $tracer
	wait $tracer
}

# rests pid: is it in poll(2), or ppoll(2), without a timeout?
rests() {
	awk '$4 == "0xffffffff" || $1 == 73 && $4 == "0x0" { found = 1 }
	    END { exit !found }' "/proc/$1/syscall"
}
# at_most n file: calls in the file
at_most() {
	[ "$(wc -l <"$2")" -le "$1" ] || {
		cat "$2"
		return 1
	}
}

# ---- at rest ----

mkdir -p site/many trace
(cd site/many && awk 'BEGIN { for (i = 0; i < 1000; i++) {
	print i >"file" i; close("file" i) } }')
watch log -w 'site/**' -- true
watchrun=$pid
sleep 0.3
traced trace/rest "$watchrun" sleep 3
# The call that it is in when the tracer comes counts once.
ok 'no wake-up in three seconds with 1000 files' at_most 1 trace/rest
traced trace/busy "$watchrun" sh -c 'echo 1 >site/many/file1; sleep 0.3'
ok 'a save does wake it' not at_most 3 trace/busy
sleep 0.3
traced trace/rest "$watchrun" sleep 2
ok 'and it is at rest again' at_most 1 trace/rest
traced trace/other "$watchrun" sh -c 'echo 1 >elsewhere; sleep 0.3'
ok 'what is not watched does not wake it twice' at_most 5 trace/other
stop "$watchrun"

watch log 'site/**' -p none -- sh -c 'echo $$ >child; exec sleep 1000'
until_ok 5 test -s child
sleep 0.3
traced trace/rest "$pid" sleep 2
ok 'no wake-up while a command runs' at_most 1 trace/rest
stop "$pid"

# ---- a save ----

# tree name n: n directories, three deep, with a hundred files each
tree() {
	awk -v top="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			print top "/" int(i / 100) "/" int(i / 10) % 10 "/" i % 10
	}' >dirs
	xargs mkdir -p <dirs
	awk '{
		for (i = 0; i < 100; i++) {
			print i >($0 "/" i)
			close($0 "/" i)
		}
	}' dirs
}
# Stopped meanwhile, so that it hears all that a save raises in one go.
save() {
	kill -STOP "$pid"
	echo new >"$1"
	kill -CONT "$pid"
	sleep 0.4
}
# cost name: how many calls a save in that tree costs
cost() {
	watch log -w -l "$1/**"
	ok "what there is in the $1 tree is soon known" until_ok 20 rests "$pid"
	traced trace/calls "$pid" save "$1/0/0/0/1"
	ok "a save in the $1 tree is seen" has log "$1/0/0/0/1: changed"
	stop "$pid"
	grep -v -e poll -e restart_syscall -e resumed -e '+++' -e '---' \
	    trace/calls >"cost.$1"
}
tree small 1
tree big 200
cost small
cost big
# A call or two: the directory may be read, and events may come, in two goes.
ok 'a save among 20000 files costs what it does among 100' test \
    "$(wc -l <cost.big)" -le $(($(wc -l <cost.small) + 3))
ok 'which is little' test "$(wc -l <cost.big)" -lt 60
stats=$(grep -c stat cost.small)
ok 'no file beside it is looked at' test "$stats" -gt 0 -a "$stats" -lt 10

# ---- while it ends ----

# ending 'how' args...: told to end, it waits for a stubborn command; what is
# saved meanwhile wakes it no more, and neither does a sweep
ending() {
	how=$1
	shift
	rm -f trapped
	watch log -k 30 "$@" 'site/many/*' -- \
	    sh -c 'trap "" TERM; : >trapped; while :; do sleep 60; done'
	watchrun=$pid
	until_ok 10 test -e trapped
	kill -TERM "$watchrun"
	echo changed >site/many/file1
	sleep 0.3
	traced trace/ending "$watchrun" save_for_a_while
	ok "it does not wake up while it ends, $how" at_most 2 trace/ending
	pkill -KILL -P "$watchrun"
	until_ok 10 gone "$watchrun"
}
save_for_a_while() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo "$i" >"site/many/file$i"
		sleep 0.1
	done
}
ending 'by events'
ending 'by polling' -i 0.1
ending 'as a list says' -l
