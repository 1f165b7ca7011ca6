/* batch.h - when what changed is acted on */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A batch is what changed since the last one was taken.  It is due when
 * nothing changed for the settle time and nothing holds it; the cap, counted
 * from its first change, ends every hold.  All times are milliseconds of
 * clock_ms().
 */

enum {
	BATCH_SETTLE = 10, /* by default */
	BATCH_CAP = 1000, /* or the settle time, if that is longer */
	BATCH_WRITING = 150, /* a file being written holds for this long */
	BATCH_VANISHED = 100, /* a file that vanished: savers put it back */
	BATCH_AFTER = 50 /* with settle 0: from one batch to the next */
};

#define BATCH_NEVER INT64_MAX

struct batch {
	int64_t settle;
	int64_t first, last; /* changes of this batch, where changed > 0 */
	int64_t after; /* no batch is due before this */
	size_t changed; /* paths in this batch */
	bool forced; /* it is due whatever changed */
	struct batch_path **paths; /* all that is known of: a hash table */
	size_t npaths, nbuckets;
	struct batch_hold {
		struct batch_path *oldest, *newest;
	} writing, vanished;
};

/* this path was written, created or moved; 0, or -1 when memory is out */
int batch_changed(struct batch *b, const char *path, int64_t now);

/* this path was deleted or moved away; as batch_changed */
int batch_gone(struct batch *b, const char *path, int64_t now);

/* a writer is at work on it; as batch_changed */
int batch_written(struct batch *b, const char *path, int64_t now);

/* the writer is done with it, or it came or went whole */
void batch_closed(struct batch *b, const char *path);

/* make it due at once, changes or not */
void batch_force(struct batch *b);

/* when it is due: a time that may have passed, or BATCH_NEVER */
int64_t batch_due(const struct batch *b);

/* nothing could be acted on until now: the cap counts from here */
void batch_resume(struct batch *b, int64_t now);

/* end it and start the next, empty one; its number of paths */
size_t batch_take(struct batch *b, int64_t now);

void batch_free(struct batch *b);

#endif
