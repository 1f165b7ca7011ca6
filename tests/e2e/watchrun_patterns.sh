#!/bin/sh
# watchrun_patterns.sh - which files count
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

tab=$(printf '\t')
mkdir -p tree/a/b/c tree/.hid/sub tree/a/.dot 'tree/with space' tree/real
cd tree || exit 1
for file in x.html x.css a/x.html a/b/x.html a/b/c/x.html a/b/x.css .dot.html \
    .hid/x.html .hid/sub/x.html a/.dot/x.html 'with space/x y.html' \
    '[id].tsx' i.tsx 'a{1,2}' a1 a2 real/x.html '\x.html' -dash; do
	echo old >"./$file"
done
ln -s real linked
ln -s a/x.html to-file.html
ln -s nowhere dangling.html

# matches 'a sentence' names pattern...: just these, in any order
matches() {
	sentence=$1
	printf '%s\n' "$2" | sed '/^$/d' >../wanted
	shift 2
	watchrun -n "$@" 2>../err |
	    sed -n 's/^match \(.*\) by .*/\1/p' | LC_ALL=C sort >../got
	LC_ALL=C sort -o ../wanted ../wanted
	ok "$sentence" diff ../wanted ../got
}

matches 'a star' '\x.html
dangling.html
to-file.html
x.html' '*.html'
echo old >'*.html'
matches 'a star stops at a slash' 'a/x.html
real/x.html
with space/x y.html' '*/*.html'
matches 'a question mark' 'a/x.html
a/b/x.html' 'a/?.html' '?/?/?.html'
matches 'a question mark is no slash' '' 'a?x.html'
matches 'a set' 'x.css
x.html' '[wx].*[!x]'
matches 'a set of a range' 'a1
a2' 'a[0-9]'
matches 'two stars cross slashes, and match nothing' 'a/x.html
a/b/x.html
a/b/c/x.html' 'a/**/*.html'
matches 'two stars in the middle' 'a/b/c/x.html' 'a/**/c/*'
matches 'two stars at the end' 'a/b/x.html
a/b/x.css
a/b/c/x.html' 'a/b/**'
matches 'two stars at the start, which pass by names with a dot' '*.html
\x.html
dangling.html
to-file.html
x.html
a/x.html
a/b/x.html
a/b/c/x.html
real/x.html
with space/x y.html' '**/*.html'
matches 'alternatives' 'x.css
x.html
a/b/x.css
a/b/x.html' '{,a/b/}x.{html,css}'
matches 'alternatives in alternatives' 'x.css
a1
a2' '{x.css,a{1,2,3}}'
matches 'an escaped star' '*.html' '\*.html'
matches 'a dot that is spelled out' '.dot.html' '.*.html'
matches 'and one of a directory' '.hid/x.html
.hid/sub/x.html' '.h*/**'
matches 'a directory: all beneath, dotfiles too' 'a/x.html
a/b/x.html
a/b/x.css
a/b/c/x.html
a/.dot/x.html' a
matches 'a directory with a slash' 'a/b/c/x.html' a/b/c/
matches 'a directory by ./' 'a/b/c/x.html' ./a/b/c
matches 'a pattern with ./' x.css './*.css'
matches 'the same file, with and without ./' x.css ././x.css x.css './/*.css'
matches 'a path through ..' '../tree/x.css' '../tree/*.css'
matches 'a path through .. within' 'a/../x.css' 'a/../*.css'
matches 'an absolute path' "$tmp/tree/x.css" "$tmp/tree/*.css"
matches 'slashes that repeat' 'a/b/x.css' 'a//b///*.css'
matches 'a file that looks like a pattern' '[id].tsx' '[id].tsx'
matches 'a file named like alternatives' 'a{1,2}' 'a{1,2}'
matches 'a file named as a star' '*.html' '*.html'
mkdir -p 'app/[id]' app/i 'app/(group)/[[...slug]]'
for file in 'app/[id]/page.tsx' app/i/page.tsx 'app/(group)/[[...slug]]/x'; do
	echo old >"$file"
done
matches 'a directory that looks like a set' 'app/[id]/page.tsx' 'app/[id]/*.tsx'
matches 'a directory that looks like a set of a set' \
    'app/(group)/[[...slug]]/x' 'app/(group)/[[...slug]]/**'
matches '-x of such a directory' app/i/page.tsx 'app/*/*.tsx' -x 'app/[id]/*.tsx'
rm -r app
matches 'names with spaces' 'with space/x y.html' 'with space/*'
matches 'a name with a dash' -dash ./-dash
matches 'two patterns that overlap name a file once' 'a/b/x.css' \
    'a/b/*.css' 'a/**/*.css'
matches 'a link to a file' to-file.html 'to-*'
matches 'a link that leads nowhere' dangling.html 'dang*'
matches 'a linked directory is not entered by stars' 'real/x.html' \
    '{l,r}*/**/x.html'
matches 'but where it is spelled out' linked/x.html 'linked/*.html'
matches 'as an argument, too' linked/x.html linked
matches 'a pattern in a directory that is not there' '' 'none/*.{html,css}'
ok 'the missing directory is named once' \
    same_text ../err 'watchrun: none: no such file or directory yet'
matches 'a file that is not there' 'x.css' none.html '{x.css,none/y}'
ok 'each missing file is named once' \
    same_text ../err 'watchrun: none.html: no such file or directory yet
watchrun: none/y: no such file or directory yet'
# shellcheck disable=SC2016
printf '%s\n' ./x.css x.css .//a/./x.html '' | watchrun -v -f - '*.css' ./a \
    -- sh -c 'echo "$@" >../got' sh '{}' 2>../err
ok 'in a list, too, ./ makes no difference' same_text ../got 'x.css a/x.html'
long=$(awk 'BEGIN { for (i = 0; i < 2100; i++) printf "d/" }')
matches 'a pattern that is longer than a path' '' "$long*" "$(printf '%0256d' 1)"
ok 'is named as too long' count 2 ../err ': File name too long'
matches '-x of some' 'a/b/x.html
a/b/c/x.html' 'a/**' -x a/x.html -x '*.css' -x .dot
cd ..

# ---- files that come later ----

# comes 'a sentence' path: when it is made, and when it is changed, it counts
comes() {
	: >seen
	# shellcheck disable=SC2016
	ok "$1" sh -c 'mkdir -p "${0%/*}" && echo new >"$0"' "$2"
	ok "$1 counts" runs 1 seen
	echo newer >"$2"
	ok "$1 counts again" runs 2 seen
}
watch log -w 'new/*.html' 'deep/er/**/x' "$tmp/abs/*" '../'"${tmp##*/}"'/up/*' \
    site/file 'q/[id].c' -- sh -c 'echo run >>seen'
comes 'a base that did not exist' new/x.html
comes 'a deep one' deep/er/more/and/x
comes 'an absolute one' abs/x
comes 'one beneath ..' up/x
comes 'a file that did not exist' site/file
comes 'a set is one where no file is named so' q/i.c
: >seen
rm -r new
until_ok 5 test -s seen
sleep 0.2
comes 'a base that went and came again' new/y.html
mkdir -p ne new/x.d deep/x
: >seen
echo other >new/x.css
echo other >ne/x.html
echo other >deep/x/x
echo other >site/other
comes 'what does not match does not count, what does' new/z.html
stop "$pid"

# ---- names of any bytes ----

mkdir bytes
watch log -w bytes -- sh -c 'echo run >>seen'
comes 'a name with spaces' 'bytes/ a  b '
comes 'a name with a newline' 'bytes/a
b'
comes 'a name with quotes' "bytes/\"'\\"
comes 'a name with a tab' "bytes/$tab"
comes 'a name that is no UTF-8' "bytes/$(printf '\377\376')"
comes 'a name with a dash' 'bytes/-n'
comes 'a name like a pattern' 'bytes/*[a]?{b,c}**'
long=$(awk 'BEGIN { for (i = 0; i < 255; i++) printf "n" }')
comes 'a name of 255 bytes' "bytes/$long"
comes 'a path of more than 1000' "bytes/1/$long/$long/$long/$long/x"
ok 'a name with a newline is shown as one line' has log 'bytes/a?b: changed'
stop "$pid"
