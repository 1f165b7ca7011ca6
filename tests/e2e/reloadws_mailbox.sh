#!/bin/sh
# reloadws_mailbox.sh - changes told by the letter box, standard input and POST
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

box=.reloadws.pid.box

# hears text: does the page come to hear that?
hears() {
	until_ok 5 has page "$1"
}

# post path body [field]: what the server says to it
post() {
	printf 'POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Length: %s\r\n%s\r\n%s' \
	    "$1" "$(printf %s "$2" | wc -c)" "${3:-}" "$2" |
	    wscat -r "$port"
}

# ---- the letter box ----

serve server -l 0 -v
server=$pid
ok 'the letter box is there' test -f $box
ok 'only its owner may write to it' \
    test "$(find $box -perm 600)" = $box
start page wscat -t 60 -P reload.v1 "$port" /reload
hears hello

printf 'site/style.css\nsite/a b.css\n' >>$box
kill -USR1 "$server"
ok 'a letter is told at the ring' \
    hears '"kind":"style","paths":["site/style.css","site/a b.css"]'
ok 'and taken out of the box' until_ok 5 not test -s $box
kill -USR1 "$server"
ok 'a ring without a letter is a reload' hears '"kind":"reload","paths":[]'
echo 'site/index.html' >>$box
kill -HUP "$server"
ok 'any ring brings the letters' \
    hears '"kind":"reload","paths":["site/index.html"]'
echo 'site/page.html' >>$box
kill -USR2 "$server"
ok 'USR2 makes them styles' \
    hears '"kind":"style","paths":["site/page.html"]'
printf 'style.css' >>$box
kill -USR1 "$server"
ok 'half a record is a record' hears '["style.css"]'
printf '! Error: a < b\n! at 1:2\n' >>$box
kill -USR1 "$server"
ok 'a report is told' hears '"text":"Error: a \u003c b\nat 1:2\n"'
ok 'and is no reload' count 2 page '"kind":"reload"'
wscat -n 2 -P reload.v1 "$port" /reload >late
ok 'who comes late is told, too' has late '"kind":"report"'
echo 'new.css' >>$box
kill -USR1 "$server"
ok 'a letter without a report says that it is mended' \
    hears '"kind":"mended"'
awk 'BEGIN { for (i = 0; i < 7000; i++) print "file" i ".css" }' >>$box
kill -USR1 "$server"
ok 'too many letters are anything' hears '-7","kind":"reload","paths":[]'

# ---- a box that is none ----

rm $box
kill -USR1 "$server"
ok 'without a box a ring is a reload' hears '-8","kind":"reload"'
ok 'and there is a box again' until_ok 5 test -f $box
echo treasure >treasure
rm $box
ln -s treasure $box
kill -USR1 "$server"
ok 'a link in its place is a plain reload' hears '-9","kind":"reload"'
ok 'and not followed' same_text treasure treasure
rm $box
mkdir $box
kill -USR1 "$server"
ok 'so is a directory' hears '-10","kind":"reload"'
rmdir $box

# ---- a writer that is stopped with the box locked ----

kill -USR1 "$server"
until_ok 5 test -f $box
start writer bell -d -l $box
writer=$pid
until_ok 5 has writer ready
kill -STOP "$writer"
echo late.css >>$box
kill -USR1 "$server"
ok 'who stops while it has the box holds up no ring' \
    hears '-12","kind":"reload","paths":[]'
kill -KILL "$writer"
kill -USR1 "$server"
ok 'and its letters are not lost' hears '["late.css"]'

# ---- two writers, many rings ----

stop "$server"
serve server -l 0
server=$pid
start page wscat -t 60 -P reload.v1 "$port" /reload
hears hello
# A listener that is late by too many broadcasts is told that anything may have
# changed; so now and then it is waited for.
told() {
	grep -o '"[ab][0-9]*\.[0-9]*\.css"' page >told
	lines $((i * 400)) told
}
delivered=0
i=0
while [ $i -lt 25 ]; do
	i=$((i + 1))
	start one postman reloadws.pid "a$i." 200
	one=$pid
	start two postman reloadws.pid "b$i." 200
	wait "$one" && wait "$pid" && until_ok 10 told &&
	    delivered=$((delivered + 1))
done
ok 'two writers deliver many letters, each with a ring' \
    test $delivered -eq 25
sort -u told >once
ok 'each path is told' lines 10000 once
ok 'just once' lines 10000 told
# Who waits for a processor while it has the box locked is not waited for.
lettered() {
	count 0 page '"paths":[]' ||
	    awk -v n="$(getconf _NPROCESSORS_ONLN)" '{ exit !($1 > n) }' \
		/proc/loadavg
}
ok 'and no ring is without its letter' lettered

# ---- POST ----

ok 'POST rings' post /reload ''
ok 'and it is a reload' hears '"kind":"reload","paths":[]'
post /reload 'posted.css
' >answer
ok 'its body is a change list' hears '["posted.css"]'
ok 'and the answer tells the generation' \
    grep -q '{"ok":true,"generation":"[0-9a-f]*-[0-9]*","listeners":1}' answer
ok 'a page from elsewhere can not ring' sh -c "
    printf 'POST /reload HTTP/1.0\r\nHost: localhost\r\nOrigin: http://evil\r\n\r\n' |
    wscat -r $port | grep -q '^HTTP/1.1 403'"
ok 'nor who sends too much' sh -c "
    printf 'POST /reload HTTP/1.0\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n' |
    wscat -r $port | grep -q '^HTTP/1.1 413'"

# ---- the end ----

stop "$server"
ok 'the box goes with the pidfile' not test -e $box
echo mine >$box
chmod 644 $box
serve server -l 0
ok 'letters of before are not for us' not test -s $box
ok 'whoever made the box' test "$(find $box -perm 600)" = $box
rm reloadws.pid
echo another >$box
stop "$pid"
ok 'a box of another is left alone' test -s $box
rm $box
mkdir $box
serve server -l 0
ok 'where there can be no box that is said' has server 'no letter box'
stop "$pid"
rmdir $box

# ---- standard input ----

mkfifo changes
reloadws -v -l 0 - <changes >server 2>&1 &
server=$!
started="$started $server"
exec 8>changes
until_ok 5 address server
port=$(address server)
start page wscat -t 60 -P reload.v1 "$port" /reload 8>&-
hears hello
printf 'a.css\nb.css\n\n' >&8
ok 'what standard input tells is told' hears '["a.css","b.css"]'
printf 'c.css\n' >&8
ok 'without the end of a batch, too' hears '["c.css"]'
printf 'd.html\n\n! bad\n\n' >&8
ok 'batches are told apart' hears '"kind":"reload","paths":["d.html"]'
ok 'and so are reports' hears '"kind":"report"'
printf 'half' >&8
printf '.css\n\n' >&8
ok 'records may come in pieces' hears '["half.css"]'
printf 'last.css' >&8
exec 8>&-
ok 'the last may lack its end' hears '["last.css"]'
ok 'its end is not ours' until_ok 5 has server 'standard input: ended'
kill -USR1 "$server"
ok 'rings still come' hears '"kind":"reload","paths":[]'
stop "$server"

# ---- from watchrun ----

serve server -l 0
server=$pid
mkdir site
echo old >site/page.html
watch log -w -e -p reloadws.pid 'site/**' -- sh -c 'cat site/page.html; ! test -e broken'
start page wscat -t 60 -P reload.v1 "$port" /reload
hears hello
echo new >site/page.html
ok 'what watchrun saw is told' hears '"kind":"reload","paths":["site/page.html"]'
: >broken
echo newer >site/page.html
ok 'how the build failed is told' hears '"kind":"report","paths":[],"text":"sh: exit status 1\nnewer\n"'
rm broken
echo newest >site/page.html
ok 'and that it is mended' hears '"kind":"mended"'
ok 'no more than that' count 2 page '"kind":"reload"'
stop "$pid"
stop "$server"
