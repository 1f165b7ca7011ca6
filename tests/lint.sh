#!/bin/sh
# lint.sh - what tools can say about the sources: silence is success

cd "${0%/*}/.." || exit 1
failed=0

# lint tool command...: its output, if any, and whether it succeeded
lint() {
	tool=$1
	shift
	if ! command -v "$tool" >/dev/null 2>&1; then
		echo "lint: $tool: not here, skipped"
		[ "${CI:-}" != true ] || failed=1
		return
	fi
	echo "# $*" | cut -c 1-78
	out=$("$@" 2>&1)
	status=$?
	# clang-tidy counts even what it was told not to say; mandoc minds that
	# manuals are not installed, or not in the system's index.
	out=$(echo "$out" | sed -e '/warnings\{0,1\} generated\.$/d' \
	    -e '/^mandoc: outdated mandoc.db/d' \
	    -e '/referenced manual not found: Xr \(reloadws\|watchrun\) 1/d')
	# Its status counts what was just left out.
	[ "$tool" != mandoc ] || status=0
	if [ $status -ne 0 ] || [ -n "$out" ]; then
		echo "$out" | head -n 40
		failed=1
	fi
}

# tidy file...: clang-tidy, a file at a time on each processor; what it says of a
# file comes in one piece
# shellcheck disable=SC2016,SC2317
tidy() {
	printf '%s\n' "$@" | xargs -n 1 -P "$(getconf _NPROCESSORS_ONLN)" sh -c '
	    out=$(clang-tidy --quiet "$@" -- -std=c11 -Ilib 2>&1)
	    status=$?
	    [ -z "$out" ] || printf "%s\n" "$out"
	    exit $status' tidy
}

c_files=$(git ls-files '*.c' '*.h')
c_sources=$(git ls-files '*.c')
scripts=$(git ls-files '*.sh' .ci/run 'contrib/*.bash' 'contrib/*.init')
manuals=$(git ls-files 'man/*.1')

# The lists hold no blanks.
# shellcheck disable=SC2086
lint_all() {
	lint mandoc mandoc -Tlint $manuals
	lint shellcheck shellcheck $scripts
	lint clang-format clang-format --dry-run -Werror $c_files
	lint cppcheck cppcheck --quiet --std=c11 --error-exitcode=1 -Ilib \
	    --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingIncludeSystem $c_sources
	lint clang-tidy tidy $c_sources
}

# A folder uses only those that stand below it in this list, and the modules of
# one program none of the other's.
folders='run push site http ws tree match notify os base'
watcher='run tree match'
server='push site http ws'

# uses folder other...: the lines by which it includes one of the others
uses() {
	folder=$1
	shift
	for other; do
		git grep -n "#include \"$other/" -- "lib/$folder"
	done
}
wrong_includes() {
	above=
	for each in $folders; do
		# shellcheck disable=SC2086
		uses "$each" $above
		above="$above $each"
	done
	# shellcheck disable=SC2086
	for each in $watcher; do
		uses "$each" $server
	done
	# shellcheck disable=SC2086
	for each in $server; do
		uses "$each" $watcher
	done
}
lint_includes() {
	echo '# includes'
	[ -n "$(ls -d lib/*/)" ] && ! wrong_includes | sort -u | grep . || failed=1
}
lint_all
lint_includes
exit $failed
