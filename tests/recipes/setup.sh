#!/bin/sh
# setup.sh - install what the recipes cook with, where it can, and say little

cd "${0%/*}" || exit 1
sh ../setup.sh cc=gcc cmark django-admin=python3-django flask=python3-flask \
    hugo ip=iproute2 nginx=nginx-light node=nodejs npm openssl pandoc ps=procps \
    python3 sassc setsid=util-linux systemd-analyze=systemd tmux

# What stays missing is skipped by the tests, by name.
if command -v npm >/dev/null 2>&1; then
	cd typescript || exit 1
	if [ ! -f node_modules/.package-lock.json ] ||
	    [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
		echo '# installing esbuild'
		npm ci --silent >/dev/null 2>&1 || echo '# could not install it'
	fi
fi
exit 0
