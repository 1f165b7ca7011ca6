/* seen.h - what is at a name now, and what of it is news */
#ifndef SEEN_H
#define SEEN_H

#include <sys/stat.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree/tree.h"

/* For look.c only. */

/* One look at one directory. */
struct look {
	struct tree *t;
	struct tree_dir *d;
	int fd; /* of the directory; -1 where names are spelled out */
	size_t sorted; /* entries that were known before */
	int64_t now; /* nanoseconds since 1970 */
	bool named; /* a new file's name will do, for now */
	bool swept; /* nobody told how what is found changed has changed */
	bool failed; /* it could not be read to its end */
	bool refused; /* nor were we allowed to see all */
	bool restless; /* what may come in it does not change its stamp */
	char path[PATH_MAX]; /* of the name in hand, after the directory's */
	size_t prefix; /* bytes of that */
};

/*
 * File systems stamp with the grain of a tick, some with that of seconds:
 * what was changed no longer ago may change once more and look the same.
 */
bool seen_fresh(const struct look *l, int64_t stamp);

/* What is at a name now: of a link to a file, the file's. */
struct seen {
	struct stat st;
	mode_t type; /* 0: it is gone, or is nothing that could count */
	int error; /* why nobody knows: it is not gone for that; or 0 */
	bool isdir; /* to be entered */
};

/* look at it; is there something? */
bool seen_at(struct look *l, const char *name, struct seen *s);

/*
 * May the files of this directory be remembered by their names, and be looked at
 * later?  Only those that were there before us, and where hints tell all.
 */
bool seen_later(const struct look *l);

/* remember the name of a new file; 0, or -1 when memory is out */
int seen_name(struct look *l, const char *name);

/* may a link of this name be entered, if a directory is behind it? */
bool seen_spelled(const struct look *l, const char *name);

/*
 * Where the writing of a file is told by itself: 1 when it is told only from
 * now on, else 0.  Where no watch can be had its directory is polled.
 */
int seen_watch(struct look *l, const char *name, const struct tree_entry *e,
    const struct seen *s);

/* does a known file look as it did, so that there is no more to do? */
bool seen_alike(struct look *l, struct tree_entry *e);

/*
 * Compare a file with its entry, NULL where it has none, remember it, and tell
 * what is news; 0, or -1 when memory is out.
 */
int seen_file(struct look *l, const char *name, struct tree_entry *e,
    const struct seen *s);

#endif
