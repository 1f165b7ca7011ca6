/* contents.h - compares files by sums, and waits until they are complete */
#ifndef CONTENTS_H
#define CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "run/batch.h"
#include "run/calls.h"

enum {
	CONTENTS_MAX = 67108864, /* bytes read for one batch, in all */
	CONTENTS_PIECE = 65536, /* bytes in one read(2) */
	CONTENTS_RETRY = 100, /* ms until a file is checked for writers again */
	CONTENTS_QUIET = 150 /* ms without an event, if leases are refused */
};

/* Starts as { .calls = calls }. */
struct contents {
	struct hash sums; /* of the contents last acted on, by path */
	int64_t spent; /* bytes read for the batch to come */
	unsigned pieces; /* and files read; after some, signals are handled */
	const struct calls *calls;
};

/* Remember the sum of a file that was there at the start, up to CONTENTS_MAX. */
void contents_found(struct contents *c, const char *path);

/*
 * A path of the batch changed while a command ran, which may have read it: set
 * `differed` if its contents are not those that were last acted on.
 */
void contents_glance(struct contents *c, struct batch_path *p);

/*
 * The batch is due.  Returns true if it may be taken.  A file that is open for
 * writing (fcntl(2), F_SETLEASE) holds it back until its cap; batch_due() then
 * returns when to check again.  Paths with the contents last acted on are dropped
 * from the batch: for rules in `same` always, for others if they changed during
 * runs or are suspects.  The sums of the rest are remembered.
 */
bool
contents_check(struct contents *c, struct batch *b, uint64_t same, int64_t now);

#endif
