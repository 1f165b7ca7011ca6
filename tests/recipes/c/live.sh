#!/bin/sh
# A program is made anew, and the server with it; while it can't be made the old
# one goes on, since only the new file starts a new server.
reloadws &
trap 'kill $!' EXIT
watchrun '*.[ch]' Makefile -- make -s ';' -r -p reloadws.pid server -- ./server
