#!/bin/sh
# watchrun_output.sh - what a command says, copied for -e
# shellcheck disable=SC2016
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html
change() {
	echo "$1" >site/page.html
}
# keep log: what is printed, and what is said, in two files
apart() {
	rm -f out err
	watchrun -v -e "$@" >out 2>err </dev/null &
	pid=$!
	started="$started $pid"
	until_ok 10 has err 'watching '
}

# ---- copied ----

apart 'site/*' -- sh -c 'echo to stdout; echo to stderr >&2; exit 4'
ok 'what a command prints is printed' until_ok 5 has out 'to stdout'
ok 'so is what it complains of' has out 'to stderr'
ok 'and how it failed is said' until_ok 5 has err 'exit status 4'
change one
ok 'at each run' until_ok 5 count 2 out 'to stderr'
stop "$pid"

watch log -e 'site/*' -- sh -c 'echo a line; printf rest; exit 4'
until_ok 5 has log 'exit status'
ok 'its last word comes before ours' test \
    "$(grep -n 'a line' log | cut -d : -f 1)" -lt \
    "$(grep -n 'exit status' log | cut -d : -f 1)"
ok 'even one without a newline' has log 'restwatchrun: sh: exit status 4'
stop "$pid"

printf '\377\000\033[31m\r\n\n' >bytes
apart -w 'site/*' -- cat bytes
change one
ok 'any bytes are' until_ok 5 cmp out bytes
stop "$pid"

apart -l -w 'site/*' -- echo said
change one
ok 'with -l it goes to standard error' until_ok 5 has err said
ok 'and the list to standard output' until_ok 5 has out site/page.html
refused 'which has nothing else' has out said
stop "$pid"

apart 'site/*' -- sh -c 'trap "echo bye; exit" TERM; echo here
    while :; do sleep 0.05; done'
until_ok 5 has out here
stop "$pid"
ok 'what it says as it is stopped is printed' has out bye

if [ -d /proc/self/fd ]; then
	apart 'site/*' -- sh -c 'ls -l /proc/self/fd >fds; ls /proc/self/fd >all'
	until_ok 5 test -s all
	ok 'a command finds a pipe' has fds ' 2 -> pipe:'
	ls /proc/self/fd >bare
	ok 'and no other descriptor of ours' cmp all bare
	stop "$pid"
fi

# ---- those that live on ----

apart 'site/*' -- sh -c '(until test -e go; do sleep 0.02; done
    echo late && echo well >>seen) &'
until_ok 5 has err 'watching '
sleep 0.1
: >go
ok 'what a daemon says later is printed, too' until_ok 5 has out late
ok 'it finds no pipe closed' until_ok 5 has seen well
stop "$pid"
rm go

# ---- readers that do not read ----

# All lines are more than pipes hold.
mkfifo pipe
seq 100000 >want
rm -f err
watchrun -v -e -1 'site/*' -- sh -c 'seq 100000; echo end >>wrote' >pipe 2>err &
pid=$!
started="$started $pid"
exec 8<pipe
until_ok 10 has err 'watching '
change one
sleep 0.3
refused 'a reader that does not read holds up the command' test -e wrote
cat <&8 >all
wait "$pid"
ok 'when it reads the command ends' has wrote end
ok 'and all has come' cmp all want
exec 8<&-

# As much as fits into the pipes, so that the command ends before it is read.
rm -f err wrote
seq 15000 >want
watchrun -v -e -1 'site/*' -- sh -c 'seq 15000; echo end >>wrote' >pipe 2>err &
pid=$!
started="$started $pid"
exec 8<pipe
until_ok 10 has err 'watching '
change two
until_ok 5 test -s wrote
sleep 0.3
cat <&8 >all
ok 'so it has when the command was done before' cmp all want
exec 8<&-

for signal in INT TERM; do
	rm -f end err running
	ends end watchrun -v -e 'site/*' -- sh -c 'echo $$ >running; yes' \
	    >pipe 2>err &
	pid=$!
	started="$started $pid"
	exec 8<pipe
	until_ok 10 has err 'watching '
	until_ok 5 test -s running
	sleep 0.2
	kill -$signal "$pid"
	ok "$signal ends it though nobody reads" until_ok 3 test -e end
	ok 'and the command' gone "$(cat running)"
	exec 8<&-
done

rm -f err
watchrun -v -e -w 'site/*' -- sh -c 'seq 100000; echo run >>seen.gone' >pipe \
    2>err &
pid=$!
started="$started $pid"
head -n 1 pipe >/dev/null &
head=$!
until_ok 10 has err 'watching '
change one
wait "$head"
ok 'a reader that is gone holds up nobody' until_ok 5 test -s seen.gone
change two
ok 'and it goes on' runs 2 seen.gone
stop "$pid"

# ---- on a terminal ----

mkfifo keys
rm -f running
pty watchrun -v -e 'site/*' -- sh -c 'echo $$ >running; yes' <keys >screen &
pid=$!
started="$started $pid"
exec 9>keys
until_ok 10 test -s running
printf '\023' >&9
sleep 0.3
printf '\003' >&9
ok 'Ctrl-C ends it on a terminal that was stopped' \
    until_ok 5 has screen '[signal 2]'
ok 'and the command there' gone "$(cat running)"
exec 9>&-
