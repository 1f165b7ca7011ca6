#!/bin/sh
# loop.sh - changes while a command runs, and as it ends
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ends n args...: make n changes, each as a run ends; each must be built
ends() {
	n=$1
	shift
	mkdir built
	mkfifo told
	echo 0 >built/file
	start receiver.log receiver -l receiver.pid
	receiver=$pid
	until_ok 5 has receiver.log ready
	# shellcheck disable=SC2086
	watch log -w $options -p receiver.pid "$@" 'built/*' -- \
	    torture run told built/file
	watchrun=$pid
	ok "$n changes as a run ends, each built${*:+, $*}" \
	    torture loop told built/file "$watchrun" "$n" "$seed"
	runs=$(sed -n 's/ runs for.*//p' ok.out)
	ok 'and no more signals than runs' signalled "${runs:-0}"
	relieve
	rm -r built told
}
# Signals that come while one is pending merge with it.
signalled() {
	heard=$(grep -c USR1 receiver.log)
	[ "$heard" -gt $(($1 / 2)) ] && [ "$heard" -le "$1" ]
}

ends 500
ends 100 -t 0

# ---- changes that never stop ----

mkdir site
echo 0 >site/page.html
echo 'cat site/page.html' >show
torment -t 0.1 'site/*'
counts='site/page\.html'
# The cap acts on a batch after a second, or two if the machine is busy, which
# takes longer for the changes as well.
steady() {
	began=$(date +%s)
	torture steady site/page.html 5 2000 "$seed" || return 1
	most=$((2 * ($(date +%s) - began)))
}
asks 'a change every 5 ms for 10 s, the last of which is seen' 2000 20 steady
ok 'and the cap acts on each batch' test "$(wc -l <seen)" -ge 6
relieve
