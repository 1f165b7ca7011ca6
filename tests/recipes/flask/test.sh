#!/bin/sh
# test.sh - the development server of Flask
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../server.sh
. "$top/tests/recipes/server.sh"

needs python3
if ! python3 -c 'import flask' 2>/dev/null; then
	lacks 'the recipe flask' python3-flask
	exit
fi
restarts flask app.py /
edit 's/<h1>/<h1>The /' templates/page.html
one_reload 'flask: so is a saved template' 3 \
    until_ok 20 shows / 'The Third' "$PORT"
mkdir -p static
echo 'h1 { color: teal }' >static/style.css
one_reload 'flask: a style needs no new server' 4 \
    shows /static/style.css teal "$PORT"
