/* seen.h - what is at a name now, and what of it is news */
#ifndef SEEN_H
#define SEEN_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"

/* For look.c only. */

/* One look at one directory. */
struct look {
	struct tree *t;
	struct tree_dir *d;
	int fd; /* of the directory; -1 where names are spelled out */
	size_t sorted; /* entries that were known before */
	int64_t now; /* nanoseconds since 1970 */
};

/* What is at a name now: of a link to a file, the file's. */
struct seen {
	struct stat st;
	mode_t type;
	bool isdir; /* to be entered */
};

/* false when it is gone, or is nothing that could count */
bool seen_at(const struct look *l, const char *name, struct seen *s);

/* may a link of this name be entered, if a directory is behind it? */
bool seen_spelled(const struct look *l, const char *name);

/*
 * Compare a file with its entry, NULL where it has none, remember it, and tell
 * what is news; 0, or -1 when memory is out.
 */
int seen_file(struct look *l, const char *name, struct tree_entry *e,
    const struct seen *s);

#endif
