#!/bin/sh
# Django: watchrun starts it anew, so it is told not to do so itself.
reloadws &
trap 'kill $!' EXIT
watchrun -r -p reloadws.pid '**/*.py' 'templates/**' -- \
    python3 manage.py runserver --noreload "${PORT:-8000}"
