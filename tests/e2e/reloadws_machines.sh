#!/bin/sh
# reloadws_machines.sh - many machines: through a broker, and behind TLS
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# ---- a broker ----

swarms=

# node n: a machine with a reloadws that listens to the broker, and 100 pages
node() {
	mkdir "node$1"
	mkfifo "node$1/changes"
	start "sub$1" mosquitto_sub -h 127.0.0.1 -p "$broker" -t reload
	mosquitto_sub -h 127.0.0.1 -p "$broker" -t reload >"node$1/changes" &
	started="$started $!"
	reloadws -l 0 -p "node$1/reloadws.pid" - <"node$1/changes" \
	    >"server$1" 2>&1 &
	started="$started $!"
	until_ok 10 address "$tmp/server$1"
	port=$(address "server$1")
	start "pages$1" swarm "$port" open:100 hear:1 hear:2
	swarms="$swarms $pid"
	until_ok 20 has "pages$1" open
}

# told n: have all pages got n pieces of news?
told() {
	for n in 1 2 3; do
		has "pages$n" "heard $1" || return 1
	done
}

# subscribed n...: have these got what was published?
subscribed() {
	mosquitto_pub -h 127.0.0.1 -p "$broker" -t reload -m '! ready' 2>/dev/null ||
	    return 1
	for n; do
		has "sub$n" ready || return 1
	done
}

if ! need mosquitto || ! need mosquitto_sub; then
	lacks 'pages of many machines are told through a broker' mosquitto
else
	free_port
	broker=$free
	printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$broker" >conf
	start broker mosquitto -c conf
	until_ok 10 subscribed
	for n in 1 2 3; do
		node $n
	done
	until_ok 10 subscribed 1 2 3
	mkdir site
	mkfifo list
	mosquitto_pub -h 127.0.0.1 -p "$broker" -t reload -l <list &
	started="$started $!"
	watchrun -v -l -w 'site/**' >list 2>log &
	started="$started $!"
	until_ok 10 has log 'watching '
	echo new >site/style.css
	ok 'pages of many machines are told through a broker' \
	    until_ok 10 told 1
	echo newer >site/style.css
	for pid in $swarms; do
		ok 'each of them once' wait "$pid"
	done
fi

# ---- TLS ----

# upgrade: a request for a WebSocket, then nothing for a while
upgrade() {
	printf '%s\r\n' 'GET /reload HTTP/1.1' 'Host: localhost' \
	    'Upgrade: websocket' 'Connection: Upgrade' \
	    'Sec-WebSocket-Version: 13' 'Sec-WebSocket-Protocol: reload.v1' \
	    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
	    "Origin: https://localhost:$free" ''
}

if ! need nginx || ! need openssl; then
	lacks 'it can be behind TLS' 'nginx or openssl'
else
	serve server -l 0
	server=$pid
	behind=$port
	free_port
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -keyout key.pem -out cert.pem 2>/dev/null
	cat >nginx.conf <<-EOF
	daemon off;
	pid $tmp/nginx.pid;
	error_log $tmp/nginx.log;
	events { }
	http {
		access_log off;
		client_body_temp_path $tmp/b;
		proxy_temp_path $tmp/p;
		fastcgi_temp_path $tmp/f;
		uwsgi_temp_path $tmp/u;
		scgi_temp_path $tmp/s;
		server {
			listen 127.0.0.1:$free ssl;
			ssl_certificate $tmp/cert.pem;
			ssl_certificate_key $tmp/key.pem;
			location / {
				proxy_pass http://127.0.0.1:$behind;
				proxy_http_version 1.1;
				proxy_set_header Host \$host;
				proxy_set_header Upgrade \$http_upgrade;
				proxy_set_header Connection \$http_connection;
				proxy_read_timeout 1d;
			}
		}
	}
	EOF
	start nginx nginx -e "$tmp/nginx.log" -c "$tmp/nginx.conf"
	nginx=$pid
	up() {
		printf 'GET /reload HTTP/1.0\r\nHost: localhost\r\n\r\n' |
		    openssl s_client -quiet -connect "127.0.0.1:$free" \
			>state 2>/dev/null
		has state '"listeners"'
	}
	ok 'it can be behind TLS' until_ok 10 up
	mkfifo ask
	openssl s_client -quiet -connect "127.0.0.1:$free" <ask >page 2>/dev/null &
	started="$started $!"
	exec 8>ask
	upgrade >&8
	ok 'a WebSocket, too' until_ok 10 has page '"kind":"hello"'
	kill -USR1 "$server"
	ok 'and news come through' until_ok 10 has page '"kind":"reload"'
	exec 8>&-
	stop "$nginx" # its workers would outlive it if it were killed
	stop "$server"
fi
