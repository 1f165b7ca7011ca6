/* batch.h - when what changed is acted on */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/paths.h"

/*
 * A batch is what changed since the last one was taken.  It is due when
 * nothing changed for the settle time and nothing holds it; the cap, counted
 * from its first change, ends every hold.  All times are milliseconds of
 * clock_ms().
 */

enum {
	BATCH_SETTLE = 10, /* by default */
	BATCH_MANY = 50, /* likewise, of more than one path */
	BATCH_CAP = 1000, /* or the settle time, if that is longer */
	BATCH_WRITING = 150, /* a file being written holds for this long */
	BATCH_VANISHED = 100, /* a file that vanished: savers put it back */
	BATCH_CAME = 10, /* the least settle time after one that is new */
	BATCH_AFTER = 50, /* with settle 0: from one batch to the next */
	BATCH_RULES = 64
};

#define BATCH_NEVER INT64_MAX

struct batch {
	int64_t settle;
	int64_t many; /* the least settle time of more than one path */
	int64_t first, last; /* changes of this batch, where there are any */
	int64_t after; /* no batch is due before this */
	size_t changed; /* paths in this batch */
	size_t came; /* of these were not there when the last one was taken */
	uint64_t rules; /* that it concerns */
	size_t of[BATCH_RULES]; /* for each of these: paths that count for it */
	uint64_t any; /* of these: more may have changed than the paths */
	bool outside; /* some of it changed while no command ran */
	bool lost; /* what changed was found out without hints */
	bool forced; /* it is due whatever changed */
	struct batch_path *order, **order_end; /* its paths as they came */
	struct paths paths; /* all that is known of */
	struct batch_hold {
		struct batch_path *oldest, *newest;
	} writing, vanished;
};

/* What came to be of a batch. */
struct batch_taken {
	size_t n; /* paths */
	uint64_t rules, any; /* as in struct batch */
	bool lost; /* likewise */
	bool own; /* all of it changed while a command ran */
};

typedef int batch_each(void *arg, const char *path, uint64_t rules);

/* batch_changed, batch_came or batch_gone */
typedef int batch_hear(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now);

/*
 * This path, which counts for these rules, was written, created or moved; own
 * tells that a command was running, which may have done it.  0, or -1 when
 * memory is out.
 */
int batch_changed(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now);

/*
 * This path came, where there was none; as batch_changed.  It may be about to
 * be moved over what it replaces, so even a shorter settle time is BATCH_CAME.
 */
int batch_came(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now);

/*
 * This path was deleted or moved away; as batch_changed.  One that came in this
 * batch holds nobody, and is of it no more, unless a command was running, which
 * may have seen it.
 */
int batch_gone(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now);

/*
 * This path is as it was before it changed, which these rules do not mind: it
 * is of this batch no more for them.  false where it was not of it.
 */
bool batch_back(struct batch *b, const char *path, uint64_t rules);

/* something changed that counts for these rules, nobody knows what */
void batch_any(struct batch *b, uint64_t rules, int64_t now);

/* a writer is at work on it; as batch_changed */
int batch_written(struct batch *b, const char *path, int64_t now);

/* the writer is done with it, or it came or went whole */
void batch_closed(struct batch *b, const char *path, int64_t now);

/* make it due at once, for all of these rules, changes or not */
void batch_force(struct batch *b, uint64_t rules, int64_t now);

/* it is whole: what it holds is due at once */
void batch_flush(struct batch *b);

/* when it is due: a time that may have passed, or BATCH_NEVER */
int64_t batch_due(const struct batch *b);

/* nothing could be acted on until now: the cap counts from here */
void batch_resume(struct batch *b, int64_t now);

/*
 * End it and start the next, empty one.  Each of its paths is handed out, the
 * first that changed first.  0, or -1 where one of these calls said so.
 */
int batch_take(struct batch *b, int64_t now, struct batch_taken *taken,
    batch_each *each, void *arg);

void batch_free(struct batch *b);

#endif
