/* watch.h - a backend: which directory to look at again */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

/*
 * A backend only hints.  It may hint too often, and may lose hints when it
 * says so (WATCH_LOST); what changed is for the tree to find out.
 */

enum watch_level {
	WATCH_NAMES, /* names in the directory that come and go */
	WATCH_FILES /* that, and the writing of its files */
};

/* What a hint says, as bits. */
enum watch_what {
	WATCH_CREATED = 1, /* the name is new there */
	WATCH_WRITTEN = 2, /* written to, and perhaps not for the last time */
	WATCH_CLOSED = 4, /* closed by a writer, moved in, or gone */
	WATCH_ISDIR = 8, /* the name is a directory's */
	WATCH_SELF = 16, /* the directory itself moved or went */
	WATCH_ENDED = 32, /* and nothing will be heard of this id again */
	WATCH_LOST = 64 /* hints were lost: look at everything */
};

struct watch_hint {
	int id;
	unsigned what;
	const char *name; /* in the directory, or NULL; until the next call */
};

struct watch;

/* A backend for a system that it is not made for has no open. */
struct watch_backend {
	const char *name;
	/* NULL and errno when it can't */
	struct watch *(*open)(void);
	/* readable when there are hints */
	int (*fd)(const struct watch *w);
	/*
	 * Watch a directory; what it already watches it watches at the higher
	 * level from then on.  Its id, one for each directory by whatever path,
	 * or -1 and errno.
	 */
	int (*add)(struct watch *w, const char *path, enum watch_level level,
	    bool follow);
	/* end that; hints under way may still come */
	void (*drop)(struct watch *w, int id);
	/* the next hint: 1, 0 when there is none now, -1 and errno */
	int (*next)(struct watch *w, struct watch_hint *hint);
	void (*close)(struct watch *w);
};

extern const struct watch_backend watch_inotify;

#endif
