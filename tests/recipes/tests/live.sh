#!/bin/sh
# Tests at each save, in the terminal; what fails is also shown over the page
# that is open in a browser, until it is mended.
reloadws &
trap 'kill $!' EXIT
watchrun -e -p reloadws.pid 'src/**' check.sh -- sh check.sh
