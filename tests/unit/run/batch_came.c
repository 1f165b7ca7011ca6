/* batch_came.c - tests of batches with paths that come, and may go */
#include "../test.h"
#include "batched.h"

/* The temporary file of a save by rename, where it counts as well. */
static void
test_came(void)
{
	struct batch b = { .settle = 20 };

	batch_written(&b, "new", 100);
	batch_came(&b, "new", 1, false, 101);
	ok(due_at(&b, 250) && b.changed == 1, "what comes is a change");
	batch_changed(&b, "page", 1, false, 110);
	batch_gone(&b, "new", 1, false, 110);
	ok(due_at(&b, 130), "what came in this batch and goes holds nobody");
	ok(took(&b, 130, "page:1 "), "and is of it no more");
	ok(b.paths.n == 0, "nothing is kept of it");
	batch_came(&b, "new", 1, false, 200);
	batch_changed(&b, "new", 3, false, 205);
	batch_gone(&b, "new", 3, false, 210);
	ok(due_at(&b, BATCH_NEVER) && b.changed == 0 && b.came == 0,
	    "a batch of nothing else is none, though it was changed, too");
	batch_came(&b, "new", 1, false, 300);
	take(&b, 320);
	batch_gone(&b, "new", 1, false, 400);
	ok(due_at(&b, 500), "what was acted on holds its batch as it goes");
	batch_came(&b, "new", 1, false, 410);
	batch_gone(&b, "new", 1, false, 420);
	ok(due_at(&b, 520), "and again, though it came in between");
	ok(took(&b, 520, "new:1 "), "and is a change");
	batch_came(&b, "new", 1, false, 600);
	batch_gone(&b, "new", 1, true, 610);
	ok(due_at(&b, 630) && took(&b, 630, "new:1 "),
	    "what a command may have seen is a change, that holds nobody");
	batch_came(&b, "new", 1, true, 700);
	batch_gone(&b, "new", 1, false, 710);
	ok(took(&b, 730, "new:1 ") && !taken.own,
	    "whether that was at work first or last");
	batch_changed(&b, "page", 4, true, 800);
	batch_came(&b, "new", 3, false, 805);
	batch_gone(&b, "new", 3, false, 810);
	take(&b, 830);
	ok(taken.rules == 4 && taken.n == 1 && !taken.own,
	    "its rules are forgotten with it");
	batch_free(&b);
}

static void
test_many_came(void)
{
	struct batch b = { .settle = 10 };
	char path[40];
	int i;

	for (i = 0; i < 100000; i++) {
		snprintf(path, sizeof path, "dir/%d", i);
		batch_came(&b, path, 1, false, i);
	}
	for (i = 0; i < 100000; i += 2) {
		snprintf(path, sizeof path, "dir/%d", i);
		batch_gone(&b, path, 1, false, i);
	}
	ok(b.changed == 50000 && b.came == 50000,
	    "of a hundred thousand that came half may go");
	ok(take(&b, 200000) == 50000 &&
		strncmp(order, "dir/1:1 dir/3:1 ", 16) == 0,
	    "and the rest is in order");
	batch_free(&b);
}

int
main(void)
{
	test_came();
	test_many_came();
	return test_end();
}
