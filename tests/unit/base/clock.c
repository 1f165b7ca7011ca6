#define _POSIX_C_SOURCE 200809L
/* clock.c - tests of the time that only goes forward */
#include <time.h>

#include "../test.h"
#include "base/clock.h"

static int64_t
in_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int
main(void)
{
	struct timespec nap = { .tv_nsec = 3000000 };
	int64_t before, now, after, last;
	int i, forward;

	forward = 1;
	last = clock_ms();
	for (i = 0; i < 100000; i++) {
		now = clock_ms();
		forward = forward && now >= last;
		last = now;
	}
	ok(forward, "it never goes back");
	before = clock_ms();
	nanosleep(&nap, NULL);
	ok(clock_ms() - before >= 2, "it counts milliseconds");
	before = in_ns(CLOCK_REALTIME);
	now = clock_wall_ns();
	after = in_ns(CLOCK_REALTIME);
	ok(before <= now && now <= after, "the wall's clock tells nanoseconds");
	return test_end();
}
