/* guard.h - a command that writes what it watches must not run for ever */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Runs that only changes made during runs have caused are counted.  After
 * GUARD_RUNS of them in a row the next one waits, ever longer.
 */

enum {
	GUARD_RUNS = 5,
	GUARD_WAIT = 1000, /* ms from the end of a run to the next one */
	GUARD_LONGEST = 30000 /* the wait doubles up to this */
};

struct guard {
	unsigned runs; /* in a row */
	int64_t wait; /* ms before the next of them; 0 for the first ones */
	int64_t until; /* no other before this, by clock_ms() */
};

/*
 * It is to run, own: because of what was changed during runs only.  true where
 * that is to be said: once, until something else has caused a run.
 */
bool guard_runs(struct guard *g, bool own);

/* its run has ended */
void guard_ended(struct guard *g, int64_t now);

#endif
