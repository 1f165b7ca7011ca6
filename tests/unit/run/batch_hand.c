/* batch_hand.c - tests of what a batch holds, and of what stays owed */
#include <errno.h>

#include "../test.h"
#include "batched.h"

static void
test_rules(void)
{
	struct batch b = { .settle = 10 };

	change(&b, "b", 1, 0);
	batch_gone(&b, "a", 2, false, 1);
	change(&b, "c", 4, 2);
	change(&b, "b", 4, 3);
	ok(b.rules == 7, "a batch knows the rules that it concerns");
	take_for(&b, 500, 0);
	ok(in_hand("b:5 a:2 c:4 "),
	    "the paths keep the order of their first change, with all rules");
	ok(taken.n == 3 && taken.rules == 7 && taken.any == 0 && !taken.lost &&
		!taken.own,
	    "the batch in hand knows the rules as well");
	batch_done(&b, 0);
	ok(b.taken == NULL && b.paths.n == 0,
	    "a batch that is done leaves nothing, if nothing is owed");
	change(&b, "b", 2, 600);
	take_for(&b, 700, 0);
	ok(in_hand("b:2 ") && taken.rules == 2,
	    "rules of an earlier batch do not count");
	batch_done(&b, 0);
	batch_free(&b);
}

static void
test_own(void)
{
	struct batch b = { .settle = 10 };

	batch_changed(&b, "a", 1, BATCH_CHANGE, true, 0);
	batch_gone(&b, "b", 1, true, 0);
	take(&b, 500);
	ok(taken.own, "a batch is own if all of it changed during runs");
	batch_changed(&b, "a", 1, BATCH_CHANGE, true, 600);
	change(&b, "b", 1, 600);
	take(&b, 700);
	ok(!taken.own, "one change from outside makes it an outside batch");
	batch_changed(&b, "a", 1, BATCH_CHANGE, true, 800);
	take(&b, 900);
	ok(taken.own, "but not the next one");
	batch_changed(&b, "a", 1, BATCH_CHANGE, true, 1000);
	batch_any(&b, 1, 1000);
	batch_flush(&b);
	take(&b, 1000);
	ok(!taken.own, "a forced batch is not own");
	batch_any(&b, 1, 1100);
	take(&b, 1200);
	ok(!taken.own, "neither is a change of unknown paths");
	batch_changed(&b, "temp", 1, BATCH_CREATE, false, 1300);
	batch_gone(&b, "temp", 1, false, 1310);
	batch_changed(&b, "a", 1, BATCH_CHANGE, true, 1320);
	take(&b, 1400);
	ok(taken.own, "a file that was created and deleted does not count");
	batch_free(&b);
}

static void
test_path(void)
{
	struct batch b = { .settle = 10 };
	struct batch_path *p;

	p = batch_changed(&b, "a", 1, BATCH_SUSPECT, false, 100);
	ok(p->suspect && !p->own && !p->closed && p->last == 100,
	    "a path that was only written is a suspect");
	ok(batch_changed(&b, "a", 1, BATCH_SUSPECT, true, 110) == p &&
		p->suspect && p->own && p->last == 110,
	    "one event during a run makes it own");
	ok(batch_closed(&b, "a", 120) == p && p->closed,
	    "a close is remembered");
	change(&b, "a", 1, 130);
	ok(!p->suspect && p->own && !p->closed,
	    "one event that is a change ends the suspicion and the close");
	batch_changed(&b, "a", 1, BATCH_SUSPECT, false, 140);
	ok(!p->suspect, "for the whole batch");
	p->writer = BATCH_WRITER_NONE;
	change(&b, "a", 1, 150);
	ok(p->writer == BATCH_WRITER_UNKNOWN,
	    "an event may be of a new writer");
	p->writer = BATCH_WRITER_STAYS;
	p->differed = true;
	take(&b, 500);
	ok(b.paths.n == 1, "a writer that stays is remembered");
	p = batch_changed(&b, "a", 1, BATCH_SUSPECT, false, 600);
	ok(p->writer == BATCH_WRITER_STAYS, "until the file is closed");
	ok(p->suspect && !p->own && !p->differed,
	    "each batch judges its paths anew");
	batch_closed(&b, "a", 610);
	ok(p->writer == BATCH_WRITER_UNKNOWN, "then its writers are asked for");
	p->writer = BATCH_WRITER_STAYS;
	take(&b, 700);
	batch_closed(&b, "a", 710);
	ok(b.paths.n == 0, "a close between two batches ends that, too");
	change(&b, "a", 1, 800)->writer = BATCH_WRITER_STAYS;
	take(&b, 900);
	batch_gone(&b, "a", 1, false, 1000);
	take(&b, 1100);
	ok(b.paths.n == 0, "so does a deletion");
	batch_free(&b);
}

static void
test_any(void)
{
	struct batch b = { .settle = 10 };

	batch_any(&b, 6, 100);
	ok(due_at(&b, 110), "a change of unknown paths settles as others");
	ok(take(&b, 110) == 0 && in_hand("") && taken.rules == 6 &&
		taken.any == 6,
	    "it has no path, only its rules");
	change(&b, "a", 1, 200);
	batch_any(&b, 2, 205);
	ok(due_at(&b, 215), "it postpones earlier changes");
	take(&b, 215);
	ok(taken.rules == 3 && taken.any == 2,
	    "for other rules the paths are complete");
	b.lost = true;
	ok(due_at(&b, BATCH_NEVER), "lost hints alone are no change");
	change(&b, "a", 1, 300);
	take(&b, 400);
	ok(taken.lost && taken.any == 0, "the next batch says so");
	change(&b, "a", 1, 500);
	take(&b, 600);
	ok(!taken.lost, "but no later one");
	batch_changed(&b, "temp", 1, BATCH_CREATE, false, 700);
	b.lost = true;
	batch_gone(&b, "temp", 1, false, 710);
	change(&b, "a", 1, 720);
	take(&b, 800);
	ok(taken.lost, "a batch that became empty is none that says so");
	batch_free(&b);
}

static void
test_drop(void)
{
	struct batch b = { .settle = 10 };
	struct batch_path *p;

	p = change(&b, "a", 3, 0);
	change(&b, "b", 1, 1);
	batch_drop(&b, p, 1);
	ok(p->rules == 2 && b.n == 2, "a path may be dropped for some rules");
	batch_drop(&b, change(&b, "c", 4, 2), 6);
	ok(b.n == 2, "or for all of its rules");
	change(&b, "d", 1, 3);
	take_for(&b, 500, 0);
	ok(in_hand("a:2 b:1 d:1 ") && taken.rules == 3,
	    "the others and their order stay");
	batch_done(&b, 0);
	batch_drop(&b, change(&b, "a", 1, 600), 1);
	ok(due_at(&b, BATCH_NEVER) && b.n == 0 && b.paths.n == 0,
	    "if the last path is dropped the batch is empty");
	change(&b, "a", 1, 900);
	ok(due_at(&b, 910) && b.n == 1, "the path may change again");
	take(&b, 910);
	batch_any(&b, 2, 1000);
	batch_drop(&b, change(&b, "a", 1, 1000), 1);
	change(&b, "b", 4, 1001);
	take_for(&b, 1100, 0);
	ok(in_hand("b:4 ") && taken.rules == 6 && taken.any == 2,
	    "a batch of unknown paths survives that");
	batch_done(&b, 0);
	batch_free(&b);
}

/* The temporary file of a save by rename, if it counts as well. */
static void
test_created(void)
{
	struct batch b = { .settle = 20 };

	batch_changed(&b, "new", 1, BATCH_CREATE, false, 101);
	ok(due_at(&b, 121) && b.n == 1, "a new file is a change");
	change(&b, "page", 1, 110);
	batch_gone(&b, "new", 1, false, 115);
	ok(due_at(&b, 130), "if it is deleted in its batch it does not hold");
	take_for(&b, 130, 0);
	ok(in_hand("page:1 "), "and is no change");
	batch_done(&b, 0);
	ok(b.paths.n == 0, "nothing is kept of it");
	batch_changed(&b, "new", 1, BATCH_CREATE, false, 200);
	change(&b, "new", 3, 205);
	batch_gone(&b, "new", 3, false, 210);
	ok(due_at(&b, BATCH_NEVER) && b.n == 0 && b.created == 0,
	    "a batch of nothing else is empty");
	batch_changed(&b, "new", 1, BATCH_CREATE, false, 300);
	take(&b, 320);
	batch_gone(&b, "new", 1, false, 400);
	ok(due_at(&b, 500), "the deletion of an older file holds its batch");
	batch_changed(&b, "new", 1, BATCH_CREATE, false, 410);
	batch_gone(&b, "new", 1, false, 420);
	ok(due_at(&b, 520), "even if it was created again in between");
	ok(take(&b, 520) == 1, "and is a change");
	batch_changed(&b, "new", 1, BATCH_CREATE, false, 600);
	batch_gone(&b, "new", 1, true, 610);
	ok(due_at(&b, 630) && take(&b, 630) == 1,
	    "what a command may have seen is a change, which does not hold");
	batch_changed(&b, "new", 1, BATCH_CREATE, true, 700);
	batch_gone(&b, "new", 1, false, 710);
	ok(take(&b, 730) == 1 && !taken.own,
	    "whether the command ran at the creation or at the deletion");
	batch_free(&b);
}

/* A path's record may outlive the batch in which the file was new. */
static void
test_created_before(void)
{
	struct batch b = { .settle = 10 };
	struct batch_path *p;

	batch_changed(&b, "new", 1, BATCH_CREATE, false, 0);
	take_for(&b, 100, 1);
	ok(batch_gone(&b, "new", 1, false, 200) == 0 && b.n == 1 &&
		due_at(&b, 300),
	    "a file in hand that is deleted is a change that holds");
	batch_done(&b, 0);
	take_for(&b, 300, 1);
	ok(in_hand("new:1 ") && b.created == 0, "of the next batch");
	batch_done(&b, 0);
	batch_changed(&b, "new", 1, BATCH_CREATE, false, 400);
	take_for(&b, 500, 1);
	batch_done(&b, 0);
	batch_gone(&b, "new", 1, false, 600);
	ok(b.n == 1 && due_at(&b, 700), "so is a file that is owed");
	take(&b, 700);
	p = batch_changed(&b, "log", 1, BATCH_CREATE, false, 800);
	p->writer = BATCH_WRITER_STAYS;
	take(&b, 900);
	batch_gone(&b, "log", 1, false, 1000);
	ok(b.n == 1 && due_at(&b, 1100), "and one whose writer stayed");
	ok(take(&b, 1100) == 1 && b.paths.n == 0, "nothing is left of it");
	batch_free(&b);
}

static void
test_in_hand(void)
{
	struct batch b = { .settle = 10 };

	change(&b, "a", 1, 0);
	change(&b, "b", 1, 0);
	take_for(&b, 100, 1);
	change(&b, "b", 2, 110);
	change(&b, "c", 2, 120);
	ok(b.taken->in_hand == 1 && b.taken->taken->in_hand == 1 && b.n == 2,
	    "a path in hand may change again, for another rule");
	batch_done(&b, 1);
	ok(b.taken == NULL && b.n == 2 && due_at(&b, 130),
	    "it is then of the batch to come as well");
	take_for(&b, 200, 1);
	ok(in_hand("b:2 c:2 "), "and in hand again");
	change(&b, "c", 1, 210);
	batch_drop(&b, b.first, 1);
	ok(in_hand("b:2 c:2 ") && b.n == 0,
	    "if that is dropped it stays in hand");
	batch_done(&b, 1);
	ok(b.paths.n == 0, "until the batch is done");
	batch_free(&b);
}

/* Return true if a receiver is owed these paths. */
static bool
owes(const struct batch *b, uint64_t receiver, const char *want)
{
	char got[200];
	const struct batch_path *p;
	size_t n;

	n = 0;
	got[0] = '\0';
	for (p = b->taken; p != NULL && n < sizeof got; p = p->taken)
		if ((p->owed & receiver) != 0)
			n += (size_t)snprintf(
			    got + n, sizeof got - n, "%s ", p->path);
	if (strcmp(got, want) == 0)
		return true;
	printf("owed: %s\nwant: %s\n", got, want);
	return false;
}

static void
test_owed(void)
{
	struct batch b = { .settle = 10 };

	change(&b, "b", 1, 0);
	change(&b, "a", 3, 1);
	change(&b, "none", 4, 2);
	take_for(&b, 100, 3);
	ok(owes(&b, 1, "b a ") && owes(&b, 2, "a ") && owes(&b, 4, ""),
	    "a batch is owed to the receivers of its rules");
	batch_done(&b, 1);
	ok(owes(&b, 1, "") && owes(&b, 2, "a "),
	    "a receiver that was not sent it stays owed");
	ok(b.taken->in_hand == 0 && b.paths.n == 1,
	    "a path that is owed is not in hand");
	change(&b, "c", 2, 200);
	change(&b, "a", 1, 201);
	take_for(&b, 300, 3);
	ok(in_hand("a:1 c:2 ") && owes(&b, 1, "a ") && owes(&b, 2, "a c "),
	    "owed paths come before those of the next batch");
	batch_done(&b, 0);
	change(&b, "c", 1, 400);
	batch_gone(&b, "d", 2, false, 401);
	ok(owes(&b, 1, "a "), "what is to come is not owed yet");
	take_for(&b, 600, 3);
	ok(in_hand("c:1 d:2 "), "only paths of the batch are in hand");
	ok(owes(&b, 1, "a c ") && owes(&b, 2, "a c d "),
	    "what failures keep back adds up");
	batch_done(&b, 2);
	ok(owes(&b, 2, "") && owes(&b, 1, "a c "),
	    "for each receiver by itself");
	batch_drop(&b, change(&b, "c", 2, 700), 2);
	ok(owes(&b, 1, "a c "), "an owed path may change and be dropped");
	batch_done(&b, UINT64_MAX);
	ok(b.taken == NULL && b.paths.n == 0, "what was sent is forgotten");

	batch_any(&b, 2, 800);
	take_for(&b, 900, 3);
	ok(b.owed_any == 2, "that anything may have changed is owed as well");
	batch_done(&b, 1);
	change(&b, "a", 1, 1000);
	take_for(&b, 1100, 3);
	ok(b.owed_any == 2 && taken.any == 0, "though it is in hand no more");
	batch_done(&b, 3);
	ok(b.owed_any == 0, "until it is sent");
	batch_free(&b);
}

static void
test_free(void)
{
	struct batch b = { .settle = 7, .many = 8, .patient = true };

	change(&b, "owed", 1, 0);
	change(&b, "in hand", 1, 0);
	take_for(&b, 100, 1);
	batch_done(&b, 0);
	change(&b, "in hand", 1, 150);
	take_for(&b, 200, 1);
	change(&b, "in hand", 1, 250);
	change(&b, "to come", 1, 250);
	batch_any(&b, 1, 250);
	batch_free(&b);
	ok(due_at(&b, BATCH_NEVER) && b.paths.n == 0 && b.taken == NULL &&
		b.owed_any == 0,
	    "a batch can be freed at any time");
	ok(b.settle == 7 && b.many == 8 && b.patient,
	    "what its owner has set stays");
	ok(take(&b, 300) == 0, "it can be used again");
	batch_free(&b);
}

static void
test_many(void)
{
	struct batch b = { .settle = 10 };
	char path[40];
	int i, round;
	bool well;

	well = true;
	for (round = 0; round < 2; round++)
		for (i = 0; i < 100000; i++) {
			snprintf(path, sizeof path, "dir/\n\xff%d", i);
			if (i % 4 == 1)
				well = well &&
				    batch_gone(&b, path, 1, false, i) == 0;
			well = well && change(&b, path, 1, i) != NULL;
		}
	ok(well && b.n == 100000, "a hundred thousand paths are kept apart");
	ok(take(&b, 1000000) == 100000 && b.paths.buckets == NULL,
	    "and leave nothing behind");
	for (i = 0; i < 100000; i++) {
		snprintf(path, sizeof path, "dir/%d", i);
		batch_changed(&b, path, 1, BATCH_CREATE, false, i);
	}
	for (i = 0; i < 100000; i += 2) {
		snprintf(path, sizeof path, "dir/%d", i);
		batch_gone(&b, path, 1, false, i);
	}
	ok(b.n == 50000 && b.created == 50000,
	    "of a hundred thousand new files half may go");
	take_for(&b, 2000000, 0);
	ok(strncmp(order, "dir/1:1 dir/3:1 ", 16) == 0,
	    "and the others keep their order");
	batch_done(&b, 0);
	change(&b, "", 1, 5);
	ok(take(&b, 15) == 1, "the empty path is a path");
	batch_free(&b);
}

/* As if there were a million of records. */
static void
test_too_many(void)
{
	struct batch b = { .settle = 10 };

	change(&b, "a", 1, 100);
	b.paths.n += BATCH_PATHS - 1;
	errno = ENOMEM;
	ok(change(&b, "b", 2, 110) == NULL && errno == 0,
	    "beyond a million paths another one has no record");
	ok(batch_gone(&b, "c", 4, false, 120) == 0,
	    "a deletion beyond that is no error");
	ok(change(&b, "a", 8, 130) != NULL, "known paths may change");
	b.paths.n -= BATCH_PATHS - 1;
	ok(due_at(&b, 140), "all of them are changes");
	take_for(&b, 140, 15);
	ok(in_hand("a:9 ") && taken.rules == 15 && taken.any == 6 &&
		b.owed_any == 6,
	    "and anything may have changed for the rules of the others");
	batch_done(&b, UINT64_MAX);
	batch_free(&b);
}

int
main(void)
{
	test_rules();
	test_own();
	test_path();
	test_any();
	test_drop();
	test_created();
	test_created_before();
	test_in_hand();
	test_owed();
	test_free();
	test_many();
	test_too_many();
	return test_end();
}
