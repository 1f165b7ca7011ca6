#!/bin/sh
# loop.sh - changes while a command runs, and when it ends
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ends n args...: n changes about the end of a run, each of them built
ends() {
	n=$1
	shift
	mkdir built
	mkfifo told
	echo 0 >built/file
	start bell.log bell -l bell.pid
	bell=$pid
	until_ok 5 has bell.log ready
	# shellcheck disable=SC2086
	watch log -w $options -p bell.pid "$@" 'built/*' -- \
	    torture run told built/file
	watchrun=$pid
	ok "$n changes as a run ends, each built${*:+, $*}" \
	    torture loop told built/file "$watchrun" "$n" "$seed"
	runs=$(sed -n 's/ runs for.*//p' ok.out)
	ok 'and no more rings than runs' rang "${runs:-0}"
	relieve
	rm -r built told
}
# One that comes before the last was heard is one with it.
rang() {
	heard=$(grep -c USR1 bell.log)
	[ "$heard" -gt $(($1 / 2)) ] && [ "$heard" -le "$1" ]
}

ends 500
ends 100 -t 0

# ---- that never stop ----

mkdir site
echo 0 >site/page.html
echo 'cat site/page.html' >show
torment -t 0.1 'site/*'
counts='site/page\.html'
# A cap comes each second, or two when something else runs; a busy machine takes
# longer for the changes.
steady() {
	began=$(date +%s)
	torture steady site/page.html 5 2000 "$seed" || return 1
	most=$((2 * ($(date +%s) - began)))
}
asks 'a change every 5 ms for 10 s, the last of which is seen' 2000 20 steady
ok 'are acted on at every cap' test "$(wc -l <seen)" -ge 6
relieve
