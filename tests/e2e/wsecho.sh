#!/bin/sh
# wsecho.sh - our frames against a client that shares no code with them
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

start server "$top/tests/wsecho" 0
server=$pid
ok 'the echo server listens' until_ok 10 address server
port=$(address server)

wscat "$port" / text:hello part:a ping:x last:b close:3000 >out
ok 'it echoes to our own client' same_text out '* open
hello
* pong x
ab
* close 3000'

if need python3; then
	# A line for each family of cases, by ok or FAIL.
	python3 "$top/tests/tools/wscases.py" "$port" >cases 2>&1 || failed=1
	cat cases
	ok 'all families were run' count 9 cases " '"
	! has cases FAIL || failed=1
else
	lacks 'the cases of RFC 6455' python3
fi

# peak pid: the most memory that it ever had, in KiB
peak() {
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

if [ -r "/proc/$server/status" ] && ! grep -q __asan "$top/tests/wsecho"; then
	ok 'it holds no message, though they had 16 MiB' \
	    test "$(peak "$server")" -lt 12000
fi
refused 'no port is a usage error' "$top/tests/wsecho"
