#!/bin/sh
# setup.sh - install what the recipes cook with, where it can, and say little

cd "${0%/*}" || exit 1
sh ../setup.sh cc=gcc cmark django-admin=python3-django flask=python3-flask \
    hugo ip=iproute2 nginx=nginx-light node=nodejs npm openssl pandoc ps=procps \
    python3 sassc setsid=util-linux systemd-analyze=systemd tmux
sh ../npm.sh typescript esbuild
