#!/bin/sh
# watchrun_mailboxes.sh - what holders find in their letter boxes when they are rung
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
n=0

# holder [-b]: a process that holds app.pid, and what comes to it in `got`
holder() {
	rm -f app.pid .app.pid.box
	start got bell "$@" -l app.pid
	holder=$pid
	until_ok 10 has got ready
}
# listening args...: a watchrun that rings app.pid; $watchrun
listening() {
	: >log
	watchrun -v -w -p app.pid 'site/*' "$@" >>log 2>&1 </dev/null &
	watchrun=$!
	started="$started $watchrun"
	until_ok 10 has log 'watching '
}
# save name: a change
save() {
	n=$((n + 1))
	echo $n >"site/$1"
}
# gets text: has the holder got this since it was asked last?
gets() {
	printf '%s\n' "$1" >want
	until_ok 5 got_all || { sed "1,${seen}d" got; return 1; }
	seen=$(wc -l <got)
}
got_all() {
	sed "1,${seen}d" got | cmp - want
}
# plain: a ring without letters
plain() {
	gets USR1
}

# ---- changes ----

holder -b
seen=1
listening
save page.html
ok 'a ring finds what changed, as its pattern spells it' gets 'USR1
> site/page.html
> '
save page.html
ok 'and the next one only what changed since' gets 'USR1
> site/page.html
> '
rm site/page.html
ok 'what was deleted is told, too' gets 'USR1
> site/page.html
> '
: >'site/a
b'
ok 'a name with a newline is told as a *' gets 'USR1
> *
> '
rm site/a*
ok 'when it goes as well' gets 'USR1
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
ok 'a name like a report gets ./ in front' gets 'USR1
> ./!x
> '
: >'odd/*'
ok 'so does one like anything' gets 'USR1
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
# all_told: has the holder been told of each?
all_told() {
	[ "$(grep '^> site/f' got | sort -u | wc -l)" -eq 200 ]
}
ok 'of many changes and rings none is lost' until_ok 10 all_told
ok 'and each letter came with a ring' test \
    "$(grep -c '^> $' got)" -ge "$(grep -c '^USR1$' got)"
stop "$watchrun"
ok 'nothing is left in the box' not test -s .app.pid.box
seen=$(wc -l <got)

# ---- failures ----

# since: what has come since the holder was asked last
since() {
	sed "1,${seen}d" got
}
# came text: is that a line of it?
came() {
	since | grep -qxF -- "$1"
}
# rings n: were there that many, and soon after no more?
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
ok 'what a command failed for is told with its next success' \
    until_ok 5 came '> site/two'
ok 'all of it' came '> site/one'
ok 'by one ring' rings 1
ok 'without -e there is no report' not has got '> !'
stop "$watchrun"
rm allowed
seen=$(wc -l <got)

listening -e -- sh -c 'echo bad news; echo " more" >&2; test -e allowed'
save one
ok '-e rings for a failure, with its report' until_ok 5 came '> !  more'
ok 'all that the command said' came '> ! bad news'
ok 'by one ring' rings 1
ok 'and no change is told by it' not came '> site/one'
seen=$(wc -l <got)
: >allowed
save two
ok 'when it is mended the changes are told' until_ok 5 came '> site/two'
ok 'those of the failure, too' came '> site/one'
ok 'and no report' not came '> ! bad news'
ok 'by one ring, too' rings 1
rm allowed
seen=$(wc -l <got)

rm .app.pid.box
: >log
save one
until_ok 5 has log 'exit status 1'
ok 'a failure that no box takes rings nobody' rings 0
: >allowed
save two
ok 'the success after it does' plain
stop "$watchrun"
rm allowed
kill -KILL "$holder"

# ---- boxes that are none ----

# boxless 'a sentence' command...: where that was done to the box of a holder
# a change is a plain ring, and none after a failure
boxless() {
	sentence=$1
	shift
	holder -b
	seen=1
	"$@" || echo "FAIL 'the scene is set' ($*)"
	listening -e -- test ! -e broken
	save page.html
	ok "$sentence: a plain ring" plain
	: >broken
	save page.html
	until_ok 5 has log 'exit status 1'
	ok "$sentence: no ring for a failure" rings 0
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
	start locker bell -l .app.pid.box
	until_ok 10 has locker ready && kill -STOP "$pid"
}
boxless 'a box that was deleted' rm .app.pid.box
boxless 'a link in its place' linked
ok 'what the link leads to is not written to' not test -s target
boxless 'a link to nowhere' dangling
ok 'which makes nothing' not test -e nowhere
boxless 'a hard link in its place' hard
ok 'and its other name is not written to' not test -s target
boxless 'a directory in its place' made mkdir
boxless 'a FIFO in its place' made mkfifo
boxless 'a box locked by a stopped process' locked
kill -KILL "$pid"

# What nobody may write to; root may write anywhere.
boxless_nobody() {
	chmod 0 .app.pid.box
}
if [ "$(id -u)" -ne 0 ]; then
	boxless 'a box that cannot be written to' boxless_nobody
elif need setpriv; then
	chmod 777 . site
	top_watchrun=$top/watchrun
	mkdir bin
	for program in watchrun bell; do
		[ $program = bell ] && top_watchrun=$top/tests/tools/bell
		cat >bin/$program <<-END
			#!/bin/sh
			exec setpriv --reuid 65534 --clear-groups "$top_watchrun" "\$@"
		END
		chmod 755 bin/$program
	done
	PATH=$tmp/bin:$PATH
	boxless 'a box that cannot be written to' boxless_nobody
	PATH=${PATH#*:}
	rm -rf bin
else
	skip 'a box that cannot be written to' 'root can write anywhere'
fi

# ---- boxes that fill ----

holder -b
seen=1
kill -STOP "$holder"
# a long path: a box holds some 60 of them
long=$(head -c 200 /dev/zero | tr '\0' n)
long=$long/$long/$long/$long/$long
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	printf '%s\n\n' "$i.$long"
	# a batch ends by itself, too, once its list is read
	[ $((i % 10)) -ne 0 ] || sleep 0.05
done | watchrun -v -f - -p app.pid >log 2>&1
ok 'the rings for a stopped holder succeed' has log 'app.pid: rung'
ok 'its box does not grow without end' \
    test "$(wc -c <.app.pid.box)" -le 65536
kill -CONT "$holder"
ok 'what was too much for it is told as a *' until_ok 5 came '> *'
last_came() {
	came "> 100.$long"
}
ok 'and the last change is in it' until_ok 5 last_came
seen=$(wc -l <got)
printf 'after\n' | watchrun -f - -p app.pid
ok 'after that all is as before' gets 'USR1
> after
> '
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	echo "$i.$long"
done | watchrun -f - -p app.pid
ok 'a batch that no box can hold is told as a *' gets 'USR1
> *
> '

# A disc that is full: here, files of more than a block or two.
# limited args... <list: watchrun -f -, that may write no large file
limited() {
	(
		ulimit -f 1
		exec watchrun -f - -p app.pid "$@" >/dev/null 2>&1
	)
}
seq 10000 10999 >many
ok 'where letters cannot be written watchrun lives on' limited <many
ok 'and they are told as a *' gets 'USR1
> *
> '
echo a | limited -e -- sh -c 'seq 10000 10999; exit 1'
ok 'a report that cannot be written rings nobody' rings 0
ok 'and nothing of it is in the box' not test -s .app.pid.box
echo a | limited
ok 'what can be written is told as ever' gets 'USR1
> a
> '
kill -KILL "$holder"
until_ok 5 gone "$holder"
printf 'late\n' | watchrun -v -f - -p app.pid >log 2>&1
ok 'where nobody holds the pidfile any more the ring fails' \
    has log 'no process holds it'
ok 'and no letter is left behind' not test -s .app.pid.box

# ---- several ----

rm -f .*.box ./*.pid
for name in one two; do
	start $name bell -b -l $name.pid
	until_ok 10 has $name ready
done
printf 'a\nb\n' | watchrun -f - -p one.pid a ';' -p two.pid b
ok 'each holder gets what its rules name' until_ok 5 has one '> a'
ok 'and only that' not has one '> b'
ok 'the other the rest' until_ok 5 has two '> b'
ok 'and only that, too' not has two '> a'

# ---- many reports ----

start many bell -b -l many.pid
until_ok 5 has many ready
loud='seq -f "line %g of a long report" 2000; exit 3'
start log watchrun -v -w -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c "$loud" ';' \
    -e -p many.pid late -- sh -c 'echo short; exit 4'
until_ok 5 has log 'watching '
echo late >late
ok 'of more reports than a box holds it has what fits' \
    until_ok 5 has many '> ! line 2000 of a long report'
ok 'and how each failed' until_ok 5 count 4 many '> ! sh: exit status 3'
ok 'the last one, too' until_ok 5 has many '> ! sh: exit status 4'
stop "$pid"
