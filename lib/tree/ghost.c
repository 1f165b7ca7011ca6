/* ghost.c - what files held that are gone, should they come back */
#include <stdlib.h>
#include <string.h>

#include "base/content.h"
#include "tree/ghost.h"

enum { PROBES = 8 /* places that a path may have */ };

/* Its place, or the one that it gets: the first is given up if all are taken. */
static struct ghost *
place(const struct ghosts *g, uint64_t path)
{
	struct ghost *one, *best;
	size_t i;

	best = NULL;
	for (i = 0; i < PROBES; i++) {
		one = &g->v[(path + i) % GHOSTS];
		if (one->path == path)
			return one;
		if (best == NULL || (best->path != 0 && one->path == 0))
			best = one;
	}
	return best;
}

void
ghost_put(struct ghosts *g, const char *path, uint64_t content)
{
	uint64_t sum;

	if (g->v == NULL)
		g->v = calloc(GHOSTS, sizeof *g->v);
	if (g->v == NULL)
		return;
	sum = content_sum(path, strlen(path));
	*place(g, sum) = (struct ghost){ .path = sum, .content = content };
}

uint64_t
ghost_take(struct ghosts *g, const char *path)
{
	struct ghost *one;
	uint64_t sum;

	if (g->v == NULL)
		return 0;
	sum = content_sum(path, strlen(path));
	one = place(g, sum);
	if (one->path != sum)
		return 0;
	sum = one->content;
	*one = (struct ghost){ 0 };
	return sum;
}

void
ghosts_free(struct ghosts *g)
{
	free(g->v);
	g->v = NULL;
}
