/* message.c - tests of a batch as a change list */
#include "run/message.h"
#include "../test.h"
#include "batched.h"

static bool
holds(const struct buf *b, const char *want)
{
	return b->len == strlen(want) && memcmp(buf_head(b), want, b->len) == 0;
}

static void
test_paths(void)
{
	struct batch batch = { 0 };
	struct buf b = { .max = 20 };

	batch_changed(&batch, "b", 1, BATCH_CHANGE, false, 0);
	batch_changed(&batch, "a\nb", 3, BATCH_CHANGE, false, 0);
	batch_changed(&batch, "!c", 2, BATCH_CHANGE, false, 0);
	take_for(&batch, 0, UINT64_MAX);
	ok(message_changes(&b, &batch, 1, '\n') == 0 && holds(&b, "b\n*\n"),
	    "a receiver gets the paths that it is owed");
	b.len = 0;
	ok(message_changes(&b, &batch, 2, '\0') == 0 && b.len == 9 &&
		memcmp(buf_head(&b), "a\nb\0./!c\0", 9) == 0,
	    "in the order in which they changed");
	ok(message_changes(&b, &batch, 4, '\n') == 0 && b.len == 9,
	    "a receiver that is owed nothing gets nothing");
	b.len = 0;
	batch_done(&batch, 2);
	batch_changed(&batch, "d", 1, BATCH_CHANGE, false, 0);
	batch_any(&batch, 1, 0);
	ok(message_changes(&b, &batch, 1, '\n') == 0 && holds(&b, "b\n*\n"),
	    "changes of the batch to come are left out");
	b.len = 0;
	take_for(&batch, 0, UINT64_MAX);
	ok(message_changes(&b, &batch, 1, '\n') == 0 &&
		holds(&b, "*\nb\n*\nd\n"),
	    "that anything may have changed comes first");
	buf_free(&b);
	batch_free(&batch);
}

static void
test_room(void)
{
	struct batch batch = { 0 };
	struct buf b = { .max = 20 };

	buf_puts(&b, "! report\n");
	batch_changed(&batch, "b", 1, BATCH_CHANGE, false, 0);
	batch_changed(&batch, "a long path", 1, BATCH_CHANGE, false, 0);
	take_for(&batch, 0, UINT64_MAX);
	ok(message_changes(&b, &batch, 1, '\n') == 0 &&
		holds(&b, "! report\n*\n"),
	    "if the paths find no room, anything may have changed");
	buf_puts(&b, "12345678");
	ok(message_changes(&b, &batch, 1, '\n') == -1,
	    "without room for that it is an error");
	buf_free(&b);
	batch_free(&batch);
}

int
main(void)
{
	test_paths();
	test_room();
	return test_end();
}
