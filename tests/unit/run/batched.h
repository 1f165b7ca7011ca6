/* batched.h - batches that are taken, for tests of them */
#ifndef BATCHED_H
#define BATCHED_H

#include <stdio.h>
#include <string.h>

#include "run/batch.h"

/* Every time here is made up: no clock is asked. */

static struct batch_taken taken;
static char order[1000]; /* of the paths that were taken, a blank after each */

static int
on_path(void *arg, const char *path, uint64_t rules)
{
	size_t n;

	(void)arg;
	n = strlen(order);
	snprintf(order + n, sizeof order - n, "%s:%d ", path, (int)rules);
	return strcmp(path, "no memory") == 0 ? -1 : 0;
}

/* the number of its paths */
static size_t
take(struct batch *b, int64_t now)
{
	order[0] = '\0';
	batch_take(b, now, &taken, on_path, NULL);
	return taken.n;
}

static int
due_at(const struct batch *b, int64_t when)
{
	return batch_due(b) == when;
}

static int
took(struct batch *b, int64_t now, const char *want)
{
	take(b, now);
	if (strcmp(order, want) == 0)
		return 1;
	printf("took: %s\nwant: %s\n", order, want);
	return 0;
}

#endif
