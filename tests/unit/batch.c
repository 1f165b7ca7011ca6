/* batch.c - tests of when what changed is acted on */
#include <stdio.h>

#include "batch.h"
#include "test.h"

/* Every time here is made up: no clock is asked. */

static int
due_at(const struct batch *b, int64_t when)
{
	return batch_due(b) == when;
}

static void
test_settle(void)
{
	struct batch b = { .settle = 10 };

	ok(due_at(&b, BATCH_NEVER), "where nothing changed no batch is due");
	batch_changed(&b, "a", 1000);
	ok(due_at(&b, 1010), "a change is due when it has settled");
	batch_changed(&b, "b", 1005);
	ok(due_at(&b, 1015), "another change in that time puts it off");
	batch_changed(&b, "a", 1007);
	ok(due_at(&b, 1017), "so does the same path");
	ok(b.changed == 2 && batch_take(&b, 1017) == 2,
	    "a path that changed twice is one path");
	ok(due_at(&b, BATCH_NEVER) && b.changed == 0,
	    "what was taken is not due again");
	batch_changed(&b, "a", 1018);
	ok(due_at(&b, 1028) && batch_take(&b, 1028) == 1,
	    "the next batch is as the first");
	ok(batch_take(&b, 1100) == 0, "an empty batch can be taken");
	batch_free(&b);
	ok(b.settle == 10 && due_at(&b, BATCH_NEVER),
	    "a freed batch is empty, and settles as before");
	batch_free(&b);
}

static void
test_cap(void)
{
	struct batch b = { .settle = 10 };
	int64_t now;

	for (now = 5000; now <= 8000; now += 5) {
		batch_changed(&b, "a", now);
		if (batch_due(&b) <= now)
			break;
	}
	ok(now == 6000, "changes that never stop are acted on at the cap");
	batch_take(&b, now);
	batch_changed(&b, "a", 6005);
	ok(due_at(&b, 6015), "the cap is counted anew for each batch");
	batch_free(&b);

	b.settle = 3000;
	batch_changed(&b, "a", 0);
	ok(due_at(&b, 3000), "a settle time above the cap is kept");
	batch_changed(&b, "a", 2000);
	ok(due_at(&b, 3000), "and is then the cap");
	batch_free(&b);
}

static void
test_writing(void)
{
	struct batch b = { .settle = 10 };

	batch_written(&b, "a", 100);
	ok(due_at(&b, BATCH_NEVER), "a writer alone makes no batch");
	batch_changed(&b, "a", 101);
	ok(due_at(&b, 250), "a file that is being written holds its batch");
	batch_written(&b, "a", 200);
	ok(due_at(&b, 350), "each write holds it anew");
	batch_closed(&b, "a");
	ok(due_at(&b, 111), "when it is closed the batch is due");
	ok(batch_take(&b, 350) == 1, "with that one path");

	batch_written(&b, "log", 1000);
	batch_changed(&b, "page", 1010);
	ok(due_at(&b, 1150), "a file being written holds others' changes");
	batch_written(&b, "other", 1020);
	ok(due_at(&b, 1170), "of two writers the last one counts");
	batch_closed(&b, "other");
	ok(due_at(&b, 1150), "when that closes, the first one does");
	batch_written(&b, "log", 1030);
	batch_written(&b, "other", 1035);
	batch_written(&b, "third", 1040);
	batch_closed(&b, "other");
	ok(due_at(&b, 1190), "one in the middle may close first");
	batch_closed(&b, "third");
	batch_closed(&b, "log");
	ok(due_at(&b, 1020), "without writers it is settled");
	batch_closed(&b, "unknown");
	ok(due_at(&b, 1020), "the closing of an unknown path is nothing");
	batch_take(&b, 1190);

	batch_written(&b, "a", 2000);
	batch_changed(&b, "a", 2000);
	ok(due_at(&b, 2150) && batch_take(&b, 2150) == 1,
	    "one that rests without closing is acted on after a while");
	batch_written(&b, "a", 2300);
	batch_changed(&b, "a", 2300);
	ok(due_at(&b, 2450), "its next write holds again");
	batch_free(&b);
}

static void
test_spent(void)
{
	struct batch b = { .settle = 10 };
	int64_t now;

	batch_changed(&b, "page", 0);
	for (now = 0; now < batch_due(&b); now += 50) {
		batch_written(&b, "log", now);
		batch_changed(&b, "log", now);
	}
	ok(now == 1000 && batch_take(&b, now) == 2, "the cap ends every hold");
	batch_written(&b, "log", 1050);
	batch_changed(&b, "log", 1050);
	ok(due_at(&b, 1060),
	    "what was still written at the cap holds nobody again");
	batch_take(&b, 1060);
	batch_changed(&b, "page", 1100);
	batch_written(&b, "log", 1105);
	ok(due_at(&b, 1110), "nor others' changes");
	batch_take(&b, 1110);
	batch_closed(&b, "log");
	batch_written(&b, "log", 2000);
	batch_changed(&b, "log", 2000);
	ok(due_at(&b, 2150), "until it was closed");
	batch_closed(&b, "log");
	batch_take(&b, 2150);
	batch_free(&b);

	b.settle = 10;
	for (now = 0; now < 1000; now += 50) {
		batch_written(&b, "log", now);
		batch_changed(&b, "log", now);
	}
	batch_take(&b, 1000);
	batch_gone(&b, "log", 1100);
	batch_take(&b, 1300);
	batch_written(&b, "log", 1400);
	batch_changed(&b, "log", 1400);
	ok(due_at(&b, 1550), "or until it was deleted");
	batch_free(&b);
}

/* A writer who starts just before the end of a batch is none of its own. */
static void
test_late_writer(void)
{
	struct batch b = { .settle = 10 };
	int64_t now;

	for (now = 0; now < 1000; now += 5)
		batch_changed(&b, "noise", now);
	batch_written(&b, "page", 995);
	ok(due_at(&b, 1000) && batch_take(&b, 1000) == 1,
	    "the cap does not wait for a file that has not changed yet");
	batch_changed(&b, "page", 1001);
	ok(due_at(&b, 1145), "that file still holds the next batch");
	batch_closed(&b, "page");
	ok(due_at(&b, 1011) && batch_take(&b, 1011) == 1,
	    "and is acted on whole");
	ok(b.npaths == 0, "of closed files nothing is kept");
	batch_free(&b);
}

static void
test_vanished(void)
{
	struct batch b = { .settle = 10 };

	batch_gone(&b, "a", 100);
	ok(due_at(&b, 200), "a file that vanished holds its batch");
	batch_changed(&b, "a", 150);
	ok(due_at(&b, 160) && b.changed == 1,
	    "until it is back, and is then one path");
	batch_gone(&b, "a", 155);
	ok(due_at(&b, 255), "it may vanish again");
	batch_changed(&b, "b", 160);
	ok(due_at(&b, 255), "others do not end that hold");
	ok(batch_take(&b, 255) == 2, "a file that stays away is a change");
	batch_gone(&b, "a", 300);
	batch_written(&b, "a", 310);
	ok(due_at(&b, 460), "who is put back by writing is held by that");
	batch_changed(&b, "a", 315);
	batch_closed(&b, "a");
	ok(due_at(&b, 325), "and free when closed");
	batch_take(&b, 460);
	batch_gone(&b, "a", 500);
	batch_closed(&b, "a");
	ok(due_at(&b, 600), "going is no coming back, though it goes whole");
	batch_gone(&b, "b", 510);
	batch_gone(&b, "c", 520);
	batch_changed(&b, "c", 530);
	ok(due_at(&b, 610), "of several that vanished the last one counts");
	batch_free(&b);
}

static void
test_no_settle(void)
{
	struct batch b = { .settle = 0 };

	batch_changed(&b, "a", 100);
	ok(due_at(&b, 100), "with -t 0 a complete save is due at once");
	batch_take(&b, 101);
	batch_changed(&b, "b", 102);
	batch_changed(&b, "c", 130);
	ok(due_at(&b, 151), "what comes within 50 ms is one more batch");
	ok(batch_take(&b, 151) == 2, "and only one");
	batch_changed(&b, "d", 400);
	ok(due_at(&b, 400), "what comes later is due at once again");
	batch_take(&b, 400);
	batch_written(&b, "e", 1000);
	batch_changed(&b, "e", 1000);
	ok(due_at(&b, 1150), "a file that is being written holds even so");
	batch_closed(&b, "e");
	ok(due_at(&b, 1000), "and is due when it is closed");
	batch_take(&b, 1010);
	batch_gone(&b, "e", 1100);
	ok(due_at(&b, 1200), "so does one that vanished");
	batch_free(&b);
}

static void
test_force(void)
{
	struct batch b = { .settle = 10 };

	batch_force(&b);
	ok(due_at(&b, 0) && batch_take(&b, 100) == 0,
	    "a forced batch is due, changes or not");
	ok(due_at(&b, BATCH_NEVER), "once");
	batch_changed(&b, "a", 200);
	batch_written(&b, "a", 200);
	batch_force(&b);
	ok(due_at(&b, 0) && batch_take(&b, 201) == 1,
	    "it takes along what has changed, held or not");
	batch_closed(&b, "a");
	batch_changed(&b, "b", 300);
	ok(due_at(&b, 310), "the next batch settles as ever");
	batch_take(&b, 310);
	b.settle = 0;
	batch_changed(&b, "c", 400);
	batch_take(&b, 400);
	batch_force(&b);
	ok(due_at(&b, 0), "not even -t 0 puts a forced batch off");
	batch_free(&b);
}

/* A user who forces a batch in the middle of a save gets the rest as well. */
static void
test_force_writer(void)
{
	struct batch b = { .settle = 10 };

	batch_written(&b, "a", 0);
	batch_changed(&b, "a", 0);
	batch_force(&b);
	batch_take(&b, 5);
	batch_written(&b, "a", 50);
	batch_changed(&b, "a", 50);
	ok(due_at(&b, 200), "a writer in a forced batch holds the next one");
	batch_closed(&b, "a");
	batch_take(&b, 200);
	batch_free(&b);
}

static void
test_resume(void)
{
	struct batch b = { .settle = 10 };

	batch_resume(&b, 50);
	ok(due_at(&b, BATCH_NEVER), "a run that ends is no change");
	batch_changed(&b, "a", 100);
	batch_changed(&b, "b", 8990);
	batch_written(&b, "b", 8990);
	ok(batch_due(&b) < 8990, "during a long run a batch passes its cap");
	batch_resume(&b, 9000);
	ok(due_at(&b, 9140), "at its end what is being written still holds it");
	batch_written(&b, "b", 9900);
	ok(due_at(&b, 10000), "until the cap that counts from there");
	batch_take(&b, 10000);
	batch_closed(&b, "b");
	batch_take(&b, 10000);
	batch_free(&b);
}

static void
test_many(void)
{
	struct batch b = { .settle = 10 };
	char path[40];
	int i, round, well;

	well = 1;
	for (round = 0; round < 2; round++)
		for (i = 0; i < 100000; i++) {
			snprintf(path, sizeof path, "dir/\n\xff%d", i);
			if (i % 4 == 0)
				well = well && batch_written(&b, path, i) == 0;
			if (i % 4 == 1)
				well = well && batch_gone(&b, path, i) == 0;
			well = well && batch_changed(&b, path, i) == 0;
			if (i % 8 == 0)
				batch_closed(&b, path);
		}
	ok(well && b.changed == 100000,
	    "a hundred thousand paths are told apart");
	ok(batch_take(&b, 1000000) == 100000 && b.npaths == 0 &&
		b.nbuckets == 0,
	    "and leave nothing behind");
	batch_changed(&b, "", 5);
	ok(batch_take(&b, 5) == 1, "after them it works as ever");
	batch_free(&b);
}

int
main(void)
{
	test_settle();
	test_cap();
	test_writing();
	test_spent();
	test_late_writer();
	test_vanished();
	test_no_settle();
	test_force();
	test_force_writer();
	test_resume();
	test_many();
	return test_end();
}
