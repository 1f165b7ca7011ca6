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
# did lines...: has all this run, in this order, and soon after no more?
did() {
	printf '%s\n' "$@" >want
	until_ok 10 cmp -s ran want && sleep 0.25 && cmp -s ran want && return
	cat ran
	return 1
}
# after what lines...: did these follow it?
after() {
	: >ran
	eval "$1"
	shift
	did "$@"
}
bell_of() {
	start "$1.rang" bell -b -l "$1"
	until_ok 10 has "$1.rang" ready
}
# heard name lines...: what has rung there, since it was last asked?
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
ok 'a change runs the rules that it concerns' \
    after 'echo 1 >src/a.js' scripts last
ok 'and no others' after 'echo 1 >conf' all
ok 'what concerns none runs none' after 'echo 1 >other; echo 2 >conf' all
ok 'options are of their rule' after 'echo 1 >src/x.min.css' last
touch fail-scripts
ok 'a rule that fails does not stop the later ones' \
    after 'echo 2 >src/a.js' scripts last
ok 'and is said' until_ok 5 has log 'note: exit status 1'
rm fail-scripts
ok 'a batch that concerns them all runs each once' \
    after 'echo 3 >src/b.css; echo 3 >conf; echo 3 >src/a.js' scripts all last
ok 'USR1 runs them all' after 'kill -USR1 $watchrun' scripts all last
stop "$watchrun"

# ---- who is rung ----

bell_of both
bell_of one
start log watchrun -v -w -p both -p one 'src/*.js' -- ./note scripts ';' \
    -p both 'src/*' -- ./note styles
watchrun=$pid
until_ok 10 has log 'watching '
ok 'both rules run' after 'echo 4 >src/a.js' scripts styles
ok 'a pidfile that both name is rung once' heard both USR1 '> src/a.js' '> '
ok 'one that the first names, too' heard one USR1 '> src/a.js' '> '
touch fail-scripts
ok 'when the first one fails the second runs' \
    after 'echo 5 >src/a.js' scripts styles
ok 'who waits for both is not rung' heard both USR1 '> src/a.js' '> '
ok 'nor who waits for the first' heard one USR1 '> src/a.js' '> '
ok 'a batch of the second alone' after 'echo 5 >src/b.css' styles
ok 'rings, with what was owed' heard both USR1 '> src/a.js' '> ' \
    USR1 '> src/a.js' '> src/b.css' '> '
rm fail-scripts
ok 'when the first one succeeds again' after 'echo 6 >src/a.js' scripts styles
ok 'what changed before and now is told' heard one USR1 '> src/a.js' '> ' \
    USR1 '> src/a.js' '> '
stop "$watchrun"

# ---- {} ----

: >ran
rm -f x
start log watchrun -v 'src/*' conf x '*.h' -- \
    ./note 'all?' '{}' ';' 'src/*.js' ./conf '*.h' src -- ./note js '{}'
watchrun=$pid
ok 'at the start {} is where the patterns begin' \
    did 'all? src conf .' 'js src conf .'
ok 'for a change it is that file' \
    after 'echo 7 >src/a.js' 'all? src/a.js' 'js src/a.js'
ok 'each rule has those that concern it, as it spells them' \
    after 'echo 7 >conf' 'all? conf' 'js conf'
ok 'and no others' after 'echo 7 >x' 'all? x'
ok 'what looks like an option gets ./ in front' \
    after 'echo 7 >./-x.h' 'all? ./-x.h' 'js ./-x.h'
ok 'a file that is gone is none of it' \
    after 'rm ./-x.h; echo 8 >src/a.js' 'all? src/a.js' 'js src/a.js'
ok 'when all are gone it disappears' after 'rm src/a.js' 'all?' 'js'
ok 'for USR1 it is where the patterns begin' \
    after 'kill -USR1 $watchrun' 'all? src conf x .' 'js src conf .'
stop "$watchrun"
: >ran
watch log 'src/*' -- sh -c 'echo "${WATCHRUN_ALL-none}" "$@" >>ran' sh 'a{}'
ok 'WATCHRUN_ALL tells that it may be anything' did '1 a{}'
ok 'for a change it is not set' after 'echo 8 >src/b.css' 'none a{}'
stop "$pid"
ok 'also where watchrun got one itself' env WATCHRUN_ALL=7 sh -c '
    watchrun -1 "src/*" -- sh -c "echo \${WATCHRUN_ALL-none} >all" &
    while [ ! -e all ]; do date >src/b.css; sleep 0.05; done; wait' 
ok 'it is not' same_text all none

# Arguments may be some 2 MB long.
long=$(printf '%0249d/' 0 0 0 0 0 0 0 0)
: >ran
mkdir -p many "made/$long"
seq -f "made/$long%g" 1200 | xargs touch
watch log -w many -- sh -c \
    'echo "${WATCHRUN_ALL-none} $#" "$(echo "$1" | cut -c 1-9)" >>ran' sh '{}'
mv made many/ # all at once: they are one batch
ok 'where the changes do not fit it is where the patterns begin' \
    until_ok 20 has ran '1 1 many'
stop "$pid"
rm -r many

# ---- what watchrun writes ----

mkdir said
watchrun -v -w 'said/*' -- sh -c 'echo run >>ran; false' >said/log 2>&1 </dev/null &
pid=$!
started="$started $pid"
until_ok 10 has said/log 'watching '
ok 'what watchrun itself writes is no change' after 'echo 1 >said/a' run
ok 'though it writes' has said/log 'exit status 1'
stop "$pid"

# ---- -u ----

echo content >src/b.css
watch log -w -u 'src/b.css' -- ./note u ';' 'src/b.css' -- ./note all
ok 'a file rewritten as it was is no change under -u, from the start on' \
    after 'echo content >src/b.css' all
ok 'nor one replaced by its copy' \
    after 'cp src/b.css new; mv new src/b.css' all
ok 'another content is' after 'echo Content >src/b.css' u all
ok 'and that is the one from then on' after 'echo Content >src/b.css' all
stop "$pid"
