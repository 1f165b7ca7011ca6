#!/bin/sh
# test.sh - TypeScript by esbuild, and the report of a build that failed
# shellcheck disable=SC2016
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs node npm
if [ ! -x node_modules/.bin/esbuild ]; then
	lacks 'the recipe typescript' esbuild
	exit
fi
cook
built
ok 'typescript: the script is made' shows /main.js '"first"'
listen
edit 's/first/second/' src/main.ts
one_reload 'typescript: a saved source is a script' 1 shows /main.js '"second"'
echo 'export const word = (' >src/word.ts
silent 'typescript: one that can not be read is said' 1 'npm: exit status'
ok 'typescript: and the page is told where it is wrong' \
    until_ok 5 has "$tmp/news" 'src/word.ts:'
echo 'export const word = (text: string): string => `no ${text}`;' >src/word.ts
one_reload 'typescript: once it is mended it shows' 2 shows /main.js '`no ${'
echo '<title>Page</title>' >public/index.html
one_reload 'typescript: a saved page is one, too' 3 shows / Page
