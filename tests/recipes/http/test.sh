#!/bin/sh
# test.sh - a server in Python, by http.server
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../server.sh
. "$top/tests/recipes/server.sh"

needs python3
restarts http app.py /
ok 'http: its page asks for the script' shows / reload.js "$PORT"
ok 'http: which is there for it' shows /reload.js WebSocket
