/* inotify.h - hints about directories; elsewhere than on Linux there are none */
#ifndef INOTIFY_H
#define INOTIFY_H

#include <stdbool.h>

/*
 * A hint says where to look; the tree finds out what changed.  There may be
 * too many hints, and lost ones are announced (HINT_LOST).
 */

enum inotify_level {
	INOTIFY_NAMES, /* names in the directory that come and go */
	INOTIFY_FILES /* and writes to its files, and their attributes */
};

/* The bits of a hint: what happened. */
enum {
	HINT_CREATED = 1, /* the name is new there: created or moved in */
	HINT_WRITTEN = 2, /* data was written, perhaps not for the last time */
	HINT_CLOSED = 4, /* a writer closed it, or it was moved or deleted */
	HINT_ISDIR = 8, /* the name is that of a directory */
	HINT_SELF = 16, /* the watched directory itself moved or vanished */
	HINT_ENDED = 32, /* the watch is gone; no more hints come from it */
	HINT_LOST = 64 /* hints were lost: everything has to be scanned */
};

struct inotify_hint {
	int wd; /* the watch */
	unsigned bits;
	const char *name; /* in the directory, or NULL; until the next call */
};

struct inotify;

/* Return NULL with errno set if inotify cannot be used (inotify_init(2)). */
struct inotify *inotify_open(void);

/* Return a descriptor that is readable if there are hints. */
int inotify_fd(const struct inotify *in);

/*
 * Watch a directory, at this level or the higher one that it had.  Returns the
 * watch descriptor, the same for each path of one directory, or -1 with errno
 * set: ENOSPC if no watch is left.
 */
int inotify_add(struct inotify *in, const char *path, enum inotify_level level);

/* End a watch; hints that are under way may still come. */
void inotify_drop(struct inotify *in, int wd);

/* Take the next hint; 1, 0 if there is none now, or -1 with errno set. */
int inotify_next(struct inotify *in, struct inotify_hint *hint);

void inotify_close(struct inotify *in);

#endif
