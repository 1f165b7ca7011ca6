#!/bin/sh
# watchrun_loops.sh - commands that cause their own next run, or only seem to
# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # shells that commands are expand these
. "${0%/*}/lib.sh"

mkdir src out
: >ran

# ---- the same content ----

watch log -w 'src/*' -- sh -c 'echo run >>ran; echo same >src/out'
echo 1 >src/page
ok 'a command whose output is new once runs twice' runs 2 ran
echo 2 >src/page
ok 'and then once a save' runs 3 ran
stop "$pid"

# ---- endless loops ----

# The third rule runs without end.
watch log -w -p both 'src/*' ';' conf -- true ';' 'src/*' -- \
    sh -c 'tr "\n" " " <src/page >>ran; echo >>ran; date +%s%N >src/new'
: >ran
echo 1 >src/page
ok 'a command that writes what it watches is named, and the file' \
    until_ok 10 has log 'src/new changes during runs, and sh (rule 3) runs'
ok 'with the option that leaves the file out' has log ': -x src/new'
# From the twentieth batch on the delay is 30 s: then no run comes for a while.
rests() {
	before=$(wc -l <ran)
	sleep 0.7
	[ "$before" -ge 20 ] && lines "$before" ran
}
ok 'its runs are spaced out' until_ok 20 rests
ok 'after twenty' test "$(wc -l <ran)" -le 22
sleep 1
: >ran
{
	echo half
	sleep 0.08
	echo rest
} >src/page
ok 'a save ends the delay' until_ok 5 test -s ran
ok 'and no run finds half of it' not grep -qx 'half ' ran
until_ok 20 rests
ok 'the file is named once' count 1 log 'src/new changes during runs'
stop "$pid"

# Two rules, each of which writes what the other one watches.
rm -f src/*
watch log -w 'src/a' -- sh -c 'date +%s%N >src/b' ';' \
    'src/b' -- sh -c 'echo run >>ran; date +%s%N >src/a'
: >ran
echo 1 >src/a
ok 'a loop of two rules is named' until_ok 30 has log 'again and again'
ok 'and spaced out' until_ok 20 rests
: >ran
echo 1 >src/a
ok 'a save ends that delay, too' until_ok 5 test -s ran
stop "$pid"

# Each file is a new one.
rm -f src/*
watch log -w 'src/*' -- sh -c 'echo run >>ran; : >"src/$(date +%s%N)"'
: >ran
echo 1 >src/page
ok 'a loop of new files is spaced out' until_ok 30 rests
ok 'and named' count 1 log 'again and again'
stop "$pid"
rm -f src/*

: >'src/a new*file'
watch log -w 'src/*' -- sh -c 'date +%s%N >"src/a new*file"'
echo 1 >src/page
ok 'no option is suggested that a shell would take apart' \
    until_ok 10 has log 'leave it out: -x ...'
stop "$pid"
rm -f src/*

# ---- a rule that works on another rule's output ----

watch log '*.scss' -w -- sh -c 'cp a.scss out/a.css' ';' \
    'out/*.css' -- sh -c 'echo "post $(cat out/a.css)" >>ran'
: >ran
: >want
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo $i >a.scss
	echo "post $i" >>want
	until_ok 10 lines $i ran
	sleep 0.05
done
ok 'a rule that works on the output of another one' cmp ran want
ok 'is not delayed' not has log 'delayed'
ok 'and not taken for a loop' not has log '(rule'
stop "$pid"

# ---- saves while a slow command runs ----

rm -f go
: >ran
: >ended
watch log -w 'src/*' -- sh -c 'cat src/a src/b | tr "\n" " " >>ran; echo >>ran
    until test -e go; do sleep 0.02; done; rm go; echo end >>ended'
echo 0 >src/a
echo 0 >src/b
i=1
until_ok 10 lines 1 ran
while [ $i -le 14 ]; do
	[ $((i % 2)) -eq 0 ] && echo $i >src/a || echo $i >src/b
	: >go
	until_ok 10 lines $i ended
	i=$((i + 1))
	until_ok 10 lines $i ran
done
ok 'saves while a command runs are built, each' \
    test "$(tail -n 2 ran | tr '\n' ,)" = '12 13 ,14 13 ,'
ok 'and not taken for a loop' not has log '(rule'
: >go
until_ok 10 lines $i ended
stop "$pid"

# ---- servers ----

mkdir app
cd app || exit 1

# serving secs: the server writes data.json so long after each start
serving() {
	printf '#!/bin/sh\necho up >>../ups\nsleep %s\n' "$1" >app
	printf 'date +%%s%%N >data.json\nexec sleep 1000\n' >>app
	chmod +x app
	: >../ups
	watch log "$2" "$3" -- ./app
}
asked() {
	grep -E "does ./app itself write .*data.json after each start\?$1" \
	    ../log >../asked
	lines 1 ../asked
}
# Where a busy machine delays the starts it is a loop like others.
named() {
	asked '|again and again'
}
serving 0.7 -r .
ok 'a file that a server writes after each start is asked about' \
    until_ok 20 asked ''
ok 'with the option that leaves it out' grep -q ': -x .*data.json$' ../log
: >../ups
until_ok 10 lines 2 ../ups
ok 'once' asked ''
stop "$pid"

serving 0.1 -r .
ok 'so is one that it writes as it starts' until_ok 20 named
at_rest() {
	before=$(wc -l <../ups)
	sleep 0.7
	[ "$before" -ge 15 ] && lines "$before" ../ups
}
ok 'whose restarts are spaced out' until_ok 30 at_rest
ok 'and nothing else is said' named
: >../ups
echo 1 >page
ok 'a save ends the delay' until_ok 5 test -s ../ups
stop "$pid"

cat >app <<-'END'
	#!/bin/sh
	trap 'date +%s%N >data.json; exit' TERM
	echo up >>../ups
	while :; do sleep 0.02; done
END
: >../ups
watch log -r . -- ./app
until_ok 5 test -s ../ups
# A server that is stopped before its trap is set writes nothing.
circles() {
	date +%s%N >page
	sleep 2
	named
}
ok 'a file that a server writes when it is stopped is named' until_ok 1 circles
stop "$pid"

serving 0.7 -rxdata.json .
until_ok 5 lines 1 ../ups
sleep 1
ok 'with -x the server is left alone' lines 1 ../ups
stop "$pid"
