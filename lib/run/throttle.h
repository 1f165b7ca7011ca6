/* throttle.h - delays the runs that our own commands cause, and names the cause */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "match/rule.h"

/*
 * A command that writes what it watches causes its own next run.  A row is a
 * number of batches, one after the other, that hold nothing but own changes:
 * those made while a command runs or a server starts.  Any other change ends
 * the row.  From the sixth batch of a row on a delay stands before the runs.
 * All times are milliseconds of clock_ms().
 */

enum {
	THROTTLE_FREE = 5, /* batches of a row without a delay */
	THROTTLE_DELAY = 20, /* ms: the first delay, each next one is double */
	THROTTLE_LONGEST = 30000, /* ms: the longest delay */
	THROTTLE_SAME = 10, /* batches with the same path: the path is named */
	/*
	 * Until this batch of a row no delay is longer than the last run took,
	 * since a person may save while a slow build runs.
	 */
	THROTTLE_PATIENT = 20,
	/* The same while no path is named: two files may change by turns. */
	THROTTLE_MIXED = 100,
	THROTTLE_PATHS = 64, /* paths of a batch that are remembered */
	THROTTLE_NAMED = 16, /* paths that are not named twice */
	THROTTLE_START = 500, /* ms from a server's start: changes are own */
	THROTTLE_RESTARTS = 5, /* restarts by the same path: it is named */
	THROTTLE_SOON = 3000, /* ms: from each start to the change, at most */
	THROTTLE_SPREAD = 300 /* ms: and these times differ by less */
};

/* A path of the last batches; paths are kept as hash_string() of them. */
struct throttle_path {
	uint64_t path;
	unsigned last; /* the batch of its row that held it last */
	unsigned streak; /* batches up to that one, each of which held it */
};

/* A server, and the restarts in a row that one path caused. */
struct throttle_server {
	int64_t start; /* the last one, or 0 */
	uint64_t path;
	unsigned restarts; /* 0: no path caused the last restart */
	int64_t shortest, longest; /* ms from the start to the change */
};

/* Starts as zeroes. */
struct throttle {
	unsigned row; /* batches up to now; 0: the last one ended the row */
	bool named; /* the cause of this row is known to the user */
	int64_t began; /* the last batch */
	int64_t delay; /* before the next batch, if that is of the row */
	int64_t until; /* the end of this delay */
	int64_t own_until; /* what changed before this time is own */
	struct throttle_path paths[THROTTLE_PATHS];
	uint64_t names[THROTTLE_NAMED]; /* paths that were named, a ring */
	size_t nnames;
	struct throttle_server servers[RULE_MAX]; /* by rule */
};

/* Begin a batch; own: all of its changes are own. */
void throttle_begin(struct throttle *t, bool own, int64_t now);

/*
 * Note that a path is in this batch.  Returns true if a message is due that names
 * it as the cause of the row: once for each path, and for one path a row.
 */
bool throttle_path(struct throttle *t, const char *path);

/* All runs of the batch have ended: the delay counts from here. */
void throttle_end(struct throttle *t, int64_t now);

/* Changes before this time are own, or before a later one that is known. */
void throttle_own_until(struct throttle *t, int64_t when);

/* The server of this rule has been started. */
void throttle_started(struct throttle *t, size_t rule, int64_t now);

/*
 * The server of this rule is about to be started again, because this path
 * changed at that time; NULL: for any other reason.  Returns true if a message is
 * due that asks whether the server writes the path: once for each path.
 */
bool throttle_restart(
    struct throttle *t, size_t rule, const char *path, int64_t changed);

/* Return true if a change at that time is own though no command runs now. */
bool throttle_own(const struct throttle *t, int64_t when);

#endif
