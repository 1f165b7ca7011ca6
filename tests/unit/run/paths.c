/* paths.c - tests of what is kept by its path */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../test.h"
#include "run/paths.h"

enum { MANY = 1000 };

struct thing {
	struct path path;
	int number;
};

static struct thing *
get(struct paths *t, const char *name)
{
	return (struct thing *)paths_get(t, name, sizeof(struct thing));
}

static bool
is_even(void *arg, struct path *p)
{
	++*(int *)arg;
	return ((struct thing *)p)->number % 2 == 0;
}

static bool
never(void *arg, struct path *p)
{
	(void)p;
	++*(int *)arg;
	return false;
}

static int
there(struct paths *t, int from, int step)
{
	struct path *p;
	char name[20];
	int i, n;

	for (i = from, n = 0; i < MANY; i += step) {
		snprintf(name, sizeof name, "dir/%d", i);
		p = paths_find(t, name);
		n += p != NULL && ((struct thing *)p)->number == i;
	}
	return n;
}

int
main(void)
{
	struct paths t = { 0 };
	struct thing *one;
	char name[20];
	int i, asked;

	ok(paths_find(&t, "a") == NULL, "what was not put in is not there");
	one = get(&t, "a");
	ok(one != NULL && one->number == 0 && strcmp(one->path.name, "a") == 0,
	    "a new thing has its path, and is zero otherwise");
	ok(get(&t, "a") == one && t.n == 1, "and is there from then on");
	ok(get(&t, "") != one && t.n == 2, "an empty path is one, too");
	paths_drop(&t, &one->path);
	ok(paths_find(&t, "a") == NULL && paths_find(&t, "") != NULL,
	    "what is dropped is gone, and nothing else");
	paths_drop(&t, paths_find(&t, ""));
	ok(t.buckets == NULL, "an empty table takes no memory");
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "dir/%d", i);
		get(&t, name)->number = i;
	}
	ok(t.n == MANY && there(&t, 0, 1) == MANY, "many are all found");
	asked = 0;
	paths_sift(&t, is_even, &asked);
	ok(asked == MANY && t.n == MANY / 2, "each is asked for");
	ok(there(&t, 0, 2) == MANY / 2 && there(&t, 1, 2) == 0,
	    "and those that are to stay do");
	paths_sift(&t, never, &asked);
	ok(t.n == 0 && t.buckets == NULL, "or none");
	paths_sift(&t, never, &asked);
	ok(asked == MANY + MANY / 2, "then nothing is asked for");
	return test_end();
}
