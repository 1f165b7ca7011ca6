/* changes.c - tests of what changed and who has yet to be told */
#include <stdio.h>
#include <string.h>

#include "../test.h"
#include "run/changes.h"

static int
holds(const struct changes *c, const char *want)
{
	const struct change *p;
	char text[1000];
	size_t n;

	text[0] = '\0';
	for (p = c->first, n = 0; p != NULL; p = p->next)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s:%d:%d ",
		    p->path.name, (int)p->rules, (int)p->owed);
	if (strcmp(text, want) == 0)
		return 1;
	printf("holds: %s\nwant: %s\n", text, want);
	return 0;
}

static void
test_told(void)
{
	struct changes c = { 0 };

	ok(holds(&c, ""), "at first nobody is owed anything");
	changes_add(&c, "b", 1, 1);
	changes_add(&c, "a", 2, 2);
	changes_add(&c, "b", 2, 2);
	ok(c.paths.n == 2 && holds(&c, "b:3:3 a:2:2 "),
	    "a path is there once, for all that it counts for");
	changes_told(&c, 1);
	ok(holds(&c, "b:0:2 a:0:2 "), "who has been told is owed no more");
	changes_add(&c, "c", 1, 1);
	changes_add(&c, "a", 1, 1);
	ok(holds(&c, "b:0:2 a:1:3 c:1:1 "), "what others are owed stays first");
	changes_told(&c, 2);
	ok(c.paths.n == 2 && holds(&c, "a:0:1 c:0:1 "),
	    "what nobody is owed is forgotten");
	changes_add(&c, "b", 1, 1);
	ok(holds(&c, "a:0:1 c:0:1 b:1:1 "), "and comes anew when it changes");
	changes_told(&c, 1);
	ok(c.paths.n == 0 && c.paths.buckets == NULL && holds(&c, ""),
	    "when all are told no memory is kept");
	changes_told(&c, 3);
	ok(holds(&c, ""), "there may be nothing to tell");
	c.any = 3;
	changes_told(&c, 1);
	ok(c.any == 2, "that it may be anything is told like a path");
	changes_add(&c, "a", 1, 0);
	changes_told(&c, 0);
	ok(c.paths.n == 0, "what nobody waits for is forgotten with its batch");
	changes_free(&c);
}

static void
test_many(void)
{
	struct changes c = { 0 };
	char path[40];
	int i, well;

	for (i = 0, well = 1; i < CHANGES_MAX; i++) {
		snprintf(path, sizeof path, "dir/%d", i);
		well = well && changes_add(&c, path, 1, 1) == 0;
	}
	ok(well && c.paths.n == CHANGES_MAX && c.any == 0 && c.more == 0,
	    "a million paths are remembered");
	changes_add(&c, "one more", 2, 6);
	changes_add(&c, "dir/7", 4, 1);
	ok(c.paths.n == CHANGES_MAX && c.any == 6 && c.more == 2,
	    "one more is told as anything");
	changes_told(&c, 7);
	ok(c.paths.n == 0 && c.any == 0 && c.more == 0, "until they are told");
	changes_free(&c);
}

int
main(void)
{
	test_told();
	test_many();
	return test_end();
}
