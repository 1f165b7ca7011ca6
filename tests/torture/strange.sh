#!/bin/sh
# strange.sh - trees such as nobody would make, but somebody has
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

write() {
	echo "$1" >"$2"
}

# ---- names of directories ----

mkdir site
echo 'find site -type f -exec cat {} + | sort' >show
torment 'site/**'

# named 'what' name: a directory of that name comes, is watched, moves and goes
named() {
	dir=site/$2
	asks "a directory $1" new 1 fill "$dir"
	asks "$1: its file is watched" newer 1 write newer "$dir/$2"
	asks "$1: it is moved and its file written" newest 1 nest "$dir" "$2"
	asks "$1: it is removed" '' 1 rm -r site/outer
}
fill() {
	mkdir "$1" && echo new >"$1/${1#site/}"
}
nest() {
	mkdir site/outer && mv "$1" site/outer/in
	echo newest >"site/outer/in/$2"
}
long=$(awk 'BEGIN { for (i = 0; i < 255; i++) printf "n" }')
named 'with a newline' 'a
b'
named 'that is no UTF-8' "$(printf 'x\377\376')"
named 'of glob characters' '*[a]?{b,c}**'
named 'with a dash' '-rf'
named 'of 255 bytes' "$long"
named 'with quotes and a backslash' "\"'\\n\$("
named 'of blanks' ' 	 '
relieve

# ---- deep ones ----

# A path of 40 levels, made and removed at once.
deep=site$(awk 'BEGIN { for (i = 1; i <= 40; i++) printf "/%d", i }')
dig() {
	mkdir -p "$deep" && echo "$1" >"$deep/file"
}
torment 'site/**'
counts="$deep/file"
asks '40 levels at once' dug 1 dig dug
asks 'the file at their end is watched' deeper 1 write deeper "$deep/file"
asks 'all of them go' '' 1 rm -r site/1
asks 'and come again' again 1 dig again
asks 'one in the middle is removed' '' 1 rm -r site/1/2/3/4/5/6/7/8/9/10/11/12
rm -r site/1
relieve

# ---- thousands of levels ----

# The stack is small, so that nothing may go as deep as the tree.
if grep -q __asan_init "$top/watchrun"; then
	skip 'a tree of 1900 levels' 'ASan takes more of the stack'
else
	deepest=site/top$(awk 'BEGIN { for (i = 0; i < 1900; i++) printf "/d" }')
	mkdir -p "$deepest"
	echo deep >"$deepest/file"
	: >shown
	# shellcheck disable=SC3045 # where it is undefined, the stack is as it is
	(ulimit -s 96 && exec watchrun -n 'site/**' >shown)
	ok 'a tree of 1900 levels is shown' has shown "match $deepest/file by"
	: >seen
	start log sh -c 'ulimit -s 96 && exec watchrun -v -w "site/**" -- sh -c "echo run >>seen"'
	until_ok 10 has log 'watching '
	mv site/top elsewhere
	ok 'and moved away at once: one run' runs 1 seen
	ok 'that it is gone is said' has log "$deepest/file: gone"
	stop "$pid"
	ok 'and nothing else happens to it' [ $? -eq 143 ]
	rm -r elsewhere
fi

# Beyond what a path can be: nothing can be said of it, or run for it.
bury() {
	perl -e 'chdir("site"); for (1 .. 18) {
	    mkdir($ARGV[0]); chdir($ARGV[0]); }
	    open(F, ">", "file"); print(F "buried\n"); close(F);' "$long"
	echo seen >site/file
}
echo 'cat site/file' >show
torment 'site/**'
counts='site/file'
if need perl; then
	asks 'a path that is longer than one can be is passed over' seen 1 bury
else
	lacks 'a path that is longer than one can be' perl
fi
asks 'and what is not is watched' later 1 write later site/file
asks 'also when that goes' last 2 sh -c 'rm -rf site/n*; echo last >site/file'
relieve

# ---- what is no file ----

rm -r site
mkdir site
echo old >site/page.html
echo 'test -p site/page.html || cat site/page.html' >show
torment 'site/**'
counts='site/page\.html'
others() {
	mkfifo site/fifo site/sub.html
	save socket site/socket
	ln -s fifo site/to-fifo
	mkdir site/dir
	mkfifo site/dir/fifo
}
# A FIFO that is opened for reading, and not by somebody else, would hang it.
flow() {
	echo through >site/fifo &
	cat site/fifo >through
	wait $!
	chmod 600 site/fifo site/socket
	touch site/fifo site/socket
	mv site/fifo site/fifo.html
	rm site/socket
}
in_place_of() {
	rm site/page.html
	mkfifo site/page.html
}
counts='site/(page\.html|to-fifo)'
asks 'a FIFO and a socket run nothing, a link to one is a link' old 1 others
idle 'nothing runs when they are used' flow
asks 'a file is watched beside them' new 1 write new site/page.html
asks 'a FIFO in place of a file: it is gone' '' 1 in_place_of
relieve

# ---- links in circles ----

rm -r site
mkdir site site/dir
echo old >site/page.html
ln -s . site/loop
ln -s .. site/dir/up
ln -s self site/self
ln -s two site/one
ln -s one site/two
ln -s ../site/dir site/dir/in
torment site 'site/loop/*' 'site/dir/up/*.html' 'site/self/**' 'site/one/*'
counts='site/(loop/|dir/up/)?(page\.html|new|self|one|two)'
asks 'links in circles' new 1 write new site/page.html
asks 'one of them is opened' newer 1 sh -c \
    'rm site/one; ln -s page.html site/one; echo newer >site/page.html'
asks 'and closed' newest 1 sh -c \
    'rm site/one; ln -s two site/one; echo newest >site/page.html'
relieve

# ---- what may not be read ----

# Who may read everything may give that up.
watchrun() {
	if [ "$(id -u)" -ne 0 ]; then
		exec watchrun "$@"
	fi
	exec setpriv --bounding-set=-dac_override,-dac_read_search watchrun "$@"
}
rm -r site
mkdir -p site/closed/in site/open
echo page >site/page.html
echo closed >site/closed/in/file
echo open >site/open/file
chmod 0 site/closed
echo 'find site -type f -exec cat {} + | sort' >show
if ! setpriv --bounding-set=-dac_override,-dac_read_search true; then
	lacks 'what may not be read' setpriv
	exit
fi
torment 'site/**'
counts='site/(page\.html|(open|closed/in)/file)'
asks 'a directory that may not be read: others are watched' 'open page new' 1 \
    write 'page new' site/page.html
ok 'it is told, once' count 1 log 'site/closed: not watched: Permission denied'
asks 'when it may, its files are found' 'closed open page new' 1 \
    chmod 755 site/closed
asks 'and watched' 'changed open page new' 1 write changed site/closed/in/file
asks 'one that may be read no more: its files are gone' 'changed page new' 1 \
    chmod 0 site/open
