#!/bin/sh
# run.sh - the browser tests, in Chromium and in Firefox:  run.sh [words of a test's sentence]
#
# Expects ./reloadws and ./watchrun to be built. What is missing is skipped by
# name; where CI is true nothing may be missing.

cd "${0%/*}" || exit 1
sh ./setup.sh

tests='reload.test.mjs missed.test.mjs restart.test.mjs styles.test.mjs images.test.mjs paths.test.mjs state.test.mjs
report.test.mjs transports.test.mjs soft.test.mjs navigate.test.mjs verbose.test.mjs livereload.test.mjs chain.test.mjs'

# without its driver every test is missing
if ! command -v node >/dev/null 2>&1 || [ ! -d node_modules/puppeteer-core ]; then
	word=skip
	[ "${CI-}" = true ] && word=FAIL
	# shellcheck disable=SC2086
	sed -n "s/^[[:space:]]*[a-z]*([\"\`]\(.*\)[\"\`], async.*/$word '\1' (no node or puppeteer-core)/p" $tests
	[ $word = skip ]
	exit
fi

exec node run.mjs "$@"
