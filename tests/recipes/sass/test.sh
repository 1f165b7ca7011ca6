#!/bin/sh
# test.sh - Sass, swapped in place
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs sassc
cook
built
ok 'sass: the style is made' shows /style.css teal
listen
edit 's/teal/navy/' sass/style.scss
one_reload 'sass: a saved source is a style' 1 shows /style.css navy
ok 'sass: which is swapped in place' \
    has "$tmp/news" '"kind":"style","paths":["sass/style.scss"]'
echo 'p { margin: 2em' >sass/_parts.scss
silent 'sass: one that can not be made is said' 1 'sassc: exit status'
ok 'sass: and the old one stays' shows /style.css 1em
echo 'p { margin: 3em }' >sass/_parts.scss
one_reload 'sass: once it is mended it shows' 2 shows /style.css 3em
ok 'sass: no page was reloaded' not has "$tmp/news" '"kind":"reload"'
echo '<h1>Page</h1>' >site/index.html
one_reload 'sass: a saved page is' 3 shows / Page
