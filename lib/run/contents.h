/* contents.h - sums of what files hold: was a file changed, or rewritten? */
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
	CONTENTS_RETRY = 100, /* ms until a writer is asked for again */
	CONTENTS_QUIET =
	    150 /* ms without an event, where nobody can be asked */
};

/* Starts as { .calls = calls }. */
struct contents {
	struct hash sums; /* by path: what it held when it was acted on */
	int64_t spent; /* bytes read for the batch to come */
	unsigned pieces; /* and files read; after some, signals are handled */
	const struct calls *calls;
};

/* Remember what a file holds that was there at the start, if it is not larger. */
void contents_found(struct contents *c, const char *path);

/*
 * A path of the batch changed while a command ran, which may have read it:
 * find out whether it holds something else than when it was acted on.
 */
void contents_glance(struct contents *c, struct batch_path *p);

/*
 * The batch is due: is each of its files complete?  Those that somebody has
 * open for writing (fcntl(2), F_SETLEASE) hold the batch back until its cap;
 * batch_due() then tells when to ask again.  Returns true if it may be taken:
 * paths that were only rewritten have been dropped from it, for rules in `same`
 * always, for others only if they changed during runs or are suspects.
 * Of the rest the sums are remembered.
 */
bool
contents_check(struct contents *c, struct batch *b, uint64_t same, int64_t now);

#endif
