#define _XOPEN_SOURCE 700
/* tree_lost.c - tests of the tree: the changes of tree.c after hints were lost */
#include <stdbool.h>
#include <stddef.h>

#include "../../fake/inotify.h"

static void
lose_hints(void)
{
	fake_hint(".", NULL, HINT_LOST);
}

#define LOSES_HINTS true
#include "tree.c" /* NOLINT(bugprone-suspicious-include) */
