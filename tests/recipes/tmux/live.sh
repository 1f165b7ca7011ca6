#!/bin/sh
# In tmux: an editor above; below it who watches, and who serves.
tmux new-session -d -s live "${EDITOR:-vi} index.html" \; \
    split-window -v -l 8 'reloadws -v -d .' \; \
    split-window -h 'watchrun -v -p reloadws.pid "*.html"' \; \
    select-pane -t 0
[ ! -t 0 ] || exec tmux attach -t live
