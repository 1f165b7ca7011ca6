#!/bin/sh
# Hugo makes the pages and nothing else: neither its server nor its script.
reloadws -d public &
trap 'kill $!' EXIT
watchrun -p reloadws.pid config.toml 'content/**' 'layouts/**' 'static/**' -- \
    hugo --quiet --cleanDestinationDir
