#!/bin/sh
# TypeScript by esbuild; the page shows what is wrong until it is mended.
reloadws -d public &
trap 'kill $!' EXIT
watchrun -e -p reloadws.pid package.json 'src/**' -- npm run --silent build \
    ';' -p reloadws.pid 'public/*.html'
