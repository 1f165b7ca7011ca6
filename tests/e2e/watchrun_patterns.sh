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

# matches 'a sentence' names pattern...: just these names, in any order
matches() {
	sentence=$1
	printf '%s\n' "$2" | sed '/^$/d' >../wanted
	shift 2
	watchrun -n "$@" 2>../err |
	    sed -n 's/^match \(.*\) by .*/\1/p' | LC_ALL=C sort >../got
	LC_ALL=C sort -o ../wanted ../wanted
	ok "$sentence" diff ../wanted ../got
}

matches 'a star matches names without a leading dot' '\x.html
dangling.html
to-file.html
x.html' '*.html'
echo old >'*.html'
matches 'a star stops at a slash' 'a/x.html
real/x.html
with space/x y.html' '*/*.html'
matches 'a question mark matches one character' 'a/x.html
a/b/x.html' 'a/?.html' '?/?/?.html'
matches 'a question mark does not match a slash' '' 'a?x.html'
matches 'a set matches one of its characters' 'x.css
x.html' '[wx].*[!x]'
matches 'a set may have a range' 'a1
a2' 'a[0-9]'
matches 'two stars cross slashes, or match nothing' 'a/x.html
a/b/x.html
a/b/c/x.html' 'a/**/*.html'
matches 'two stars may be in the middle' 'a/b/c/x.html' 'a/**/c/*'
matches 'two stars may be at the end' 'a/b/x.html
a/b/x.css
a/b/c/x.html' 'a/b/**'
matches 'two stars at the start do not match leading dots' '*.html
\x.html
dangling.html
to-file.html
x.html
a/x.html
a/b/x.html
a/b/c/x.html
real/x.html
with space/x y.html' '**/*.html'
matches 'braces stand for alternatives' 'x.css
x.html
a/b/x.css
a/b/x.html' '{,a/b/}x.{html,css}'
matches 'alternatives may have alternatives' 'x.css
a1
a2' '{x.css,a{1,2,3}}'
matches 'an escaped star matches a star' '*.html' '\*.html'
matches 'a pattern may spell out a leading dot' '.dot.html' '.*.html'
matches 'a pattern may spell out the dot of a directory' '.hid/x.html
.hid/sub/x.html' '.h*/**'
matches 'a directory is everything beneath it, dotfiles too' 'a/x.html
a/b/x.html
a/b/x.css
a/b/c/x.html
a/.dot/x.html' a
matches 'a directory may have a slash at its end' 'a/b/c/x.html' a/b/c/
matches 'a directory with ./ is the same without' 'a/b/c/x.html' ./a/b/c
matches 'a pattern with ./ is the same without' x.css './*.css'
matches 'a file with and without ./ is one file' x.css ././x.css x.css './/*.css'
matches 'a pattern may go up' '../tree/x.css' '../tree/*.css'
matches 'a pattern may go down and up' 'a/../x.css' 'a/../*.css'
matches 'an absolute pattern matches absolute paths' "$tmp/tree/x.css" "$tmp/tree/*.css"
matches 'repeated slashes are one' 'a/b/x.css' 'a//b///*.css'
matches 'an existing file that looks like a set is that file' '[id].tsx' '[id].tsx'
matches 'an existing file with braces is that file' 'a{1,2}' 'a{1,2}'
matches 'an existing file with a star is that file' '*.html' '*.html'
mkdir -p 'app/[id]' app/i 'app/(group)/[[...slug]]'
for file in 'app/[id]/page.tsx' app/i/page.tsx 'app/(group)/[[...slug]]/x'; do
	echo old >"$file"
done
matches 'an existing directory that looks like a set is that directory' 'app/[id]/page.tsx' 'app/[id]/*.tsx'
matches '[[...slug]] is a directory if it exists' \
    'app/(group)/[[...slug]]/x' 'app/(group)/[[...slug]]/**'
matches '-x takes existing directories literally, too' app/i/page.tsx 'app/*/*.tsx' -x 'app/[id]/*.tsx'
rm -r app
matches 'names may have spaces' 'with space/x y.html' 'with space/*'
matches 'a name may begin with a dash' -dash ./-dash
matches 'two patterns that overlap name a file once' 'a/b/x.css' \
    'a/b/*.css' 'a/**/*.css'
matches 'a link to a file matches' to-file.html 'to-*'
matches 'a link that leads nowhere matches' dangling.html 'dang*'
matches 'stars do not enter a linked directory' 'real/x.html' \
    '{l,r}*/**/x.html'
matches 'a pattern that spells it out enters a linked directory' linked/x.html 'linked/*.html'
matches 'so does an argument that names it' linked/x.html linked
matches 'a pattern in a missing directory matches nothing' '' 'none/*.{html,css}'
ok 'the missing directory is named once' \
    same_text ../err 'watchrun: none: no such file or directory yet'
matches 'a missing file does not match' 'x.css' none.html '{x.css,none/y}'
ok 'each missing file is named once' \
    same_text ../err 'watchrun: none.html: no such file or directory yet
watchrun: none/y: no such file or directory yet'
# shellcheck disable=SC2016
printf '%s\n' ./x.css x.css .//a/./x.html '' | watchrun -v -f - '*.css' ./a \
    -- sh -c 'echo "$@" >../got' sh '{}' 2>../err
ok 'in a list ./ makes no difference' same_text ../got 'x.css a/x.html'
long=$(awk 'BEGIN { for (i = 0; i < 2100; i++) printf "d/" }')
matches 'a pattern longer than a path matches nothing' '' "$long*" "$(printf '%0256d' 1)"
ok 'a pattern longer than a path is named' count 2 ../err ': File name too long'
matches '-x leaves out files, names and directories' 'a/b/x.html
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
comes 'a file in a directory that did not exist' new/x.html
comes 'a file deep in one that did not exist' deep/er/more/and/x
comes 'an absolute path' abs/x
comes 'a path with ..' up/x
comes 'a file that did not exist' site/file
comes 'a file that a set matches' q/i.c
: >seen
rm -r new
until_ok 5 test -s seen
sleep 0.2
comes 'a file in a directory that was removed and made again' new/y.html
mkdir -p ne new/x.d deep/x
: >seen
echo other >new/x.css
echo other >ne/x.html
echo other >deep/x/x
echo other >site/other
comes 'after files that do not match, one that does' new/z.html
stop "$pid"

# ---- names of any bytes ----

mkdir bytes
watch log -w bytes -- sh -c 'echo run >>seen'
comes 'a name with spaces' 'bytes/ a  b '
comes 'a name with a newline' 'bytes/a
b'
comes 'a name with quotes' "bytes/\"'\\"
comes 'a name with a tab' "bytes/$tab"
comes 'a name that is not UTF-8' "bytes/$(printf '\377\376')"
comes 'a name with a dash' 'bytes/-n'
comes 'a name like a pattern' 'bytes/*[a]?{b,c}**'
long=$(awk 'BEGIN { for (i = 0; i < 255; i++) printf "n" }')
comes 'a name of 255 bytes' "bytes/$long"
comes 'a path of more than 1000 bytes' "bytes/1/$long/$long/$long/$long/x"
ok 'a name with a newline is shown as one line' has log 'bytes/a?b: changed'
stop "$pid"
