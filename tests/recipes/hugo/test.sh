#!/bin/sh
# test.sh - hugo as a builder
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs hugo
cook
built
ok 'hugo: the page is made' shows /first/ '<em>first</em>'
listen
printf -- '---\ntitle: Second\n---\n\nIt.\n' >content/second.md
both() {
	shows / Second && shows /second/ It.
}
one_reload 'hugo: a new text is a page, and in the list' 1 both
echo '{{ .Broken' >layouts/index.html
silent 'hugo: a template that is none is said' 1 'hugo: exit status'
ok 'hugo: and the pages stay' shows /second/ It.
echo '<!doctype html><title>Mended</title>' >layouts/index.html
one_reload 'hugo: once it is mended it shows' 2 shows / Mended
