#!/bin/sh
# editors.sh - a save by an editor is one change, however it goes about it
# shellcheck source-path=SCRIPTDIR source=lib.sh

# Neither vim nor emacs makes a backup of what is in a folder for temporary
# files, so that this is one which they do not know for that.
real=${TMPDIR:-/tmp}
TMPDIR=/var/tmp
. "${0%/*}/lib.sh"
unset TMPDIR
[ "$real" = /tmp ] || export TMPDIR="$real"
export HOME="$tmp" TERM=xterm
unset XDG_CONFIG_HOME XDG_DATA_HOME EMACSLOADPATH VIMINIT EXINIT

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

# A file, a link to one elsewhere, one of two links.
plain() {
	rm -f other site/page.html
	echo plain >site/page.html
}
linked() {
	rm -f other site/page.html
	echo linked >other
	ln -s ../other site/page.html
}
doubled() {
	rm -f other site/page.html
	echo doubled >other
	ln other site/page.html
}

# on_screen command...: what reads keys from a terminal, for type_keys
on_screen() {
	mkfifo keys
	# What another one showed must not be taken for this one's.
	: >screen
	pty "$@" <keys >screen 2>&1 &
	editor=$!
	started="$started $editor"
	exec 9>keys
	rm keys
}
type_keys() {
	# shellcheck disable=SC2059
	printf "$@" >&9
}
off_screen() {
	exec 9>&-
	wait "$editor"
	has screen '[exit 0]'
}

# ---- vim ----

edit_vim() {
	vim -u NONE -i NONE -N -es -c "set $2" -c "1s/.*/$1/" -c wq \
	    site/page.html
}
type_vim() {
	on_screen vim -u NONE -i NONE -N site/page.html
	until_ok 5 has screen page.html
	type_keys 'ccvim, typed\033:wq\r'
	off_screen
}
twice_vim() {
	vim -u NONE -i NONE -N -es -c "1s/.*/one/" -c w -c 'sleep 400m' \
	    -c "1s/.*/two/" -c wq site/page.html
}
look_vim() {
	vim -u NONE -i NONE -N -es -c 'set backup' -c q site/page.html
}

vims() {
	for file in linked doubled plain; do
		asks "a $file file, for vim" $file 2 $file
		for copy in auto yes no; do
			saved "vim, backupcopy=$copy, a $file file" "$copy" \
			    edit_vim $copy backupcopy=$copy
		done
	done
	for copy in auto yes no; do
		saved "vim, backupcopy=$copy, and the backup is kept" \
		    "kept $copy" edit_vim "kept $copy" "backup backupcopy=$copy"
		rm -f site/page.html~
	done
	saved 'vim without backup' vim edit_vim vim 'nobackup nowritebackup'
	saved 'vim on a terminal' 'vim, typed' type_vim
	asks 'vim, two saves' two 2 twice_vim
	idle 'vim that saves nothing' look_vim
}

# ---- emacs ----

edit_emacs() {
	emacs -Q --batch --eval "(progn $2 (find-file \"site/page.html\")
	    (erase-buffer) (insert \"$1\\n\") (save-buffer))"
}
twice_emacs() {
	emacs -Q --batch --eval '(progn (find-file "site/page.html")
	    (erase-buffer) (insert "one\n") (save-buffer) (sleep-for 0.4)
	    (erase-buffer) (insert "two\n") (save-buffer))'
}
auto_emacs() {
	emacs -Q --batch --eval '(progn (find-file "site/page.html")
	    (insert "never") (auto-save-mode 1) (do-auto-save)
	    (sleep-for 0.2) (set-buffer-modified-p nil))'
	rm -f 'site/#page.html#'
}
type_emacs() {
	on_screen emacs -Q -nw site/page.html
	until_ok 10 has screen two
	type_keys '\033<\013emacs, typed\030\023'
	until_ok 10 has site/page.html typed
	type_keys '\030\003'
	off_screen
}
# Its first save in a session moves the file to its backup.
makes_backup() {
	rm -f site/page.html~ other~
	edit_emacs "$1" '' && cat site/page.html~ other~ | grep -q .
}

# With file-precious-flag the new file is tmpXXXXXX until it is whole.
precious() {
	counts='site/(page\.html|tmp[A-Za-z0-9]*)'
	saved "emacs, file-precious-flag, a $1 file" "precious $1" \
	    edit_emacs "precious $1" '(setq file-precious-flag t)'
	counts='site/page\.html'
}

emacses() {
	for file in linked doubled plain; do
		asks "a $file file, for emacs" $file 2 $file
		saved "emacs, backup, a $file file" "backup $file" \
		    makes_backup "backup $file"
		precious $file
	done
	saved 'emacs, backup by copying' copying edit_emacs copying \
	    '(setq backup-by-copying t)'
	saved 'emacs without backup' none edit_emacs none \
	    '(setq make-backup-files nil)'
	asks 'emacs, two saves' two 2 twice_emacs
	saved 'emacs on a terminal' 'emacs, typed' type_emacs
	idle 'what emacs saves by itself' auto_emacs
}

# ---- nano, and those that are not here ----

type_nano() {
	on_screen nano -I "$@" site/page.html
	until_ok 5 has screen page.html
	type_keys '\013nano\017\r'
	until_ok 5 has site/page.html nano
	type_keys '\030'
	off_screen
}
# These as their events show them.
edit_jetbrains() {
	echo "$1" >site/page.html___jb_tmp___
	mv site/page.html site/page.html___jb_old___
	mv site/page.html___jb_tmp___ site/page.html
	rm site/page.html___jb_old___
}
edit_vscode() {
	perl -e 'open(F, "+<", "site/page.html"); truncate(F, 0);
	    syswrite(F, "$ARGV[0]\n"); close(F)' "$1"
}
edit_gedit() {
	echo "$1" >site/.goutputstream-A1B2C3
	ln site/page.html site/page.html~
	mv site/.goutputstream-A1B2C3 site/page.html
	rm site/page.html~
}

if need vim; then
	vims
else
	lacks 'saves of vim' vim
fi
if need emacs; then
	emacses
else
	lacks 'saves of emacs' emacs
fi
if need nano; then
	saved 'nano' nano type_nano
	asks 'a plain file' plain 2 plain
	saved 'nano, with backup' nano type_nano -B
	rm -f site/page.html~
else
	lacks 'saves of nano' nano
fi
saved 'an editor that saves as JetBrains does' jet edit_jetbrains jet
need perl && saved 'an editor that saves as VS Code does' code edit_vscode code
saved 'an editor that saves as gedit does' gedit edit_gedit gedit
relieve
