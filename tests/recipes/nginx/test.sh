#!/bin/sh
# test.sh - nginx and its configuration
# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154 # free
. "${0%/*}/../lib.sh"

needs nginx
free_port
sed "s/8080/$free/" conf.d/site.conf >next && mv next conf.d/site.conf
mkdir tmp
start nginx nginx -e error.log -p . -c nginx.conf -g 'daemon off;'
nginx=$pid
ok 'nginx: it serves' until_ok 10 shows / First "$free"
cook
edit 's/First/Second/' conf.d/site.conf
ok 'nginx: a saved configuration is read' until_ok 10 shows / Second "$free"
ok 'nginx: since it was signalled' has "$tmp/log" 'signalled nginx.pid'
echo 'server {' >conf.d/broken.conf
ok 'nginx: one that is wrong is said' \
    until_ok 10 has "$tmp/log" 'nginx: exit status 1'
ok 'nginx: and nobody signalled' count 1 "$tmp/log" 'signalled nginx.pid'
ok 'nginx: so the former one goes on' until_ok 5 shows / Second "$free"
rm conf.d/broken.conf
ok 'nginx: without it all is well again' \
    until_ok 10 count 2 "$tmp/log" 'signalled nginx.pid'
stop "$nginx" # its workers would outlive it if it were killed
