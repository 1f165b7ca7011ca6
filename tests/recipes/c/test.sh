#!/bin/sh
# test.sh - a server in C, which is compiled first
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../server.sh
. "$top/tests/recipes/server.sh"

needs cc make
make -s
restarts c server.c /
echo 'no C' >broken.h
edit 's/^static/#include "broken.h"\nstatic/' server.c
silent 'c: what can not be compiled is said' 2 'make: exit status 2'
ok 'c: and the old server goes on' shows / Third "$PORT"
: >broken.h
