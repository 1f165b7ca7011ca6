#define _XOPEN_SOURCE 700
/* tree_random_short.c - tests of the tree: too few watches, and false hints */
#include "../../fake/inotify.h"
#include "watched.h"

/* Give a hint about anything, or change how many watches there are. */
static void
disturb(unsigned number)
{
	static const char *const dirs[] = { ".", "a", "b", "a/b", "c/a/b" };
	static const char *const names[] = { "a", "b", "c", "t", NULL };
	unsigned bits;

	if (number % 4 == 0)
		fake.max = 1 + (int)(number / 4 % 12);
	if (number % 3 != 0)
		return;
	bits = number / 3 % 64;
	if (names[number / 192 % 5] == NULL)
		bits &= HINT_SELF;
	else
		bits &= ~(unsigned)(HINT_SELF | HINT_ENDED);
	fake_hint(dirs[number / 960 % 5], names[number / 192 % 5], bits);
}

static void
settle_all(void)
{
	fake_hint(".", NULL, HINT_LOST);
	settle();
	sweep();
	while (count_again() > 0)
		recheck();
}

#define POLLS false
#define HAS_HINTS false
#include "tree_random.c" /* NOLINT(bugprone-suspicious-include) */
