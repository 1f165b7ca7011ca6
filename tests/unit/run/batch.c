/* batch.c - tests of when a batch is due */
#include "../test.h"
#include "batched.h"

static void
test_settle(void)
{
	struct batch b = { .settle = 10 };

	ok(due_at(&b, BATCH_NEVER), "an empty batch is never due");
	change(&b, "a", 1, 1000);
	ok(due_at(&b, 1010), "a change is due after the settle time");
	change(&b, "b", 1, 1005);
	ok(due_at(&b, 1015), "another change starts the settle time again");
	change(&b, "a", 1, 1007);
	ok(due_at(&b, 1017), "so does another change of the same path");
	ok(b.n == 2 && take(&b, 1017) == 2,
	    "a path that changed twice counts once");
	ok(due_at(&b, BATCH_NEVER) && b.n == 0, "the next batch is empty");
	change(&b, "a", 1, 1018);
	ok(due_at(&b, 1028) && take(&b, 1028) == 1,
	    "the next batch settles like the first");
	ok(take(&b, 1100) == 0, "an empty batch can be taken");
	batch_free(&b);
	ok(b.settle == 10 && due_at(&b, BATCH_NEVER),
	    "a freed batch is empty, and keeps its settle time");
	batch_free(&b);
}

static void
test_settle_many(void)
{
	struct batch b = { .settle = 10, .many = 50 };
	struct batch_path *p;

	change(&b, "a", 1, 1000);
	change(&b, "a", 1, 1002);
	ok(due_at(&b, 1012), "one path has the short settle time");
	p = change(&b, "b", 1, 1005);
	ok(due_at(&b, 1055), "several paths have the long settle time");
	change(&b, "a", 1, 1050);
	ok(due_at(&b, 1100), "it starts again with each change");
	batch_drop(&b, p, 1);
	ok(due_at(&b, 1060), "a path that was dropped is not counted");
	take(&b, 1060);
	change(&b, "a", 1, 2000);
	ok(due_at(&b, 2010), "paths of earlier batches are not counted");
	take(&b, 2010);
	batch_changed(&b, "temp", 1, BATCH_CREATE, false, 3000);
	change(&b, "a", 1, 3001);
	batch_gone(&b, "temp", 1, false, 3001);
	ok(due_at(&b, 3011),
	    "a file that was created and deleted is not counted");
	take(&b, 3011);
	batch_any(&b, 1, 4000);
	ok(due_at(&b, 4050), "an unknown number of paths counts as several");
	take(&b, 4050);
	b.settle = 200;
	change(&b, "a", 1, 5000);
	change(&b, "b", 1, 5000);
	ok(due_at(&b, 5200), "a settle time that is longer wins");
	batch_free(&b);
}

/* Change a path every 5 ms until the batch is due; return that time. */
static int64_t
change_until_due(struct batch *b, int64_t from)
{
	int64_t now;

	for (now = from; now <= from + 100000; now += 5) {
		change(b, "a", 1, now);
		if (batch_due(b) <= now)
			break;
	}
	return now;
}

static void
test_cap(void)
{
	struct batch b = { .settle = 10 };

	ok(change_until_due(&b, 5000) == 6000,
	    "changes that never stop are due 1 s after the first");
	ok(batch_is_capped(&b, 6000) && !batch_is_capped(&b, 5999),
	    "from then on the batch is capped");
	take(&b, 6000);
	change(&b, "a", 1, 6005);
	ok(due_at(&b, 6015) && !batch_is_capped(&b, 6015),
	    "each batch has its own cap");
	take(&b, 6015);
	b.settle = 100;
	ok(change_until_due(&b, 0) == 1000, "a cap of 1 s holds up to -t 0.1");
	take(&b, 1000);
	b.settle = 2000;
	ok(change_until_due(&b, 0) == 20000,
	    "a longer settle time has a cap of ten times its length");
	take(&b, 20000);
	change(&b, "a", 1, 30000);
	ok(due_at(&b, 32000), "but one change is due when it has settled");
	batch_free(&b);
}

/* contents.c sets `retry`. */
static void
test_retry(void)
{
	struct batch b = { .settle = 10 };

	change(&b, "a", 1, 100);
	b.retry = 300;
	ok(due_at(&b, 300),
	    "a writer postpones the batch until it is asked again");
	change(&b, "a", 1, 295);
	ok(due_at(&b, 305), "a later change postpones it further");
	b.retry = 1200;
	ok(due_at(&b, 1100), "the cap ends the wait for writers");
	batch_closed(&b, "unknown", 310);
	ok(due_at(&b, 1100), "a close of an unknown path changes nothing");
	ok(batch_closed(&b, "a", 320) != NULL && due_at(&b, 305),
	    "a close ends the wait, and is no change");
	take(&b, 320);
	change(&b, "a", 1, 400);
	ok(due_at(&b, 410), "the next batch does not wait");
	take(&b, 410);
	ok(batch_closed(&b, "a", 420) == NULL && due_at(&b, BATCH_NEVER) &&
		b.paths.n == 0,
	    "a close after the batch is nothing");
	b.patient = true;
	change(&b, "a", 1, 1000);
	b.retry = 9000;
	ok(due_at(&b, 9000), "a patient batch has no cap while it waits");
	b.retry = 0;
	ok(due_at(&b, 1010), "but is due like others if it does not");
	batch_free(&b);
}

static void
test_vanished(void)
{
	struct batch b = { .settle = 10 };

	batch_gone(&b, "a", 1, false, 100);
	ok(due_at(&b, 200), "a file that vanished holds its batch for 100 ms");
	change(&b, "a", 1, 150);
	ok(due_at(&b, 160) && b.n == 1, "or until it is back");
	batch_gone(&b, "a", 1, false, 155);
	ok(due_at(&b, 255), "it may vanish again");
	change(&b, "b", 1, 160);
	ok(due_at(&b, 255), "a change of another path does not end that hold");
	ok(take(&b, 255) == 2, "a file that stays away is a change");
	batch_gone(&b, "a", 1, false, 500);
	batch_closed(&b, "a", 500);
	ok(due_at(&b, 600), "a close does not bring it back");
	batch_gone(&b, "b", 1, false, 510);
	batch_changed(&b, "a", 1, BATCH_SUSPECT, false, 520);
	ok(due_at(&b, 610), "of two files that vanished one may come back");
	batch_changed(&b, "b", 1, BATCH_CREATE, false, 530);
	ok(due_at(&b, 540), "a file that was deleted and created is back");
	take(&b, 540);
	change(&b, "a", 1, 1000);
	batch_gone(&b, "b", 1, false, 1950);
	ok(due_at(&b, 2000), "the cap ends the hold");
	batch_free(&b);
}

static void
test_unsettled(void)
{
	struct batch b = { .settle = 10 };

	batch_unsettled(&b, "a");
	batch_closed(&b, "a", 130);
	ok(b.paths.n == 0, "an unknown path may be unsettled and settle");
	change(&b, "a", 1, 100);
	batch_unsettled(&b, "a");
	ok(due_at(&b, 1100), "an unsettled file holds its batch until the cap");
	change(&b, "b", 1, 110);
	batch_unsettled(&b, "b");
	batch_closed(&b, "a", 130);
	ok(due_at(&b, 1100), "each of several does");
	batch_closed(&b, "b", 130);
	batch_closed(&b, "b", 130);
	ok(due_at(&b, 120), "when the last one settles the batch is due");
	batch_unsettled(&b, "b");
	batch_gone(&b, "b", 1, false, 130);
	ok(due_at(&b, 230), "a deletion ends that hold, and begins its own");
	batch_closed(&b, "b", 130);
	ok(due_at(&b, 230), "which does not end by settling");
	change(&b, "b", 1, 140);
	batch_unsettled(&b, "b");
	take(&b, 1100);
	batch_unsettled(&b, "b");
	change(&b, "b", 1, 1200);
	ok(due_at(&b, 1210), "a hold does not outlast its batch");
	batch_free(&b);
}

static void
test_no_settle(void)
{
	struct batch b = { .settle = 0 };

	change(&b, "a", 1, 100);
	ok(due_at(&b, 100), "with -t 0 a change is due at once");
	take(&b, 101);
	change(&b, "b", 1, 102);
	change(&b, "c", 1, 130);
	ok(due_at(&b, 151), "the next batch is due 50 ms later");
	ok(take(&b, 151) == 2, "with all that changed until then");
	change(&b, "d", 1, 400);
	ok(due_at(&b, 400), "a change after that is due at once again");
	take(&b, 400);
	batch_gone(&b, "e", 1, false, 1100);
	ok(due_at(&b, 1200), "a file that vanished holds even so");
	take(&b, 1200);
	batch_changed(&b, "new", 1, BATCH_CREATE, false, 1300);
	ok(due_at(&b, 1310), "a new file waits for 10 ms");
	batch_closed(&b, "new", 1400);
	ok(due_at(&b, 1410), "again when it is closed");
	change(&b, "page", 1, 1401);
	batch_gone(&b, "new", 1, false, 1401);
	ok(due_at(&b, 1401), "the file that it is moved over is due at once");
	batch_free(&b);
}

static void
test_force(void)
{
	struct batch b = { .settle = 10 };

	batch_any(&b, 1, 0);
	batch_flush(&b);
	ok(due_at(&b, 0) && batch_is_capped(&b, 0) && take(&b, 100) == 0,
	    "a forced batch is due, changes or not");
	ok(due_at(&b, BATCH_NEVER), "once");
	change(&b, "a", 1, 200);
	batch_unsettled(&b, "a");
	batch_gone(&b, "b", 1, false, 200);
	batch_any(&b, 1, 201);
	batch_flush(&b);
	ok(due_at(&b, 0) && take(&b, 201) == 2,
	    "it takes all that has changed, held or not");
	change(&b, "b", 1, 300);
	ok(due_at(&b, 310), "the next batch settles as always");
	take(&b, 310);
	b.settle = 0;
	change(&b, "c", 1, 400);
	take(&b, 400);
	batch_any(&b, 1, 401);
	batch_flush(&b);
	ok(due_at(&b, 0), "the pause of -t 0 does not postpone a forced batch");
	take(&b, 401);
	b.settle = 10;
	change(&b, "a", 1, 500);
	batch_any(&b, 2, 501);
	batch_flush(&b);
	batch_drop(&b, b.first, 1);
	ok(due_at(&b, 0), "a forced batch stays due if its paths are dropped");
	batch_free(&b);
}

static void
test_flush(void)
{
	struct batch b = { .settle = 10 };

	batch_flush(&b);
	ok(due_at(&b, BATCH_NEVER), "an empty batch is not due by a flush");
	batch_gone(&b, "a", 1, false, 100);
	batch_flush(&b);
	ok(batch_due(&b) <= 100, "a flush makes a batch due at once");
	take(&b, 100);
	ok(taken.rules == 1 && taken.any == 0, "with what is in it");
	batch_gone(&b, "a", 1, false, 200);
	ok(due_at(&b, 300), "and the next one waits as always");
	batch_flush(&b);
	batch_drop(&b, b.first, 1);
	ok(due_at(&b, BATCH_NEVER), "if all is dropped nothing is due");
	batch_free(&b);
}

static void
test_resume(void)
{
	struct batch b = { .settle = 10 };

	batch_resume(&b, 50);
	ok(due_at(&b, BATCH_NEVER), "the end of a run is no change");
	change(&b, "a", 1, 100);
	change(&b, "b", 1, 8990);
	b.retry = 9090;
	ok(batch_due(&b) < 8990, "during a long run a batch passes its cap");
	batch_resume(&b, 9000);
	ok(due_at(&b, 9090), "after the run writers hold it as always");
	b.retry = 10090;
	ok(due_at(&b, 10000), "and the cap counts from the end of the run");
	batch_free(&b);
}

int
main(void)
{
	test_settle();
	test_settle_many();
	test_cap();
	test_retry();
	test_vanished();
	test_unsettled();
	test_no_settle();
	test_force();
	test_flush();
	test_resume();
	return test_end();
}
