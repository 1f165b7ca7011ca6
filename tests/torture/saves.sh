#!/bin/sh
# saves.sh - however a file is saved, that is one change
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html
echo 'cat site/page.html' >show
torment 'site/**'
counts='site/page\.html'

# saved 'a sentence' content command...: one run, that finds this content
saved() {
	sentence=$1
	content=$2
	shift 2
	asks "$sentence" "$content" 1 "$@"
}

# ---- the shell ----

in_place() {
	echo "$1" >site/page.html
}
append() {
	echo "$1" >>site/page.html
}
move() {
	echo "$1" >site/.new
	mv site/.new site/page.html
}
# The name of what is moved may count by itself.
move_counted() {
	echo "$1" >site/new
	mv site/new site/page.html
}
# in_time command...: the command exits with 4 if the machine kept it waiting
# between its steps: once more, then.  What it wrote may have been found already,
# so that the same text again would be no change.
in_time() {
	for attempt in $(seq 30); do
		"$@"
		late=$?
		[ $late -eq 4 ] || return $late
		in_place "late $attempt"
		until_ok 10 last_is "late $attempt"
		sleep "$quiet"
		rest
		forget
	done
	return 4
}
at_once() {
	in_time save rename "$1
" site/page.html
}
# A replacement that only its inode gives away.
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
	mv site/page.html site/page.html~
	echo "$1" >site/page.html
	rm site/page.html~
}
remove() {
	rm site/page.html
	echo "$1" >site/page.html
}

saved 'a file written in place' shell-1 in_place shell-1
saved 'a file appended to' 'shell-1 shell-2' append shell-2
saved 'a file cut to nothing' '' cp /dev/null site/page.html
saved 'a file truncated and filled again' shell-3 cut_and_fill shell-3
saved 'a file moved over' shell-4 move shell-4
counts='site/(page\.html|new|page\.html\.new)'
saved 'a file moved over from a name that counts' shell-4b move_counted shell-4b
saved 'and moved at once' shell-4c at_once shell-4c
counts='site/page\.html'
saved 'a file of the same size and time moved over' shell-5 move_same shell-5
saved 'a file moved away and written anew' shell-6 move_away shell-6
saved 'a file removed and written anew' shell-7 remove shell-7
saved 'a file removed' '' rm site/page.html
saved 'a file made' shell-8 in_place shell-8

removed_open() {
	exec 9>>site/page.html
	rm site/page.html
	echo nowhere >&9
	exec 9>&-
}
saved 'a file removed, and written by who has it open' '' removed_open

# ---- links ----

link_new() {
	echo "$1" >new
	shift
	ln "$@" new site/page.html
}
link_new_symbolic() {
	echo "$1" >new
	ln -s ../new site/page.html
}
link_symbolic() {
	echo "$1" >"$1"
	ln -sfn "../$1" site/page.html
}
link_swap() {
	echo "$1" >"$1"
	ln -s "../$1" site/.link
	mv -T site/.link site/page.html
}
link_edit() {
	echo "$1" >"$(readlink site/page.html | cut -c 4-)"
}
link_replace() {
	echo "$1" >new
	mv new "$(readlink site/page.html | cut -c 4-)"
}
unlink_symbolic() {
	echo "$1" >new
	mv new site/page.html
}

# ln and perl give what they make the name only when it is whole.
counts='site/(page\.html|(Cu|XX)[A-Za-z0-9]*)'
saved 'ln where nothing was' link-1 link_new link-1
rm new
saved 'ln -f' link-2 link_new link-2 -f
saved 'a file of two links removed' '' rm site/page.html
saved 'ln -s where nothing was' link-3 link_new_symbolic link-3
saved 'ln -sfn elsewhere' link-4 link_symbolic link-4
saved 'a link moved over a link' link-5 link_swap link-5
saved 'the target of a link is written' link-6 link_edit link-6
saved 'the target of a link is replaced' link-7 link_replace link-7
saved 'the target of a link is removed' '' rm link-5
saved 'and is there again' link-8 link_edit link-8
saved 'a file in place of a link' link-9 unlink_symbolic link-9
saved 'ln -sfn in place of a file' link-10 link_symbolic link-10
saved 'a link removed' '' rm site/page.html
saved 'and a file in its place' link-11 in_place link-11

# ---- tools ----

edit_cp() {
	echo "$1" >new
	shift
	cp "$@" new site/page.html
}
edit_older() {
	echo "$1" >new
	touch -d '2001-02-03' new
	cp -p new site/page.html
}
edit_dd() {
	echo "$1" | dd of=site/page.html conv=notrunc bs=2 2>/dev/null
}
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
	shift
	rsync "$@" new site/page.html
}
edit_tar() {
	mkdir -p packed/site
	echo "$1" >packed/site/page.html
	tar -C packed -cf packed.tar site
	shift
	tar -xf packed.tar "$@"
}

saved 'cp' tool-1 edit_cp tool-1
saved 'cp --remove-destination' tool-2 edit_cp tool-2 --remove-destination
saved 'cp -p of an older file' tool-3 edit_older tool-3
saved 'dd in pieces' tool-4 edit_dd tool-4
saved 'sed -i' tool-5 edit_sed tool-5
if need perl; then
	saved 'perl -i' tool-6 edit_perl tool-6
else
	lacks 'perl -i' perl
fi
if need ed; then
	saved 'ed' tool-7 edit_ed tool-7
else
	lacks 'saves of ed' ed
fi
saved 'install' tool-8 edit_install tool-8
if need rsync; then
	saved 'rsync' tool-9 edit_rsync tool-9 -c
	saved 'rsync -t of an older file' tool-10 edit_rsync tool-10 -t
	saved 'rsync --inplace' tool-011 edit_rsync tool-011 --inplace
else
	lacks 'saves by rsync' rsync
fi
saved 'tar -x' tool-12 edit_tar tool-12
saved 'tar -x --overwrite' tool-13 edit_tar tool-13 --overwrite
saved 'truncate' tool truncate -s 4 site/page.html

# ---- times ----

saved 'touch' tool touch site/page.html
saved 'touch -m' tool touch -m site/page.html
saved 'touch of a time that is long gone' tool touch -d 2001-02-03 \
    site/page.html
saved 'utimensat(2) alone' tool save times site/page.html
saved 'touch makes a file' '' sh -c 'rm site/page.html; touch site/page.html'

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
	echo "$1" >site/.other
	save swap site/.other site/page.html
}
edit_late() {
	echo "$1" >new
	perl -e 'open(F, "+<", "site/page.html"); unlink("site/page.html");
	    rename("new", "site/page.html"); syswrite(F, "late");
	    truncate(F, $ARGV[0]); close(F)' "$2"
}

saved 'a file written through a mapping' call-1 edit_mmap call-1
saved 'an unnamed file that is given the name' call-2 edit_tmpfile call-2
saved 'two files exchanged' call-3 edit_swap call-3
saved 'truncate(2) by path' call save truncate site/page.html 4
if need perl; then
	saved 'what was replaced is written late' call-4 edit_late call-4 4
	saved 'and cut late' call-5 edit_late call-5 0
else
	lacks 'what was replaced is written late' perl
fi

# ---- what is no change ----

looks() {
	cat site/page.html
	cp -p site/page.html copy
	chmod 600 site/page.html
	chmod 644 site/page.html
	touch -a site/page.html
	touch -r site/page.html site/page.html
	ln site/page.html another
	rm another
	: <>site/page.html
}
come_and_go() {
	in_time save briefly site/new
}
litter() {
	: >site/4913
	: >site/page.html~
	: >site/.page.html.swp
	: >site/.hidden
	: >'site/#page.html#'
	: >site/sedAbCdEf
	: >site/page.html___jb_tmp___
	: >site/.DS_Store
	ln -s user@host site/.#page.html
	rm site/4913
	mkdir site/.git site/node_modules site/empty
	: >site/.git/index
	: >site/node_modules/index.html
}

idle 'what changes no content runs nothing' looks
idle 'files that count for nobody run nothing' litter
idle 'a file that comes and goes' come_and_go
saved 'and a save runs as ever' last in_place last
relieve
