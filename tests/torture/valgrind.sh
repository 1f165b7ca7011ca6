#!/bin/sh
# valgrind.sh - watchrun uses no memory wrongly, and loses none
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

if ! need valgrind; then
	lacks 'no leak' valgrind
	exit
fi
if grep -q __asan_init "$top/watchrun"; then
	skip 'no leak' 'a program under ASan runs not under valgrind'
	exit
fi

watchrun() {
	exec valgrind --quiet --leak-check=full --show-leak-kinds=definite,possible \
	    --errors-for-leak-kinds=definite,possible \
	    --error-exitcode=99 --child-silent-after-fork=yes \
	    --log-file=memory watchrun "$@"
}
# Death by a signal hides the exit status: what it says is what counts.  It
# also warns of system calls that it has not.
clean() {
	test -f memory && ! grep '^==' memory
}
settled() {
	until_ok 30 grep -q "$1" seen && sleep "$quiet"
}

# ---- a session that a signal ends ----

mkdir -p site/a/b other
echo old >site/page.html
ln -s ../other site/link
ln -s page.html site/to-page
: >seen
start receiver.log receiver -l receiver.pid
# shellcheck disable=SC2086
watch log $options -p receiver.pid -p none -x '*.css' 'site/**' 'site/link/*' \
    '{later,never}/*.html' -- sh -c 'cat site/page.html >>seen
    test ! -f site/fails'
watchrun=$pid
ok 'a run' settled old
echo new >site/page.html
ok 'another' settled new
# What changes while it runs, fails, moves and goes.
mkdir -p site/c/d/e later
echo one >site/c/d/e/file
echo one >later/x.html
mv site/c site/a/b/c
ln -sfn nowhere site/to-page
: >site/fails
rm -r site/a
echo newer >site/page.html
ok 'of many changes' settled newer
rm -r later site/fails site/link
echo newest >site/page.html
ok 'of what goes' settled newest
kill -USR1 "$watchrun"
ok 'a signal comes' until_ok 30 has receiver.log USR1
# More than its queue holds.
kill -STOP "$watchrun"
mkdir site/many
torture burst site/many 10 20000 "$seed"
echo flooded >site/page.html
kill -CONT "$watchrun"
ok 'after a flood' settled flooded
stop "$watchrun"
ok 'no memory is lost or used wrongly until TERM' clean

# ---- ends of other kinds ----

rm -f memory
: >seen
# shellcheck disable=SC2086
watch log $options 'site/**' -- sh -c 'echo busy >>seen; sleep 100 & wait'
ok 'a command that lasts' settled busy
stop "$pid"
ok 'TERM ends both, and nothing is lost' clean
rm -f memory
: >seen
: >.receiver.pid.box
# shellcheck disable=SC2086
watch log $options -l0 -u -e -p receiver.pid 'site/**' -- sh -c 'echo "$@" >>seen
    test ! -f site/fails' - {} ';' -r -k 1 'site/*.html' -- sleep 100 ';' \
    -T 0.2 -p none 'site/page.html' -- sleep 100
# A change before the first run would belong to that, which gets no paths of files.
until_ok 30 grep -q site seen
echo rules >site/page.html
ok 'of several rules' settled site/page.html
: >seen
echo failing >site/fails
ok 'one of which fails' settled site/fails
rm site/fails
: >seen
echo mended >site/page.html
ok 'and is mended' settled site/page.html
stop "$pid"
ok 'rules, lists and reports, and nothing is lost' clean
rm -f memory
printf 'site/page.html\n../up\n/abs\n*\n! said\n\nsite/many/1\n' >list
poked() {
	(watchrun -f - -P <list)
}
ok 'a list that is poked' poked
ok 'loses nothing' clean
rm -f memory
: >seen
start log watchrun -v -1 'site/**' -- sh -c 'echo once >>seen'
until_ok 10 has log 'watching '
echo once >site/page.html
ok '-1: it ends well' wait "$pid"
ok 'and leaves nothing' clean
rm -f memory
shown() {
	(watchrun -n 'site/**')
}
ok '-n' shown
ok 'leaves nothing' clean
