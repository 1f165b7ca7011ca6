#!/bin/sh
# watchrun_rules.sh - several rules, and what {} stands for
# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # shells that commands are expand these
. "${0%/*}/lib.sh"

: >ran

# note word: the command of a rule, which writes that and its other arguments
cat >note <<'END'
#!/bin/sh
echo "$@" >>ran
[ ! -e "fail-$1" ]
END
chmod +x note
# did lines...: did just these run, in this order?
did() {
	printf '%s\n' "$@" >want
	until_ok 10 cmp -s ran want && sleep 0.25 && cmp -s ran want && return
	cat ran
	return 1
}
# after command lines...: did just these lines follow the command?
after() {
	: >ran
	eval "$1"
	shift
	did "$@"
}
bell_of() {
	start "$1.rang" receiver -b -l "$1"
	until_ok 10 has "$1.rang" ready
}
# heard name lines...: did its pidfile get just these signals and records?
heard() {
	rang=$1.rang
	shift
	printf '%s\n' ready "$@" >want
	until_ok 10 cmp -s "$rang" want && sleep 0.1 &&
	    cmp -s "$rang" want && return
	cat "$rang"
	return 1
}

# ---- which run, and in which order ----

mkdir src
touch src/a.js src/b.css conf
start log watchrun -v 'src/*.js' -- ./note scripts ';' \
    'src/*.css' conf -x '*.min.css' -- ./note all ';' \
    'src/*' -- ./note last
watchrun=$pid
ok 'at the start all rules run, in order' did scripts all last
ok 'a change runs the rules whose patterns match' \
    after 'echo 1 >src/a.js' scripts last
ok 'a change does not run other rules' after 'echo 1 >conf' all
ok 'a change that no rule matches runs nothing' after 'echo 1 >other; echo 2 >conf' all
ok '-x of one rule leaves nothing out for others' after 'echo 1 >src/x.min.css' last
all_three() {
	echo 3 >src/b.css
	echo 3 >conf
	echo 3 >src/a.js
}
touch fail-scripts
ok 'a rule that fails does not stop later rules' \
    after 'echo 2 >src/a.js' scripts last
ok 'a rule that fails is reported' until_ok 5 has log 'note: exit status 1'
rm fail-scripts
ok 'a batch that all rules match runs each once' \
    after 'together all_three' scripts all last
ok 'USR1 runs all rules' after 'kill -USR1 $watchrun' scripts all last
stop "$watchrun"

# ---- which pidfiles are signalled ----

bell_of both
bell_of one
start log watchrun -v -w -p both -p one 'src/*.js' -- ./note scripts ';' \
    -p both 'src/*' -- ./note styles
watchrun=$pid
until_ok 10 has log 'watching '
ok 'both rules run' after 'echo 4 >src/a.js' scripts styles
ok 'a pidfile of two rules is signalled once' heard both USR1 '> src/a.js' '> '
ok 'a pidfile of one rule is signalled' heard one USR1 '> src/a.js' '> '
touch fail-scripts
ok 'the second rule runs when the first fails' \
    after 'echo 5 >src/a.js' scripts styles
ok 'a pidfile of both is not signalled when one rule fails' heard both USR1 '> src/a.js' '> '
ok 'a pidfile of the rule that fails is not signalled' heard one USR1 '> src/a.js' '> '
ok 'a batch may be for the second rule alone' after 'echo 5 >src/b.css' styles
ok 'then a pidfile of both gets the earlier changes, too' heard both USR1 '> src/a.js' '> ' \
    USR1 '> src/a.js' '> src/b.css' '> '
rm fail-scripts
ok 'the first rule succeeds again' after 'echo 6 >src/a.js' scripts styles
ok 'then its pidfile gets the earlier changes, too' heard one USR1 '> src/a.js' '> ' \
    USR1 '> src/a.js' '> '
stop "$watchrun"

# ---- {} ----

one_gone() {
	rm ./-x.h
	echo 8 >src/a.js
}
: >ran
rm -f x
start log watchrun -v 'src/*' conf x '*.h' -- \
    ./note 'all?' '{}' ';' 'src/*.js' ./conf '*.h' src -- ./note js '{}'
watchrun=$pid
ok 'at the start {} is the start of each pattern' \
    did 'all? src conf .' 'js src conf .'
ok 'for a change {} is the changed file' \
    after 'echo 7 >src/a.js' 'all? src/a.js' 'js src/a.js'
ok '{} has only files that the rule matches' \
    after 'echo 7 >conf' 'all? conf' 'js conf'
ok 'a file may be for one rule alone' after 'echo 7 >x' 'all? x'
ok 'a path that looks like an option gets ./ in front' \
    after 'echo 7 >./-x.h' 'all? ./-x.h' 'js ./-x.h'
ok '{} leaves out deleted files' \
    after 'together one_gone' 'all? src/a.js' 'js src/a.js'
ok '{} disappears when all files were deleted' after 'rm src/a.js' 'all?' 'js'
ok 'for USR1 {} is the start of each pattern' \
    after 'kill -USR1 $watchrun' 'all? src conf x .' 'js src conf .'
stop "$watchrun"
: >ran
watch log 'src/*' -- sh -c 'echo "${WATCHRUN_ALL-none}" "$@" >>ran' sh 'a{}'
ok 'WATCHRUN_ALL is set when anything may have changed' did '1 a{}'
ok 'WATCHRUN_ALL is not set for a change' after 'echo 8 >src/b.css' 'none a{}'
stop "$pid"
ok 'watchrun runs with WATCHRUN_ALL in its environment' env WATCHRUN_ALL=7 sh -c '
    watchrun -1 "src/*" -- sh -c "echo \${WATCHRUN_ALL-none} >all" &
    while [ ! -e all ]; do date >src/b.css; sleep 0.05; done; wait' 
ok 'the command does not get that WATCHRUN_ALL' same_text all none

# Arguments may be some 2 MB long.
long=$(printf '%0249d/' 0 0 0 0 0 0 0 0)
: >ran
mkdir -p many "made/$long"
seq -f "made/$long%g" 1200 | xargs touch
watch log -w many -- sh -c \
    'echo "${WATCHRUN_ALL-none} $#" "$(echo "$1" | cut -c 1-9)" >>ran' sh '{}'
mv made many/ # all at once: they are one batch
ok '{} is the start of each pattern if the changes do not fit' \
    until_ok 20 has ran '1 1 many'
stop "$pid"
rm -r many

# ---- what watchrun writes ----

mkdir said
watchrun -v -w 'said/*' -- sh -c 'echo run >>ran; false' >said/log 2>&1 </dev/null &
pid=$!
started="$started $pid"
until_ok 10 has said/log 'watching '
ok 'output of watchrun is not a change' after 'echo 1 >said/a' run
ok 'there is output' has said/log 'exit status 1'
stop "$pid"

# ---- -u ----

echo content >src/b.css
watch log -w -u 'src/b.css' -- ./note u ';' 'src/b.css' -- ./note all
ok 'under -u a rewrite with the same content is not a change' \
    after 'echo content >src/b.css' all
ok 'under -u a replacement with the same content is not a change' \
    after 'cp src/b.css new; mv new src/b.css' all
ok 'under -u new content is a change' after 'echo Content >src/b.css' u all
ok 'under -u the new content is remembered' after 'echo Content >src/b.css' all
stop "$pid"
