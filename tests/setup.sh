#!/bin/sh
# setup.sh - install what the tests use beyond cc, make and sh, where it can
#
#	setup.sh command[=package]...
#
# Each command that is missing is installed as a Debian package (of the same
# name unless told) by who may do so.  What stays missing is no error here:
# the tests that need it say so and are skipped.

missing=
for tool; do
	command -v "${tool%%=*}" >/dev/null 2>&1 || missing="$missing ${tool#*=}"
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null 2>&1 || exit 0
if [ "$(id -u)" -eq 0 ]; then
	become=
elif sudo -n true 2>/dev/null; then
	become='sudo -n'
else
	exit 0
fi

echo "# installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# Servers among them are not to be started where init scripts do that.
export RUNLEVEL=1
$become apt-get update -qq >/dev/null 2>&1
# One at a time, so that one that does not exist keeps no other away.
for package in $missing; do
	$become apt-get install -qq -y --no-install-recommends "$package" \
	    >/dev/null 2>&1 || echo "# could not install $package"
done
exit 0
