/* ghost.c - tests of what is remembered of files that are gone */
#include <stdio.h>

#include "../test.h"
#include "tree/ghost.h"

int
main(void)
{
	struct ghosts g = { 0 };
	char path[40];
	uint64_t known, content;
	int i, right;

	ok(ghost_take(&g, "a") == 0, "at first nothing is known");
	ghost_put(&g, "a", 1);
	ghost_put(&g, "b", 2);
	ghost_put(&g, "a", 3);
	ok(ghost_take(&g, "a") == 3, "what a file held last is known");
	ok(ghost_take(&g, "a") == 0, "and told once");
	ok(ghost_take(&g, "b") == 2, "to the one that asks for it");
	for (i = 1; i <= 3 * GHOSTS; i++) {
		snprintf(path, sizeof path, "out/%d.o", i);
		ghost_put(&g, path, (uint64_t)i);
	}
	right = 1;
	for (known = 0, i = 1; i <= 3 * GHOSTS; i++) {
		snprintf(path, sizeof path, "out/%d.o", i);
		content = ghost_take(&g, path);
		right = right && (content == 0 || content == (uint64_t)i);
		known += content != 0;
	}
	ok(right, "of many none is taken for another");
	ok(known > GHOSTS * 8 / 10 && known <= GHOSTS,
	    "and most are known, as far as there is room");
	ghosts_free(&g);
	ok(ghost_take(&g, "a") == 0, "in the end nothing is");
	return test_end();
}
