# lib.sh - what the test of a recipe starts with:  . "${0%/*}/../lib.sh"
# shellcheck shell=sh source-path=SCRIPTDIR source=../e2e/lib.sh
#
# A recipe is a directory with the files as a user would have them; live.sh is
# what is typed.  Its test works on a copy, in which reloadws has a port of its
# own besides those that the recipe names, and watchrun says what it does.

. "${0%/*}/../../e2e/lib.sh"

top=${top%/tests}
recipe=$(basename "$(dirname "$0")")
PATH=$tmp/bin:$top/tests/tools:$top:/usr/sbin:/usr/bin:$PATH
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
groups=

# whatever a recipe has started, and what that has
end_groups() {
	for group in $groups; do
		kill -s TERM -- "-$group" 2>/dev/null
		until_ok 10 no_group "$group" || kill -s KILL -- "-$group"
	done
}
no_group() {
	[ -z "$(ps -o stat= -g "$1" | sed '/^Z/d')" ]
}
trap 'end_groups; cleanup; exit $failed' EXIT

mkdir bin
printf '#!/bin/sh\nexec "%s" -l 0 "$@"\n' "$top/reloadws" >bin/reloadws
printf '#!/bin/sh\nexec "%s" -v "$@"\n' "$top/watchrun" >bin/watchrun
chmod +x bin/*
cp -R "$top/tests/recipes/$recipe" recipe
cd recipe || exit 1

# needs tool...: else nothing of this recipe is tried
needs() {
	for tool; do
		need "$tool" && continue
		lacks "the recipe $recipe" "$tool"
		exit
	done
}

# cook [command...]: do what is typed, else live.sh, until watchrun has nothing
# left to do; $port is that of the pages, where there is a reloadws
cook() {
	[ $# -gt 0 ] || set -- sh ./live.sh
	start log setsid "$@"
	groups="$groups $pid"
	until_ok 20 cooked || echo "FAIL '$recipe begins'"
	port=$(address "$tmp/log")
}
cooked() {
	has "$tmp/log" 'watching ' || return 1
	! grep -q reloadws live.sh Makefile || address "$tmp/log"
}

# built: wait until the commands at the start have been run, and what waits was
# signalled, unless watchrun was quicker than reloadws
built() {
	until_ok 20 grep -q -e 'signalled .*reloadws\.pid' \
	    -e 'reloadws\.pid: No such file' -e 'reloadws\.pid: .*no process' \
	    "$tmp/log" && return
	echo "FAIL '$recipe is built'"
	cat "$tmp/log"
}

# edit expression file: as sed -i, but written in place, at once
edit() {
	sed "$1" "$2" >"$tmp/next" && cp "$tmp/next" "$2"
}

# ---- what pages are told, and show ----

# listen: as a page does, from now on
listen() {
	start news wscat -t 600 -P reload.v1 "$port" /reload
	until_ok 10 has "$tmp/news" hello
}

# get path [port]: what is served there
get() {
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" |
	    wscat -r "${2:-$port}" / >"$tmp/got" 2>/dev/null
}

# shows path text [port]: is that in what is served?
shows() {
	get "$1" "${3:-}" && has "$tmp/got" "$2"
}

# told n: were pages told to reload, or to swap, so often?
told() {
	[ "$(grep -c -e '"kind":"reload"' -e '"kind":"style"' "$tmp/news")" \
	    -eq "$1" ]
}

# one_reload 'a sentence' n command...: the n-th news comes, and what the
# command looks for is there by then.  Two instead of one are found at the
# next, since it is the n-th of all.
one_reload() {
	sentence=$1
	n=$2
	shift 2
	until_ok 20 told "$n" || cat "$tmp/news"
	ok "$sentence" "$@"
	ok "$sentence: by one reload" told "$n"
}

# silent 'a sentence' n text: watchrun says text, and no news come
silent() {
	until_ok 20 has "$tmp/log" "$3" || tail -n 5 "$tmp/log"
	ok "$1" has "$tmp/log" "$3"
	ok "$1: nobody reloads" told "$2"
}
