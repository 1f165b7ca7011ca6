#!/bin/sh
# check.sh - run the tests and count:  check.sh unit|fuzz|e2e|recipes|torture|browser...
#
# A test prints a line for each fact it checked: ok, FAIL or skip, and the
# fact as a sentence.  A test that checks nothing, or dies, has failed.

cd "${0%/*}/.." || exit 1
log=$(mktemp) || exit 1
one=$log.one
trap 'rm -f "$log" "$one"' EXIT
trap 'exit 1' HUP INT TERM

# run_one test command...: its lines to the terminal and into the log
run_one() {
	test=$1
	shift
	echo "# $test"
	"$@" >"$one" 2>&1 </dev/null
	status=$?
	if ! grep -q -e '^ok ' -e '^skip ' -e '^FAIL ' "$one"; then
		echo "FAIL '$test checks something'" >>"$one"
	elif [ $status -ne 0 ] && ! grep -q '^FAIL ' "$one"; then
		echo "FAIL '$test ends well' (status $status)" >>"$one"
	fi
	cat "$one"
	cat "$one" >>"$log"
}

for suite; do
	case $suite in
	unit)
		for source in tests/unit/*.c; do
			run_one "${source%.c}" "./${source%.c}"
		done
		;;
	fuzz)
		for corpus in tests/fuzz/corpus/*; do
			target=${corpus##*/}
			run_one "tests/fuzz/$target" "tests/fuzz/$target" \
			    "$target" "$corpus"/*
		done
		;;
	e2e | torture)
		for script in "tests/$suite"/*.sh; do
			[ "${script##*/}" = lib.sh ] || run_one "$script" sh "$script"
		done
		;;
	recipes)
		sh tests/recipes/setup.sh
		for script in tests/recipes/*/test.sh; do
			run_one "${script%/test.sh}" sh "$script"
		done
		;;
	browser)
		run_one tests/browser sh tests/browser/run.sh
		;;
	*)
		echo "check.sh: $suite: no such suite" >&2
		exit 2
		;;
	esac
done

count() {
	grep -c "^$1 " "$log"
}

failed=$(count FAIL)
skipped=$(count skip)
if [ "$failed" -gt 0 ]; then
	echo "# what failed:"
	grep '^FAIL ' "$log"
fi
if [ "$skipped" -gt 0 ]; then
	echo "$(count ok) passed, $failed failed, $skipped skipped"
else
	echo "$(count ok) passed, $failed failed"
fi
[ "$failed" -eq 0 ]
