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

# ---- which calls ----

# What the program asks of others and need not be made to fail.
{
	# They always succeed when they are called rightly.
	echo clock_gettime ferror free getopt getpid getppid gmtime_r inet_ntop inet_pton \
	    memchr memcmp memcpy memmove memset qsort raise sched_yield \
	    sigaction sigaddset sigemptyset sigprocmask snprintf strchr strcmp \
	    strcspn strerror strftime strlen strncasecmp strncmp strrchr strspn strstr \
	    strtoull sysconf vsnprintf
	# They do not return.
	echo _exit exit
	# A nap that is cut short is only shorter.
	echo nanosleep
	# What can't be printed is found by fflush(3).
	echo fputs printf puts
	# Without them there are fewer descriptors.
	echo getrlimit setrlimit
} | tr ' ' '\n' >harmless

all_known() {
	comm -23 imports known >unknown
	cat unknown
	not test -s unknown
}
if need nm; then
	# Without versions, and without what only the libc spells so.
	nm -D "$top/reloadws" | awk '$1 == "U" { print $2 }' |
	    sed -e 's/@.*//' -e 's/^__isoc[0-9]*_//' -e 's/64$//' -e '/^__/d' |
	    sort >imports
	served list | cat - harmless | sort >known
	ok 'there are calls' test -s imports
	ok 'each is made to fail, or known not to' all_known
else
	lacks 'each is made to fail, or known not to' nm
fi

# ---- when they fail ----

mkdir plays
cd plays || exit 1
served run "$shim" || failed=1
