/* inotify.h - a substitute for inotify: the test decides which hints there are */
#ifndef FAKE_H
#define FAKE_H

#include <sys/types.h>

#include <stdbool.h>

#include "tree/inotify.h"

/* fake.c defines the functions of tree/inotify.h; link it instead. */

enum { FAKE_DIRS = 100000, FAKE_HINTS = 1000 };

struct fake {
	struct {
		dev_t dev;
		ino_t ino;
		enum inotify_level level;
		bool live;
	} dirs[FAKE_DIRS]; /* by watch descriptor */
	int ndirs, live;
	int adds; /* calls of inotify_add */
	struct inotify_hint hints[FAKE_HINTS];
	int nhints, taken;
	const char *path; /* inotify_add fails for this path */
	int error; /* with this errno; inotify_open fails if path is NULL */
	int max; /* watches at most, or 0: any number */
	int refused; /* calls of inotify_add that failed for that reason */
};
extern struct fake fake;

/* Return the watch descriptor of a directory, also of a new one; or -1. */
int fake_wd(const char *path);

/* Add a hint about a name, or NULL, in a directory. */
void fake_hint(const char *dir, const char *name, unsigned bits);

#endif
