#!/bin/sh
# watchrun_batches.sh - nothing half-written, nothing lost, nothing starved
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html
: >seen

# begin args...: a watchrun that keeps what each run finds in the page
begin() {
	: >seen
	watch log -w "$@" 'site/**' -- \
	    sh -c '{ tr "\n" " " <site/page.html; echo; } >now 2>/dev/null
	        cat now >>seen'
	watchrun=$pid
}
last_is() {
	[ "$(tail -n 1 seen)" = "$1" ]
}
never() {
	! grep -qx -e "$1" seen
}

# ---- written slowly ----

# slowly text command...: one run, and it finds that.  If the command exits with
# 4, a busy machine kept it waiting for longer than watchrun waits for a writer:
# then that attempt says nothing, and the next one is made.
slowly() {
	text=$1
	shift
	for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		: >seen
		"$@"
		if [ $? -ne 4 ]; then
			runs 1 seen && last_is "$text" && return
			tail -n 3 seen log
			return 1
		fi
		until_ok 3 last_is "$text"
		sleep 0.5
	done
	echo "too late $attempt times"
	return 1
}
in_two() {
	save steps "$1" text:half pause:80 text:rest
}
late() {
	save steps site/page.html pause:80 text:late
}
in_six() {
	save steps site/page.html text:1 pause:60 text:2 pause:60 text:3 \
	    pause:60 text:4 pause:60 text:5 pause:60 text:6
}
# A watcher that is kept from looking in between finds nothing changed: too late.
put_back() {
	same=$(grep -c 'page.html: is as it was' log)
	save back site/page.html site/away || return
	until_ok 1 test -s seen ||
	    [ "$(grep -c 'page.html: is as it was' log)" -eq "$same" ] ||
	    return 4
}

begin
ok 'half a file, 80 ms, the rest: one run that finds the whole' \
    slowly 'half rest ' in_two site/page.html
ok 'a file that is empty for 80 ms' slowly 'late ' late
ok 'a file written in six pieces' slowly '1 2 3 4 5 6 ' in_six
ok 'a new file that is written slowly' slowly '1 2 3 4 5 6 ' in_two site/new
ok 'a file that vanishes and is put back' slowly '1 2 3 4 5 6 ' put_back

found_half() {
	rm -rf site/made
	sleep 0.3
	: >seen
	kill -STOP "$watchrun"
	mkdir site/made
	save steps site/made/file text:half "cont:$watchrun" pause:80 text:rest
}
ok 'a file half-written when its directory is found: one run' \
    slowly '1 2 3 4 5 6 ' found_half
rm -r site/made site/new
stop "$watchrun"

begin -t 0
ok '-t 0 holds a file that is half-written' slowly 'half rest ' \
    in_two site/page.html
ok 'and one that vanished' slowly 'half rest ' put_back
: >seen
i=0
while [ $i -lt 30 ]; do
	echo $i >site/page.html
	i=$((i + 1))
done
ok '-t 0: of many saves the last is built' until_ok 5 last_is '29 '
sleep 0.1
ok 'in few runs' test "$(wc -l <seen)" -lt 12
stop "$watchrun"

# ---- vanished ----

begin
: >seen
mv site/page.html away
ok 'a file that is gone for good is a change' until_ok 5 lines 1 seen
mv away site/page.html
until_ok 5 lines 2 seen
sleep 0.2

# ---- never at rest ----

(
	exec >site/log
	while :; do
		echo line
		sleep 0.03
	done
) &
writer=$!
started="$started $writer"
until_ok 5 test -s site/log
: >seen
ok 'a file that is always written is acted on' until_ok 5 test -s seen
: >seen
echo now >site/page.html
ok 'and holds nobody again' until_ok 5 last_is 'now '
kill $writer
wait $writer 2>/dev/null
stop "$watchrun"
rm site/log

begin
(
	while :; do
		for i in 1 2 3; do
			echo x >site/file$i
		done
	done
) &
writer=$!
started="$started $writer"
: >seen
ok 'changes that never rest are acted on' until_ok 8 test -s seen
echo now >site/page.html
ok 'and again' until_ok 8 last_is 'now '
kill $writer
wait $writer 2>/dev/null
stop "$watchrun"

# ---- during a run ----

: >seen
: >seen.end
watch log -w 'site/*.html' -- sh -c 'tr "\n" " " <site/page.html >now
    echo >>now; cat now >>seen
    until test -e go; do sleep 0.02; done; rm go; echo end >>seen.end'
watchrun=$pid
echo one >site/page.html
until_ok 5 lines 1 seen
for i in 1 2 3 4 5; do
	echo "during $i" >site/page.html
	echo >site/other.html
	sleep 0.03
done
sleep 0.25
ok 'no second run beside the first' lines 1 seen
: >go
ok 'changes during a run make one more' until_ok 5 lines 2 seen
: >go
until_ok 5 lines 2 seen.end
ok 'and only one' runs 2 seen
ok 'that finds the last of them' last_is 'during 5 '
echo two >site/page.html
until_ok 5 lines 3 seen
kill -USR1 "$watchrun"
kill -USR1 "$watchrun"
: >go
ok 'USR1 during a run makes one more' until_ok 5 lines 4 seen
: >go
until_ok 5 lines 4 seen.end
ok 'and only one' runs 4 seen
stop "$watchrun"

: >seen
watch log -w 'site/*.html' -- sh -c 'sleep 0.1; cat site/page.html >>seen'
i=1
while [ $i -le 50 ]; do
	echo $i >site/page.html
	i=$((i + 1))
	sleep 0.02
done
ok 'the last of 50 saves is built' until_ok 5 last_is 50
# It may have been saved during that run, which makes one more.
sleep 1
ok 'and nothing after it' runs "$(wc -l <seen)" seen
stop "$pid"

# A command that ends at the moment of a change.
: >seen
watch log -w -t 0 'site/*.html' -- sh -c 'cat site/page.html >>seen'
i=1
good=yes
while [ $i -le 20 ] && [ $good = yes ]; do
	echo "a$i" >site/page.html
	echo "b$i" >site/page.html
	until_ok 5 last_is "b$i" || good=no
	echo "c$i" >site/page.html
	until_ok 5 last_is "c$i" || good=no
	i=$((i + 1))
done
ok 'a save at the end of a run is never lost' test $good = yes
stop "$pid"

# ---- USR1 ----

begin
kill -USR1 "$watchrun"
ok 'USR1 runs the command now' until_ok 5 lines 1 seen
echo later >site/page.html
ok 'and changes run it as ever' until_ok 5 last_is 'later '
stop "$watchrun"

# ---- more than the queue holds ----

# Stopped, it reads no events, and the queue overflows.
max=$(cat /proc/sys/fs/inotify/max_queued_events 2>/dev/null || echo 16384)
overflow() {
	awk -v n="$max" 'BEGIN {
		for (i = 0; i < n; i++) {
			f = "site/many" i % 3
			print i >f
			close(f)
		}
	}'
}
begin
kill -STOP "$watchrun"
overflow
echo overflow >site/page.html
mkdir -p site/deep/er
echo deep >site/deep/er/file
kill -CONT "$watchrun"
ok 'a change whose event was lost is found' until_ok 10 last_is 'overflow '
sleep 0.3
: >seen
echo again >site/deep/er/file
ok 'so is a directory, which is watched' until_ok 5 lines 1 seen
overflow_and_half() {
	kill -STOP "$watchrun"
	overflow
	save steps site/page.html text:half "cont:$watchrun" pause:80 text:rest
}
ok 'a half-written file whose events were lost is held' \
    slowly 'half rest ' overflow_and_half
ok 'and never seen half' never 'half '
rm -r site/deep
ok 'what is removed then is a change' runs 2 seen
stop "$watchrun"

# ---- many at once ----

# three n: do two files at once and a third 30 ms later make so many runs?  A
# busy machine may keep either side waiting: ten tries, then.
three() {
	for attempt in 1 2 3 4 5 6 7 8 9 10; do
		: >seen
		echo 1 >site/one
		echo 1 >site/two
		sleep 0.03
		echo 1 >site/three
		until_ok 10 test -s seen
		sleep 0.2
		lines "$1" seen && return
	done
	echo "$attempt times"
	return 1
}
begin
ok 'who writes many files may pause between them' three 1
stop "$watchrun"
begin -t 0.01
ok 'a settle time that is given is that of many files, too' three 2
stop "$watchrun"
