#!/bin/sh
# Flask: started anew for its code and its templates, styles swapped in place.
reloadws &
trap 'kill $!' EXIT
watchrun -r -p reloadws.pid '**/*.py' 'templates/**' -- \
    python3 -m flask run --no-reload --port "${PORT:-5000}" \
    ';' -p reloadws.pid 'static/**'
