#!/bin/sh
# watchrun_saves.sh - however a file is saved, that is one change
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

watch_page

# ---- the shell ----

in_place() {
	echo "$1" >site/page.html
}
move() {
	echo "$1" >site/new
	mv site/new site/page.html
}
move_same() {
	cp -p site/page.html old
	echo "$1" >new
	touch -r old new
	mv new site/page.html
}
cut_and_fill() {
	: >site/page.html
	echo "$1" >>site/page.html
}
move_away() {
	mv site/page.html site/page.html.old
	echo "$1" >site/page.html
	rm site/page.html.old
}
remove() {
	rm site/page.html
	echo "$1" >site/page.html
}
copy() {
	echo "$1" >new
	cp new site/page.html
}
link_over() {
	echo "$1" >new
	ln -f new site/page.html
}
link_symbolic() {
	echo "$1" >"$1"
	ln -sfn "../$1" site/page.html
}
link_edit() {
	echo "$1" >"$(readlink site/page.html | cut -c 4-)"
}
unlink_symbolic() {
	echo "$1" >new
	mv new site/page.html
}

saved 'a file written in place' shell-1 in_place shell-1
saved 'a file truncated and filled again' shell-2 cut_and_fill shell-2
saved 'a file moved over' shell-3 move shell-3
saved 'a file of the same size and time moved over' shell-4 move_same shell-4
saved 'a file moved away and written anew' shell-5 move_away shell-5
saved 'a file removed and written anew' shell-6 remove shell-6
saved 'cp' shell-7 copy shell-7
saved 'ln -f' shell-8 link_over shell-8
saved 'ln -sfn in place of a file' shell-9 link_symbolic shell-9
saved 'ln -sfn elsewhere' shell-10 link_symbolic shell-10
saved 'the target of a link is written' shell-11 link_edit shell-11
saved 'a file in place of a link' shell-12 unlink_symbolic shell-12

# ---- tools ----

edit_sed() {
	sed -i "s/.*/$1/" site/page.html
}
edit_perl() {
	perl -i -pe "s/.*/$1/" site/page.html
}
edit_ed() {
	printf '1c\n%s\n.\nw\nq\n' "$1" | ed -s site/page.html
}
edit_install() {
	echo "$1" >new
	install -m 644 new site/page.html
}
edit_rsync() {
	echo "$1" >new
	rsync "$2" new site/page.html
}
edit_tar() {
	mkdir -p packed/site
	echo "$1" >packed/site/page.html
	tar -C packed -cf packed.tar site
	tar -xf packed.tar
}

saved 'sed -i' tool-1 edit_sed tool-1
need perl && saved 'perl -i' tool-2 edit_perl tool-2
need ed && saved 'ed' tool-3 edit_ed tool-3
saved 'install' tool-4 edit_install tool-4
if need rsync; then
	saved 'rsync' tool-5 edit_rsync tool-5 -c
	saved 'rsync --inplace' tool-06 edit_rsync tool-06 --inplace
else
	lacks 'saves by rsync' rsync
fi
saved 'tar -x' tool-7 edit_tar tool-7

# ---- system calls ----

edit_mmap() {
	save mmap site/page.html "$1
"
}
edit_tmpfile() {
	rm -f site/page.html
	(cd site && save tmpfile page.html "$1
")
}
edit_swap() {
	echo "$1" >site/other
	until_ok 5 lines 1 seen
	sleep 0.3
	: >seen
	save swap site/other site/page.html
	rm -f site/other
}
edit_times() {
	cp site/page.html old
	save times site/page.html
	cmp old site/page.html
}

saved 'a file written through a mapping' call-1 edit_mmap call-1
saved 'an unnamed file that is given the name' call-2 edit_tmpfile call-2
saved 'two files exchanged' call-3 edit_swap call-3
saved 'a file whose time is set' call-3 edit_times
: >seen
echo 'call-4
rest' >site/page.html
until_ok 5 lines 2 seen
sleep 0.3
saved 'truncate(2) by path' call-4 save truncate site/page.html 7

# ---- what is no change ----

: >seen
chmod 600 site/page.html
chmod 644 site/page.html
touch -a site/page.html
: >site/4913
: >site/page.html~
: >site/.page.html.swp
: >site/.hidden
ln -s user@host site/.#page.html
cat site/page.html >/dev/null
rm site/4913
saved 'what is no change runs nothing' last in_place last

stop "$watchrun"
