/* inotify.h - hints about directories; elsewhere than on Linux there are none */
#ifndef INOTIFY_H
#define INOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

enum { INOTIFY_BUFFER = 65536 /* bytes of events in a read */ };

/* The caller closes fd. */
struct inotify {
	int fd; /* readable if there are hints; -1: inotify is not used */
	size_t off, len; /* events not yet handed out: data[off .. len) */
	bool emptied; /* the last read took all that there was */
	_Alignas(uint64_t) char data[INOTIFY_BUFFER];
};

/* Open in->fd; 0, or -1 with errno set (inotify_init(2)). */
int inotify_open(struct inotify *in);

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

#endif
