#!/bin/sh
# test.sh - pandoc, and a rule for styles beside it
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs pandoc
cook
built
ok 'pandoc: the text is a page with its contents' shows / 'href="#first"'
listen
edit 's/First/Second/' src/book.md
one_reload 'pandoc: a saved text is a page' 1 shows / 'href="#second"'
printf -- '---\ntitle: [\n---\n' >src/book.md
silent 'pandoc: a text that is none is said' 1 'pandoc: exit status'
sed 's/Second/Third/' "$tmp/next" >third && cp third src/book.md
one_reload 'pandoc: once it is mended it shows' 2 shows / 'href="#third"'
echo 'body { max-width: 20em }' >src/style.css
one_reload 'pandoc: a saved style is copied' 3 shows /style.css 20em
ok 'pandoc: and swapped in place' has "$tmp/news" '"kind":"style"'
