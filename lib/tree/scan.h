/* scan.h - compare a directory, or one name in it, with its entries */
#ifndef SCAN_H
#define SCAN_H

#include <sys/stat.h>

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "tree/dir.h"

/* For the modules of this folder. */

/* A look at one directory, or at one name in it. */
struct scan {
	struct tree *t;
	struct tree_dir *d;
	bool is_whole; /* entries that are not seen are gone in the end */
	bool is_polled; /* no hint says who changed what is found changed */
	bool is_recheck; /* unsettled files that are the same now are settled */
	bool follows; /* links are followed anew */
	bool failed; /* it could not be read to its end */
	bool refused; /* we lack the permission for a part of it */
	int64_t now; /* ns since 1970 */
	int64_t since; /* ns: until then all writes are known; or TREE_NEVER */
	unsigned bits; /* of a hint about the name, or 0 */
	uint64_t rules; /* for which the name in hand counts, if is_judged */
	const char *by; /* the pattern by which it does */
	bool is_judged;
	char *real; /* the directory's path without links, once it is needed */
	char path[PATH_MAX]; /* the directory's, and the name in hand */
	size_t prefix; /* bytes of the directory's */
};

/*
 * Find out what differs from the entries of a directory, and send events.  New
 * directories in it become due.  `why` is the queue that it comes from, or
 * QUEUE_NONE in a sweep.  Returns 0, or -1: out of memory.
 */
int scan_dir(struct tree *t, struct tree_dir *d, enum tree_queue_kind why);

/* Begin a look at a directory; compare_end frees what it takes. */
void compare_begin(struct scan *s, struct tree *t, struct tree_dir *d);
void compare_end(struct scan *s);

/*
 * Compare what is at this name with its entry, remember it, and send events.
 * `type` is what the directory says of it (S_IFMT part), or 0.  A directory
 * that is new is due.  Returns 0, or -1: out of memory.
 */
int compare_name(struct scan *s, const char *name, mode_t type);

/* A hint is about this name: compare it alone.  As compare_name. */
int compare_hinted(
    struct tree *t, struct tree_dir *d, const char *name, unsigned bits);

/*
 * File systems stamp with the grain of a tick, some of seconds: may a write at
 * this time, or later, have left this stamp?
 */
bool compare_is_racy(int64_t time, int64_t stamp);

/* A directory cannot be watched or read to its end: report it once. */
void compare_report_unreadable(struct tree *t, struct tree_dir *d, int error);

#endif
