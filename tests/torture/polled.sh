#!/bin/sh
# polled.sh - saves and trees once more, where watchrun has no events to go by
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

trap 'kill $started; wait; exit 1' HUP INT TERM

# Their time is spent in waiting, so that they don't mind one another.
for each in editors saves trees strange; do
	start $each.lines sh "$top/tests/torture/$each.sh" -i 0.05
done
for pid in $started; do
	wait "$pid"
done
started=
sed "s/^\([a-zA-Z]* '\)/\1polled: /" ./*.lines
! grep -q '^FAIL ' ./*.lines || failed=1
