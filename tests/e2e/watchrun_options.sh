#!/bin/sh
# watchrun_options.sh - every option, and how it is misused
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html

# usage_error text args...: exit status 2, that text and the usage on stderr
usage_error() {
	text=$1
	shift
	watchrun "$@" >out 2>err </dev/null
	status=$?
	cat err
	[ $status -eq 2 ] && [ ! -s out ] && has err "$text" &&
	    has err 'usage: watchrun ['
}
# exits n args...: watchrun ends by itself with this status
exits() {
	wanted=$1
	shift
	watchrun "$@" >out 2>err </dev/null
	status=$?
	cat out err
	[ $status -eq "$wanted" ]
}

# ---- called wrongly ----

ok 'an unknown option' usage_error '-Z' -Z
ok 'an unknown option among others' usage_error '-Z' -wqZ
ok '-p without its argument' usage_error '-p' -p
ok '-s without its argument' usage_error '-s' -w -s
ok '-t without its argument' usage_error '-t' -t
ok '-x without its argument' usage_error '-x' -x
ok '-p with an empty name' usage_error '-p' -p ''
ok '-s with what is no signal' usage_error '-s FOO' -s FOO
ok '-s with an empty name' usage_error '-s ' -s ''
ok '-s with a number that is none' usage_error '-s 999' -s 999
ok '-s with 0' usage_error '-s 0' -s 0
ok '-s with a negative number' usage_error '-s -1' -s -1
ok '-s with SIG alone' usage_error '-s SIG' -s SIG
for secs in fast '' -1 1s 1e3 . nan 0x1 ' 1' 99999999999999999999; do
	ok "-t with <$secs>" usage_error '-t ' -t "$secs"
done
ok 'an empty pattern' usage_error 'pattern' -w ''
ok '-x with an empty pattern' usage_error 'pattern' -x ''
ok '-- without a command' usage_error 'command' -w 'site/*' --
ok '-- alone' usage_error 'command' --
ok 'a pattern that stands for too many' usage_error 'patterns' \
    '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'

ok 'a command without -- in front of it' usage_error \
    'nothing to run, signal or list: give' npm start
ok 'no arguments at all' usage_error 'nothing to run'

# ---- few descriptors ----

cat >few <<'END'
limit=$1
shift
ulimit -n "$limit" && exec watchrun "$@"
END
sh few 5 'site/*' -- true >out 2>err </dev/null
ok 'a limit of 5 descriptors is named' has err \
    'the limit is 5; raise it with ulimit -n'
ok 'in one line' lines 1 err
: >few.seen
set -- site -- sh -c 'echo run >>few.seen'
for i in $(seq 30); do
	set -- site -- true ';' "$@"
done
start err sh few 40 -v -w "$@"
until_ok 10 has err 'watching '
echo more >site/page.html
ok '31 rules work with 40 descriptors' runs 1 few.seen
stop "$pid"

# ---- -h -V ----

ok '-h says how it is called' exits 0 -h
ok 'on standard output' has out 'usage: watchrun ['
ok 'and nothing on standard error' test ! -s err
ok '-V says its version' exits 0 -V
ok 'in one line' lines 1 out
ok 'that names it' grep -q '^watchrun [0-9]' out

full() {
	watchrun "$@" >/dev/full
	[ $? -eq 1 ]
}
if [ -c /dev/full ]; then
	for option in -h -V -n; do
		ok "$option where nothing can be written fails" full $option
	done
fi

# ---- -n ----

ok '-n ends by itself' exits 0 -n 'site/*.html' -- touch ran
ok 'says which pattern matches what' grep -q \
    '^match site/page.html .*site/\*\.html' out
ok 'says what is watched, and how' grep -q '^watch site .*inotify' out
ok 'and runs nothing' test ! -e ran
ok '-n where nothing matches' exits 0 -n 'site/*.css'
refused 'says that nothing matches' has out match

# ---- -w, and without ----

watch log 'site/*.html' -- sh -c 'echo run >>seen'
ok 'a command runs once at the start' runs 1 seen
echo one >site/page.html
ok 'and at a change' runs 2 seen
stop "$pid"
: >seen
watch log -w 'site/*.html' -- sh -c 'echo run >>seen'
echo two >site/page.html
ok '-w: no run before the first change' runs 1 seen
stop "$pid"

# ---- -1 ----

# once status args...: -1 with a change once it watches; exits with status
once() {
	wanted=$1
	shift
	watch log -1 'site/*.html' "$@"
	echo "$wanted" >>site/page.html
	wait "$pid"
	status=$?
	cat "$tmp/log"
	[ $status -eq "$wanted" ]
}
: >seen
ok '-1 waits for a change, runs, and exits' once 0 -- \
    sh -c 'echo run >>seen'
ok 'having run once' lines 1 seen
ok '-1 exits with the status of the command' once 7 -- sh -c 'exit 7'
ok '-1 exits with 128+n for signal n' once 143 -- sh -c 'kill -TERM $$'
ok '-1 exits with 137 for KILL' once 137 -- sh -c 'kill -KILL $$'
ok '-1 without a command exits with 0' once 0
ok '-1 with a command that is not there exits with 127' once 127 -- \
    ./no-such-command
ok 'which is said' has log './no-such-command: No such file'
echo '#!/no/such/interpreter' >bad
chmod +x bad
ok '-1 with a bad interpreter exits with 127' once 127 -- ./bad
ok '-1 with a command that is a directory exits with 126' once 126 -- ./site
ok '-1 with a file that is no program exits with 126' once 126 -- \
    site/page.html
: >seen
ok '-1 makes one run of many changes' once 0 -- sh -c 'echo run >>seen
    echo new >site/page.html'
ok 'even of those during the run' lines 1 seen

# ---- a command that fails ----

: >seen
watch log -w 'site/*.html' -- sh -c 'echo run >>seen; exit 3'
echo one >site/page.html
ok 'a command that fails' runs 1 seen
ok 'is said with its status' has log 'sh: exit status 3'
echo two >site/page.html
ok 'and runs again at the next change' runs 2 seen
stop "$pid"
watch log 'site/*.html' -- ./no-such-command
echo two >site/page.html
ok 'a command that is not there is no reason to end' until_ok 5 count 2 log \
    './no-such-command: No such file'
stop "$pid"

# ---- -q -v ----

: >seen
start log watchrun -q 'site/*.html' -- \
    sh -c 'echo run >>seen; echo said; exit 3'
until_ok 5 lines 1 seen
echo three >site/page.html
ok '-q: a failing command' runs 2 seen
ok 'leaves only what it says itself' same_text log 'said
said'
stop "$pid"
start log watchrun 'site/*.html' -- sh -c 'echo run >>seen'
until_ok 5 lines 3 seen
echo four >site/page.html
ok 'when all is well' runs 4 seen
ok 'it says nothing without -q, too' test ! -s log
stop "$pid"
watch log -w -x '*.tmp' 'site/**' -- true
echo >site/a.tmp
echo >site/.hidden
echo >site/a~
echo five >site/page.html
ok '-v says what counts, and by what' until_ok 5 has log \
    'site/page.html: changed, counts by site/**'
ok '-v says what -x left out' has log 'site/a.tmp: does not count: left out'
ok '-v says what is ignored' has log 'site/a~: does not count: built-in'
ok '-v says what no pattern matches' has log \
    'site/.hidden: does not count: no pattern'
stop "$pid"

# ---- -x -a ----

mkdir -p site/node_modules/deep site/.git site/out/deep site/lib/out
: >seen
watch log -w -x site/out -x '*.log' site -- sh -c 'echo run >>seen'
echo >site/node_modules/deep/x
echo >site/.git/x
echo >site/out/deep/x
echo >site/out/x
echo >site/x.log
echo >site/lib/x.log
echo >site/4913
echo >site/x~
sleep 0.25
ok 'what is left out and ignored runs nothing' lines 0 seen
echo >site/lib/out/x
ok 'the rest does' runs 1 seen
stop "$pid"
watchrun -n -x site/out -x '*.log' site >out
refused 'what is left out is not even watched' grep -q \
    -e '^watch site/out' -e node_modules -e .git out
watchrun -n -x lib 'site/**' >out
refused 'a name with -x is left out at any depth' grep -q '^watch .*lib' out
watchrun -n -x 'lib/' 'site/**' >out
refused 'so is one with a slash at its end' grep -q '^watch .*/lib' out
mkdir lib
watchrun -n -x lib 'site/**' >out
refused 'and one that names a directory here, too' grep -q '^watch .*/lib' out
watchrun -n -x ./lib 'site/**' >out
ok '-x ./name is the one here alone' grep -q '^watch .*/lib' out
watchrun -n -x '**/*.{html,log}' 'site/**' >out
refused '-x with alternatives' grep -q -e html -e log out
: >seen
watch log -w -a site -- sh -c 'echo run >>seen'
echo >site/node_modules/deep/y
ok '-a: what is built in does not ignore' runs 1 seen
echo >site/y~
ok 'nor the names of backups' runs 2 seen
stop "$pid"
: >seen
watch log -w 'site/node_modules/deep/*' 'site/.git/*' -- \
    sh -c 'echo run >>seen'
echo >site/node_modules/deep/z
ok 'a pattern that spells it out is not ignored' runs 1 seen
echo >site/.git/z
ok 'nor is another' runs 2 seen
stop "$pid"

# ---- -t ----

: >seen
watch log -w -t 2 'site/*.html' -- sh -c 'cat site/page.html >>seen'
for i in 1 2 3 4; do
	echo $i >site/page.html
	sleep 0.2
done
ok '-t: changes within the settling are one batch' runs 1 seen
ok 'with the last of them' same_text seen 4
stop "$pid"

# ---- order ----

: >seen
watch log 'site/*.html' -w -q -v -- sh -c 'echo run >>seen'
echo >site/page.html
ok 'options may follow patterns' runs 1 seen
stop "$pid"
mkdir seen.d
watch log -w -x seen.d -- sh -c 'printf "[%s]" "$@" >seen.d/args' sh -v -- \
    'a b' '*' ''
echo >site/page.html
ok 'without a pattern everything counts' until_ok 5 test -s seen.d/args
ok 'and the command gets its arguments as they are' test \
    "$(cat seen.d/args)" = '[-v][--][a b][*][]'
stop "$pid"

# ---- without standard descriptors ----

: >seen
watchrun -v 'site/*.html' -- sh -c 'echo run >>seen' >&- 2>&- &
pid=$!
started="$started $pid"
until_ok 5 test -s seen
echo last >site/page.html
ok 'without standard output and error it works' runs 2 seen
stop "$pid"
