/* watch.h - a backend: which directory to look at again */
#ifndef WATCH_H
#define WATCH_H

#include <sys/stat.h>

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
	 * or -1 and errno, ENOSPC when no watch is left.
	 */
	int (*add)(struct watch *w, const char *path, enum watch_level level,
	    bool follow);
	/*
	 * Watch the writing of the file that st tells of, too, as what happens
	 * in the watched directory of this id: 1 when that is new, 0 when it
	 * was watched, or -1 and errno, ENOSPC as above.  NULL where watching
	 * the directory includes that; else no hint has a name, nor says what
	 * was done, nor comes when a writer closes.
	 */
	int (*add_file)(
	    struct watch *w, int id, const char *path, const struct stat *st);
	/* end that; hints under way may still come */
	void (*drop)(struct watch *w, int id);
	/* the next hint: 1, 0 when there is none now, -1 and errno */
	int (*next)(struct watch *w, struct watch_hint *hint);
	void (*close)(struct watch *w);
	/* what ran short, and what to do: of open and add; or NULL */
	const char *(*lack)(int error);
};

extern const struct watch_backend watch_inotify, watch_kqueue;

/* that of this system, or one that does not open */
const struct watch_backend *watch_here(void);

#endif
