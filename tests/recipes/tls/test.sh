#!/bin/sh
# test.sh - behind TLS
# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154 # free
. "${0%/*}/../lib.sh"

needs nginx openssl
# shellcheck disable=SC2046 # its lines are words
eval $(sed -n 's/^# openssl/openssl/p; s/^#     -keyout/ -keyout/p' nginx.conf |
    tr -d '\134') 2>/dev/null
ok 'tls: a certificate is made' test -s cert.pem
cook
free_port
sed -e "s/8443/$free/" -e "s/5678/$port/" nginx.conf >next && mv next nginx.conf
mkdir tmp
start nginx nginx -e error.log -p . -c nginx.conf -g 'daemon off;'
nginx=$pid
encrypted() {
	openssl s_client -quiet -connect "127.0.0.1:$free" 2>/dev/null
}
up() {
	printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' | encrypted >got
	has got 'reload.js'
}
ok 'tls: the page and its script come through' until_ok 10 up
mkfifo ask
encrypted <ask >"$tmp/news" &
started="$started $!"
exec 8>ask
printf '%s\r\n' 'GET /reload HTTP/1.1' 'Host: localhost' 'Upgrade: websocket' \
    'Connection: Upgrade' 'Sec-WebSocket-Version: 13' \
    'Sec-WebSocket-Protocol: reload.v1' \
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
    "Origin: https://localhost:$free" '' >&8
ok 'tls: a page listens' until_ok 10 has "$tmp/news" '"kind":"hello"'
echo '<h1>Second</h1>' >site/index.html
ok 'tls: and hears of a save' until_ok 10 has "$tmp/news" '"kind":"reload"'
exec 8>&-
stop "$nginx" # its workers would outlive it if it were killed
