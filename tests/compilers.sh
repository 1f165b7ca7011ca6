#!/bin/sh
# compilers.sh - build with each compiler and make there is, for each system
#
#	compilers.sh [name...]
#
# No warnings; what can run here runs its unit tests.  The names are those that
# it prints, as tcc or x86_64-macos; without one it is all of them.

cd "${0%/*}/.." || exit 1
top=$PWD
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
wanted=" $* "

# build name make compiler flags [target...]: in a copy, so that nothing here
# is touched; false if it is not wanted, lacks something or fails
build() {
	name=$1
	make=$2
	compiler=$3
	flags=$4
	shift 4
	case $wanted in
	'  ' | *" $name "*) ;;
	*) return 1 ;;
	esac
	if ! command -v "$make" >/dev/null ||
	    ! command -v "${compiler%% *}" >/dev/null; then
		echo "compilers: $name: not here, skipped"
		[ "${CI:-}" != true ] || failed=1
		return 1
	fi
	rm -rf "$copy/tree"
	mkdir "$copy/tree"
	git ls-files -z | xargs -0 tar cf - | tar xf - -C "$copy/tree"
	echo "# $name"
	if ! out=$(cd "$copy/tree" &&
	    "$make" -s CC="$compiler" CFLAGS="$flags" "$@" 2>&1) ||
	    [ -n "$out" ]; then
		echo "$out" | head -n 40
		echo "compilers: $name: failed"
		failed=1
		return 1
	fi
}

# and run the unit tests
try() {
	build "$@" all tools || return
	(cd "$copy/tree" && sh tests/check.sh unit) >"$copy/log" 2>&1 ||
	    failed=1
	grep '^FAIL' "$copy/log"
	tail -n 1 "$copy/log"
}

# for another system: whether it compiles, links and is whole
cross() {
	export ZIG_GLOBAL_CACHE_DIR="$copy/cache" ZIG_LOCAL_CACHE_DIR="$copy/cache"
	build "$1" make "$top/tests/cross/node_modules/.bin/zig cc -target $1" \
	    -O1 -j2 all || return
	for program in reloadws watchrun; do
		[ -x "$copy/tree/$program" ] || failed=1
	done
}

build gcc make gcc -O2 all tools # make check runs the tests of that one
try clang make clang -O2
try tcc make tcc -O2
try musl make musl-gcc '-Os -static'
try bmake bmake cc -O2
for target in x86_64-macos aarch64-macos x86_64-freebsd x86_64-netbsd \
    x86_64-openbsd; do
	cross $target
done
exit $failed
