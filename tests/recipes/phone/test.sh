#!/bin/sh
# test.sh - a phone in the same network, which is one of the test's own
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

needs python3 ip unshare
# In it are only this test and an address that nobody else has.
if [ $# -eq 0 ]; then
	cd / && rm -rf "$tmp"
	if unshare -n ip addr add 192.0.2.7/32 dev lo 2>/dev/null; then
		exec unshare -n sh "$top/tests/recipes/phone/test.sh" alone
	fi
	mkdir "$tmp" && cd "$tmp" || exit 1
	skip 'the recipe phone' 'no network of its own to be had'
	exit
fi
ip link set lo up && ip addr add 192.0.2.7/32 dev lo || exit 1
cook
phone_shows() {
	python3 ask.py "$1" >got && has got "$2"
}
ok 'phone: it gets the page' phone_shows / First
ok 'phone: with the script' has got reload.js
ok 'phone: which it gets, too' phone_shows /reload.js WebSocket
start news wscat -t 60 -H 192.0.2.7:5678 -O http://192.0.2.7:5678 5678 /
until_ok 10 has "$tmp/news" '* status 403'
ok 'phone: who only says that name is no guest' has "$tmp/news" '* status 403'
listen
echo '<h1>Second</h1>' >site/index.html
one_reload 'phone: a saved page shows there' 1 phone_shows / Second
