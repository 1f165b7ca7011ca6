#!/bin/sh
# reloadws_pidfile.sh - a pidfile and a port belong to one server at a time
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# get path: print the status of GET path
get() {
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" |
	    wscat -r "$port" | sed -n '1s/^HTTP.1.1 \([0-9]*\).*/\1/p'
}

# status n path: is this the status of GET path?
status() {
	[ "$(get "$2")" = "$1" ]
}

# fails_with n command...: does the command exit with n?  Its messages go to err
fails_with() {
	want=$1
	shift
	"$@" >out 2>err </dev/null
	[ $? -eq "$want" ]
}

serve server -l 0 -d .
server=$pid

ok 'a second server refuses the pidfile' fails_with 1 reloadws -l 0
ok 'it names the process that holds it' has err "$server"
ok 'it prints no address' not test -s out
ok 'the first one keeps its pidfile' count 1 reloadws.pid "$server"
ok 'a second server refuses the port' \
    fails_with 1 reloadws -l "$port" -p other.pid
ok 'it suggests another port' has err "-l $((port + 1))"
ok 'it leaves no pidfile' not test -e other.pid

# ---- POSIX drops a lock when any descriptor of its file is closed ----
ln reloadws.pid link.txt
ln -s reloadws.pid symbolic.txt
echo plain >plain.txt
ok 'a file is served' status 200 /plain.txt
ok 'the pidfile is not' status 404 /reloadws.pid
ok 'a hard link to the pidfile is not served' status 404 /link.txt
ok 'a symbolic link to the pidfile is not served' status 404 /symbolic.txt
printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' | wscat -r "$port" >list
ok 'a listing names the file' has list plain.txt
ok 'a listing does not name the pidfile' not grep -E 'reloadws.pid|link.txt|symbolic' list
ok 'after all this, the lock still holds' fails_with 1 reloadws -l 0
ok 'TERM removes the pidfile' stop "$server"
ok 'it is gone' not test -e reloadws.pid

# ---- what is in the way ----
rm -f link.txt symbolic.txt
echo 12345678 >reloadws.pid
serve server -l 0
ok 'a stale pidfile is taken over' count 1 reloadws.pid "$pid"
stop "$pid"
echo 1 >target
ln -s target link.pid
ok 'a link is refused' fails_with 1 reloadws -l 0 -p link.pid
ok 'its target is not touched' count 1 target 1
mkdir dir.pid
ok 'a directory is refused' fails_with 1 reloadws -l 0 -p dir.pid
mkfifo fifo.pid
ok 'a FIFO is refused' fails_with 1 reloadws -l 0 -p fifo.pid
ok 'a pidfile in a missing directory is refused' fails_with 1 reloadws -l 0 -p no/dir.pid
ok 'the message has its name' has err 'no/dir.pid: No such file'

# ---- wrong calls ----
ok 'a number as pidfile is a usage error' fails_with 2 reloadws -p 5678
ok 'the message suggests -l' has err '-l 5678'
ok 'a wildcard as host is a usage error' fails_with 2 reloadws -a 0.0.0.0
ok 'the message suggests -l with the address' has err '-l 0.0.0.0:5678'
ok '[::] as host is a usage error' fails_with 2 reloadws -a '[::]'
ok 'a host with a port is a usage error' fails_with 2 reloadws -a dev.test:80
ok 'a port that is not a number is a usage error' fails_with 2 reloadws -l x
ok 'an unknown option is a usage error' fails_with 2 reloadws -Z
ok 'an argument is a usage error' fails_with 2 reloadws site
ok 'a file is no directory to serve' fails_with 1 reloadws -l 0 -d target
ok '-h shows the usage' reloadws -h
reloadws -h >out
ok 'the usage goes to standard output' has out 'usage: reloadws'
ok '-V shows the version' reloadws -V
ok 'a usage error leaves no pidfile' not test -e reloadws.pid

# ---- an end and a start at the same time ----
# settled: has the last server started or ended?
settled() {
	address next || gone "$pid"
}

try_start() {
	rm -f next
	start next reloadws -l 0
	until_ok 5 settled
}

try_start
for i in 1 2 3 4 5 6 7 8; do
	kill -TERM "$pid"
	try_start
	until address next >/dev/null || [ "$i" -gt 100 ]; do
		i=$((i + 1))
		try_start
	done
	has reloadws.pid "$pid" || break
done
ok 'a start during an end gets the pidfile' count 1 reloadws.pid "$pid"
ok 'it keeps the pidfile' fails_with 1 reloadws -l 0
stop "$pid"

# ---- quiet and verbose ----
serve server -q -l 0
ok '-q prints the address' count 1 server ''
stop "$pid"
serve server -v -l 0
get /reload >/dev/null
kill -USR1 "$pid"
ok '-v prints each connection' until_ok 5 has server 'closed, was in state'
ok '-v prints each request' until_ok 5 has server 'GET /reload: 200'
ok '-v prints each broadcast' until_ok 5 has server 'reload: 0 listeners'
start page wscat -P reload.v1 "$port" /reload 'text:anything'
ok 'messages that say nothing are ignored' not until_ok 1 has server anything
