/* batched.h - help for tests of batches */
#ifndef BATCHED_H
#define BATCHED_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/batch.h"

/* All times in these tests are made up. */

/* Returns 0, or -1: out of memory. */
static inline int
batch_gone(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	errno = 0;
	return batch_changed(b, path, rules, BATCH_GONE, own, now) == NULL &&
		errno != 0
	    ? -1
	    : 0;
}

/* Free what a table holds: each node is the start of a record. */
static inline void
free_records(struct hash *h)
{
	struct hash_node *node, *next;
	size_t i;

	for (i = 0; i < h->nbuckets; i++)
		for (node = h->buckets[i]; node != NULL; node = next) {
			next = node->next;
			free(node);
		}
	free(h->buckets);
	*h = (struct hash){ 0 };
}

/* Empty a batch, and keep what its owner has set. */
static inline void
batch_free(struct batch *b)
{
	free_records(&b->paths);
	*b = (struct batch){
		.settle = b->settle, .many = b->many, .patient = b->patient
	};
}

static struct batch_taken taken;
static char
    order[1000]; /* the paths in hand, each with its rules: "a:1 b:3 " */

/* The receivers have the numbers of the rules, if they are in the set. */
static inline void
take_for(struct batch *b, int64_t now, uint64_t receivers)
{
	const struct batch_path *p;
	size_t i, n;

	b->nreceivers = BATCH_RECEIVERS;
	for (i = 0; i < BATCH_RECEIVERS; i++)
		b->receivers[i] = receivers & (uint64_t)1 << i;
	batch_take(b, now, &taken);
	n = 0;
	order[0] = '\0';
	for (p = b->taken; p != NULL && n < sizeof order; p = p->taken)
		if (p->in_hand != 0)
			n += (size_t)snprintf(order + n, sizeof order - n,
			    "%s:%d ", p->path, (int)p->in_hand);
}

/* Take the batch, and be done with it; return the number of its paths. */
static inline size_t
take(struct batch *b, int64_t now)
{
	take_for(b, now, 0);
	batch_done(b, UINT64_MAX);
	return taken.n;
}

/* Return true if the paths in hand were these. */
static inline bool
in_hand(const char *want)
{
	if (strcmp(order, want) == 0)
		return true;
	printf("in hand: %s\nwant:    %s\n", order, want);
	return false;
}

static inline bool
due_at(const struct batch *b, int64_t when)
{
	return batch_due(b) == when;
}

/* A change from outside. */
static inline struct batch_path *
change(struct batch *b, const char *path, uint64_t rules, int64_t now)
{
	return batch_changed(b, path, rules, BATCH_CHANGE, false, now);
}

#endif
