#!/bin/sh
# faults_server.sh - each call of the server that can fail fails, in turn
# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
. "${0%/*}/../e2e/lib.sh"

shim=$top/tests/tools/fault.so
works() {
	[ -s "$shim" ] && LD_PRELOAD=$shim reloadws -V &&
	    ! FAULT=fflush:1:EIO LD_PRELOAD=$shim reloadws -V
}
if ! works >/dev/null 2>&1; then
	skip 'each call may fail' 'no shared object comes before this libc'
	exit 0
fi
mkdir plays
cd plays || exit 1
served run "$shim" || failed=1
