/* batch.h - what changed, and when it is acted on */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/*
 * A batch is the set of paths that changed since the last one was taken.  It is
 * due if nothing changed for the settle time and no path holds it back; the
 * cap, counted from its first change, ends every hold.  The batch that was
 * taken is in hand until batch_done(); its paths may change again meanwhile.
 * What a failed command keeps from being sent stays owed.
 *
 * A set of rules, or of receivers that are owed paths, is a bit each.  All
 * times are milliseconds of clock_ms().
 */

enum {
	BATCH_SETTLE = 10, /* by default */
	BATCH_MANY = 50, /* likewise, for more than one path */
	BATCH_CAP = 1000, /* or ten times the settle time */
	BATCH_VANISHED = 100, /* a deleted file holds: savers put it back */
	BATCH_CREATED = 10, /* the shortest settle time after a new file */
	BATCH_AFTER = 50, /* with settle 0: from one batch to the next */
	BATCH_PATHS = 1000000, /* more are not tracked */
	BATCH_RECEIVERS = 64 /* that are owed paths */
};

#define BATCH_NEVER INT64_MAX

/* Kinds of changes of a path. */
enum batch_change {
	BATCH_CHANGE, /* its signature differs */
	BATCH_CREATE, /* that, and there was none before */
	BATCH_SUSPECT, /* it was written, but may hold the same as before */
	BATCH_GONE /* it was deleted or moved away */
};

/* Why a path holds its batch back. */
enum batch_hold {
	BATCH_HELD_NOT,
	BATCH_HELD_VANISHED, /* until it is back, or for BATCH_VANISHED */
	BATCH_HELD_UNSETTLED /* polled: until two scans agree */
};

/* The writers of a path. */
enum batch_writer {
	BATCH_WRITER_UNKNOWN, /* there were events since they were asked for */
	BATCH_WRITER_NONE,
	BATCH_WRITER_SOME,
	BATCH_WRITER_STAYS /* still at work at the cap: not waited for again */
};

/* All that is known of a path. */
struct batch_path {
	struct hash_node node;
	uint64_t rules; /* for which it counts, in the batch to come */
	uint64_t in_hand; /* likewise, in the batch in hand */
	uint64_t owed; /* receivers that it has yet to be sent to */
	struct batch_path *next, **link; /* in the batch to come */
	struct batch_path *taken; /* the next in hand or owed */
	uint64_t sum; /* of its contents, 0: not known; see contents.h */
	int64_t last; /* event */
	unsigned hold : 2; /* enum batch_hold */
	unsigned writer : 2; /* enum batch_writer */
	bool is_taken : 1; /* it is in the list by `taken` */
	bool changed : 1; /* it is in the batch to come */
	bool created : 1; /* and had not been there before */
	bool suspect : 1; /* and all its events are BATCH_SUSPECT */
	bool own : 1; /* a command was running at one of its events */
	bool differed : 1; /* and it held something else then */
	bool
	    closed : 1; /* its last event was a close or a move, or it settled */
	char path[];
};

struct batch {
	/* set by the owner */
	int64_t settle;
	int64_t many; /* the shortest settle time for more than one path */
	bool patient; /* no cap while all paths have writers (-1) */
	uint64_t receivers[BATCH_RECEIVERS]; /* the rules of each */
	size_t nreceivers;
	/* the batch to come */
	struct batch_path *first, **end; /* its paths, in order */
	size_t n; /* of them */
	size_t created; /* of them are new */
	size_t held[3]; /* paths by enum batch_hold */
	uint64_t rules; /* of its paths, or more; 0 if it is empty */
	uint64_t any; /* rules for which more changed than the paths */
	int64_t began, last; /* its first and last change */
	int64_t vanished; /* when a file vanished last */
	int64_t retry; /* not before this: a path is still being written */
	bool outside; /* some of it changed while no command ran */
	bool lost; /* hints were lost */
	bool forced; /* it is due whatever else */
	/* the batch in hand, and what is owed */
	struct batch_path *taken; /* in order, by the member `taken` */
	uint64_t owed_any; /* receivers owed that anything may have changed */
	int64_t after; /* no batch is due before this */
	struct hash paths; /* struct batch_path, by path */
};

/* A batch in hand. */
struct batch_taken {
	size_t n; /* paths */
	uint64_t rules, any; /* as in struct batch */
	bool lost; /* likewise */
	bool own; /* all of it changed while a command ran */
};

/*
 * A path changed that counts for these rules; own: while a command ran, which
 * may have done it.  A file that was created in this batch and is gone is dropped
 * from it, unless a command was running, which may have seen it.  Returns the
 * path's record, or NULL: out of memory, or, with errno 0, the path is dropped,
 * or there are too many, which is noted.
 */
struct batch_path *batch_changed(struct batch *b, const char *path,
    uint64_t rules, enum batch_change change, bool own, int64_t now);

/*
 * A writer closed it, it was moved here, or two scans of a polled path agree.
 * Returns its record, or NULL if it is not in the batch to come.
 */
struct batch_path *batch_closed(struct batch *b, const char *path, int64_t now);

/* A polled path may be half-written: it holds the batch until batch_closed. */
void batch_unsettled(struct batch *b, const char *path);

/* Something changed that counts for these rules; it is not known what. */
void batch_any(struct batch *b, uint64_t rules, int64_t now);

/* The batch is complete: it is due at once. */
void batch_flush(struct batch *b);

/* Drop a path from the batch to come for these rules. */
void batch_drop(struct batch *b, struct batch_path *p, uint64_t rules);

/* Return when it is due: a time that may have passed, or BATCH_NEVER. */
int64_t batch_due(const struct batch *b);

/* Return true if the cap has come, which ends all holds. */
bool batch_is_capped(const struct batch *b, int64_t now);

/* Nothing could be acted on until now: the cap counts from here. */
void batch_resume(struct batch *b, int64_t now);

/*
 * Take it in hand, and begin the next one.  Each path is owed to the receivers
 * of its rules.
 */
void batch_take(struct batch *b, int64_t now, struct batch_taken *taken);

/* The batch in hand is done, and these receivers have been sent all. */
void batch_done(struct batch *b, uint64_t receivers);

#endif
