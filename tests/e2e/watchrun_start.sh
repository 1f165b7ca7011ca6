#!/bin/sh
# watchrun_start.sh - a save at any moment of the start is acted on, and once
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

rounds=100

mkdir tree
awk 'BEGIN {
	for (i = 0; i < 60; i++) {
		system("mkdir tree/" i)
		for (j = 0; j < 20; j++) {
			file = "tree/" i "/" j
			print "old" >file
			close(file)
		}
	}
}'
echo old >tree/last

# change file way: 4 if a busy machine made it take too long for one batch
change() {
	case $2 in
	0) echo "new $1" >"$1" ;;
	1) echo "new $1" >>"$1" ;;
	2) echo "new $1" >new && mv new "$1" ;;
	3) touch "$1" ;;
	4) save anew "$1" "new $1" ;;
	esac
}

# told file: one batch of it, then one of the last file, and nothing else?
told() {
	printf '%s\n\ntree/last\n\n' "$1" | cmp -s - list
}
# once file: is each told, this one at most once?
once() {
	[ "$(grep -c . list)" -eq "$(sort -u list | grep -c -x -e "$1" -e tree/last)" ]
}

# once_at steps file way: watch, change the file after so many steps, then the last
# file; $late as change says
once_at() {
	rm -f list said
	: >said
	watchrun -v -w -l 'tree/**' >list 2>said </dev/null &
	pid=$!
	started="$started $pid"
	step=0
	while [ $step -lt "$1" ]; do
		step=$((step + 1))
	done
	ready=0
	grep -q '^watchrun: watching' said && ready=1
	change "$2" "$3"
	late=$?
	until_ok 10 has said 'watching ' || return 1
	[ $ready -eq 0 ] || until_ok 10 has list "$2" || return 1
	echo last >tree/last
	until_ok 10 has list tree/last
}

# at steps file way: is each told as it should be?
at() {
	while once_at "$@" && [ $late -eq 4 ]; do
		stop "$pid"
	done
	if [ $ready -eq 1 ]; then
		until_ok 10 told "$2"
	else
		once "$2"
	fi
}

# Before it is ready a save may be part of what there was.
early=0
right=true
awk -v n=$rounds 'BEGIN { srand(); for (i = 0; i < n; i++)
	print int(rand() * rand() * 8000), "tree/" int(rand() * 60) "/" \
	    int(rand() * 20), i % 5 }' >plan
while read -r steps file way; do
	if ! at "$steps" "$file" "$way"; then
		echo "after $steps steps, $file, way $way, ready $ready"
		cat list said
		right=false
		break
	fi
	early=$((early + 1 - ready))
	stop "$pid"
done <plan
ok "each of $rounds saves, right at the start, makes one batch" $right
ok "some of them came before it was ready, and some after" \
    test $early -gt 0 -a $early -lt $rounds
