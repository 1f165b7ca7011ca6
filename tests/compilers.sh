#!/bin/sh
# compilers.sh - build with each compiler and make there is: no warnings

cd "${0%/*}/.." || exit 1
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# build make compiler flags: in a copy, so that nothing here is touched
build() {
	if ! command -v "$1" >/dev/null || ! command -v "$2" >/dev/null; then
		echo "compilers: $1 with $2: not here, skipped"
		[ "${CI:-}" != true ] || failed=1
		return
	fi
	rm -rf "$copy/tree"
	mkdir "$copy/tree"
	git ls-files -z | xargs -0 tar cf - | tar xf - -C "$copy/tree"
	echo "# $1 CC=$2 CFLAGS=$3"
	out=$(cd "$copy/tree" && "$1" -s CC="$2" CFLAGS="$3" all tools 2>&1)
	# shellcheck disable=SC2181 # both the status and the output matter
	if [ $? -ne 0 ] || [ -n "$out" ]; then
		echo "$out" | head -n 40
		failed=1
	fi
}

build make gcc -O2
build make clang -O2
build make tcc -O2
build make musl-gcc '-Os -static'
build bmake cc -O2
exit $failed
