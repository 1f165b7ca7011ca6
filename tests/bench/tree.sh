#!/bin/sh
# tree.sh - what a tree of 100,000 files costs, beside the least that is possible
# shellcheck source-path=SCRIPTDIR/../e2e source=../e2e/lib.sh
#
#	tree.sh [files [directories [rounds]]]
#
# watchrun and tests/bench/walk are measured by turns, so that what else the
# machine does falls on both.  Of all rounds the best counts, since whatever
# disturbs makes it worse.
. "${0%/*}/../e2e/lib.sh"

files=${1:-100000}
dirs=${2:-10000}
rounds=${3:-5}
PATH=$top/tests/bench:$PATH
need walk || { echo 'tree.sh: make tests/bench/walk first' >&2; exit 2; }

# ratio text a b unit n: a and b in that unit, which is of so many, and a / b
ratio() {
	echo "$2 $3 $5 $4" | awk -v text="$1" '{
		printf "%s: %.2f %s, at least %.2f, ratio %.2f\n",
		    text, $1 / $3, $4, $2 / $3, $1 / $2 }'
}
# best file field: the least number in that column
best() {
	awk -v f="$2" 'NR == 1 || $f < min { min = $f } END { print min }' "$1"
}
# ready log command...: until it is ready, as a line of the log; $ready
ready() {
	log=$1
	shift
	# It lives on, and holds what its output goes to.
	walk ready "$@" >line </dev/null
	cat line >>"$log"
	ready=$(cut -d ' ' -f 1 line)
	started="$started $ready"
}
anon() {
	awk '$1 == "RssAnon:" { print $2 * 1024 }' "/proc/$1/status"
}
# end pid: which is no child of ours
end() {
	kill "$1" 2>/dev/null
	until_ok 5 gone "$1"
}

walk make tree "$dirs" "$files"
walk make small 1 10
deep=$(find tree -name file0.html | awk -F / '
    NF > n { n = NF; path = $0 } END { print path }')

# ---- ready, and what it keeps in memory ----

for _ in $(seq "$rounds"); do
	ready bare walk watch tree
	end "$ready"
	ready ours watchrun -v -w 'tree/**' -- true
	big=$(anon "$ready")
	end "$ready"
	ready small.log watchrun -v -w 'small/**' -- true
	little=$(anon "$ready")
	end "$ready"
done
ratio 'ready' "$(best ours 2)" "$(best bare 2)" ms 1000000
ratio 'ready, CPU' "$(best ours 3)" "$(best bare 3)" ms 1000000
echo "$big $little $files" |
    awk '{ printf "memory: %.0f bytes a file\n", ($1 - $2) / $3 }'

# ---- one save, deep inside ----

for _ in $(seq "$rounds"); do
	walk save 100 "$deep" watchrun -l 'tree/**' >>deep.cpu
	walk save 100 small/file0.html watchrun -l 'small/**' >>small.cpu
done
ratio 'a save deep inside, CPU' \
    "$(best deep.cpu 1)" "$(best small.cpu 1)" us 1000

# ---- a sweep ----

# Each sweep ends in one sleep.
sweeps() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$ready/status"
}
for _ in $(seq "$rounds"); do
	walk stat tree 3 >>stat.cpu
	ready polled watchrun -v -w -i 0.01 'tree/**' -- true
	n=$(sweeps)
	until_ok 10 test "$(sweeps)" -gt "$n"
	n=$(sweeps)
	cpu=$(walk cpu "$ready")
	sleep 8
	echo "$(walk cpu "$ready") $cpu $(sweeps) $n" |
	    awk '$3 > $4 { print ($1 - $2) / ($3 - $4) }' >>sweep.cpu
	end "$ready"
done
ratio 'a sweep, CPU' "$(best sweep.cpu 1)" "$(best stat.cpu 1)" ms 1000000
