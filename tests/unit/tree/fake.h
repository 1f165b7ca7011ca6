/* fake.h - a backend that says what the test wants it to */
#ifndef FAKE_H
#define FAKE_H

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "tree/watch.h"

enum { DIRS = 1000, HINTS = 1000 };

struct watch {
	int unused;
};

/* what it was asked, and what it will say */
static struct {
	struct watch it;
	struct {
		dev_t dev;
		ino_t ino;
		enum watch_level level;
		bool live;
	} dirs[DIRS]; /* by id */
	int ndirs, live, adds, drops;
	struct watch_hint hints[HINTS];
	int nhints, heard;
	const char *path; /* adding this one fails */
	int error; /* with this errno; of open where path is NULL */
	int max; /* watches at most, or 0 */
	int refused; /* when there were so many */
} fake;

static inline struct watch *
fake_open(void)
{
	memset(&fake.dirs, 0, sizeof fake.dirs);
	fake.ndirs = fake.live = fake.adds = fake.drops = 0;
	fake.nhints = fake.heard = 0;
	errno = fake.error;
	return fake.error != 0 && fake.path == NULL ? NULL : &fake.it;
}

static inline int
fake_fd(const struct watch *w)
{
	(void)w;
	return 1234;
}

/* the id of a directory, or the one that it would get; -1 and errno if none */
static inline int
fake_id(const char *path, bool follow)
{
	struct stat st;
	int id;

	if ((follow ? stat(path, &st) : lstat(path, &st)) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	for (id = 0; id < fake.ndirs; id++)
		if (fake.dirs[id].live && fake.dirs[id].dev == st.st_dev &&
		    fake.dirs[id].ino == st.st_ino)
			return id;
	fake.dirs[id].dev = st.st_dev;
	fake.dirs[id].ino = st.st_ino;
	return id;
}

static inline int
fake_add(struct watch *w, const char *path, enum watch_level level, bool follow)
{
	int id;

	(void)w;
	fake.adds++;
	if (fake.path != NULL && strcmp(path, fake.path) == 0) {
		errno = fake.error;
		return -1;
	}
	id = fake_id(path, follow);
	if (id < 0)
		return -1;
	if (fake.max > 0 && !fake.dirs[id].live && fake.live >= fake.max) {
		fake.refused++;
		errno = ENOSPC;
		return -1;
	}
	if (id == fake.ndirs) {
		fake.ndirs++;
		fake.live++;
		fake.dirs[id].live = true;
	}
	if (level > fake.dirs[id].level)
		fake.dirs[id].level = level;
	return id;
}

static inline void
fake_drop(struct watch *w, int id)
{
	(void)w;
	fake.drops++;
	fake.live -= fake.dirs[id].live;
	fake.dirs[id].live = false;
}

static inline int
fake_next(struct watch *w, struct watch_hint *hint)
{
	(void)w;
	if (fake.heard == fake.nhints)
		return 0;
	*hint = fake.hints[fake.heard++];
	return 1;
}

static inline void
fake_close(struct watch *w)
{
	(void)w;
}

static inline const char *
fake_lack(int error)
{
	return watch_inotify.lack(error);
}

static const struct watch_backend fake_backend = { .name = "fake",
	.open = fake_open,
	.fd = fake_fd,
	.add = fake_add,
	.drop = fake_drop,
	.next = fake_next,
	.close = fake_close,
	.lack = fake_lack };

/* something happened to this name in this directory */
static inline void
hint(const char *dir, const char *name, unsigned what)
{
	fake.hints[fake.nhints++] = (struct watch_hint){
		.id = fake_id(dir, true), .what = what, .name = name
	};
}

#endif
