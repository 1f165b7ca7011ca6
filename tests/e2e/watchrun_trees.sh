#!/bin/sh
# watchrun_trees.sh - directories that come, go, move and are swapped
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html
: >seen
# All that counts, at each run.
cat >list <<'END'
find site/ -name '*.html' ! -path '*/.*' -exec cat {} + 2>/dev/null |
    sort | tr '\n' ' ' | sed 's/ $//' >now
{ cat now; echo; } >>seen
END
watch log -w 'site/**/*.html' -- sh list
watchrun=$pid

# shows text command...: after the command a run, and the last one shows that
shows() {
	text=$1
	shift
	: >seen
	"$@" || return 1
	until_ok 5 last_is "$text" || {
		cat seen
		return 1
	}
}
last_is() {
	[ "$(tail -n 1 seen)" = "$1" ]
}
# one_run text command...: that, and only one
one_run() {
	shows "$@" && runs 1 seen
}
# settled: no run is under way or about to come
settled() {
	sleep 0.25
	: >seen
}

# ---- new directories ----

filled() {
	mkdir site/new && echo filled >site/new/page.html
}
deep() {
	mkdir -p site/a/b/c/d/e/f && echo deep >site/a/b/c/d/e/f/page.html
}
many() {
	for i in 1 2 3 4 5 6 7 8 9; do
		mkdir -p site/m/$i/$i && echo $i >site/m/$i/$i/page.html
	done
}
moved_in() {
	mkdir -p made/x/y
	echo made >made/x/y/page.html
	mv made site/
}
copied_in() {
	mkdir -p from/x
	echo copied >from/x/page.html
	cp -r from site/copy
}
unpacked() {
	mkdir -p pack/site/packed/x
	echo packed >pack/site/packed/x/page.html
	tar -C pack -cf pack.tar site
	tar -xf pack.tar
}

ok 'a directory filled at once' one_run 'filled old' filled
ok 'and its file is watched' one_run 'anew old' \
    sh -c 'echo anew >site/new/page.html'
ok 'a deep directory' one_run 'anew deep old' deep
ok 'and its file is watched, too' one_run 'abyss anew old' \
    sh -c 'echo abyss >site/a/b/c/d/e/f/page.html'
ok 'a directory removed' one_run 'anew old' rm -r site/a
ok 'many directories' shows '1 2 3 4 5 6 7 8 9 anew old' many
settled
ok 'that are removed' one_run 'anew old' rm -r site/m
ok 'a directory moved in' one_run 'anew made old' moved_in
ok 'and its files are watched' one_run 'anew done old' \
    sh -c 'echo done >site/made/x/y/page.html'
ok 'a directory renamed' one_run 'anew done old' mv site/made site/named
ok 'is watched by its new name' one_run 'anew named old' \
    sh -c 'echo named >site/named/x/y/page.html'
ok 'and -v names it so' has log 'site/named/x/y/page.html: changed'
ok 'a directory moved out' one_run 'anew old' mv site/named away
: >seen
echo outside >away/x/y/page.html
ok 'is watched no more' one_run 'again old' \
    sh -c 'echo again >site/new/page.html'
ok 'cp -r' shows 'again copied old' copied_in
settled
ok 'tar -x' shows 'again copied old packed' unpacked
settled
ok 'a directory is deleted and made again' shows 'again old once packed' \
    sh -c 'rm -r site/copy; mkdir site/copy; echo once >site/copy/page.html'
settled
rm -r site/copy site/packed site/new
until_ok 5 last_is old
settled

becomes_dir() {
	rm site/turn.html
	mkdir site/turn.html
	echo within >site/turn.html/in.html
}
becomes_file() {
	rm -r site/turn.html
	echo turned >site/turn.html
}
ok 'a file' one_run 'old turn' sh -c 'echo turn >site/turn.html'
ok 'becomes a directory' shows 'old within' becomes_dir
settled
ok 'and a file again' shows 'old turned' becomes_file
settled
rm site/turn.html
until_ok 5 last_is old
settled

# ---- the root itself ----

remade() {
	rm -r site
	mkdir site
	echo remade >site/page.html
}
swapped() {
	mkdir next
	echo swapped >next/page.html
	mv site before && mv next site
}
exchanged() {
	mkdir next
	echo exchanged >next/page.html
	save swap next site
}
away_and_back() {
	mv site elsewhere
	until_ok 5 last_is ''
	echo back >elsewhere/page.html
	mv elsewhere site
}
ok 'the root is deleted and made again' shows remade remade
settled
ok 'and watched' one_run again sh -c 'echo again >site/page.html'
ok 'the root is swapped' shows swapped swapped
settled
ok 'and watched' one_run again sh -c 'echo again >site/page.html'
ok 'the root is exchanged for another' shows exchanged exchanged
settled
ok 'and watched' one_run again sh -c 'echo again >site/page.html'
ok 'the root is moved away and back' shows back away_and_back
settled
ok 'and watched' one_run again sh -c 'echo again >site/page.html'
: >seen
echo stranger >before/page.html
ok 'what was the root is not' one_run last sh -c 'echo last >site/page.html'
ok 'the root becomes a link' shows linked sh -c \
    'mv site real; echo linked >real/page.html; ln -s real site'
settled
ok 'whose directory is watched' one_run behind \
    sh -c 'echo behind >real/page.html'
ok 'the link is pointed elsewhere' shows swapped sh -c \
    'echo swapped >before/page.html; ln -sfn before site'
settled
ok 'by a rename as well' shows behind sh -c 'ln -s real new; mv -T new site'
settled
stop "$watchrun"

# ---- links ----

mkdir -p conf/..1
echo one >conf/..1/f.html
ln -s ..1 conf/..data
ln -s ..data/f.html conf/f.html
: >seen
watch log -w 'conf/*.html' -- sh -c 'cat conf/f.html >>seen'
watchrun=$pid
swap_data() {
	mkdir conf/..2
	echo two >conf/..2/f.html
	ln -s ..2 conf/..data_tmp
	mv -T conf/..data_tmp conf/..data
	rm -r conf/..1
}
ok 'a volume that is updated by its ..data link' one_run two swap_data
ok 'then edited behind it' one_run three sh -c 'echo three >conf/..2/f.html'
stop "$watchrun"

mkdir -p one/sub two/sub
echo one >one/sub/x.html
echo two >two/sub/x.html
ln -s one cur
: >seen
watch log -w 'cur/sub/*.html' -- sh -c 'cat cur/sub/x.html >>seen'
watchrun=$pid
ok 'a linked directory that the pattern spells out' one_run three \
    sh -c 'echo three >one/sub/x.html'
ok 'a swap of that link' one_run two ln -sfn two cur
ok 'what it led to is watched' one_run four \
    sh -c 'echo four >two/sub/x.html'
: >seen
echo five >one/sub/x.html
ok 'what it led to before is not' one_run six \
    sh -c 'echo six >two/sub/x.html'
stop "$watchrun"

mkdir loop
ln -s . loop/loop
ln -s .. loop/up
echo a >loop/a
: >seen
watch log -w loop -- sh -c 'cat loop/a >>seen'
ok 'links that lead in a circle' one_run b sh -c 'echo b >loop/a'
stop "$pid"

# ---- git ----

if command -v git >/dev/null; then
	mkdir repo
	cd repo || exit 1
	git init -q
	git config user.name test
	git config user.email test@localhost
	git checkout -q -b one
	echo one >page.html
	git add page.html
	git commit -q -m one
	git checkout -q -b two
	echo two >page.html
	mkdir dir
	echo dir >dir/new.html
	git add page.html dir
	git commit -q -m two
	: >../seen
	watch log -w -- sh -c 'cat page.html dir/*.html 2>/dev/null |
	    tr "\n" " " >>../seen; echo >>../seen'
	cd ..
	ok 'git checkout' one_run 'one ' git -C repo checkout -q one
	ok 'git checkout with new directories' shows 'two dir ' \
	    git -C repo checkout -q two
	settled
	echo three >repo/page.html
	until_ok 5 last_is 'three dir '
	settled
	ok 'git stash' one_run 'two dir ' git -C repo stash -q
	ok 'git stash pop' one_run 'three dir ' git -C repo stash pop -q
	: >seen
	ok 'git commit, which touches no file, runs nothing' one_run \
	    'four dir ' sh -c 'git -C repo commit -q -a -m three
	        git -C repo gc -q; echo four >repo/page.html'
	stop "$pid"
else
	lacks 'git checkout' git
fi
