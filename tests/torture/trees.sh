#!/bin/sh
# trees.sh - directories that come, go, move and are swapped
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir site
echo old >site/page.html
cat >show <<'END'
find site/ -name '*.html' ! -path '*/.*' -exec cat {} + | sort
END
torment 'site/**/*.html'
counts='site/.*\.html'

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
write() {
	echo "$1" >"$2"
}

asks 'a directory filled at once' 'filled old' 1 filled
asks 'and its file is watched' 'anew old' 1 write anew site/new/page.html
asks 'a deep directory' 'anew deep old' 1 deep
asks 'and its file is watched, too' 'abyss anew old' 1 \
    write abyss site/a/b/c/d/e/f/page.html
asks 'a directory removed' 'anew old' 1 rm -r site/a
asks 'many directories' '1 2 3 4 5 6 7 8 9 anew old' 9 many
asks 'that are removed' 'anew old' 3 rm -r site/m
asks 'a directory moved in' 'anew made old' 1 moved_in
asks 'and its files are watched' 'anew done old' 1 \
    write 'done' site/made/x/y/page.html
asks 'a directory renamed' 'anew done old' 1 mv site/made site/named
asks 'is watched' 'anew named old' 1 write named site/named/x/y/page.html
ok 'by its new name' has log 'site/named/x/y/page.html: changed'
asks 'a directory moved into another' 'anew named old' 1 \
    mv site/named/x site/new/x
asks 'is watched there' 'anew inner old' 1 write inner site/new/x/y/page.html
asks 'a directory moved out' 'anew old' 1 mv site/new/x away
idle 'is watched no more' write outside away/y/page.html
asks 'and moved in again' 'anew old outside' 1 mv away site/away
asks 'it is watched again' 'anew inside old' 1 \
    write inside site/away/y/page.html
asks 'cp -r' 'anew copied inside old' 3 copied_in
asks 'tar -x' 'anew copied inside old packed' 3 unpacked
asks 'a directory is deleted and made again' \
    'anew inside old once packed' 2 sh -c \
    'rm -r site/copy; mkdir site/copy; echo once >site/copy/page.html'
asks 'and watched' 'anew inside old packed twice' 1 \
    write twice site/copy/page.html
asks 'two directories exchanged' 'anew inside old packed twice' 1 \
    save swap site/copy site/new
asks 'are watched by their new names' 'anew copy inside old packed' 1 \
    write copy site/new/page.html
ok 'which they are told by' has log 'site/new/page.html: changed'
asks 'all of them removed' old 3 \
    rm -r site/copy site/packed site/new site/away
idle 'a directory without files' mkdir -p site/empty/empty
asks 'a file in it' 'old within' 1 write within site/empty/empty/in.html
asks 'and gone' old 1 rm -r site/empty

becomes_dir() {
	rm site/turn.html
	mkdir site/turn.html
	echo within >site/turn.html/in.html
}
becomes_file() {
	rm -r site/turn.html
	echo turned >site/turn.html
}
asks 'a file' 'old turn' 1 write turn site/turn.html
asks 'becomes a directory' 'old within' 2 becomes_dir
asks 'and a file again' 'old turned' 2 becomes_file
asks 'and nothing' old 1 rm site/turn.html

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
becomes_link() {
	mv site real
	echo linked >real/page.html
	ln -s real site
}
elsewhere() {
	echo swapped >before/page.html
	ln -sfn before site
}
again() {
	asks 'and watched' again 1 write again site/page.html
}

asks 'the root is deleted and made again' remade 2 remade
again
asks 'the root is deleted' '' 1 rm -r site
asks 'and made, later' remade 1 sh -c 'mkdir site; echo remade >site/page.html'
again
asks 'the root is swapped' swapped 2 swapped
again
asks 'the root is exchanged for another' exchanged 1 exchanged
again
asks 'the root is moved away' '' 1 mv site elsewhere
idle 'and watched no more' write back elsewhere/page.html
asks 'and put back' back 1 mv elsewhere site
again
idle 'what was the root is watched no more' write stranger before/page.html
asks 'the root becomes a link' linked 2 becomes_link
asks 'whose directory is watched' behind 1 write behind real/page.html
asks 'the link is pointed elsewhere' swapped 2 elsewhere
asks 'by a rename as well' behind 1 sh -c 'ln -s real new; mv -T new site'
again
relieve

# ---- links ----

mkdir -p conf/..1
echo one >conf/..1/f.html
ln -s ..1 conf/..data
ln -s ..data/f.html conf/f.html
echo 'cat conf/f.html' >show
torment 'conf/*.html'
counts='conf/f\.html'
swap_data() {
	mkdir conf/..2
	echo two >conf/..2/f.html
	ln -s ..2 conf/..data_tmp
	mv -T conf/..data_tmp conf/..data
	rm -r conf/..1
}
asks 'a volume that is updated by its ..data link' two 1 swap_data
asks 'then edited behind it' three 1 write three conf/..2/f.html
relieve

mkdir -p one/sub two/sub
echo one >one/sub/x.html
echo two >two/sub/x.html
ln -s one cur
echo 'cat cur/sub/x.html' >show
torment 'cur/sub/*.html'
counts='cur/sub/x\.html'
asks 'a linked directory that the pattern spells out' three 1 \
    write three one/sub/x.html
asks 'a swap of that link' two 1 ln -sfn two cur
asks 'what it led to is watched' four 1 write four two/sub/x.html
idle 'what it led to before is not' write five one/sub/x.html
relieve

# ---- git ----

git_repo() {
	git init -q repo
	cd repo || exit 1
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
	cd ..
}
commit() {
	git -C repo commit -q -a -m three
	git -C repo gc -q
	git -C repo status >/dev/null
}
if need git; then
	git_repo
	echo 'cat repo/page.html repo/dir/*.html' >show
	torment 'repo/**'
	counts='repo/(page\.html|dir/new\.html)'
	asks 'git checkout' one 1 git -C repo checkout -q one
	asks 'git checkout with new directories' 'two dir' 2 \
	    git -C repo checkout -q two
	asks 'a file of a repository' 'three dir' 1 write three repo/page.html
	asks 'git stash' 'two dir' 1 git -C repo stash -q
	asks 'git stash pop' 'three dir' 1 git -C repo stash pop -q
	idle 'git commit, gc and status run nothing' commit
	asks 'git reset --hard' 'two dir' 2 git -C repo reset -q --hard HEAD~1
	relieve
else
	lacks 'git checkout' git
fi

# ---- two thousand trees ----

mkdir trees aside
echo 'find trees -type f | LC_ALL=C sort | xargs cat | cksum' >show
torment 'trees/**'
counts='trees/[0-9]*/b/c/file'
# A sweep may come to the last of them before it comes to others.
all_named() {
	until_ok 10 none_missing && return
	cat missing
	return 1
}
none_missing() {
	right
	find trees -type f | LC_ALL=C sort | comm -23 - named >missing
	! test -s missing
}
asks '2000 trees made, moved and removed, each with its file at once' - 50 \
    torture trees trees aside 2000 "$seed"
ok 'no file was overlooked' all_named
asks 'and each is watched' - 5 torture again trees 2000
ok 'none excepted' all_named
relieve
