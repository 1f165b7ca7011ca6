#!/bin/sh
# watchrun_relay.sh - changes told elsewhere, and all watchers there woken
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ---- what is poked, and what is not ----

mkdir -p here/sub
: >outside
echo text >here/file
echo text >here/sub/file
ln -s file here/link
ln -s .. here/up
mkfifo here/fifo
# pokes list: these records, in the directory here
pokes() {
	# shellcheck disable=SC2059
	(cd here && printf "$1" | watchrun -v -0 -f - -P 2>../log)
}
ok 'a list is poked to its end' pokes 'file\0sub/file\0\0'
ok 'every path of it' has log 'file: poked'
ok 'in directories, too' has log 'sub/file: poked'
ok 'what is gone is poked in its directory' pokes 'sub/gone\0'
ok 'which is no failure' has log 'sub/gone: poked'
touch -d '2001-02-03 04:05:06.789' outside
before=$(stat -c %z outside)
ok 'what is refused is no failure, either' \
    pokes "../outside\0$tmp/outside\0up/outside\0link\0fifo\0file\0../out\0/x\0"
ok 'a path that leads out is refused' has log ': not poked: leads out'
ok 'an absolute one' has log "$tmp/outside: not poked: not a relative path"
ok 'one through a link' has log 'up/outside: not poked: a link'
ok 'a FIFO' has log 'fifo: not poked: not a regular file'
ok 'one of each kind is named' count 4 log ': not poked: '
ok 'the rest is poked' has log ' file: poked'
ok 'and nothing outside was touched' test "$(stat -c %z outside)" = "$before"
(cd here && printf 'file\n' | watchrun -v -f - -P -- false 2>../log)
ok 'when the command fails nothing is poked' not has log 'poked'
(cd here && printf 'file\nsub/file\n' | watchrun -v -f - -P 'sub/**' 2>../log)
ok 'nor is what no pattern matches' not has log ' file: poked'

# ---- none is lost ----

# A hundred thousand paths from list to list, and back; each once.
seq 1 100000 | sed 's|.*|some/directory/of/a/tree/file-&.html|' >paths
tr '\n' '\0' <paths | watchrun -0 -l -f - | watchrun -0 -l -f - |
    tr '\0' '\n' | grep -v '^$' | sort -V >back
ok 'of many paths through a pipe none is lost' cmp paths back

# Real files, rewritten while the other side pokes.
mkdir many
(cd many && seq 1 2000 | xargs touch)
: >told
mkfifo pipe
(cd many && exec watchrun -v -w -l0 '**' 2>../host.log | tee ../told >../pipe) &
started="$started $!"
(cd many && exec watchrun -v -0 -f - -P <../pipe 2>../guest.log) &
started="$started $!"
until_ok 10 has host.log 'watching '
(cd many && for file in *; do echo new >"$file"; done)
# poked n: have so many been?
poked() {
	[ "$(grep ': poked$' guest.log | sort -u | wc -l)" -eq "$1" ]
}
ok 'of many changes none is lost' until_ok 20 poked 2000
told=$(tr '\0' '\n' <told | grep -vc '^$')
sleep 0.3
ok 'and no poke is told as a change' \
    test "$(tr '\0' '\n' <told | grep -vc '^$')" -eq "$told"

# ---- through a mount ----

mkdir host guest
if ! need bindfs || ! bindfs host guest 2>log; then
	lacks 'watchers on the far side of a mount are woken' 'bindfs mount'
	exit
fi
unmount() {
	fusermount -uz "$tmp/guest" 2>/dev/null || umount -l "$tmp/guest"
}
trap 'unmount; cleanup; exit $failed' EXIT

mkdir host/sub
for name in saved appended replaced edited touched removed sub/deep; do
	echo old >host/$name
done
# Who has looked at them has their old times in mind.
ls -lR guest >/dev/null

# relay from to told log: changes of one directory poke in the other
relay() {
	rm -f pipe "$1.log"
	mkfifo pipe
	(cd "$1" && exec watchrun -v -w -l0 '**' 2>"../$1.log") |
	    tee "$3" >pipe &
	started="$started $!"
	(cd "$2" && exec watchrun -v -0 -f - -P <../pipe 2>"../$4") &
	started="$started $!"
	until_ok 10 has "$1.log" 'watching '
}
: >told
relay host guest told poked.log

watchers=
if need inotifywait; then
	start inotify inotifywait -m -r --format '%e %w%f' guest
	until_ok 10 has inotify 'Watches established'
	watchers="$watchers inotify"
fi
if need node && [ -d "$top/tests/relay/node_modules/chokidar" ]; then
	start chokidar node "$top/tests/relay/chokidar.mjs" guest
	until_ok 20 has chokidar ready
	watchers="$watchers chokidar"
fi
# The one that Debian's modules are for.
if /usr/bin/python3 -c 'import watchdog' 2>/dev/null; then
	start watchdog /usr/bin/python3 "$top/tests/relay/observer.py" guest
	until_ok 20 has watchdog ready
	watchers="$watchers watchdog"
fi
# tells watcher sort name: the line in which that watcher says it
tells() {
	case $1.$2 in
	inotify.removed) echo 'ATTRIB,ISDIR guest/' ;;
	inotify.*) echo "CLOSE_WRITE,CLOSE guest/$3" ;;
	chokidar.changed) echo "change guest/$3" ;;
	chokidar.new) echo "add guest/$3" ;;
	chokidar.removed) echo "unlink guest/$3" ;;
	watchdog.removed) echo 'modified guest' ;;
	watchdog.*) echo "closed guest/$3" ;;
	esac
}
# said log line: is that a line of it?
said() {
	grep -qxF -- "$2" "$1"
}
# wakes sort file command...: when that was done to it in host, who watches it
# in guest is woken
wakes() {
	sort=$1
	file=$2
	shift 2
	"$@"
	stat -c '%n %y %s' "host/$file" >>stats 2>/dev/null
	for watcher in inotify chokidar watchdog; do
		line=$(tells $watcher "$sort" "$file")
		[ -n "$line" ] || continue
		case " $watchers " in
		*" $watcher "*)
			ok "$file: $watcher is woken" until_ok 10 said $watcher "$line"
			;;
		*) lacks "$file: $watcher is woken" $watcher ;;
		esac
	done
}
written() {
	echo "new and longer" >"host/$1"
}
appended() {
	echo more >>host/appended
}
replaced() {
	echo other >"$tmp/other"
	mv "$tmp/other" host/replaced
}
wakes changed saved written saved
wakes changed appended appended
wakes changed replaced replaced
wakes changed edited sed -i s/old/new/ host/edited
wakes changed touched touch -d '2001-02-03 04:05:06.789' host/touched
wakes changed sub/deep written sub/deep
wakes new made written made
wakes removed removed rm host/removed
case $watchers in
*inotify*)
	ok 'who waits for writes is woken, too' said inotify 'MODIFY guest/saved'
	ok 'and for attributes' said inotify 'ATTRIB guest/saved'
	;;
*) lacks 'who waits for writes is woken, too' inotifywait ;;
esac

# same_times: have the files their times and sizes of before they were poked?
same_times() {
	while read -r file rest; do
		[ "$(stat -c '%y %s' "$file")" = "$rest" ] || return 1
	done <stats
}
# told n log: does the list hold so many paths, and soon after no more?
told() {
	until_ok 5 paths "$1" "$2" && sleep 0.5 && paths "$1" "$2"
}
paths() {
	[ "$(tr '\0' '\n' <"$2" | grep -c .)" -eq "$1" ]
}
ok 'times of modification and sizes stay' same_times
ok 'all of them' lines 7 stats
ok 'what is read there is what was written here' cmp host/saved guest/saved
ok 'no poke is told as a change' told 8 told
ok 'and nothing went wrong' count 0 poked.log 'not poked'

# ---- entr ----

# It is deaf while it runs its command and soon after: a save that it missed is
# saved again.
# runs_for file command...: does it run for that file, once that was done?
runs_for() {
	file=$1
	shift
	said entr "ran for $tmp/guest/$file" && return
	"$@"
	sleep 0.3
	said entr "ran for $tmp/guest/$file"
}
if need entr; then
	find guest -type f >files
	# shellcheck disable=SC2016
	entr -n sh -c 'echo "ran for $1" >>entr' sh /_ <files >entr.log 2>&1 &
	started="$started $!"
	until_ok 10 test -s entr
	: >entr
	ok 'saved: entr is woken' until_ok 10 runs_for saved written saved
	ok 'replaced: entr is woken' until_ok 10 runs_for replaced replaced
	ok 'sub/deep: entr is woken' until_ok 10 runs_for sub/deep written sub/deep
else
	lacks 'saved: entr is woken' entr
fi

# ---- both ways ----

# settled log: how many paths does the list hold, once there come no more? $n
settled() {
	n=$(tr '\0' '\n' <"$1" | grep -c .)
	sleep 0.5
	paths "$n" "$1"
}
# few n log: has the list come to its end, with so many paths more than $n?
# A poke amid a save may pass for one more write: then there is another.
few() {
	was=$n
	until_ok 10 settled "$2" && [ "$n" -gt "$was" ] &&
	    [ "$n" -le $((was + 2 * $1)) ]
}
until_ok 10 settled told
there=$n
: >back
relay guest host back poked.back
echo both >host/saved
ok 'a change here is a change there' until_ok 10 has poked.back 'saved: poked'
n=0
ok 'that is told back' few 1 back
n=$there
ok 'and ends there' few 1 told
there=$n
echo there >guest/appended
ok 'a change there is one here' until_ok 10 has poked.back 'appended: poked'
n=1
ok 'told to here' few 1 back
n=$there
ok 'and it ends there, too' few 1 told
ok 'what is read here is what was written there' cmp host/appended guest/appended
