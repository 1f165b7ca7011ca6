#!/bin/sh
# test.sh - units of a user's systemd
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

# Where make install would have put them, there are the programs of this tree.
sed -i "s|/usr/local/bin/\([a-z]*\)|$tmp/bin/\1|" ./*.service
if need systemd-analyze; then
	# It says what is wrong with other units of the machine, too.
	verified() {
		XDG_RUNTIME_DIR=$tmp systemd-analyze --user --man=no verify \
		    "$PWD/site.service" "$PWD/site-watch.service" >said 2>&1
		! grep -e '^/.*/site' -e '^site' said
	}
	ok 'systemd: it understands the units' verified
	sed -i 's/^BindsTo/BindTos/' site-watch.service
	refused 'systemd: and would mind one that is wrong' verified
else
	lacks 'systemd: it understands the units' systemd-analyze
fi

# What it would start, with the specifiers of a user.
mkdir site
unit() {
	sed -n "s|^ExecStart=||p" "$1.service" |
	    sed -e "s|%h|$PWD|g" -e "s|%t|$tmp|g"
}
eval "start log $(unit site)"
until_ok 10 address "$tmp/log"
port=$(address "$tmp/log")
watch=$(unit site-watch)
cd site || exit 1
eval "start watch $watch"
until_ok 10 has "$tmp/watch" 'watching '
listen
echo '<h1>Unit</h1>' >index.html
one_reload 'systemd: what they start reloads' 1 shows / Unit
