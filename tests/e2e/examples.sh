#!/bin/sh
# examples.sh - what the manuals and the README show can be typed as it is
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir -p site conf.d upload content public
echo '<!doctype html><title>page</title>' >site/index.html

# examples file: the commands in its examples, one a line
examples() {
	sed -n -e '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$top/$1" |
	    sed -n -e 's/^\.Dl //' -e 's/ &$//' -e 's/\\-/-/g' -e 's/\\&//g' \
	        -e '/^watchrun /p' -e '/^reloadws /p'
}

# ---- watchrun: what each would watch, said by -n ----

# The other machine is not needed for that; see watchrun_list.sh, and for the
# broker reloadws_machines.sh.
# shellcheck disable=SC2317 # called by eval
ssh() {
	cat >/dev/null
}
# shellcheck disable=SC2317
mosquitto_pub() {
	cat >/dev/null
}

examples man/watchrun.1 >list
examples man/reloadws.1 | grep '^watchrun.*[^o]$' >>list
sed -n 's/^    \(watchrun .*\)/\1/p' "$top/README.md" >>list
ok 'there are examples' test "$(wc -l <list)" -gt 9
while read -r line; do
	ok "as an example: $line" eval "watchrun -n ${line#watchrun }"
done <list

# ---- reloadws ----

examples man/reloadws.1 | grep ^reloadws | sed 's/ >.*//' >list
sed -n 's/^    \(reloadws.*\) &$/\1/p' "$top/README.md" >>list
start_each 'as an example' list
