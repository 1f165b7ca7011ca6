#!/bin/sh
# sanitizers.sh - what needs no browser once more, under ASan and UBSan

cd "${0%/*}/.." || exit 1
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM

git ls-files -z | xargs -0 tar cf - | tar xf - -C "$copy"
cd "$copy" || exit 1
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
ASAN_OPTIONS=detect_leaks=0
export UBSAN_OPTIONS ASAN_OPTIONS
make -s CFLAGS='-g -O1 -fsanitize=address,undefined -fno-sanitize-recover' \
    SUITES='unit fuzz e2e torture' check
