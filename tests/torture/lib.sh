# lib.sh - what every torture test starts with:  . "${0%/*}/lib.sh"
# shellcheck shell=sh source-path=SCRIPTDIR source=../e2e/lib.sh
#
# Each case changes something before the eyes of a watchrun, whose command
# tells what it finds, and asks the same three things: was the last state
# seen, how many runs were there, and was anything run that should not be?
# Arguments are for watchrun, as in  sh tests/torture/trees.sh -i 0.05

. "${0%/*}/../e2e/lib.sh"
options=$*
quiet=0.25 # a needless run would come within it
spare=0 # runs that may come beyond those that a case allows
case " $options" in
*' -i'*)
	# A sweep may fall between any two steps of a save, and a file that
	# changed is taken when the next one finds it the same.
	quiet=0.35
	spare=1
	;;
esac

# What random parts go by: SEED=n sh tests/torture/... does the same again.
seed=${SEED:-$(awk 'BEGIN { srand(); print int(rand() * 1000000000) }')}

# torment args...: a watchrun whose runs each add a line to the file seen, with
# the words that `. ./show` prints, and signal a receiver; $watchrun
torment() {
	cat >run <<-'END'
		state=$(. ./show 2>/dev/null | tr '\n' ' ')
		printf '%s\n' "${state% }" >>seen
	END
	: >seen
	start receiver.log receiver -l receiver.pid
	receiver=$pid
	until_ok 5 has receiver.log ready
	# shellcheck disable=SC2086
	watch log -w $options -p receiver.pid "$@" -- sh ./run
	watchrun=$pid
	counts='.*'
}

# relieve: end it
relieve() {
	stop "$watchrun"
	stop "$receiver"
}

# asks 'a sentence' state most command...: after the command the last run finds
# that state; there are 1 to `most` runs and as many rings; none comes later,
# and none for a path that the expression $counts does not match.  State -:
# what is there in the end.
asks() {
	sentence=$1
	state=$2
	most=$(($3 + spare))
	shift 3
	ok "$sentence" answers "$@"
}
answers() {
	forget
	"$@" || return 1
	[ "$state" != - ] || state=$(now)
	if until_ok 10 last_is "$state" && rest && last_is "$state" && few &&
	    until_ok 2 rings && right; then
		return
	fi
	echo "seed $seed; wanted: $state; runs found:"
	cat seen
	echo "watchrun said:"
	news
	return 1
}

# forget: what has come until now is not of this case
forget() {
	: >seen
	was_waited=$(waited)
	rung=$(wc -l <receiver.log)
	said=$(wc -l <log)
}

now() {
	sh ./show 2>/dev/null | tr '\n' ' ' | sed 's/ $//'
}
last_is() {
	test -s seen && [ "$(tail -n 1 seen)" = "$1" ]
}
# Until no run comes any more; each counts, so that this ends.
rest() {
	most=${most:-0}
	was=0
	until lines "$was" seen; do
		was=$(wc -l <seen)
		[ "$was" -le $((most + 5)) ] || break
		sleep "$quiet"
	done
}
# Who is kept waiting between two steps of a save is seen amid it.
few() {
	[ "$(wc -l <seen)" -le "$most" ] || once_more "$most" seen ||
	    { lines $((most + 1)) seen && kept_waiting 100; }
}
# Two rings are one for who is kept waiting between them.
rings() {
	heard=$(($(wc -l <receiver.log) - rung))
	lines "$heard" seen || { [ "$heard" -ge 1 ] &&
	    [ "$heard" -lt "$(wc -l <seen)" ] && kept_waiting 100; }
}
# What watchrun has said since the case began.
news() {
	tail -n +$((said + 1)) log
}
# Some path was named, and none but those that count.
right() {
	news | LC_ALL=C sed -n 's/^watchrun: \(.*\): \(changed\|written\|gone\).*/\1/p' |
	    LC_ALL=C sort -u >named
	test -s named && ! LC_ALL=C grep -vxE "$counts" named
}

# idle 'a sentence' command...: the command makes no run.  A command that was
# kept waiting between two of its steps is tried again: its first step alone may
# well be a change.
idle() {
	sentence=$1
	shift
	ok "$sentence" idles "$@"
}
idles() {
	for try in 1 2 3; do
		forget
		"$@" || [ "$try" -gt 1 ] || return 1
		sleep "$quiet"
		lines 0 seen && return
		kept_waiting 50 || break
		rest
	done
	echo "runs found:"
	cat seen
	echo "watchrun said:"
	news
	return 1
}
