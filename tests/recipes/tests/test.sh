#!/bin/sh
# test.sh - tests at each save
# shellcheck disable=SC2016
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

cook
built
listen
echo 'echo $(($1 + 2))' >src/twice.sh
silent 'tests: one that fails is said' 0 'sh: exit status 1'
ok 'tests: and shown over the page' \
    until_ok 5 has "$tmp/news" 'check.sh:5: twice 0 is 2'
echo 'echo $(($1 + $1))' >src/twice.sh
one_reload 'tests: once it is mended' 1 has "$tmp/log" 'signalled reloadws.pid'
echo '# a comment' >>src/twice.sh
one_reload 'tests: so are they at the next save, whatever it is' 2 \
    has "$tmp/log" 'src/twice.sh: changed'
