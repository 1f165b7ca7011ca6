#!/bin/sh
# watchrun_writers.sh - files that are still being written, and files that only
# look as if they had not been
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ---- a pause in a save ----

mkdir site
echo old >site/page.html
: >seen
watch log -w 'site/**' -- sh -c 'tr "\n" " " <site/page.html >>seen; echo >>seen'
{ sleep 0.25; echo half; sleep 0.25; echo rest; } >site/page.html
ok 'a save with pauses is built once, and whole' runs 1 seen
ok 'it is what the writer has closed' same_text seen 'half rest '
stop "$pid"

# ---- once, when the file is complete ----

# shellcheck disable=SC2016
start writer sh -c 'sleep 0.3; exec >report.pdf; for i in 1 2 3 4 5; do
    echo $i; sleep 0.3; done; : >closed'
ok '-1 waits for the writer for longer than the cap' \
    timeout 20 watchrun -1 report.pdf -- cp report.pdf got
ok 'the command sees all of the file' lines 5 got

# ---- a file that stays open ----

: >seen
watch log -w 'site/**' -- sh -c 'wc -l <site/app.log >>seen'
watchrun=$pid
mkfifo ./more
# shellcheck disable=SC2016
start logger sh -c 'exec >>site/app.log <more; while read -r line; do
    echo "$line"; done'
exec 8>./more
echo first >&8
ok 'a file that stays open is acted on at the cap' until_ok 10 test -s seen
echo second >&8
ok 'the next write to it does not wait for the close' until_ok 10 grep -q 2 seen
exec 8>&-
stop "$watchrun"

# ---- written with the signature that it had ----

in_capitals() {
	tr '[:lower:]' '[:upper:]' <site/page.html >twin
	touch -r site/page.html twin
	cp -p twin site/page.html
}
again() {
	cp -p twin site/page.html
	echo 1 >site/other
}
echo same size >site/page.html
touch -d '2020-01-01 01:01:01.123456789' site/page.html
: >seen
watch log -w 'site/**' -- sh -c 'cat site/page.html >>seen'
watchrun=$pid
together in_capitals
ok 'a file with the same size and mtime has changed' runs 1 seen
ok 'its contents are the new ones' same_text seen 'SAME SIZE'
: >seen
together again
ok 'the same contents again are no change' runs 1 seen
ok 'beside one that is' has log 'site/page.html: is as it was'
stop "$watchrun"

# ---- large files ----

: >seen
truncate -s 200G site/disk.img 2>/dev/null || : >site/disk.img
watch log -w -u site -- sh -c 'echo ran >>seen'
echo x >>site/disk.img
ok 'a file of 200 GB is a change under -u' until_ok 10 test -s seen
kill -TERM "$pid"
ok 'and TERM is heeded' until_ok 2 gone "$pid"
rm site/disk.img site/app.log

# ---- modes ----

becomes() {
	how=$*
	rm -rf bin
	mkdir bin
	: >seen
	# shellcheck disable=SC2086
	watch log -w $how 'bin/*' -- bin/script
	printf '#!/bin/sh\necho run >>seen\n' >bin/script
	ok "a script that may not be executed does not run${how:+, $how}" \
	    until_ok 10 has log 'Permission denied'
	sleep 0.4
	chmod +x bin/script
	ok "chmod +x is a change${how:+, $how}" until_ok 10 lines 1 seen
	stop "$pid"
}
becomes
becomes -r
becomes -i 0.1

# ---- a directory that may be read later ----

if [ "$(id -u)" -ne 0 ]; then
	mkdir -m 0 later
	watch log -w later -- sh -c 'echo ran >>seen'
	: >seen
	chmod 755 later
	echo 1 >later/a
	ok 'an unreadable directory is watched once it may be read' \
	    until_ok 10 test -s seen
	stop "$pid"
elif need setpriv && ! setpriv --reuid=65534 --regid=65534 --clear-groups \
    test -x "$top/watchrun"; then
	skip 'an unreadable directory is watched once it may be read' \
	    'nobody else may run this watchrun'
elif need setpriv; then
	chmod 777 .
	setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '
	    mkdir -m 0 later
	    : >later.seen
	    exec watchrun -v -w later -- sh -c "echo ran >>later.seen"' \
	    >later.log 2>&1 </dev/null &
	pid=$!
	started="$started $pid"
	until_ok 10 has later.log 'watching '
	chmod 755 later
	echo 1 >later/a
	ok 'an unreadable directory is watched once it may be read' \
	    until_ok 10 test -s later.seen
	stop "$pid"
else
	lacks 'an unreadable directory is watched once it may be read' setpriv
fi

# ---- quiet time ----

: >seen
watch log -w -t 1 'site/**' -- sh -c 'echo ran >>seen'
for i in 1 2 3 4 5 6; do
	echo "$i" >"site/file$i"
	sleep 0.3
done
ok '-t 1 waits for a second without a change' runs 1 seen
stop "$pid"
