#!/bin/sh
# watchrun_mailboxes.sh - what processes find in their mailboxes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
n=0

# holder [-b]: start a process that locks app.pid and writes what it gets to `got`
holder() {
	rm -f app.pid .app.pid.box
	start got receiver "$@" -l app.pid
	holder=$pid
	until_ok 10 has got ready
}
# listening args...: start a watchrun that signals app.pid; $watchrun
listening() {
	: >log
	watchrun -v -w -p app.pid 'site/*' "$@" >>log 2>&1 </dev/null &
	watchrun=$!
	started="$started $watchrun"
	until_ok 10 has log 'watching '
}
# save name: change a file
save() {
	n=$((n + 1))
	echo $n >"site/$1"
}
# gets text: has the process got this since the last question?
gets() {
	printf '%s\n' "$1" >want
	until_ok 5 got_all || { sed "1,${seen}d" got; return 1; }
	seen=$(wc -l <got)
}
got_all() {
	sed "1,${seen}d" got | cmp - want
}
# plain: has it got a signal without messages?
plain() {
	gets USR1
}

# ---- changes ----

holder -b
seen=1
listening
save page.html
ok 'the signal comes with what changed, as the pattern spells it' gets 'USR1
> site/page.html
> '
save page.html
ok 'the next one comes with what changed since' gets 'USR1
> site/page.html
> '
rm site/page.html
ok 'a deletion is a change' gets 'USR1
> site/page.html
> '
: >'site/a
b'
ok 'a name with a newline becomes a *' gets 'USR1
> *
> '
rm site/a*
ok 'so does its deletion' gets 'USR1
> *
> '
stop "$watchrun"
mkdir odd
: >log
cd odd || exit
watchrun -v -w -p ../app.pid '**' >>../log 2>&1 </dev/null &
watchrun=$!
started="$started $watchrun"
cd ..
until_ok 10 has log 'watching '
: >'odd/!x'
ok 'a name that looks like a report gets ./ in front' gets 'USR1
> ./!x
> '
: >'odd/*'
ok 'a name that looks like a * gets ./ in front' gets 'USR1
> ./*
> '
stop "$watchrun"

# ---- many, and none lost ----

listening -t 0
i=0
while [ $i -lt 200 ]; do
	i=$((i + 1))
	: >"site/f$i"
done
# all_told: has the process got each of them?
all_told() {
	[ "$(grep '^> site/f' got | sort -u | wc -l)" -eq 200 ]
}
ok 'of many changes and signals none is lost' until_ok 10 all_told
ok 'each signal came with a message' test \
    "$(grep -c '^> $' got)" -ge "$(grep -c '^USR1$' got)"
stop "$watchrun"
ok 'nothing is left in the mailbox' not test -s .app.pid.box
seen=$(wc -l <got)

# ---- failures ----

# since: what has come since the last question
since() {
	sed "1,${seen}d" got
}
# came text: is this a line of it?
came() {
	since | grep -qxF -- "$1"
}
# rings n: has it got that many signals, and soon after no more?
rings() {
	until_ok 5 rang "$1" && sleep 0.15 && rang "$1"
}
rang() {
	[ "$(since | grep -cx USR1)" -eq "$1" ]
}

listening -- sh -c 'echo bad news; test -e allowed'
save one
until_ok 5 has log 'exit status 1'
: >allowed
save two
ok 'the next success reports the last change' \
    until_ok 5 came '> site/two'
ok 'and those that the command failed for' came '> site/one'
ok 'by one signal' rings 1
ok 'without -e, there is no report' not has got '> !'
stop "$watchrun"
rm allowed
seen=$(wc -l <got)

listening -e -- sh -c 'echo bad news; echo " more" >&2; test -e allowed'
save one
ok '-e signals a failure, with its report' until_ok 5 came '> !  more'
ok 'the report has all output of the command' came '> ! bad news'
ok 'by one signal' rings 1
ok 'the report comes without changes' not came '> site/one'
seen=$(wc -l <got)
: >allowed
save two
ok 'the next success reports its changes' until_ok 5 came '> site/two'
ok 'and those of the failure' came '> site/one'
ok 'and no failure' not came '> ! bad news'
ok 'also by one signal' rings 1
rm allowed
seen=$(wc -l <got)

rm .app.pid.box
: >log
save one
until_ok 5 has log 'exit status 1'
ok 'without a mailbox, a failure does not signal' rings 0
: >allowed
save two
ok 'without a mailbox, a success signals' plain
stop "$watchrun"
rm allowed
kill -KILL "$holder"

# ---- what is not a mailbox ----

# boxless 'a sentence' command...: after this was done to the mailbox, a change
# sends a signal without messages, and a failure sends none
boxless() {
	sentence=$1
	shift
	holder -b
	seen=1
	"$@" || echo "FAIL 'the scene is set' ($*)"
	listening -e -- test ! -e broken
	save page.html
	ok "$sentence: a signal without messages" plain
	: >broken
	save page.html
	until_ok 5 has log 'exit status 1'
	ok "$sentence: no signal for a failure" rings 0
	ok "$sentence: watchrun goes on" kill -0 "$watchrun"
	stop "$watchrun"
	kill -KILL "$holder"
	rm -rf broken .app.pid.box
}
linked() {
	: >target
	ln -sf ../"${PWD##*/}"/target .app.pid.box
}
dangling() {
	ln -sf nowhere .app.pid.box
}
made() {
	rm .app.pid.box && "$@" .app.pid.box
}
hard() {
	rm .app.pid.box && ln target .app.pid.box
}
locked() {
	start locker receiver -l .app.pid.box
	until_ok 10 has locker ready && kill -STOP "$pid"
}
boxless 'a mailbox that was deleted' rm .app.pid.box
boxless 'a link in its place' linked
ok 'the target of the link is not written to' not test -s target
boxless 'a link to nowhere' dangling
ok 'its target is not created' not test -e nowhere
boxless 'a hard link in its place' hard
ok 'the other name of the file is not written to' not test -s target
boxless 'a directory in its place' made mkdir
boxless 'a FIFO in its place' made mkfifo
boxless 'a mailbox that a stopped process has locked' locked
kill -KILL "$pid"

# A mailbox without write permission; root can write anyway.
boxless_nobody() {
	chmod 0 .app.pid.box
}
if [ "$(id -u)" -ne 0 ]; then
	boxless 'a mailbox that cannot be written to' boxless_nobody
elif need setpriv; then
	chmod 777 . site
	top_watchrun=$top/watchrun
	mkdir bin
	for program in watchrun receiver; do
		[ $program = receiver ] && top_watchrun=$top/tests/tools/receiver
		cat >bin/$program <<-END
			#!/bin/sh
			exec setpriv --reuid 65534 --clear-groups "$top_watchrun" "\$@"
		END
		chmod 755 bin/$program
	done
	PATH=$tmp/bin:$PATH
	boxless 'a mailbox that cannot be written to' boxless_nobody
	PATH=${PATH#*:}
	rm -rf bin
else
	skip 'a mailbox that cannot be written to' 'root can write anywhere'
fi

# ---- mailboxes that fill up ----

holder -b
seen=1
kill -STOP "$holder"
# a long path: a mailbox holds some 60 of them
long=$(head -c 200 /dev/zero | tr '\0' n)
long=$long/$long/$long/$long/$long
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	printf '%s\n\n' "$i.$long"
	# a batch ends by itself, too, once its list is read
	[ $((i % 10)) -ne 0 ] || sleep 0.05
done | watchrun -v -f - -p app.pid >log 2>&1
ok 'signals to a stopped process succeed' has log 'signalled app.pid'
ok 'its mailbox does not grow without end' \
    test "$(wc -c <.app.pid.box)" -le 65536
kill -CONT "$holder"
ok 'too many messages become a *' until_ok 5 came '> *'
last_came() {
	came "> 100.$long"
}
ok 'the last change is still there' until_ok 5 last_came
seen=$(wc -l <got)
printf 'after\n' | watchrun -f - -p app.pid
ok 'after that, changes are reported as before' gets 'USR1
> after
> '
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	echo "$i.$long"
done | watchrun -f - -p app.pid
ok 'a batch that is larger than a mailbox becomes a *' gets 'USR1
> *
> '

# A full disk: here, files of more than a block or two.
# limited args... <list: watchrun -f -, that may write no large file
limited() {
	(
		ulimit -f 1
		exec watchrun -f - -p app.pid "$@" >/dev/null 2>&1
	)
}
seq 10000 10999 >many
ok 'if messages cannot be written, watchrun goes on' limited <many
ok 'and they become a *' gets 'USR1
> *
> '
echo a | limited -e -- sh -c 'seq 10000 10999; exit 1'
ok 'a report that cannot be written does not signal' rings 0
ok 'and nothing of it is in the mailbox' not test -s .app.pid.box
echo a | limited
ok 'after that, messages that fit are written again' gets 'USR1
> a
> '
kill -KILL "$holder"
until_ok 5 gone "$holder"
printf 'late\n' | watchrun -v -f - -p app.pid >log 2>&1
ok 'if the process is gone, the signal fails' \
    has log 'no process holds it'
ok 'and no message is left behind' not test -s .app.pid.box

# ---- several ----

rm -f .*.box ./*.pid
for name in one two; do
	start $name receiver -b -l $name.pid
	until_ok 10 has $name ready
done
printf 'a\nb\n' | watchrun -f - -p one.pid a ';' -p two.pid b
ok 'each process gets what its rules name' until_ok 5 has one '> a'
ok 'and nothing else' not has one '> b'
ok 'the other process gets the rest' until_ok 5 has two '> b'
ok 'and nothing else, either' not has two '> a'

# ---- many reports ----

start many receiver -b -l many.pid
until_ok 5 has many ready
loud='seq -f "line %g of a long report" 2000; exit 3'
start log watchrun -v -w -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c 'echo short; exit 4'
until_ok 5 has log 'watching '
echo late >late
ok 'of more reports than fit, the mailbox has a part' \
    until_ok 5 has many '> ! line 2000 of a long report'
ok 'it has the reason of each failure' until_ok 5 count 4 many '> ! sh: exit status 3'
ok 'also that of the last one' until_ok 5 has many '> ! sh: exit status 4'
stop "$pid"
