#!/bin/sh
# test.sh - make and cmark, and a target to paste
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs cmark make
cook make live
ok 'make: a page is made of its text' shows / '<em>first</em>'
listen
printf '# Notes\n\nThe *second*.\n' >src/index.md
one_reload 'make: a saved text is a page' 1 shows / '<em>second</em>'
echo 'no heading' >src/index.md
silent 'make: a page that cannot be made is said' 1 'make: exit status 2'
ok 'make: and stays as it was' shows / '<em>second</em>'
printf '# Mended\n' >src/index.md
one_reload 'make: once it is mended it shows' 2 shows / Mended
echo '<!doctype html><title>All</title>' >src/head.html
both() {
	shows / '<title>All' && shows /about.html '<title>All'
}
one_reload 'make: what all pages share makes all of them anew' 3 both
kill -TERM "$pid"
stop "$pid"
