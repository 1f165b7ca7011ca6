/* guard.c - tests of the guard against endless loops */
#include "run/guard.h"
#include "../test.h"

int
main(void)
{
	struct guard g = { 0 };
	int i, said;

	for (i = said = 0; i < GUARD_RUNS - 1; i++) {
		said += guard_runs(&g, true);
		guard_ended(&g, 100);
	}
	ok(said == 0 && g.until == 100, "a few runs that runs cause may be");
	ok(guard_runs(&g, true), "the fifth in a row is said");
	guard_ended(&g, 1000);
	ok(g.until == 2000, "and the next one waits a second from its end");
	ok(!guard_runs(&g, true), "what was said is not said again");
	guard_ended(&g, 2000);
	ok(g.until == 4000, "each waits longer");
	for (i = said = 0; i < 100; i++) {
		said += guard_runs(&g, true);
		guard_ended(&g, 0);
	}
	ok(said == 0 && g.until == GUARD_LONGEST, "up to half a minute");
	ok(!guard_runs(&g, false), "a run that another causes");
	guard_ended(&g, 0);
	ok(g.until == 0, "starts all over");
	for (i = said = 0; i < GUARD_RUNS; i++)
		said += guard_runs(&g, true);
	ok(said == 1, "and then it is said anew");
	return test_end();
}
