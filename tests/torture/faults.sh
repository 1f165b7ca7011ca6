#!/bin/sh
# faults.sh - each call that can fail is made to fail, in turn
# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
. "${0%/*}/../e2e/lib.sh"

shim=$top/tests/tools/fault.so

# works: does a call fail when told to, and only then?
works() {
	[ -s "$shim" ] && LD_PRELOAD=$shim watchrun -V &&
	    ! FAULT=fflush:1:EIO LD_PRELOAD=$shim watchrun -V
}
if ! works >/dev/null 2>&1; then
	skip 'each call may fail' 'no shared object comes before this libc'
	exit 0
fi

# ---- which calls ----

# What the program asks of others and need not be made to fail.
{
	# They always succeed when they are called rightly.
	echo alphasort atexit clock_gettime dirfd ferror fnmatch free getpgrp getpid getppid getrlimit isatty memchr \
	    memcmp memcpy memmove memset posix_getopt qsort raise sched_yield \
	    sigaction sigaddset sigemptyset sigprocmask snprintf strchr strcmp \
	    strcspn strerror strlen strncmp strpbrk strrchr strspn strstr strtol \
	    strtoull sysconf vsnprintf
	# They do not return.
	echo _exit exit
	# A nap that is cut short is only shorter.
	echo nanosleep
	# What can't be printed is found by fflush(3).
	echo fputc fputs fwrite printf putc putchar puts
} | tr ' ' '\n' >harmless

all_known() {
	comm -23 imports known >unknown
	cat unknown
	not test -s unknown
}
if need nm; then
	# Without versions, and without what only the libc spells so.
	nm -D "$top/watchrun" | awk '$1 == "U" { print $2 }' |
	    sed -e 's/@.*//' -e 's/^__isoc[0-9]*_//' -e 's/^__posix/posix/' \
		-e 's/64$//' -e '/^__/d' | sort >imports
	faults list | cat - harmless | sort >known
	ok 'there are calls' test -s imports
	ok 'each is made to fail, or known not to' all_known
else
	lacks 'each is made to fail, or known not to' nm
fi

# ---- when they fail ----

mkdir plays
cd plays || exit 1
faults run "$shim" || failed=1

# ---- what is printed ----

if [ -c /dev/full ]; then
	# full options: what nobody can be told
	full() {
		watchrun "$@" >/dev/full 2>err
		[ $? -eq 1 ] && has err 'No space left'
	}
	mkdir site
	echo 1 >site/page
	ok 'what -n shows is lost only with a word' full -n 'site/**'
	ok 'so is what -h says' full -h
	ok 'and -V' full -V
fi
