#!/bin/sh
# setup.sh - install what the browser tests need, where it can
exec sh "${0%/*}/../setup.sh" browser
