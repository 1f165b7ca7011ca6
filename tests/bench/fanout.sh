#!/bin/sh
# fanout.sh - what 10,000 listeners cost, beside the least that is possible
# shellcheck source-path=SCRIPTDIR/../e2e source=../e2e/lib.sh
#
#	fanout.sh [listeners [rounds]]
#
# reloadws, a bare loop of poll() and write(), and the npm server "ws" each
# have as many listeners, and are measured by turns, so that what else the
# machine does falls on all of them.  Of all rounds the best counts, since
# whatever disturbs makes it worse.
. "${0%/*}/../e2e/lib.sh"

n=${1:-10000}
rounds=${2:-9}
handshakes=3000
bench=$top/tests/bench
(cd "$top" && make -s all tests/bench/bare tests/tools/swarm) || exit 1

# begin name command...: a server, and its crowd, which waits for orders
begin() {
	name=$1
	shift
	start "$name" "$@"
	server=$pid
	until_ok 10 address "$name" || { cat "$name"; exit 1; }
	mkfifo "$name.steps"
	start "$name.out" sh -c \
	    "exec swarm -k $server $(address "$name") - <$name.steps"
	names="$names $name"
}
# order name fd step: and wait until it has been done
order() {
	did=$(wc -l <"$1.out")
	eval "echo $3 >&$2"
	until_ok 120 more_lines || { cat "$1.out"; exit 1; }
}
more_lines() {
	[ "$(wc -l <"$name.out")" -gt "$did" ]
}
# all step: by turns
all() {
	fd=3
	for name in $names; do
		order "$name" $fd "$1"
		fd=$((fd + 1))
	done
}
# best name line head|tail: the least or the most of the numbers that such lines
# have where the pattern has \(N)
best() {
	sed -n "s/^$(echo "$2" | sed 's/(N)/([0-9]*\\)/').*/\1/p" "$1.out" |
	    sort -n | "$3" -n 1
}

names=
begin bare "$bench/bare"
begin reloadws reloadws -l 0
exec 3>bare.steps 4>reloadws.steps
if [ -d "$bench/node_modules/ws" ]; then
	begin ws node "$bench/ws.mjs"
	exec 5>ws.steps
else
	skip 'npm ws' 'npm ci in tests/bench installs it'
fi

before=$(awk '/^RssAnon/ { print $2 }' "/proc/$(cat reloadws.pid)/status")
all "open:$((n * 9 / 10))"
i=0
while [ $i -lt "$rounds" ]; do
	all "rate:$handshakes"
	i=$((i + 1))
done
all "open:$((n - n * 9 / 10))"
after=$(awk '/^RssAnon/ { print $2 }' "/proc/$(cat reloadws.pid)/status")
i=0
while [ $i -lt "$rounds" ]; do
	all ring:5
	i=$((i + 1))
done

echo "bytes a listener: $(((after - before) * 1024 / n))"
for name in $names; do
	printf '%-9s %7s handshakes/s %5s us cpu each; ring: last %7s us, cpu %7s us\n' \
	    "$name" \
	    "$(best "$name" 'rate [0-9]*: \(N) a second' tail)" \
	    "$(best "$name" 'rate .* cpu \(N) us' head)" \
	    "$(best "$name" 'ring .* last \(N) us' head)" \
	    "$(best "$name" 'ring .* cpu \(N) us' head)"
done
