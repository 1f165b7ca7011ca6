#!/bin/sh
# check.sh - run the tests of some suites side by side, and count:
#
#	check.sh unit|fuzz|e2e|recipes|torture|browser...
#
# A test prints a line for each fact it checked: ok, FAIL or skip, and the
# fact as a sentence.  tests/tools/runner.c says what else is a failure.  With
# JOBS=n, n tests run at a time.

cd "${0%/*}/.." || exit 2
LIMIT=900 # seconds a test may take; most take less than 30 on an idle machine
BROWSER_LIMIT=2400

for suite; do
	case $suite in
	unit | fuzz | e2e | recipes | torture | browser) ;;
	*)
		echo "check.sh: $suite: no such suite" >&2
		exit 2
		;;
	esac
done

# The longest come first, so that none of them is left alone at the end.
list() {
	case $1 in
	browser)
		echo "$BROWSER_LIMIT tests/browser exec sh tests/browser/run.sh"
		;;
	torture | e2e)
		for script in "tests/$1"/*.sh; do
			[ "${script##*/}" = lib.sh ] ||
			    echo "$LIMIT $script exec sh $script"
		done
		;;
	recipes)
		for script in tests/recipes/*/test.sh; do
			echo "$LIMIT ${script%/test.sh} exec sh $script"
		done
		;;
	unit)
		for source in tests/unit/*/*.c; do
			echo "$LIMIT ${source%.c} exec ./${source%.c}"
		done
		;;
	fuzz)
		for corpus in tests/fuzz/corpus/*; do
			target=tests/fuzz/${corpus##*/}
			echo "$LIMIT $target exec $target ${corpus##*/} $corpus/*"
		done
		;;
	esac
}

for suite in browser torture e2e unit recipes fuzz; do
	case " $* " in
	*" $suite "*) list $suite ;;
	esac
done | tests/tools/runner ${JOBS:+-j "$JOBS"}
