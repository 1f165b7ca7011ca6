/* letter.c - tests of what is told of a batch */
#include <string.h>

#include "../test.h"
#include "run/letter.h"

static int
holds(const struct buf *b, const char *want)
{
	return b->len == strlen(want) && memcmp(buf_head(b), want, b->len) == 0;
}

int
main(void)
{
	struct changes c = { 0 };
	struct buf b = { .max = 20 };

	changes_add(&c, "b", 1, 1);
	changes_add(&c, "a\nb", 1, 3);
	changes_add(&c, "!c", 1, 2);
	ok(letter_changes(&b, &c, 1, '\n') == 0 && holds(&b, "b\n*\n"),
	    "who is owed some changes is told these");
	b.len = 0;
	ok(letter_changes(&b, &c, 2, '\0') == 0 && b.len == 9 &&
		memcmp(buf_head(&b), "a\nb\0./!c\0", 9) == 0,
	    "in the order in which they came");
	ok(letter_changes(&b, &c, 4, '\n') == 0 && b.len == 9,
	    "who is owed none is told nothing");
	b.len = 0;
	c.any = 1;
	ok(letter_changes(&b, &c, 1, '\n') == 0 && holds(&b, "*\nb\n*\n"),
	    "that it may be anything comes first");
	b.len = 0;
	c.any = 0;
	buf_puts(&b, "! report\n");
	changes_add(&c, "a long path", 1, 1);
	ok(letter_changes(&b, &c, 1, '\n') == 0 && holds(&b, "! report\n*\n"),
	    "what finds no room becomes anything");
	buf_puts(&b, "12345678");
	ok(letter_changes(&b, &c, 1, '\n') == -1, "if there is room for that");
	buf_free(&b);
	changes_free(&c);
	return test_end();
}
