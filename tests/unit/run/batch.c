/* batch.c - tests of when what changed is acted on */
#include "../test.h"
#include "batched.h"

static void
test_settle(void)
{
	struct batch b = { .settle = 10 };

	ok(due_at(&b, BATCH_NEVER), "where nothing changed no batch is due");
	batch_changed(&b, "a", 1, false, 1000);
	ok(due_at(&b, 1010), "a change is due when it has settled");
	batch_changed(&b, "b", 1, false, 1005);
	ok(due_at(&b, 1015), "another change in that time puts it off");
	batch_changed(&b, "a", 1, false, 1007);
	ok(due_at(&b, 1017), "so does the same path");
	ok(b.changed == 2 && take(&b, 1017) == 2,
	    "a path that changed twice is one path");
	ok(due_at(&b, BATCH_NEVER) && b.changed == 0,
	    "what was taken is not due again");
	batch_changed(&b, "a", 1, false, 1018);
	ok(due_at(&b, 1028) && take(&b, 1028) == 1,
	    "the next batch is as the first");
	ok(take(&b, 1100) == 0, "an empty batch can be taken");
	batch_free(&b);
	ok(b.settle == 10 && due_at(&b, BATCH_NEVER),
	    "a freed batch is empty, and settles as before");
	batch_free(&b);
}

static void
test_settle_many(void)
{
	struct batch b = { .settle = 10, .many = 50 };

	batch_changed(&b, "a", 1, false, 1000);
	batch_changed(&b, "a", 1, false, 1002);
	ok(due_at(&b, 1012), "one path settles as it does");
	batch_changed(&b, "b", 1, false, 1005);
	ok(due_at(&b, 1055), "more take longer to settle");
	batch_changed(&b, "a", 1, false, 1050);
	ok(due_at(&b, 1100), "after each of their changes");
	batch_back(&b, "b", 1);
	ok(due_at(&b, 1060), "one that is as it was is not counted");
	take(&b, 1060);
	batch_changed(&b, "a", 1, false, 2000);
	ok(due_at(&b, 2010), "each batch by itself");
	take(&b, 2010);
	batch_came(&b, "temp", 1, false, 3000);
	batch_changed(&b, "a", 1, false, 3001);
	batch_gone(&b, "temp", 1, false, 3001);
	ok(due_at(&b, 3011), "what came and went is not counted");
	take(&b, 3011);
	batch_any(&b, 1, 4000);
	ok(due_at(&b, 4050), "who knows how many are many");
	take(&b, 4050);
	b.settle = 200;
	batch_changed(&b, "a", 1, false, 5000);
	batch_changed(&b, "b", 1, false, 5000);
	ok(due_at(&b, 5200), "a longer settle time is kept");
	batch_free(&b);
}

static void
test_cap(void)
{
	struct batch b = { .settle = 10 };
	int64_t now;

	for (now = 5000; now <= 8000; now += 5) {
		batch_changed(&b, "a", 1, false, now);
		if (batch_due(&b) <= now)
			break;
	}
	ok(now == 6000, "changes that never stop are acted on at the cap");
	take(&b, now);
	batch_changed(&b, "a", 1, false, 6005);
	ok(due_at(&b, 6015), "the cap is counted anew for each batch");
	batch_free(&b);

	b.settle = 3000;
	batch_changed(&b, "a", 1, false, 0);
	ok(due_at(&b, 3000), "a settle time above the cap is kept");
	batch_changed(&b, "a", 1, false, 2000);
	ok(due_at(&b, 3000), "and is then the cap");
	batch_free(&b);
}

static void
test_writing(void)
{
	struct batch b = { .settle = 10 };
	size_t n;

	batch_written(&b, "a", 100);
	ok(due_at(&b, BATCH_NEVER), "a writer alone makes no batch");
	batch_changed(&b, "a", 1, false, 101);
	ok(due_at(&b, 250), "a file that is being written holds its batch");
	batch_written(&b, "a", 200);
	ok(due_at(&b, 350), "each write holds it anew");
	batch_closed(&b, "a", 200);
	ok(due_at(&b, 111), "when it is closed the batch is due");
	ok(take(&b, 350) == 1, "with that one path");

	batch_written(&b, "log", 1000);
	batch_changed(&b, "page", 1, false, 1010);
	ok(due_at(&b, 1150), "a file being written holds others' changes");
	batch_written(&b, "other", 1020);
	ok(due_at(&b, 1170), "of two writers the last one counts");
	batch_closed(&b, "other", 1020);
	ok(due_at(&b, 1150), "when that closes, the first one does");
	batch_written(&b, "log", 1030);
	batch_written(&b, "other", 1035);
	batch_written(&b, "third", 1040);
	batch_closed(&b, "other", 1040);
	ok(due_at(&b, 1190), "one in the middle may close first");
	batch_closed(&b, "third", 1040);
	batch_closed(&b, "log", 1040);
	ok(due_at(&b, 1020), "without writers it is settled");
	n = b.paths.n;
	batch_written(&b, "came and went", 1040);
	batch_closed(&b, "came and went", 1040);
	ok(b.paths.n == n, "what came and went is forgotten");
	batch_closed(&b, "unknown", 1040);
	ok(due_at(&b, 1020), "the closing of an unknown path is nothing");
	take(&b, 1190);

	batch_written(&b, "a", 2000);
	batch_changed(&b, "a", 1, false, 2000);
	ok(due_at(&b, 2150) && take(&b, 2150) == 1,
	    "one that rests without closing is acted on after a while");
	batch_written(&b, "a", 2300);
	batch_changed(&b, "a", 1, false, 2300);
	ok(due_at(&b, 2450), "its next write holds again");
	batch_free(&b);
}

static void
test_spent(void)
{
	struct batch b = { .settle = 10 };
	int64_t now;

	batch_changed(&b, "page", 1, false, 0);
	for (now = 0; now < batch_due(&b); now += 50) {
		batch_written(&b, "log", now);
		batch_changed(&b, "log", 1, false, now);
	}
	ok(now == 1000 && take(&b, now) == 2, "the cap ends every hold");
	batch_written(&b, "log", 1050);
	batch_changed(&b, "log", 1, false, 1050);
	ok(due_at(&b, 1060),
	    "what was still written at the cap holds nobody again");
	take(&b, 1060);
	batch_changed(&b, "page", 1, false, 1100);
	batch_written(&b, "log", 1105);
	ok(due_at(&b, 1110), "nor others' changes");
	take(&b, 1110);
	batch_closed(&b, "log", 1105);
	batch_written(&b, "log", 2000);
	batch_changed(&b, "log", 1, false, 2000);
	ok(due_at(&b, 2150), "until it was closed");
	batch_closed(&b, "log", 2000);
	take(&b, 2150);
	batch_free(&b);

	b.settle = 10;
	for (now = 0; now < 1000; now += 50) {
		batch_written(&b, "log", now);
		batch_changed(&b, "log", 1, false, now);
	}
	take(&b, 1000);
	batch_gone(&b, "log", 1, false, 1100);
	take(&b, 1300);
	batch_written(&b, "log", 1400);
	batch_changed(&b, "log", 1, false, 1400);
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
		batch_changed(&b, "noise", 1, false, now);
	batch_written(&b, "page", 995);
	ok(due_at(&b, 1000) && take(&b, 1000) == 1,
	    "the cap does not wait for a file that has not changed yet");
	batch_changed(&b, "page", 1, false, 1001);
	ok(due_at(&b, 1145), "that file still holds the next batch");
	batch_closed(&b, "page", 1001);
	ok(due_at(&b, 1011) && take(&b, 1011) == 1, "and is acted on whole");
	ok(b.paths.n == 0, "of closed files nothing is kept");
	batch_free(&b);
}

static void
test_vanished(void)
{
	struct batch b = { .settle = 10 };

	batch_gone(&b, "a", 1, false, 100);
	ok(due_at(&b, 200), "a file that vanished holds its batch");
	batch_changed(&b, "a", 1, false, 150);
	ok(due_at(&b, 160) && b.changed == 1,
	    "until it is back, and is then one path");
	batch_gone(&b, "a", 1, false, 155);
	ok(due_at(&b, 255), "it may vanish again");
	batch_changed(&b, "b", 1, false, 160);
	ok(due_at(&b, 255), "others do not end that hold");
	ok(take(&b, 255) == 2, "a file that stays away is a change");
	batch_gone(&b, "a", 1, false, 300);
	batch_written(&b, "a", 310);
	ok(due_at(&b, 460), "who is put back by writing is held by that");
	batch_changed(&b, "a", 1, false, 315);
	batch_closed(&b, "a", 315);
	ok(due_at(&b, 325), "and free when closed");
	take(&b, 460);
	batch_gone(&b, "a", 1, false, 500);
	batch_closed(&b, "a", 500);
	ok(due_at(&b, 600), "going is no coming back, though it goes whole");
	batch_gone(&b, "b", 1, false, 510);
	batch_gone(&b, "c", 1, false, 520);
	batch_changed(&b, "c", 1, false, 530);
	ok(due_at(&b, 610), "of several that vanished the last one counts");
	batch_free(&b);
}

static void
test_no_settle(void)
{
	struct batch b = { .settle = 0 };

	batch_changed(&b, "a", 1, false, 100);
	ok(due_at(&b, 100), "with -t 0 a complete save is due at once");
	take(&b, 101);
	batch_changed(&b, "b", 1, false, 102);
	batch_changed(&b, "c", 1, false, 130);
	ok(due_at(&b, 151), "what comes within 50 ms is one more batch");
	ok(take(&b, 151) == 2, "and only one");
	batch_changed(&b, "d", 1, false, 400);
	ok(due_at(&b, 400), "what comes later is due at once again");
	take(&b, 400);
	batch_written(&b, "e", 1000);
	batch_changed(&b, "e", 1, false, 1000);
	ok(due_at(&b, 1150), "a file that is being written holds even so");
	batch_closed(&b, "e", 1000);
	ok(due_at(&b, 1000), "and is due when it is closed");
	take(&b, 1010);
	batch_gone(&b, "e", 1, false, 1100);
	ok(due_at(&b, 1200), "so does one that vanished");
	take(&b, 1200);
	batch_came(&b, "new", 1, false, 1300);
	ok(due_at(&b, 1310), "one that came may be moved in a moment");
	batch_written(&b, "new", 1305);
	batch_closed(&b, "new", 1400);
	ok(due_at(&b, 1410), "that begins when it is closed");
	batch_changed(&b, "page", 1, false, 1401);
	batch_gone(&b, "new", 1, false, 1401);
	ok(batch_due(&b) <= 1401, "what it was moved over is due at once");
	batch_free(&b);
}

static void
test_force(void)
{
	struct batch b = { .settle = 10 };

	batch_force(&b, 1, 0);
	ok(due_at(&b, 0) && take(&b, 100) == 0,
	    "a forced batch is due, changes or not");
	ok(due_at(&b, BATCH_NEVER), "once");
	batch_changed(&b, "a", 1, false, 200);
	batch_written(&b, "a", 200);
	batch_force(&b, 1, 0);
	ok(due_at(&b, 0) && take(&b, 201) == 1,
	    "it takes along what has changed, held or not");
	batch_closed(&b, "a", 200);
	batch_changed(&b, "b", 1, false, 300);
	ok(due_at(&b, 310), "the next batch settles as ever");
	take(&b, 310);
	b.settle = 0;
	batch_changed(&b, "c", 1, false, 400);
	take(&b, 400);
	batch_force(&b, 1, 0);
	ok(due_at(&b, 0), "not even -t 0 puts a forced batch off");
	batch_free(&b);
}

/* A user who forces a batch in the middle of a save gets the rest as well. */
static void
test_force_writer(void)
{
	struct batch b = { .settle = 10 };

	batch_written(&b, "a", 0);
	batch_changed(&b, "a", 1, false, 0);
	batch_force(&b, 1, 0);
	take(&b, 5);
	batch_written(&b, "a", 50);
	batch_changed(&b, "a", 1, false, 50);
	ok(due_at(&b, 200), "a writer in a forced batch holds the next one");
	batch_closed(&b, "a", 50);
	take(&b, 200);
	batch_free(&b);
}

static void
test_resume(void)
{
	struct batch b = { .settle = 10 };

	batch_resume(&b, 50);
	ok(due_at(&b, BATCH_NEVER), "a run that ends is no change");
	batch_changed(&b, "a", 1, false, 100);
	batch_changed(&b, "b", 1, false, 8990);
	batch_written(&b, "b", 8990);
	ok(batch_due(&b) < 8990, "during a long run a batch passes its cap");
	batch_resume(&b, 9000);
	ok(due_at(&b, 9140), "at its end what is being written still holds it");
	batch_written(&b, "b", 9900);
	ok(due_at(&b, 10000), "until the cap that counts from there");
	take(&b, 10000);
	batch_closed(&b, "b", 9900);
	take(&b, 10000);
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
				well = well &&
				    batch_gone(&b, path, 1, false, i) == 0;
			well = well &&
			    batch_changed(&b, path, 1, false, i) == 0;
			if (i % 8 == 0)
				batch_closed(&b, path, i);
		}
	ok(well && b.changed == 100000,
	    "a hundred thousand paths are told apart");
	ok(take(&b, 1000000) == 100000 && b.paths.buckets == NULL,
	    "and leave nothing behind");
	batch_changed(&b, "", 1, false, 5);
	ok(take(&b, 5) == 1, "after them it works as ever");
	batch_free(&b);
}

static void
test_rules(void)
{
	struct batch b = { .settle = 10 };

	batch_changed(&b, "b", 1, false, 0);
	batch_gone(&b, "a", 2, false, 1);
	batch_changed(&b, "c", 4, false, 2);
	batch_changed(&b, "b", 4, false, 3);
	ok(b.rules == 7, "a batch knows the rules that it concerns");
	ok(took(&b, 500, "b:5 a:2 c:4 "),
	    "paths come as they changed first, each with all its rules");
	ok(taken.rules == 7 && taken.any == 0 && !taken.lost && !taken.own,
	    "and so does what is taken");
	batch_changed(&b, "b", 2, false, 600);
	ok(took(&b, 700, "b:2 "), "the rules of a path are those of its batch");
	batch_changed(&b, "no memory", 1, false, 800);
	batch_changed(&b, "x", 1, false, 800);
	ok(batch_take(&b, 900, &taken, on_path, NULL) == -1,
	    "a path that nobody can take is said");
	ok(due_at(&b, BATCH_NEVER), "and the batch has ended all the same");
	batch_free(&b);
}

static void
test_own(void)
{
	struct batch b = { .settle = 10 };

	batch_changed(&b, "a", 1, true, 0);
	batch_gone(&b, "b", 1, true, 0);
	take(&b, 500);
	ok(taken.own, "what changed during runs alone is our own doing");
	batch_changed(&b, "a", 1, true, 600);
	batch_changed(&b, "b", 1, false, 600);
	take(&b, 700);
	ok(!taken.own, "one change from outside makes it another's");
	batch_changed(&b, "a", 1, true, 800);
	take(&b, 900);
	ok(taken.own, "for that batch alone");
	batch_changed(&b, "a", 1, true, 1000);
	batch_force(&b, 1, 0);
	take(&b, 1000);
	ok(!taken.own, "so does the user who wants it");
	batch_any(&b, 1, 1100);
	take(&b, 1200);
	ok(!taken.own, "and what nobody knows");
	batch_free(&b);
}

static void
test_any(void)
{
	struct batch b = { .settle = 10 };

	batch_any(&b, 6, 100);
	ok(due_at(&b, 110), "a change of nobody knows what settles like any");
	ok(took(&b, 110, "") && taken.rules == 6 && taken.any == 6 &&
		taken.n == 0,
	    "it has no path, and concerns the rules that it was for");
	batch_changed(&b, "a", 1, false, 200);
	batch_any(&b, 2, 205);
	ok(due_at(&b, 215), "it puts off what changed before");
	take(&b, 215);
	ok(taken.rules == 3 && taken.any == 2,
	    "of the other rules the paths tell all");
	b.lost = true;
	ok(due_at(&b, BATCH_NEVER), "lost hints alone are no change");
	batch_changed(&b, "a", 1, false, 300);
	take(&b, 400);
	ok(taken.lost && taken.any == 0, "they are told with the next one");
	batch_changed(&b, "a", 1, false, 500);
	take(&b, 600);
	ok(!taken.lost, "once");
	batch_free(&b);
}

static void
test_back(void)
{
	struct batch b = { .settle = 10 };

	ok(!batch_back(&b, "a", 1), "what has not changed can't come back");
	batch_changed(&b, "a", 3, false, 0);
	batch_changed(&b, "b", 1, false, 1);
	batch_changed(&b, "c", 4, false, 2);
	ok(batch_back(&b, "a", 1) && b.rules == 7,
	    "what is as it was is forgotten for some rules");
	ok(batch_back(&b, "c", 4) && b.rules == 3, "or for all of its own");
	batch_changed(&b, "d", 1, false, 3);
	ok(took(&b, 500, "a:2 b:1 d:1 "), "the rest is as it was");
	batch_changed(&b, "a", 1, false, 600);
	ok(batch_back(&b, "a", 1) && due_at(&b, BATCH_NEVER) && b.changed == 0,
	    "a batch of nothing else is none");
	ok(!batch_back(&b, "a", 1), "it comes back once");
	batch_changed(&b, "a", 1, false, 900);
	ok(due_at(&b, 910), "and may change anew");
	batch_free(&b);
}

static void
test_flush(void)
{
	struct batch b = { .settle = 10 };

	batch_flush(&b);
	ok(due_at(&b, BATCH_NEVER), "an empty batch is not due for its end");
	batch_changed(&b, "a", 1, false, 100);
	batch_written(&b, "b", 100);
	batch_flush(&b);
	ok(batch_due(&b) <= 100, "the end of a batch makes it due at once");
	take(&b, 100);
	ok(taken.rules == 1 && taken.any == 0, "with what is in it");
	batch_changed(&b, "a", 1, false, 200);
	ok(due_at(&b, 250), "and the next one waits as ever");
	batch_free(&b);
}

int
main(void)
{
	test_settle();
	test_settle_many();
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
	test_rules();
	test_own();
	test_any();
	test_back();
	test_flush();
	return test_end();
}
