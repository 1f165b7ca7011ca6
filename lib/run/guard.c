/* guard.c - a command that writes what it watches must not run for ever */
#include "run/guard.h"

bool
guard_runs(struct guard *g, bool own)
{
	if (!own) {
		*g = (struct guard){ 0 };
		return false;
	}
	g->runs++;
	if (g->runs < GUARD_RUNS)
		return false;
	if (g->wait == 0)
		g->wait = GUARD_WAIT;
	else if (g->wait < GUARD_LONGEST / 2)
		g->wait *= 2;
	else
		g->wait = GUARD_LONGEST;
	return g->runs == GUARD_RUNS;
}

void
guard_ended(struct guard *g, int64_t now)
{
	g->until = now + g->wait;
}
