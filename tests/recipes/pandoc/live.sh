#!/bin/sh
# A text with a table of contents, by pandoc; its style is swapped in place.
mkdir -p public
reloadws -d public &
trap 'kill $!' EXIT
watchrun -p reloadws.pid 'src/*.md' -- \
    pandoc -s --toc -c style.css src/book.md -o public/index.html \
    ';' -p reloadws.pid src/style.css -- cp src/style.css public
