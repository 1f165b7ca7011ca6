#!/bin/sh
# test.sh - a session of tmux
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs tmux
TMUX_TMPDIR=$tmp
EDITOR='tail -f'
TERM=xterm
LC_ALL=C.UTF-8
export TMUX_TMPDIR EDITOR TERM LC_ALL
unset TMUX
# seen text: is that in one of the panes?
seen() {
	for pane in 0 1 2; do
		tmux capture-pane -p -J -S - -t "live:.$pane"
	done >panes
	has panes "$1"
}
trap 'tmux kill-server; cleanup; exit $failed' EXIT
ok 'tmux: a session is begun' sh ./live.sh
ok 'tmux: one pane serves' until_ok 10 seen http://127.0.0.1:
ok 'tmux: another watches' until_ok 10 seen 'watching '
seen http
port=$(sed -n 's|^http://127.0.0.1:\([0-9]*\)/.*|\1|p' panes)
listen
echo '<h1>Second</h1>' >index.html
one_reload 'tmux: a saved page shows' 1 shows / Second
