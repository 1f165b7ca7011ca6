#!/bin/sh
# test.sh - plain HTML
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

cook
ok 'html: the page has the script in it' shows / 'reload.js'
listen
echo '<h1>Changed</h1>' >site/index.html
one_reload 'html: a saved page is served' 1 shows / Changed
echo 'h1 { color: navy }' >site/style.css
one_reload 'html: a saved style is served' 2 shows /style.css navy
ok 'html: and told as one' has "$tmp/news" '"kind":"style","paths":["site/style.css"]'
mkdir site/more
echo '<h1>More</h1>' >site/more/index.html
one_reload 'html: so is a page in a new directory' 3 shows /more/ More
