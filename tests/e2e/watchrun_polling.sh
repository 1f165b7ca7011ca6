#!/bin/sh
# watchrun_polling.sh - where events do not tell all, watchrun looks by itself
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# watch_in log command... -- args...: watchrun -v args, started by the command
watch_in() {
	log=$1
	shift
	start "$log" "$@"
	until_ok 10 has "$tmp/$log" 'watching ' && return
	echo "FAIL 'watchrun starts' ($*)"
	cat "$tmp/$log"
	failed=1
}

# sees path command...: the command changes it, and that is told and acted on
sees() {
	: >"$tmp/log"
	seen=$1
	shift
	"$@" || return 1
	until_ok 15 says "$seen" && until_ok 5 acted_on "$seen" && return
	cat "$tmp/log"
	return 1
}

# acted_on path: is a batch told after that path?
acted_on() {
	tr -d '\0' <"$tmp/log" | awk -v path="$1: " '
	    index($0, path) { named = 1 }
	    / a batch of / { batch = named }
	    END { exit !batch }'
}

# says path: is it told that it has changed?
says() {
	has "$tmp/log" "$1: changed" || has "$tmp/log" "$1: rewritten"
}

# loses path command...: it goes, and that is told and acted on
loses() {
	: >"$tmp/log"
	seen=$1
	shift
	"$@" || return 1
	until_ok 15 has "$tmp/log" "$seen: gone" &&
	    until_ok 5 acted_on "$seen" && return
	cat "$tmp/log"
	return 1
}

# put file text: nothing but that in it
put() {
	echo "$2" >"$1"
}

# polled n text: is just so often said that and why something is polled?
polled() {
	until_ok 5 has "$tmp/log" "polled: $2" && count "$1" "$tmp/log" ' polled: '
}

# wakes pid: how often has it slept so far?
wakes() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"
}

# rests pid: does it sleep for two seconds on end, some time soon?
rests() {
	for try in 1 2 3 4 5; do
		before=$(wakes "$1")
		sleep 2
		[ "$(wakes "$1")" = "$before" ] && return
	done
	echo "no rest in $try times two seconds"
	return 1
}

# ---- where something is mounted: started anew in a namespace of its own ----

in_namespace() {
	# Of what happens elsewhere nothing is to be seen here.
	mount --make-rprivate / 2>/dev/null
	mkdir -p "tree/r am" tree/d other
	echo 1 >tree/d/a
	echo 1 >tree/bound
	echo 1 >other/file

	watch log -l 'tree/**'
	ok 'a file system that is mounted on a directory is seen' mounted
	ok 'and what changes in it' sees "tree/r am"/new put "tree/r am"/new 2
	ok 'a directory in it, too' sees "tree/r am"/d/e/a \
	    sh -c 'mkdir -p "tree/r am"/d/e; echo 1 >"tree/r am"/d/e/a'
	ok 'when it is unmounted what was in it is gone' \
	    loses "tree/r am"/new umount "tree/r am"
	ok 'a mount over what was known is a change' sees tree/d/b mount_over
	ok 'what it hides is gone' until_ok 5 has "$tmp/log" 'tree/d/a: gone'
	ok 'and comes back' sees tree/d/a umount tree/d
	ok 'a mount elsewhere is none' elsewhere
	refused 'all these are heard of' has "$tmp/log" polled

	ok 'a file that is mounted on another is a change' \
	    sees tree/bound mount --bind other/file tree/bound
	ok 'and it is polled, which is said' polled 1 'a file that is mounted'
	ok 'since it is changed elsewhere' sees tree/bound put other/file 22
	ok 'when it is unmounted, that is one again' \
	    sees tree/bound umount tree/bound
	ok 'which ends all polling' rests "$pid"
	stop "$pid"

	# As a container has it: mounted before watchrun starts.
	mount --bind other/file tree/bound
	watch log -l tree/bound
	ok 'a mounted file that is named is polled' polled 1 'a file that is'
	ok 'and its changes are seen' sees tree/bound put other/file 333
	stop "$pid"
	umount tree/bound

	mkdir lower upper work merged
	echo 1 >lower/a
	if mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work \
	    overlay merged; then
		watch log -l 'merged/**'
		ok 'what is changed on an overlay is seen' \
		    sees merged/a put merged/a 2
		ok 'and changed again' sees merged/a put merged/a 33
		ok 'and made anew' sees merged/d/b \
		    sh -c 'mkdir merged/d; echo 1 >merged/d/b'
		ok 'and taken away' loses merged/a rm merged/a
		refused 'all by events' has "$tmp/log" polled
		stop "$pid"
		umount merged
	else
		skip 'an overlay is watched' 'no overlays here'
	fi

	watch log -l 'proc/*' /proc/sys/kernel/random/boot_id
	ok 'what tells of no changes is polled' polled 1 'proc does not'
	stop "$pid"
}
mounted() {
	sees "tree/r am"/x sh -c 'mkdir new; mount -t tmpfs none new &&
	    echo 1 >new/x && mount --move new "tree/r am"'
}
mount_over() {
	mkdir over
	echo 1 >over/b
	mount --bind over tree/d
}
elsewhere() {
	: >"$tmp/log"
	mkdir far
	mount -t tmpfs none far && echo 1 >far/a && umount far
	sees tree/d/a put tree/d/a 333 && ! tells_more
}
tells_more() {
	grep -a -e ': changed' -e ': gone' "$tmp/log" | grep -av tree/d/a:
}
lines_of() {
	[ "$(grep -c -- ": $2" "$tmp/log")" -eq "$1" ]
}

if [ "${1:-}" = in_namespace ]; then
	in_namespace
	exit
fi

for flags in -m -Urm; do
	# shellcheck disable=SC2086
	unshare $flags mount -t tmpfs none "$tmp" 2>/dev/null && break
	flags=
done
if [ -n "$flags" ]; then
	unshare "$flags" sh "$top/tests/e2e/watchrun_polling.sh" in_namespace ||
	    failed=1
else
	skip 'mounts are noticed' 'nothing can be mounted here'
fi

# ---- all of it, when asked for ----

mkdir -p site/d
echo 1 >site/a
echo 1 >site/d/b
watch log -l -i 0.05 'site/**'
ok 'with -i a change is found' sees site/a put site/a 2
ok 'and the next' sees site/a put site/a 33
ok 'a file in a new directory, too' sees site/e/f/c \
    sh -c 'mkdir -p site/e/f; echo 1 >site/e/f/c'
ok 'and one that goes' loses site/d/b rm site/d/b
ok 'and a directory' loses site/e/f/c rm -r site/e
refused 'which nobody need be told of' has "$tmp/log" polled
stop "$pid"

# A file counts as whole if two looks at it agree, 80 ms apart.  The pauses between
# the writes are shorter, and a sweep comes once at most while they last.  An
# attempt in which a busy machine made a pause too long, or in which no sweep came
# between the first and the last write, says nothing: then the next one is made.
watch log -w -i 0.5 'site/**' -- sh -c 'cat site/a >>seen'
slowly() {
	attempt=0
	while [ $((attempt += 1)) -le 50 ]; do
		: >seen
		before=$(grep -c ' site/a: ' log)
		save slowly site/a 'what is written slowly'
		late=$?
		if [ $late -eq 4 ]; then
			until_ok 10 whole
			sleep 1
			continue
		fi
		# A needless run would come with the next sweep.
		runs 1 seen && whole && sleep 0.6 && lines 1 seen || return
		[ "$(grep -c ' site/a: ' log)" -lt $((before + 2)) ] || return 0
	done
	echo "never found half-written in $attempt attempts"
	return 1
}
whole() {
	[ "$(tail -n 1 seen)" = 'what is written slowly' ]
}
ok 'what is found half-written is acted on when it is whole' slowly
stop "$pid"

# ---- what others change ----

unmount() {
	fusermount -u above 2>/dev/null || umount above 2>/dev/null
}
if ! need bindfs || ! [ -w /dev/fuse ]; then
	lacks 'what others change is found' 'bindfs or /dev/fuse'
else
	mkdir -p below/d above
	echo 1 >below/a
	start fuse bindfs -f below above
	fuse=$pid
	until_ok 10 mountpoint above
	trap 'unmount; cleanup; exit $failed' EXIT
	watch log -l 'above/**'
	ok 'of FUSE it is said that it is polled, and why' polled 1 'FUSE does not'
	ok 'what is changed beneath is found' sees above/a put below/a 22
	ok 'in its directories' sees above/d/b put below/d/b 1
	ok 'and in new ones' sees above/e/f/c \
	    sh -c 'mkdir -p below/e/f; echo 1 >below/e/f/c'
	ok 'what goes there is gone' loses above/d/b rm below/d/b
	ok 'what is changed through it is heard of' sees above/a put above/a 333
	sleep 1.2
	ok 'and acted on once' count 1 "$tmp/log" 'a batch of'
	stop "$pid"

	mkdir within
	echo 1 >within/x
	watch log -l '**/[a-z]' -x log
	ok 'a part of a tree is said to be polled' polled 1 'FUSE does not'
	ok 'which is that part' has "$tmp/log" 'above: polled'
	ok 'and found' sees above/a put below/a 4
	ok 'as the rest is heard of' sees within/x put within/x 22
	ok 'when it goes all of it is gone' loses above/a unmount
	ok 'and there is an end of polling' rests "$pid"
	stop "$pid"
	wait "$fuse"
	start fuse bindfs -f below above
	until_ok 10 mountpoint above
	ok 'a link may lead there' ln -s "$tmp/above/a" within/link
	watch log -l 'within/*'
	ok 'which is said' polled 1 'FUSE does not'
	ok 'and its changes are found' sees within/link put below/a 55555
	stop "$pid"
	unmount
	trap 'cleanup; exit $failed' EXIT
fi

# ---- what there is not enough of ----

# limited name n log args...: watchrun -v with so many of these
limited() {
	limit=$1 n=$2
	log=$3
	shift 3
	# shellcheck disable=SC2016
	watch_in "$log" unshare -Ur sh -c \
	    'echo "$1" >"/proc/sys/user/$0" && shift && exec watchrun -v -l "$@"' \
	    "$limit" "$n" "$@"
}
# more pid name n: so many from now on
more() {
	nsenter -t "$1" -U --preserve-credentials \
	    sh -c "echo $3 >/proc/sys/user/$2"
}
all_seen() {
	: >"$tmp/log"
	for i in 1 2 3 4 5 6 7 8; do
		echo "$1" >"many/$i/a"
	done
	for i in 1 2 3 4 5 6 7 8; do
		until_ok 10 says "many/$i/a" || return 1
	done
}
mkdir many
for i in 1 2 3 4 5 6 7 8; do
	mkdir "many/$i"
	echo 1 >"many/$i/a"
done
if ! unshare -Ur sh -c 'echo 3 >/proc/sys/user/max_inotify_watches' 2>/dev/null
then
	skip 'what there are no watches for is polled' 'no user namespaces here'
else
	limited max_inotify_watches 5 log 'many/**'
	ok 'without watches enough the rest is polled, which is said' \
	    polled 1 'no inotify watches left; raise fs.inotify.max_user_watches'
	ok 'and all changes are seen' all_seen 22
	more "$pid" max_inotify_watches 1000
	ok 'when there are enough there is an end of that' rests "$pid"
	ok 'and all changes are seen again' all_seen 333
	stop "$pid"

	limited max_inotify_instances 0 log 'many/**'
	ok 'without an instance all is polled, which is said' polled 1 \
	    'no inotify instance left; raise fs.inotify.max_user_instances'
	ok 'and changes are seen' all_seen 4444
	more "$pid" max_inotify_instances 10
	ok 'when there is one there is an end of that' rests "$pid"
	ok 'and changes are seen again' all_seen 55555
	stop "$pid"
fi

# As many as are lost when the queue is short.
queue=/proc/sys/fs/inotify/max_queued_events
flood() {
	: >"$tmp/log"
	kill -STOP "$pid"
	for i in 1 2 3 4 5 6 7 8; do
		for file in b c d e f; do
			echo 1 >"many/$i/$file"
		done
	done
	rm many/1/a
	kill -CONT "$pid"
	until_ok 10 lines_of 40 changed &&
	    until_ok 10 has "$tmp/log" 'many/1/a: gone'
}
# What was written right before the start may count when events are lost.
settled() {
	[ -z "$(find many -newermt '1 second ago')" ]
}
until_ok 5 settled
if was=$(cat $queue 2>/dev/null) && echo 8 2>/dev/null >$queue; then
	trap 'echo $was >$queue; cleanup; exit $failed' EXIT
	watch log -l 'many/**'
	echo "$was" >$queue
	trap 'cleanup; exit $failed' EXIT
	ok 'what a short queue loses is found all the same' flood
	ok 'and what comes next is heard of' sees many/2/b put many/2/b 22
	stop "$pid"
else
	skip 'what a short queue loses is found' 'its length is not ours to set'
fi
