#!/bin/sh
# setup.sh - install the compiler for other systems, where that can be done

cd "${0%/*}" || exit 1
sh ../setup.sh node=nodejs npm
sh ../npm.sh . 'a cross compiler'
