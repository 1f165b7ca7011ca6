# lib.sh - what every end-to-end test starts with:  . "${0%/*}/lib.sh"
# shellcheck shell=sh
#
# A test works in a folder of its own, $tmp, uses ports that the system
# chooses, and waits for conditions, never for a time.  Whatever it starts
# with `start` is ended, by pid, when it exits.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$top:$top/tests/tools:$PATH
tmp=$(mktemp -d "${TMPDIR:-/tmp}/reloadws.XXXXXX")
started=
failed=0
cd "$tmp" || exit 1

cleanup() {
	for pid in $started; do
		! is_ours "$pid" || kill -KILL "$pid" 2>/dev/null
	done
	wait
	cd / && rm -rf "$tmp"
}
trap 'cleanup; exit $failed' EXIT
trap 'exit 1' HUP INT TERM

# is_ours pid: did this shell, or a subshell of it, start that process?  The
# number of one that has ended may be somebody else's by now.
is_ours() {
	ancestor=$1
	until [ "$ancestor" -eq $$ ]; do
		ancestor=$(($(ps -o ppid= -p "$ancestor" 2>/dev/null || echo 0)))
		[ "$ancestor" -gt 1 ] || return 1
	done
}

# ok 'a sentence' command...: the command must succeed
ok() {
	name=$1
	shift
	if "$@" >"$tmp/ok.out" 2>&1; then
		echo "ok '$name'"
	else
		echo "FAIL '$name' ($*)"
		sed 's/^/    /' "$tmp/ok.out" | head -n 20
		failed=1
	fi
}

# refused 'a sentence' command...: the command must fail
refused() {
	sentence=$1
	shift
	ok "$sentence" not "$@"
}

not() {
	! "$@"
}

# skip 'a sentence' why: said and counted
skip() {
	echo "skip '$1' ($2)"
}

# lacks 'a sentence' tool: skipped for want of it, which is a failure in CI
lacks() {
	if [ "${CI:-}" = true ]; then
		echo "FAIL '$1' (no $2 here)"
		failed=1
	else
		skip "$1" "no $2 here"
	fi
}

# until_ok secs command...: try until it succeeds, at most that long; thrice as
# long, in fact, for machines that have more to do.  It tries ever less often, as
# others need the processor, too.
until_ok() {
	patience=$(($1 * 3000))
	pause=20
	shift
	until "$@" >/dev/null 2>&1; do
		patience=$((patience - pause))
		[ $patience -gt 0 ] || { "$@"; return; }
		sleep "0.0$pause"
		pause=$((pause < 80 ? pause + 10 : 90))
	done
}

# start log command...: in the background, its output in $tmp/log; $pid
start() {
	log=$1
	shift
	# What an earlier one said must not be taken for this one's.
	rm -f "$tmp/$log"
	"$@" >"$tmp/$log" 2>&1 </dev/null &
	pid=$!
	started="$started $pid"
}

# stop pid: ask it to end and wait until it has; its status
stop() {
	! is_ours "$1" || kill -TERM "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# has file text: does a line of the file hold that text?
has() {
	grep -qF -- "$2" "$1"
}

# count n file text: do exactly n lines hold it?
count() {
	[ "$(grep -cF -- "$3" "$2")" -eq "$1" ]
}

# gone pid...: have all these processes ended, waited for by who started them
# or not?
gone() {
	for each; do
		case $(ps -o stat= -p "$each") in
		'' | Z*) ;;
		*) return 1 ;;
		esac
	done
}

# same_text file text: is that, and a newline, all there is in the file?
same_text() {
	printf '%s\n' "$2" | cmp - "$1"
}

# ---- watchrun ----

# watch log args...: watchrun -v, until it waits for changes; $pid
watch() {
	log=$1
	shift
	start "$log" watchrun -v "$@"
	until_ok 10 has "$tmp/$log" 'watching ' && return
	echo "FAIL 'watchrun starts' ($*)"
	failed=1
}

# together command...: whatever it changes comes to $watchrun at once, however busy
# the machine is, so that it is one batch
together() {
	kill -STOP "$watchrun"
	"$@"
	kill -CONT "$watchrun"
}

# runs n file: does the file have n lines, and soon after no more?
# A run writes a line; a needless run would come within the settling, and
# after a file that vanished 100 ms later.
runs() {
	until_ok 10 lines "$1" "$2" || { cat "$2"; return 1; }
	sleep 0.25
	lines "$1" "$2" || once_more "$1" "$2" || { cat "$2"; return 1; }
	was_waited=$(waited)
}

# Where there is more to do than processors can, a saver may be kept from its
# next write for longer than any hold: then one run more, that saw the same.
once_more() {
	lines $(($1 + 1)) "$2" || return 1
	[ "$(tail -n 2 "$2" | uniq | wc -l)" -eq 1 ] || return 1
	awk -v n="$(getconf _NPROCESSORS_ONLN)" '{ exit !($1 > n) }' /proc/loadavg ||
	    kept_waiting 50
}

# waited: how many milliseconds have been in which something here waited for a
# processor, one that another machine had taken included, or for the disk?
waited() {
	cat /proc/pressure/cpu /proc/pressure/io /proc/stat 2>/dev/null | awk '
	    $1 == "some" { sub(/.*total=/, ""); ms += $0 / 1000 }
	    $1 == "cpu" { ms += $9 * 10 }
	    END { printf "%d\n", ms }'
}
was_waited=$(waited)

# kept_waiting ms: have they been more than that since it was looked at last?
kept_waiting() {
	[ $(($(waited) - was_waited)) -gt "$1" ]
}

# lines n file: does the file have exactly n lines?
lines() {
	[ "$(wc -l <"$2")" -eq "$1" ]
}

# watch_page: a site of one page, and a watchrun that keeps in the file seen
# what each run finds in it; $watchrun
watch_page() {
	mkdir site
	echo old >site/page.html
	: >seen
	watch log -w 'site/**' -- sh -c 'cat site/page.html >>seen'
	# shellcheck disable=SC2034
	watchrun=$pid
}

# saved 'a sentence' content command...: one run, that finds this content
saved() {
	sentence=$1
	content=$2
	shift 2
	: >seen
	ok "$sentence" saves "$@"
}

# Save until one run has come; what it saw is what was saved.
saves() {
	"$@" || return 1
	runs 1 seen && [ "$(tail -n 1 seen)" = "$content" ]
}

# need tool: is it here?
need() {
	command -v "$1" >/dev/null
}

# ---- reloadws ----

# address log: the port of the address that a server has printed
address() {
	sed -n 's|^http://127.0.0.1:\([0-9]*\)/$|\1|p' "$1" | grep .
}

# serve log args...: reloadws, until it listens and may be rung; $pid, $port
serve() {
	log=$1
	shift
	start "$log" reloadws "$@"
	until_ok 10 address "$tmp/$log"
	# shellcheck disable=SC2034
	port=$(address "$tmp/$log")
}

# opened n log: has this server, which was started with -v, accepted n
# connections, those included that it has closed since?
opened() {
	[ "$(grep -c '^reloadws: connection [0-9]*: open$' "$tmp/$2")" -ge "$1" ]
}

# free_port: a port that nobody has, and that the system gives to nobody who
# asks for any: it stays free when a server there ends and comes again; $free
free_port() {
	free=$(awk -v pid=$$ 'BEGIN {
	    srand(); print 11000 + int(rand() * 20000 + pid * 7) % 20000 }')
	until start finder "$top/reloadws" -q -l "$free" -p "$tmp/finder.pid" &&
	    until_ok 5 address "$tmp/finder"; do
		stop "$pid"
		free=$((11000 + (free - 11000 + 1) % 20000))
	done
	stop "$pid"
}

# start_each 'words' list: each line of the list starts a server, in a network
# of its own, where each port is free
start_each() {
	up='ip link set lo up && exec "$@"'
	if ! unshare -n sh -c "$up" alone true 2>/dev/null; then
		skip "$1: what reloadws is started with" 'no network of its own'
		return
	fi
	while read -r line; do
		# shellcheck disable=SC2086 # it has no quotes
		start server unshare -n sh -c "$up" alone $line
		ok "$1: $line" until_ok 5 \
		    grep -q '^http://.*:[1-9][0-9]*/$' server
		stop "$pid"
	done <"$2"
}
