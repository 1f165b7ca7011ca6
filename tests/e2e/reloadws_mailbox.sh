#!/bin/sh
# reloadws_mailbox.sh - changes that come by mailbox, standard input and POST
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

box=.reloadws.pid.box

# hears text: does the page get this?
hears() {
	until_ok 5 has page "$1"
}

# message: standard input goes into the mailbox once that is empty; it is not
# locked, so the server would keep it with what it has just read
message() {
	until_ok 5 not test -s $box
	cat >>$box
}

# post path body [field]: print the response
post() {
	printf 'POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Length: %s\r\n%s\r\n%s' \
	    "$1" "$(printf %s "$2" | wc -c)" "${3:-}" "$2" |
	    wscat -r "$port"
}

# ---- the mailbox ----

serve server -l 0 -v
server=$pid
ok 'the server creates a mailbox' test -f $box
ok 'only its owner may write to it' \
    test "$(find $box -perm 600)" = $box
start page wscat -t 600 -P reload.v1 "$port" /reload
hears hello

printf 'site/style.css\nsite/a b.css\n' | message
kill -USR1 "$server"
ok 'the signal broadcasts the message' \
    hears '"kind":"style","paths":["site/style.css","site/a b.css"]'
ok 'and removes it from the mailbox' until_ok 5 not test -s $box
kill -USR1 "$server"
ok 'a signal without a message is a reload' hears '"kind":"reload","paths":[]'
echo 'site/index.html' | message
kill -HUP "$server"
ok 'HUP reads the mailbox, too' \
    hears '"kind":"reload","paths":["site/index.html"]'
echo 'site/page.html' | message
kill -USR2 "$server"
ok 'USR2 makes them styles' \
    hears '"kind":"style","paths":["site/page.html"]'
printf 'style.css' | message
kill -USR1 "$server"
ok 'a record without its end is a record' hears '["style.css"]'
printf '! Error: a < b\n! at 1:2\n' | message
kill -USR1 "$server"
ok 'a report is broadcast' hears '"text":"Error: a \u003c b\nat 1:2\n"'
ok 'and is not a reload' count 2 page '"kind":"reload"'
wscat -n 2 -P reload.v1 "$port" /reload >late
ok 'a later connection gets the report, too' has late '"kind":"report"'
echo 'new.css' | message
kill -USR1 "$server"
ok 'a message without a report says that the build is mended' \
    hears '"kind":"mended"'
awk 'BEGIN { for (i = 0; i < 7000; i++) print "file" i ".css" }' | message
kill -USR1 "$server"
ok 'too many messages stand for any change' hears '-7","kind":"reload","paths":[]'

# ---- what is not a mailbox ----

rm $box
kill -USR1 "$server"
ok 'without a mailbox, a signal is a reload' hears '-8","kind":"reload"'
ok 'and the mailbox is created again' until_ok 5 test -f $box
echo treasure >treasure
rm $box
ln -s treasure $box
kill -USR1 "$server"
ok 'with a link in its place, a signal is a reload' hears '-9","kind":"reload"'
ok 'and the link is not followed' same_text treasure treasure
rm $box
mkdir $box
kill -USR1 "$server"
ok 'with a directory in its place, a signal is a reload' hears '-10","kind":"reload"'
rmdir $box

# ---- a writer that is stopped while it has the mailbox locked ----

kill -USR1 "$server"
until_ok 5 test -f $box
start writer receiver -d -l $box
writer=$pid
until_ok 5 has writer ready
kill -STOP "$writer"
echo late.css >>$box
kill -USR1 "$server"
ok 'a stopped writer does not delay the signal' \
    hears '-12","kind":"reload","paths":[]'
kill -KILL "$writer"
kill -USR1 "$server"
ok 'and its messages are not lost' hears '["late.css"]'

# ---- two writers, many signals ----

stop "$server"
serve server -l 0
server=$pid
start page wscat -t 600 -P reload.v1 "$port" /reload
hears hello
# More than 256 paths are a broadcast without paths; so wait now and then.
told() {
	grep -o '"[ab][0-9]*\.[0-9]*\.css"' page >told
	lines $((i * 200)) told
}
delivered=0
i=0
while [ $i -lt 50 ]; do
	i=$((i + 1))
	start one sender reloadws.pid "a$i." 100
	one=$pid
	start two sender reloadws.pid "b$i." 100
	wait "$one" && wait "$pid" && until_ok 10 told &&
	    delivered=$((delivered + 1))
done
ok 'two writers deliver many messages, each with a signal' \
    test $delivered -eq 50
sort -u told >once
ok 'each path is broadcast' lines 10000 once
ok 'each path is broadcast once' lines 10000 told
# A writer that waits for a processor may keep it locked for too long.
lettered() {
	count 0 page '"paths":[]' ||
	    awk -v n="$(getconf _NPROCESSORS_ONLN)" '{ exit !($1 > n) }' \
		/proc/loadavg
}
ok 'no signal comes without its message' lettered

# ---- POST ----

ok 'POST is accepted' post /reload ''
ok 'an empty POST is a reload' hears '"kind":"reload","paths":[]'
post /reload 'posted.css
' >answer
ok 'its body is a change list' hears '["posted.css"]'
ok 'the response has the generation' \
    grep -q '{"ok":true,"generation":"[0-9a-f]*-[0-9]*","listeners":1}' answer
ok 'a POST of another site is refused' sh -c "
    printf 'POST /reload HTTP/1.0\r\nHost: localhost\r\nOrigin: http://evil\r\n\r\n' |
    wscat -r $port | grep -q '^HTTP/1.1 403'"
ok 'a POST that is too large is refused' sh -c "
    printf 'POST /reload HTTP/1.0\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n' |
    wscat -r $port | grep -q '^HTTP/1.1 413'"

# ---- the end ----

stop "$server"
ok 'the mailbox is removed with the pidfile' not test -e $box
echo mine >$box
chmod 644 $box
serve server -l 0
ok 'messages from before the start are removed' not test -s $box
ok 'only the owner may write to the new mailbox' test "$(find $box -perm 600)" = $box
rm reloadws.pid
echo another >$box
stop "$pid"
ok 'the mailbox of another server is left alone' test -s $box
rm $box
mkdir $box
serve server -l 0
ok 'without a mailbox, the server says so' has server 'no mailbox'
stop "$pid"
rmdir $box

# ---- standard input ----

# The shell opens the output only when somebody writes to the FIFO.
mkfifo changes
rm -f server
reloadws -v -l 0 - <changes >server 2>&1 &
server=$!
started="$started $server"
exec 8>changes
until_ok 5 address server
port=$(address server)
start page wscat -t 600 -P reload.v1 "$port" /reload 8>&-
hears hello
printf 'a.css\nb.css\n\n' >&8
ok 'changes come by standard input' hears '["a.css","b.css"]'
printf 'c.css\n' >&8
ok 'a batch ends by itself' hears '["c.css"]'
printf 'd.html\n\n! bad\n\n' >&8
ok 'two batches are two broadcasts' hears '"kind":"reload","paths":["d.html"]'
ok 'reports come by standard input' hears '"kind":"report"'
printf 'half' >&8
printf '.css\n\n' >&8
ok 'records may come in pieces' hears '["half.css"]'
printf 'last.css' >&8
exec 8>&-
ok 'the last record may lack its end' hears '["last.css"]'
ok 'the server goes on without standard input' until_ok 5 has server 'standard input: ended'
kill -USR1 "$server"
ok 'signals still work' hears '"kind":"reload","paths":[]'
stop "$server"

# ---- from watchrun ----

serve server -l 0
server=$pid
mkdir site
echo old >site/page.html
watch log -w -e -p reloadws.pid 'site/**' -- sh -c 'cat site/page.html; ! test -e broken'
start page wscat -t 600 -P reload.v1 "$port" /reload
hears hello
echo new >site/page.html
ok 'changes come from watchrun' hears '"kind":"reload","paths":["site/page.html"]'
: >broken
echo newer >site/page.html
ok 'reports of failed builds come from watchrun' hears '"kind":"report","paths":[],"text":"sh: exit status 1\nnewer\n"'
rm broken
echo newest >site/page.html
ok 'a mended build is broadcast' hears '"kind":"mended"'
ok 'without another reload' count 2 page '"kind":"reload"'
stop "$pid"
stop "$server"
