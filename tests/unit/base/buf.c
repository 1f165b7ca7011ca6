/* buf.c - tests of the queue of bytes */
#include <string.h>

#include "../test.h"
#include "base/buf.h"

static void
test_queue(void)
{
	struct buf b = { .max = 1000 };

	ok(buf_head(&b) == NULL && b.len == 0, "a new buffer holds nothing");
	ok(buf_puts(&b, "hello ") == 0 && buf_printf(&b, "%d", 42) == 0,
	    "strings and formatted text go in");
	ok(b.len == 8 && memcmp(buf_head(&b), "hello 42", 8) == 0,
	    "they come out in order");
	buf_drop(&b, 6);
	ok(b.len == 2 && memcmp(buf_head(&b), "42", 2) == 0,
	    "what is dropped is gone from the front");
	buf_drop(&b, 2);
	ok(b.len == 0 && b.off == 0, "an emptied buffer starts over");
	buf_free(&b);
	ok(b.data == NULL && b.max == 1000 && buf_puts(&b, "x") == 0,
	    "a freed buffer is usable again");
	buf_free(&b);
}

static void
test_ceiling(void)
{
	struct buf b = { .max = 300 };
	char block[300];

	memset(block, 'x', sizeof block);
	ok(buf_put(&b, block, 300) == 0, "a buffer fills up to its ceiling");
	ok(buf_put(&b, "y", 1) < 0 && b.len == 300,
	    "a byte more is refused and changes nothing");
	ok(buf_put(&b, "", 0) == 0, "nothing always fits");
	buf_drop(&b, 100);
	ok(buf_put(&b, block, 100) == 0 && b.len == 300,
	    "room at the front is used again");
	ok(buf_room(&b, (size_t)-1) == NULL, "an absurd length is refused");
	buf_free(&b);
}

static void
test_many(void)
{
	struct buf b = { .max = 1 << 20 };
	unsigned i;
	int same;

	same = 1;
	for (i = 0; i < 100000; i++) {
		unsigned char byte = (unsigned char)i;

		same = same && buf_put(&b, &byte, 1) == 0;
		if (i % 3 == 2)
			buf_drop(&b, 1);
	}
	for (i = 33333; i < 100000; i++) {
		same = same && *buf_head(&b) == (unsigned char)i;
		buf_drop(&b, 1);
	}
	ok(same && b.len == 0, "a byte at a time in and out keeps the order");
	buf_free(&b);
}

int
main(void)
{
	test_queue();
	test_ceiling();
	test_many();
	return test_end();
}
