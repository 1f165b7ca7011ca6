#!/bin/sh
# chain.sh - save a file, and whoever listens is told: the whole way through
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# A site of two pages, each made from a text by make; a text that says "broken"
# can't be made.
mkdir src public
echo one >src/one.txt
echo two >src/two.txt
cat >Makefile <<'EOF'
all: public/one.html public/two.html
public/one.html: src/one.txt
	! grep broken src/one.txt
	{ echo '<!doctype html><title>one</title>'; cat src/one.txt; } >$@
public/two.html: src/two.txt
	{ echo '<!doctype html><title>two</title>'; cat src/two.txt; } >$@
EOF

# page name: as the server serves it
page() {
	printf 'GET /%s.html HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" |
	    wscat -r "$port" /
}

# shows name text: is that what a browser would get?
shows() {
	page "$1" >shown
	has shown "$2"
}

start server reloadws -l 0 -d public
until_ok 5 address server
ok 'the server says where it listens' address server
port=$(address server)
ok 'its pidfile is there by then' test -s reloadws.pid

start watcher watchrun -v -p reloadws.pid 'src/**' Makefile -- make
until_ok 10 has watcher 'signalled reloadws.pid'
ok 'the site is made at the start' shows one one
ok 'the page has the script in it' has shown 'reload.js'

start news wscat -n 9 -t 300 "$port" /
until_ok 5 has news '* open'
echo 'one more' >src/one.txt
until_ok 10 count 1 news reload
ok 'a save is one reload' count 1 news reload
ok 'and the page is the new one by then' shows one 'one more'

echo broken >src/one.txt
until_ok 10 has watcher 'make: exit status 2'
ok 'a build that fails is said' has watcher 'make: exit status 2'
ok 'it reloads nobody' count 1 news reload
ok 'and the page stays as it was' shows one 'one more'

echo mended >src/one.txt
until_ok 10 count 2 news reload
ok 'the mended build is one reload' count 2 news reload
ok 'and shows' shows one mended

i=0
while [ $i -lt 50 ]; do
	i=$((i + 1))
	echo "save $i" >src/two.txt
done
until_ok 10 shows two 'save 50'
ok 'the last of 50 saves in a row is what is shown' shows two 'save 50'
until_ok 10 count 3 news reload
ok 'and that was told' has news reload

# ---- make serve: the same in one command ----

mkdir site
echo "<!doctype html><title>page</title>" >site/index.html

# make_serve log command...: make serve in that directory, by that command
make_serve() {
	log=$1
	shift
	start "$log" "$@" make -C "$top" serve SITE="$tmp/site" LISTEN=0 \
	    PIDFILE="$tmp/serve.pid"
	serve=$pid
	until_ok 20 carriage_less "$log"
}
# A terminal ends lines by both characters.
carriage_less() {
	tr -d '\r' <"$1" >plain
	address plain
}
make_serve serve env
ok 'make serve says where it serves' address plain
port=$(address plain)
start served wscat -n 1 -t 300 "$port" /
until_ok 5 has served '* open'
# watchrun may still be reading the directory: save until it has seen one.
save_until_told() {
	echo '<!-- saved -->' >>site/index.html
	has served reload
}
until_ok 10 save_until_told
ok 'it reloads that directory' has served reload

# programs: the pids of all that serves
programs() {
	pgrep -f "$tmp/serve.pid" | tr '\n' ' '
}
# shellcheck disable=SC2086 # a list of pids
left() {
	until_ok 5 gone $was && until_ok 5 test ! -e serve.pid
}
was=$(programs)
kill -TERM "$serve"
wait "$serve"
ok 'ended, it leaves no program and no pidfile behind' left

mkfifo keys
(until [ -e typed ]; do sleep 0.05; done; printf '\003'; sleep 1) >keys &
typist=$!
make_serve terminal sh -c 'exec pty "$@" <keys' in_a_terminal
ok 'make serve serves in a terminal' address plain
was=$(programs)
: >typed
until_ok 10 grep -q '^\[' terminal
ok 'Ctrl-C ends it, and it leaves nothing behind' left
wait "$typist" "$serve"

start taken reloadws -l 0 -p other.pid
until_ok 5 address taken
make -C "$top" serve SITE="$tmp/site" LISTEN="$(address taken)" \
    PIDFILE="$tmp/serve.pid" >refused 2>&1
ok 'where the port is in use it says so and ends' has refused 'in use'
