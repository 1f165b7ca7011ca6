#!/bin/sh
# test.sh - the development server of Django
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../server.sh
. "$top/tests/recipes/server.sh"

needs python3
if ! python3 -c 'import django' 2>/dev/null; then
	lacks 'the recipe django' python3-django
	exit
fi
restarts django manage.py /
