# server.sh - the test of a recipe whose server is restarted, by $live
# shellcheck shell=sh disable=SC2154
#
# The signal comes when the new server was started: a page asks it until it
# answers, and so does this test; tests/browser/restart.test.mjs has the page.

# restarts what file path: what, whose file has a heading "First" at path,
# shows another one when it is saved, after one reload, by a new process
restarts() {
	free_port
	PORT=$free
	export PORT
	cook
	until_ok 20 shows "$3" First "$PORT"
	ok "$1: it serves" shows "$3" First "$PORT"
	built
	listen
	edit 's/First/Second/' "$2"
	one_reload "$1: what is saved is served by a new one" 1 \
	    until_ok 20 shows "$3" Second "$PORT"
	sed 's/Second/Third/' "$2" >"$tmp/next" && mv "$tmp/next" "$2"
	one_reload "$1: and again, when it is replaced" 2 \
	    until_ok 20 shows "$3" Third "$PORT"
}
