#!/bin/sh
# watchrun_children.sh - the command, its children, and how both end
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html

# under args...: watchrun, its end to be found in the file `end`; $pid is that
# of who hands signals on, $watchrun its own
under() {
	rm -f end pids log
	start log ends end watchrun -v "$@"
	until_ok 10 has log 'watching '
	watchrun=$(ps -o pid= -o ppid= | awk -v up="$pid" '$2 == up { print $1 }')
}
# pids_are n: has the command told so many process numbers?
pids_are() {
	[ -e pids ] && lines "$1" pids
}
# ticks pid: of the processor, up to now
ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}
all_gone() {
	# shellcheck disable=SC2046
	gone $(cat pids)
}
# insist signal: send it once more; it means "now" a second after the first one
insist() {
	kill -"$1" "$watchrun" 2>/dev/null
	all_gone
}
any_gone() {
	while read -r each; do
		gone "$each" && return
	done <pids
	return 1
}
# group pid: of which process group?
group() {
	ps -o pgid= -p "$1" | tr -d ' '
}
ended_by() {
	until_ok 10 test -e end && same_text end "$1"
}

# A command with a child and a grandchild, all of one group.
cat >family <<'END'
sh -c 'sleep 1000 & echo $! >>pids; echo $$ >>pids; wait' &
echo $$ >>pids
wait
END
# One that minds neither TERM nor INT nor HUP, and its child neither.
cat >stubborn <<'END'
trap '' TERM INT HUP
sleep 1000 &
echo $! >>pids
echo $$ >>pids
while :; do sleep 0.1; done
END

# ---- its own group ----

under -w 'site/*' -- sh family
echo new >site/page.html
until_ok 5 pids_are 3
child=$(group "$(tail -n 1 pids)")
ok 'the command leads a group of its own' grep -qx "$child" pids
refused 'that is not that of watchrun' test \
    "$(group "$watchrun")" = "$child"
kill -TERM "$watchrun"
ok 'TERM ends watchrun at once, though nobody waits for orphans' \
    until_ok 2 test -e end
ok 'by that signal' ended_by 'signal 15'
ok 'and the command, its child and grandchild' until_ok 2 all_gone

# As test runners and interpreters do, it cleans up after INT in its own way.
cat >cleans <<'END'
for signal in INT HUP TERM QUIT USR2; do
	trap "echo $signal >>got; exit" $signal
done
sleep 1000 &
echo $! >>pids
echo $$ >>pids
wait
END
number=0
for signal in HUP INT QUIT TERM; do
	case $signal in
	HUP | INT | QUIT) number=$((number + 1)) ;;
	TERM) number=15 ;;
	esac
	rm -f got
	under -S USR2 'site/*' -- sh cleans
	until_ok 5 pids_are 2
	kill -$signal "$watchrun"
	ok "$signal ends watchrun by that signal" ended_by "signal $number"
	ok "the command gets $signal, too" same_text got $signal
	ok 'and all of the command is gone' until_ok 2 all_gone
done

# As under nohup(1).
trap '' HUP
under -w 'site/*' -- true
trap 'exit 1' HUP
kill -HUP "$watchrun"
kill -TERM "$watchrun"
ok 'HUP is ignored if it was ignored at the start' ended_by 'signal 15'

# In the middle of a restart, too.
rm -f got
under -r -S USR2 'site/*' -- sh -c 'trap "echo USR2 >>got" USR2
    trap "echo TERM >>got; exit" TERM; echo $$ >>pids
    while :; do sleep 0.05; done'
until_ok 5 pids_are 1
echo again >site/page.html
ok '-S stops a server at a restart' until_ok 5 has got USR2
kill -TERM "$watchrun"
ok 'TERM during a restart ends watchrun' ended_by 'signal 15'
ok 'and reaches the server' has got TERM

under -w 'site/*' -- sh family
kill -INT "$watchrun"
ok 'INT while nothing runs ends it by that signal' ended_by 'signal 2'
under -p none.pid 'site/*'
kill -TERM "$watchrun"
ok 'TERM without a command, too' ended_by 'signal 15'
under -1 'site/*' -- sh family
echo new >site/page.html
until_ok 5 pids_are 3
kill -TERM "$watchrun"
ok 'TERM during -1, too' ended_by 'signal 15'
ok 'with all of the command' until_ok 2 all_gone

# ---- stubborn ones ----

under 'site/*' -- sh stubborn
until_ok 5 pids_are 2
kill -TERM "$watchrun"
sleep 0.3
refused 'a stubborn command is not killed at once' any_gone
ok 'and waited for' kill -0 "$watchrun"
ok 'but killed after the grace' until_ok 10 all_gone
ok 'then watchrun ends by the signal' ended_by 'signal 15'

under 'site/*' -- sh stubborn
until_ok 5 pids_are 2
kill -INT "$watchrun"
sleep 0.1
kill -TERM "$watchrun"
sleep 0.4
refused 'a second signal right after the first one kills nothing' any_gone
ok 'a second signal a second later kills a stubborn command' \
    until_ok 1 insist INT
ok 'and watchrun ends by the first of them' ended_by 'signal 2'

# Its leader ends at once, the rest of it minds nothing.
under 'site/*' -- sh -c 'sh stubborn & echo $! >leader; wait'
until_ok 5 pids_are 2
kill -TERM "$watchrun"
sleep 0.2
ok 'a stubborn child is killed even when the command has ended' \
    until_ok 2 insist TERM
ok 'and watchrun ends' ended_by 'signal 15'

under 'site/*' -- sh -c 'echo $$ >>pids; kill -STOP $$; sleep 1000'
until_ok 5 pids_are 1
kill -TERM "$watchrun"
ok 'a stopped command ends, too' ended_by 'signal 15'
ok 'and is gone' all_gone

# A command that ends well when it is asked has the time to do so.
under 'site/*' -- sh -c 'trap "sleep 0.3; echo done >tidy; exit 0" TERM
    echo $$ >>pids; while :; do sleep 0.05; done'
until_ok 5 pids_are 1
kill -TERM "$watchrun"
ok 'a command that tidies up is waited for' until_ok 5 has tidy 'done'
ok 'and watchrun still ends by the signal' ended_by 'signal 15'

# ---- others ----

under -w 'site/*' -- sh -c 'sleep 1000 & echo $! >>pids'
echo new >site/page.html
until_ok 5 pids_are 1
sleep 0.2
refused 'a daemon left by a command that succeeded lives on' any_gone
kill -TERM "$watchrun"
ok 'even when watchrun ends' ended_by 'signal 15'
refused 'it lives on' any_gone
kill "$(cat pids)"

under -w 'site/*' -- sh -c 'echo run >>seen; exec cat >>seen'
echo new >site/page.html
ok 'the command has the standard input of watchrun' runs 1 seen
ok 'USR1 runs it now' sh -c "kill -USR1 $watchrun"
ok 'as a change does' runs 2 seen
stop "$pid"

cat >status <<'END'
grep -E 'SigIgn|SigBlk' /proc/self/status >signals
ls /proc/self/fd >fds
END
if [ -d /proc/self/fd ]; then
	start bare sh status
	wait "$pid"
	mv signals signals.bare
	mv fds fds.bare
	watch log 'site/*' -- sh status
	until_ok 5 test -s fds
	# A shell's job in the background ignores INT and QUIT; watchrun passes
	# them on, so that its commands do not.
	sed '/SigIgn/{s/6$/0/;s/7$/1/;s/e$/8/;s/f$/9/;}' signals.bare >want
	ok 'the command blocks and ignores what watchrun did, but INT and QUIT' \
	    cmp signals want
	ok 'and inherits no descriptor of it' cmp fds fds.bare
	stop "$pid"
fi

# ---- told to end between two commands ----

# blocked args...: TERM comes while a message of watchrun waits for room in a
# full pipe; then the pipe is read, and `said` has the messages
blocked() {
	rm -f end ran ready said
	mkfifo full
	sh -c 'exec 3<>full
	    dd if=/dev/zero of=full bs=4096 count=16 2>/dev/null
	    : >ready; exec sleep 1000' &
	holder=$!
	started="$started $holder"
	until_ok 5 test -e ready
	ends end watchrun "$@" >/dev/null 2>full &
	started="$started $!"
	watchrun=$(until_ok 5 child_of "$!" && child_of "$!")
	until_ok 5 test -e ran
	sleep 0.3
	kill -TERM "$watchrun"
	sleep 0.1
	cat full >said &
	ended_by 'signal 15'
	kill "$holder"
	wait "$holder" "$!" 2>/dev/null
	rm -f full
}
child_of() {
	ps -o pid= -o ppid= | awk -v up="$1" '$2 == up { print $1 }' | grep .
}
blocked 'site/*' -- sh -c ': >ran' ';' 'site/*' -- ./second ';' \
    'site/*' -- ./third
ok 'TERM comes between two commands' has said ./second
refused 'the next command does not start' has said ./third
blocked 'site/*' -- sh -c ': >ran' ';' 'site/*' -- ./second ';' \
    -r 'site/*' -- ./third
ok 'TERM comes between a command and a server' has said ./second
refused 'the server does not start' has said ./third

mkdir many
seq 4000 | sed "s|^|many/|" | xargs touch
mkfifo feed full
rm -f end ran
exec 8<>feed
ends end watchrun -v -P -f - -- sh -c 'echo run >>ran' <feed 2>full &
started="$started $!"
exec 7<full
watchrun=$(until_ok 5 child_of "$!" && child_of "$!")
seq 4000 | sed 's|^|many/|' >&8
printf '\nmany/1\n\n' >&8
until_ok 5 test -e ran
sleep 0.3
kill -TERM "$watchrun"
cat <&7 >said
exec 7<&- 8>&-
ok 'TERM while paths are poked ends watchrun' ended_by 'signal 15'
ok 'before all of them are' test "$(grep -c ': poked' said)" -lt 4000
ok 'no command starts then' same_text ran run
rm -f feed full said

# ---- a program that somebody still writes ----

cat >program <<'END'
#!/bin/sh
echo run >>programs
case $1 in server) exec sleep 1000 ;; esac
END
chmod +x program
# writing: hold the program open for writing, as its writer does
writing() {
	: >programs
	exec 8>>program
}
writing
watch log 'site/*' -- ./program 8>&-
sleep 0.3
ok 'a program that is being written is not run yet' lines 0 programs
refused 'which is no failure' has log busy
exec 8>&-
ok 'it runs as soon as it is closed' until_ok 2 lines 1 programs
stop "$pid"
writing
watch log -r 'site/*' -- ./program server 8>&-
sleep 0.3
exec 8>&-
ok 'a server starts then, too' until_ok 2 lines 1 programs
stop "$pid"
writing
watch log -1 'site/*' -- ./program 8>&-
echo once >site/page.html
sleep 0.4
exec 8>&-
ok 'so does a command under -1' until_ok 2 lines 1 programs
wait "$pid"

if writing && ! ./program 2>/dev/null; then
	under 'site/*' -- ./program ';' 'site/*' -- sh -c 'echo second >>programs' 8>&-
	sleep 0.2
	if [ -r "/proc/$watchrun/stat" ]; then
		ticks "$watchrun" >before
		sleep 1
		ok 'waiting for it takes no time' test \
		    $(($(ticks "$watchrun") - $(cat before))) -le 3
	fi
	refused 'which is still no failure' has log busy
	ok 'after 3 seconds it has failed' until_ok 5 has log \
	    './program: Text file busy'
	ok 'and the next rule has its turn' until_ok 2 same_text programs second
	kill -TERM "$watchrun"
	ok 'TERM ends watchrun then' ended_by 'signal 15'
	under 'site/*' -- ./program 8>&-
	sleep 0.2
	kill -TERM "$watchrun"
	ok 'TERM ends watchrun while a program is being written' \
	    until_ok 1 test -e end
	ok 'by that signal' ended_by 'signal 15'
	exec 8>&-
	sleep 0.2
	ok 'the program is not started then' same_text programs second
else
	skip 'after 3 seconds it has failed' 'a program can be run and written'
	exec 8>&-
fi

# ---- many runs ----

: >seen
under -w -t 0 'site/*' -- sh -c 'echo run >>seen'
[ -d /proc/self/fd ] && ls "/proc/$watchrun/fd" >fds.before
for i in 1 2 3 4 5 6 7 8 9 10; do
	echo $i >site/page.html
	until_ok 5 lines $i seen
	sleep 0.06
done
no_child() {
	[ -z "$(ps -A -o ppid= | awk -v up="$watchrun" '$1 == up')" ]
}
ok 'no child is left behind' until_ok 5 no_child
if [ -d /proc/self/fd ]; then
	ls "/proc/$watchrun/fd" >fds.after
	ok 'nor a descriptor' cmp fds.before fds.after
fi
kill -TERM "$watchrun"
ok 'TERM ends it' ended_by 'signal 15'

# ---- what leaves the group of the command ----

if command -v setsid >/dev/null && [ -r "/proc/$$/task/$$/children" ]; then
	rm -f stray
	watch log 'site/*' -- sh -c \
	    'setsid sh -c "echo \$\$ >stray; exec sleep 600" & wait'
	until_ok 5 test -s stray
	kill -TERM "$pid"
	wait "$pid"
	ok 'what has left the group ends as well' gone "$(cat stray)"

	rm -f stray
	watch log 'site/*' -- sh -c 'setsid sh -c "trap : TERM; echo \$\$ >stray
	    while :; do sleep 0.1; done" & wait'
	until_ok 5 test -s stray
	kill -TERM "$pid"
	ok 'a stubborn one is waited for' not gone "$(cat stray)" "$pid"
	kill -TERM "$pid"
	wait "$pid"
	ok 'and killed when it is asked again' gone "$(cat stray)"

	rm -f daemon running
	watch log 'site/*' -- sh -c 'if [ -s daemon ]; then
	        : >running; exec sleep 600; fi
	    setsid sh -c "echo \$\$ >daemon; exec sleep 600" &
	    until [ -s daemon ]; do sleep 0.02; done'
	until_ok 5 test -s daemon
	echo more >site/page.html
	until_ok 5 test -e running
	kill -TERM "$pid"
	wait "$pid"
	ok 'a daemon of a command that succeeded lives on' \
	    not gone "$(cat daemon)"
	kill -KILL "$(cat daemon)"
else
	skip 'what has left the group ends as well' 'no list of children'
fi

if [ -r "/proc/$$/stat" ]; then
	under 'site/*' -- sh -c 'trap "echo TERM >>got; exit" TERM
	    echo $$ >>pids; while :; do sleep 0.05; done'
	until_ok 5 pids_are 1
	rm -f got
	kill -KILL "$watchrun"
	ok 'a command gets TERM when watchrun is killed' \
	    until_ok 2 same_text got TERM
fi

# ---- when nobody listens to what it says ----

: >seen
mkfifo said
head -n 1 <said >/dev/null &
reader=$!
watchrun -v -w 'site/*' -- sh -c 'echo run >>seen' >said 2>&1 &
deaf=$!
started="$started $deaf"
wait "$reader"
echo deaf >site/page.html
until_ok 5 lines 1 seen
ok 'it goes on when what reads its messages is gone' lines 1 seen
kill -TERM "$deaf"
wait "$deaf"

# ---- signals that were blocked when it started ----

if env --block-signal=TERM true 2>/dev/null; then
	: >ran
	start log env --block-signal=TERM,CHLD,INT watchrun 'site/**' -- \
	    sh -c 'echo run >>ran; kill -TERM $$'
	ok 'with signals blocked by its parent, a command runs' until_ok 10 lines 1 ran
	ok 'its end is noticed' until_ok 10 has log 'sh: killed by SIGTERM'
	kill -TERM "$pid"
	ok 'and TERM ends watchrun' until_ok 10 gone "$pid"
else
	lacks 'with signals blocked by its parent, a command runs' 'env of coreutils'
fi
