#!/bin/sh
# watchrun_list.sh - the change list, written and read
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# lister args...: a watchrun that lists into the file out; $watchrun
lister() {
	: >"$tmp/log"
	watchrun -v -w -l "$@" >"$tmp/out" 2>"$tmp/log" </dev/null &
	watchrun=$!
	started="$started $watchrun"
	until_ok 10 has "$tmp/log" 'watching '
}
# lists text: are these, in any order, the records of the list by now, and
# does it end with the end of a batch?
lists() {
	printf '%s\n' "$1" | sort >"$tmp/want"
	until_ok 5 lists_all || { cat "$tmp/out"; return 1; }
}
lists_all() {
	[ -z "$(tail -n 1 "$tmp/out")" ] || return 1
	sort -u "$tmp/out" | grep -v '^$' | cmp - "$tmp/want"
}
# batches n: are there n batches, and soon after no more?
batches() {
	until_ok 5 ends "$1" && sleep 0.15 && ends "$1"
}
ends() {
	[ "$(grep -c '^$' "$tmp/out")" -eq "$1" ]
}
# feed args... <list: watchrun -f -, until the list has ended
feed() {
	watchrun -v -f - "$@" >"$tmp/out" 2>"$tmp/log"
}
# fed text args...: that list is read, and it ends well
fed() {
	text=$1
	shift
	printf '%b' "$text" | feed "$@"
}

# ---- to write ----

mkdir -p site/sub
lister 'site/**'
echo a >site/page.html
ok 'a change is listed as its pattern spells it' lists site/page.html
ok 'once, as a batch' batches 1
rm site/page.html
ok 'what is deleted is listed, too' until_ok 5 count 2 out site/page.html
mkdir site/new
echo a >site/new/a
mv site/new/a site/sub/b
ok 'what is moved is listed where it is' until_ok 5 has out site/sub/b
stop "$watchrun"

# Written beside the page and moved over it, under a name that counts, too.
moved() {
	for save in 1 2 3 4 5 6 7 8; do
		moved_at_once $save
		tail -n +$((was + 1)) out | cmp - want || return 1
	done
}
# A machine that is too busy for that is asked again.
moved_at_once() {
	result=4
	while [ $result -eq 4 ]; do
		was=$(wc -l <out)
		save rename "$1" site/page.html
		result=$?
		until_ok 5 longer
		# The next batch would come within this.
		sleep 0.1
		[ $result -ne 4 ] || until_ok 10 at_rest
	done
}
# The name that was listed too early has vanished, which is listed 0.1 s later.
at_rest() {
	was=$(wc -l <out)
	sleep 0.5
	lines "$was" out
}
longer() {
	[ "$(wc -l <out)" -gt "$was" ]
}
printf 'site/page.html\n\n' >want
echo a >site/page.html
for settle in 0 0.01; do
	lister -t $settle 'site/**'
	ok "-t $settle: a save by rename is one record" moved
	stop "$watchrun"
done
lister "$tmp/site/**"
echo a >site/page.html
ok 'a path is absolute where its pattern is' lists "$tmp/site/page.html"
stop "$watchrun"

mkdir odd
cd odd || exit
lister '**'
for name in '!x' '*' '*y' - -n ' z' 'a!' '[i]'; do
	: >"$name"
done
ok 'what looks like another record gets ./ in front, and nothing else' lists \
    './!x
./*
./*y
./-
-n
 z
a!
[i]'
stop "$watchrun"
newline='a
b'
lister '**'
: >"$newline"
ok 'a name with a newline is listed as a *' lists '*'
stop "$watchrun"
lister -0 '**'
rm ./*
: >"$newline"
: >'!x'
printf 'a\nb\0' >"$tmp/record"
# holds_bytes file: are they somewhere in the list?
holds_bytes() {
	python3 -c 'import sys
sys.exit(open(sys.argv[1], "rb").read() not in open(sys.argv[2], "rb").read())' \
	    "$1" "$tmp/out"
}
ok 'under -0 it is listed as it is' until_ok 5 holds_bytes "$tmp/record"
printf './!x\0' >"$tmp/record"
ok 'and a ! gets its ./' until_ok 5 holds_bytes "$tmp/record"
# ends_batch: does the list end with the end of a record and of a batch?
ends_batch() {
	[ "$(tail -c 2 "$tmp/out" | od -An -tx1 | tr -d ' ')" = 0000 ]
}
ok 'and the batch ends with an empty record' until_ok 5 ends_batch
stop "$watchrun"
cd ..

# ---- beside a command ----

lister 'site/**' -- sh -c 'echo said; test -e allowed'
echo b >site/page.html
ok 'when the command fails nothing is listed' until_ok 5 has log 'exit status 1'
ok 'and its output goes to standard error' has log said
: >allowed
echo b >site/other.html
ok 'what it failed for is listed with the next success' lists \
    'site/page.html
site/other.html'
ok 'and its output never' count 0 out said
stop "$watchrun"
rm allowed
lister 'site/**' -e -- sh -c 'echo " no  good "; echo bad >&2; test -e allowed'
echo c >site/page.html
ok 'under -e its report is listed' until_ok 5 has out '!  no  good '
ok 'with what it said on standard error' until_ok 5 has out '! bad'
ok 'and no path' count 0 out site/
ok 'the report is a batch' ends 1
ok 'and is still seen on standard error' has log ' no  good '
: >allowed
echo d >site/page.html
ok 'what mends it is listed without a report' until_ok 5 ends 2
# last_batch: the records after the first batch
last_batch() {
	sed '1,/^$/d' "$tmp/out" | grep -v '^$'
}
ok 'with its path' test "$(last_batch)" = site/page.html
stop "$watchrun"
rm allowed

: >log
mkfifo pipe
watchrun -w -l 'site/**' 2>log >pipe </dev/null &
watchrun=$!
started="$started $watchrun"
head -n 1 <pipe >first &
saved_until() {
	echo "$(($(cat site/page.html) + 1))" >site/page.html
	"$@"
}
echo 1 >site/page.html
ok 'each batch is written at once' until_ok 5 saved_until test -s first
ok 'when nobody reads it any more it ends' until_ok 5 saved_until gone "$watchrun"
rm -f pipe

# ---- to read ----

: >a
: >b
mkdir d
: >d/c
# shellcheck disable=SC2016
record='echo "$@ ${WATCHRUN_ALL-}" >>seen; cat >>seen'
rm -f seen
ok 'the end of the list ends it well' fed 'a\nb\n\n' -- sh -c "$record" sh '{}'
ok 'after it has run once for the batch' same_text seen 'a b '
rm -f seen
fed 'a\nb\n' -- sh -c "$record" sh '{}'
ok 'the last batch needs no end' same_text seen 'a b '
rm -f seen
fed 'a' -- sh -c "$record" sh '{}'
ok 'nor does the last record' same_text seen 'a '
# More than is in a pipe.
seq 20000 >many
short() {
	watchrun -l -f many 2>log | {
		read -r _
		sleep 0.3
	}
}
start first short
ok 'who has read enough ends it, though its input has ended before' \
    until_ok 10 gone "$pid"
ok 'and that is said' has log 'standard output: Broken pipe'
rm -f seen
fed 'a\nb\n\na\nd/c\n\n' -- sh -c "$record" sh '{}'
ok 'the command reads nothing of the list' count 0 seen d/c/
ok 'which is acted on to its end' has seen d/c
rm -f seen
fed '\n\n\n' -- sh -c "$record" sh '{}'
ok 'empty batches run nothing' not test -e seen
ok 'nor does an empty list' fed ''
fed '! a\n! b\n\n' -- sh -c "$record" sh '{}'
ok 'nor does a report' not test -e seen
fed 'a\ngone\n\n' -- sh -c "$record" sh '{}'
ok 'what is no more is no argument' same_text seen 'a '
rm -f seen
fed '*\n\n' 'd/**' -- sh -c "$record" sh '{}'
ok 'a * is all there is' same_text seen 'd 1'
rm -f seen
fed '*\n\n' -- sh -c "$record" sh '{}'
ok 'without patterns, too' same_text seen '. 1'
rm -f seen
fed 'a\nd/c\n\n' 'd/**' b -- sh -c "$record" sh '{}'
ok 'patterns choose among what comes' same_text seen 'd/c '
rm -f seen
fed 'd/c\na\n\n' 'd/**' ';' a -- sh -c "$record" sh '{}'
ok 'and each rule has its own' same_text seen 'a '
rm -f seen
fed 'd/c\nd/.hidden\nd/c~\n\n' -l
ok 'without patterns all that comes counts' lists 'd/c
d/.hidden
d/c~'
fed 'd/c\na\n\n' -l -x d
ok 'but for what -x leaves out' lists a
printf 'a\n\nb\n' >list
watchrun -l -f list >out
ok 'a list may be a file' lists 'a
b'
refused 'one that is not there is an error' watchrun -l -f missing
fed "$(head -c 8193 /dev/zero | tr '\0' x)\n\n" -l
ok 'a record that is too long is a *' lists '*'
printf 'a\0nb\0\0' | feed -l
ok 'a line with a NUL in it is a *' lists '*'

# Any names, from list to list: what is read is written as it came, except for
# needless slashes.
python3 - >bytes <<'END'
import sys
for i in range(1, 256):
	byte = bytes([i])
	if byte not in b"!*-":
		sys.stdout.buffer.write(byte + b"x\0")
	if byte != b"/":
		sys.stdout.buffer.write(b"x" + byte + b"/y\0")
END
# same_records a b: the same records, in any order, ends of batches aside
same_records() {
	LC_ALL=C sort -zu "$1" | LC_ALL=C grep -zv '^$' >sorted.1
	LC_ALL=C sort -zu "$2" | LC_ALL=C grep -zv '^$' >sorted.2
	cmp sorted.1 sorted.2
}
watchrun -0 -l -f bytes >out 2>log
ok 'names of any bytes come through' same_records bytes out
ok 'all of them' test "$(tr -cd '\0' <sorted.1 | wc -c)" -eq 506

# ---- why it ends ----

quiet() {
	watchrun -q "$@" 2>log
	[ $? -eq 1 ]
}
ok 'what can not be read ends it with status 1' quiet -f d
ok 'and is said, even under -q' same_text log 'watchrun: d: Is a directory'
