#!/bin/sh
# setup.sh - install what `make bench` compares with, where it can

cd "${0%/*}" || exit 1
sh ../setup.sh emacs=emacs-nox entr fswatch git gnuplot=gnuplot-nox hugo \
    inotifywait=inotify-tools livereload=python3-livereload node=nodejs npm \
    python3 vim watchman
/usr/bin/python3 -c 'import websockets' 2>/dev/null ||
    sh ../setup.sh python3-websockets
# What stays missing is told in the tables.
sh ../npm.sh . 'what is of npm' --ignore-scripts
