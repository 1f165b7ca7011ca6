#!/bin/sh
# fuzz.sh - run each target of tests/fuzz under libFuzzer:  fuzz.sh [secs]
#
# Two at a time.  What breaks one is left in tests/fuzz/found-*, and goes into
# its corpus with the mend:  tests/fuzz/http http tests/fuzz/found-crash-...

cd "${0%/*}/.." || exit 1
secs=${1:-60}
top=$PWD
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM

can_fuzz() {
	echo 'int LLVMFuzzerTestOneInput(const char *p, long n);
	int LLVMFuzzerTestOneInput(const char *p, long n) { return !p && n; }' |
	    clang -fsanitize=fuzzer -x c -o "$copy/try" - 2>/dev/null
}

# Its library is a package of its own, named by the version.
can_fuzz || sh tests/setup.sh fuzzers
can_fuzz || sh tests/setup.sh \
    "libfuzzer=libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
if ! can_fuzz; then
	echo 'fuzz: clang with libFuzzer: not here, skipped'
	[ "${CI:-}" != true ]
	exit
fi

git ls-files -z | xargs -0 tar cf - | tar xf - -C "$copy"
cd "$copy" || exit 1
make -s CC=clang FUZZ_MAIN='' LDFLAGS=-fsanitize=fuzzer fuzzers \
    CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,address,undefined \
    -fno-sanitize-recover" || exit 1

for source in tests/fuzz/*.c; do
	target=${source##*/}
	[ "$target" = replay.c ] || echo "${target%.c}"
done >targets

# one target: a line, and where it broke all that it said
# shellcheck disable=SC2016
one='
	mkdir "new.$1"
	if "tests/fuzz/$1" "-max_total_time=$2" -max_len=4096 -timeout=20 \
	    -artifact_prefix="$3/tests/fuzz/found-" "new.$1" \
	    "tests/fuzz/corpus/$1" >"$1.log" 2>&1
	then
		echo "ok $1: $(tail -n 1 "$1.log")"
	else
		tail -n 60 "$1.log"
		echo "FAIL $1"
		exit 1
	fi'
xargs -P 2 -I '{}' sh -c "$one" sh '{}' "$secs" "$top" <targets
