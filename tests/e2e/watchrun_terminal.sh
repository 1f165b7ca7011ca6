#!/bin/sh
# watchrun_terminal.sh - Ctrl-C, Ctrl-Z, and who has the terminal
# shellcheck disable=SC2016
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html
PS1='shell> '
export PS1

# term command...: on a terminal of its own; $pid is that of the tool
term() {
	rm -f keys pids
	# What an earlier one showed must not be taken for this one's.
	: >screen
	: >seen
	mkfifo keys
	pty "$@" <keys >screen 2>&1 &
	pid=$!
	started="$started $pid"
	exec 9>keys
}
# keys text: typed there, with the escapes of printf
keys() {
	# shellcheck disable=SC2059
	(trap '' PIPE && printf "$1" >&9) 2>/dev/null
}
# typed text keys: is that shown?  If not, these are typed, once more: nobody
# has the terminal between two who do, and a shell tells nothing unasked.
typed() {
	has screen "$1" && return
	keys "$2"
	return 1
}
# in_front: has the job of a shell the terminal?
in_front() {
	ps -o pgid= -o tpgid= --ppid "$pid" | awk '{ exit $1 == $2 }'
}
shows() {
	until_ok 10 has screen "$1"
}
# over text: has the tool ended, and said so of the command?
over() {
	until_ok 10 has screen "$1" || {
		cat screen
		return 1
	}
	exec 9>&-
}
end_term() {
	kill -KILL "$pid"
	exec 9>&-
}
# quit: end the job, then the shell
quit() {
	until_ok 10 at_prompt
	keys 'exit\n'
	over '[exit'
}
at_prompt() {
	in_front || return 0
	keys '\003'
	return 1
}
pids_are() {
	[ -e pids ] && lines "$1" pids
}
all_gone() {
	# shellcheck disable=SC2046
	gone $(cat pids)
}

# ---- Ctrl-C ----

term watchrun -v -w 'site/*' -- true
shows 'watching '
keys '\003'
ok 'Ctrl-C ends watchrun by INT' over '[signal 2]'

term watchrun -v 'site/*' -- sh -c 'sleep 1000 & echo $! >>pids
    echo $$ >>pids; wait'
until_ok 10 pids_are 2
keys '\003'
ok 'Ctrl-C during a command ends watchrun by INT' over '[signal 2]'
ok 'and the command' until_ok 2 all_gone

term watchrun -v 'site/*' -- sh -c 'trap "echo cleaned up; exit" INT
    trap "echo terminated; exit" TERM; echo $$ >>pids
    while :; do sleep 0.05; done'
until_ok 10 pids_are 1
keys '\003'
ok 'a command gets INT at Ctrl-C' over '[signal 2]'
ok 'and may clean up' has screen 'cleaned up'

term watchrun -k 0.3 -v 'site/*' -- sh -c 'trap "" INT
    sleep 1000 & echo $! >>pids; echo $$ >>pids; wait'
until_ok 10 pids_are 2
keys '\003'
ok 'a command that ignores INT is killed after -k' over '[signal 2]'
ok 'with all that it started' until_ok 2 all_gone

term watchrun -v 'site/*' -- sh -c 'trap "" INT TERM; echo $$ >>pids
    while :; do sleep 0.1; done'
until_ok 10 pids_are 1
keys '\003'
sleep 0.1
keys '\003'
sleep 0.3
refused 'Ctrl-C twice at once kills nothing' all_gone
sleep 0.8
keys '\003'
ok 'Ctrl-C again a second later ends a command that ignores all' \
    until_ok 1 all_gone
ok 'and watchrun' over '[signal 2]'

term watchrun -v 'site/*' -- sh -c 'echo $$ >>pids; sleep 1000'
until_ok 10 pids_are 1
keys '\034'
ok 'Ctrl-\ ends it by QUIT' over '[signal 3]'
ok 'and the command' until_ok 2 all_gone

# What the terminal does when it goes away.
term watchrun -v 'site/*' -- sh -c 'echo $$ >>pids; sleep 1000'
until_ok 10 pids_are 1
ps -o pid= -o ppid= -A | awk -v up="$pid" '$2 == up { print $1 }' >>pids
end_term
ok 'a terminal that hangs up ends watchrun and the command' \
    until_ok 8 all_gone

# ---- a command that wants the terminal ----

term watchrun -v 'site/*' -- sh -c 'echo asking
    read -r answer </dev/tty; echo "got $answer" | tee -a seen'
shows 'asking'
keys 'one\n'
ok 'a command that reads the terminal gets it' until_ok 10 has seen 'got one'
until_ok 10 count 1 screen 'got one'
sleep 0.1
echo new >site/page.html
until_ok 10 count 2 screen 'asking'
keys 'two\n'
ok 'at each run' until_ok 10 has seen 'got two'
sleep 0.1
echo newer >site/page.html
until_ok 10 count 3 screen 'asking'
sleep 0.3
keys '\003'
ok 'Ctrl-C while it does ends both' over '[signal 2]'

term watchrun -v 'site/*' -- sh -c 'read -r answer; echo "got $answer" >>seen'
shows 'watching '
sleep 0.1
keys 'input\n'
ok 'so does one that reads its standard input' until_ok 10 has seen 'got input'
until_ok 10 typed '[signal 2]' '\003'
ok 'and Ctrl-C after it has is for watchrun' over '[signal 2]'

term sh -c 'stty -a >before; watchrun -v -1 "site/*" -- \
    sh -c "stty raw -echo </dev/tty; stty -a </dev/tty >during; exit 3"
    status=$?; stty -a >after; echo "status $status"'
shows 'watching '
echo new >site/page.html
ok 'a command that sets the modes of the terminal can' over '[exit 0]'
ok 'and its status is passed on' has screen 'status 3'
refused 'the modes are set while it runs' cmp before during
ok 'and as before when it has ended' cmp before after

term sh -c 'stty -a >before
    sh -c "echo \$\$ >pids; exec watchrun -v \"site/*\" -- sh raw"
    echo; stty -a >after'
cat >raw <<'END'
stty raw -echo </dev/tty
echo raw
sleep 1000
END
shows raw
sleep 0.1
kill -TERM "$(cat pids)"
ok 'modes are restored when watchrun is ended, too' over '[exit 0]'
ok 'as they were before' cmp before after

term sh -c 'sh -c "echo \$\$ >pids; exec watchrun \"site/*\" -- sh raw"; true'
shows raw
sleep 0.1
end_term
ok 'a terminal that hangs up while the command has it ends watchrun' \
    until_ok 5 all_gone

term watchrun -v 'site/*' -- sh -c 'stty echo </dev/tty; echo here; exit 130'
ok 'a command that held the terminal and ends with 130 ends watchrun' \
    over '[signal 2]'
term watchrun -v 'site/*' -- sh -c 'echo here; exit 130'
shows 'exit status 130'
sleep 0.1
refused 'one that did not does not' has screen '[signal'
keys '\003'
over '[signal 2]'

term watchrun -v 'site/*' -- sh -c 'trap "echo caught; exit 0" INT
    stty echo </dev/tty; echo here; while :; do sleep 0.1; done'
shows here
sleep 0.3
keys '\003'
ok 'a command with the terminal may catch Ctrl-C' shows caught
until_ok 10 typed '[signal 2]' '\003'
ok 'the next is for watchrun' over '[signal 2]'

# ---- Ctrl-Z ----

# job name shell...: under a shell with job control
job() {
	shell=$1
	shift
	term "$@"
	shows 'shell>'
	keys 'watchrun -v -w "site/*" -- sh tick\n'
	shows 'watching '
	echo "$shell" >site/page.html
	until_ok 10 test -s seen
	sleep 0.1
	keys '\032'
	ok "Ctrl-Z stops the job ($shell)" shows Stopped
	sleep 0.3
	wc -l <seen >ticks
	sleep 0.3
	ok "and its command ($shell)" lines "$(cat ticks)" seen
	keys 'echo status $?\n'
	ok "and the shell has the terminal ($shell)" shows 'status 1'
	keys 'fg\n'
	ok "fg goes on with both ($shell)" until_ok 10 more
	keys '\032'
	until_ok 10 count 2 screen Stopped
	wc -l <seen >ticks
	keys 'bg\n'
	ok "bg, too ($shell)" until_ok 10 more
	keys 'fg\n'
	until_ok 10 in_front
	keys '\003'
	until_ok 10 not in_front
	keys 'echo "<$?>"\n'
	ok "Ctrl-C ends it ($shell)" shows '<130>'
	ok "with its command ($shell)" until_ok 5 all_gone
	keys 'exit\n'
	ok "and the shell goes on ($shell)" over '[exit'
}
more() {
	! lines "$(cat ticks)" seen
}
cat >tick <<'END'
echo $$ >pids
while :; do echo tick >>seen; sleep 0.05; done
END
job sh sh -i
if command -v bash >/dev/null; then
	job bash bash --norc --noprofile -i
else
	lacks 'Ctrl-Z under bash' bash
fi

# While the command has the terminal.
cat >ask <<'END'
echo asking
read -r answer </dev/tty
echo "got $answer" >>seen
END
term sh -i
shows 'shell>'
keys 'watchrun -v "site/*" -- sh ask\n'
until_ok 10 grep -q '^asking' screen
sleep 0.2
keys '\032'
ok 'Ctrl-Z while the command reads the terminal' shows Stopped
keys 'echo "<$((40 + 2))>"\n'
ok 'gives it to the shell' shows '<42>'
keys 'fg\n'
sleep 0.3
keys 'it\n'
ok 'and fg back to the command' until_ok 10 has seen 'got it'
quit

# A command that is killed with the terminal in its hands.
term sh -c 'stty -a >before
    watchrun -1 -v "site/*" -- sh -c "stty raw -echo </dev/tty; kill -9 \$\$"
    status=$?; stty -a >after; echo "status $status"'
shows 'watching '
echo new >site/page.html
ok 'a command that is killed with the terminal' over 'status 137'
ok 'leaves its modes as they were' cmp before after

# In the background it has no terminal to give.
term sh -i
shows 'shell>'
keys 'watchrun -v -w "site/*" -- sh ask &\n'
shows 'watching '
echo ask >site/page.html
ok 'a background job that wants the terminal stops' \
    until_ok 10 typed Stopped '\n'
keys 'fg\n'
sleep 0.3
keys 'it\n'
ok 'and has it in the foreground' until_ok 10 has seen 'got it'
quit

# Of a pipeline as well.
term sh -i
shows 'shell>'
keys 'watchrun -v -w "site/*" -- sh tick 2>&1 | cat\n'
shows 'watching '
echo pipe >site/page.html
until_ok 10 test -s seen
sleep 0.1
keys '\032'
ok 'Ctrl-Z stops a pipeline' shows Stopped
wc -l <seen >ticks
sleep 0.2
wc -l <seen >ticks
keys 'fg\n'
ok 'that goes on' until_ok 10 more
keys '\003'
ok 'and ends' until_ok 5 all_gone
keys 'exit\n'
over '[exit'

# ---- servers ----

cat >server <<'END'
echo asking
while read -r line </dev/tty; do echo "got $line" >>seen; done
END
for stop in TERM INT; do
	term watchrun -v -S $stop -r 'site/*' -- sh server
	shows asking
	keys 'one\n'
	ok "a server reads the terminal (-S $stop)" until_ok 10 has seen 'got one'
	echo $stop >site/page.html
	until_ok 10 count 2 screen asking
	keys 'two\n'
	ok 'so does the one that comes after it' until_ok 10 has seen 'got two'
	keys '\003'
	ok 'Ctrl-C ends it and watchrun' over '[signal 2]'
done

# A command asks while a server has the terminal, which has it back then.
cat >quiet <<'END'
stty -echo </dev/tty
echo serving
until [ -e go ]; do sleep 0.02; done
read -r line </dev/tty
echo "server got $line" >>seen
sleep 1000
END
rm -f go
term watchrun -v -w 'site/*' -- sh -c 'test -e first || { : >first; exit; }
    echo asking; read -r line </dev/tty; echo "command got $line" >>seen' \
    ';' -r 'site/*' -- sh quiet
shows 'watching '
echo one >site/page.html
shows serving
echo two >site/page.html
shows asking
keys 'a\n'
ok 'a command has the terminal though a server had it' \
    until_ok 10 has seen 'command got a'
until_ok 10 count 2 screen serving
: >go
keys 'b\n'
ok 'then a server has it again' until_ok 10 has seen 'server got b'
keys '\003'
ok 'and Ctrl-C ends all' over '[signal 2]'

# Ctrl-Z while a server and a command are at work.
cat >ticks <<'END'
while :; do echo "$1" >>"seen.$1"; sleep 0.05; done
END
: >seen.server
: >seen.command
still() {
	cat seen.server seen.command >was
	sleep 0.3
	cat seen.server seen.command | cmp -s - was
}
moving() {
	! still
}
term sh -i
shows 'shell>'
keys 'watchrun -v -r "site/*" -- sh ticks server ";" "site/*" -- sh ticks command\n'
until_ok 10 test -s seen.command
until_ok 10 test -s seen.server
keys '\032'
ok 'Ctrl-Z with several commands at work' shows Stopped
ok 'stops all' until_ok 5 still
keys 'bg\n'
ok 'bg goes on with all' until_ok 5 moving
keys 'fg\n'
until_ok 10 in_front
keys '\003'
ok 'and Ctrl-C ends all' until_ok 5 still
keys 'echo "<$?>"\n'
ok 'by INT' shows '<130>'
keys 'exit\n'
over '[exit'

# Without a terminal at all.
rm -f seen
watch log 'site/*' -- sh -c 'read -r answer </dev/tty; echo ran >>seen'
ok 'without a terminal it works' until_ok 10 has seen ran
stop "$pid"
