/* scan.h - compare a directory, or one name in it, with its entries */
#ifndef SCAN_H
#define SCAN_H

#include <sys/stat.h>

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "tree/dir.h"

/* For the modules of this folder. */

/* A comparison of one directory, or of one name in it, with its entries. */
struct scan {
	struct tree *t;
	struct tree_dir *d;
	bool is_whole; /* in the end, entries without is_seen are gone */
	bool is_polled; /* hints do not report all changes */
	bool is_recheck; /* unsettled files that are the same now are settled */
	bool follows; /* links are followed anew */
	bool is_written; /* a hint says that the name was created or written */
	bool failed; /* the directory could not be read to its end */
	bool refused; /* a permission is missing for a part of it */
	int64_t now; /* ns since 1970 */
	int64_t since; /* ns: until then all writes are known; or TREE_NEVER */
	uint64_t rules; /* for which the name in hand counts, if is_judged */
	const char *by; /* the pattern by which it counts */
	bool is_judged;
	char *real; /* the directory's path without links, once it is needed */
	char path[PATH_MAX]; /* the directory's path, and the name in hand */
	size_t prefix; /* bytes of the directory's path */
};

/*
 * Compare a directory with its entries, remember the differences, and send
 * events.  New directories in it become due.  `why` is the queue from which it
 * was taken, or QUEUE_NONE in a sweep.  Returns 0, or -1: out of memory.
 */
int scan_dir(struct tree *t, struct tree_dir *d, enum tree_queue_kind why);

/* Begin a comparison with a directory; compare_end frees its memory. */
void compare_begin(struct scan *s, struct tree *t, struct tree_dir *d);
void compare_end(struct scan *s);

/*
 * Compare a name with its entry, as scan_dir does.  `type` is its type according
 * to the directory (S_IFMT part), or 0.  Returns 0, or -1: out of memory.
 */
int compare_name(struct scan *s, const char *name, mode_t type);

/* Compare a name alone, since a hint is about it.  Returns as compare_name. */
int compare_hinted(
    struct tree *t, struct tree_dir *d, const char *name, unsigned bits);

/*
 * Return true if a write at this time, or later, may have left this stamp (both
 * ns): file systems stamp with the grain of a tick, some of seconds.
 */
bool compare_is_racy(int64_t time, int64_t stamp);

/* Report once that a directory cannot be watched, or read to its end. */
void compare_report_unreadable(struct tree *t, struct tree_dir *d, int error);

#endif
