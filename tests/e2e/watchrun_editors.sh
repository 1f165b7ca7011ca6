#!/bin/sh
# watchrun_editors.sh - a save by an editor is one change
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

watch_page

# ---- editors ----

edit_vim() {
	vim -u NONE -i NONE -N -es -c "set backup backupskip= $2" \
	    -c "1s/.*/$1/" -c wq site/page.html
	status=$?
	rm -f site/page.html~
	return $status
}
edit_nano() {
	mkfifo keys
	pty nano -I site/page.html <keys >screen 2>&1 &
	nano=$!
	exec 9>keys
	until_ok 5 has screen page.html
	printf '\013%s\017\r' "$1" >&9
	until_ok 5 has site/page.html "$1"
	printf '\030' >&9
	exec 9>&-
	wait $nano
	rm keys
}
edit_emacs() {
	emacs -Q --batch --eval "(progn (find-file \"site/page.html\")
	    (erase-buffer) (insert \"$1\\n\") $2 (save-buffer))"
	status=$?
	rm -f site/page.html~
	return $status
}
# Those two as their events show them: see the pages of the editors.
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

if need vim; then
	saved 'vim, backupcopy=auto' vim-1 edit_vim vim-1 'backupcopy=auto'
	saved 'vim, backupcopy=yes' vim-2 edit_vim vim-2 'backupcopy=yes'
	saved 'vim, backupcopy=no' vim-3 edit_vim vim-3 'backupcopy=no'
	saved 'vim without backup' vim-4 edit_vim vim-4 'nobackup'
	saved 'vim without any backup' vim-5 edit_vim vim-5 \
	    'nobackup nowritebackup'
	ln -f site/page.html linked
	saved 'vim, a file of two links' vim-6 edit_vim vim-6 'backupcopy=auto'
	rm linked
else
	lacks 'saves of vim' vim
fi
if need nano; then
	saved 'nano' nano-1 edit_nano nano-1
else
	lacks 'saves of nano' nano
fi
if need emacs; then
	saved 'emacs' emacs-1 edit_emacs emacs-1 ''
	saved 'emacs, precious' emacs-2 edit_emacs emacs-2 \
	    '(setq file-precious-flag t)'
	saved 'emacs, backup by copying' emacs-3 edit_emacs emacs-3 \
	    '(setq backup-by-copying t)'
else
	lacks 'saves of emacs' emacs
fi
saved 'an editor that saves as JetBrains does' jet-1 edit_jetbrains jet-1
need perl && saved 'an editor that saves as VS Code does' code-1 \
    edit_vscode code-1

stop "$watchrun"
