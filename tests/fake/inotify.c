#define _POSIX_C_SOURCE 200809L
/* inotify.c - a substitute for inotify: the test decides which hints there are */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inotify.h"

struct fake fake;

/* A pipe holds one byte for each hint, so that poll(2) works. */
static int ends[2] = { -1, -1 };

int
inotify_open(struct inotify *in)
{
	in->fd = -1;
	errno = fake.error;
	if (fake.error != 0 && fake.path == NULL)
		return -1;
	memset(&fake.dirs, 0, sizeof fake.dirs);
	fake.ndirs = fake.live = fake.adds = 0;
	fake.nhints = fake.taken = 0;
	if (ends[1] >= 0)
		close(ends[1]);
	if (pipe(ends) < 0)
		exit(2);
	in->fd = ends[0];
	return 0;
}

int
fake_wd(const char *path)
{
	struct stat st;
	int wd;

	if (stat(path, &st) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	for (wd = 0; wd < fake.ndirs; wd++)
		if (fake.dirs[wd].live && fake.dirs[wd].dev == st.st_dev &&
		    fake.dirs[wd].ino == st.st_ino)
			return wd;
	if (wd == FAKE_DIRS)
		exit(2);
	fake.dirs[wd].dev = st.st_dev;
	fake.dirs[wd].ino = st.st_ino;
	return wd;
}

int
inotify_add(struct inotify *in, const char *path, enum inotify_level level)
{
	int wd;

	(void)in;
	fake.adds++;
	if (fake.path != NULL && strcmp(path, fake.path) == 0) {
		errno = fake.error;
		return -1;
	}
	wd = fake_wd(path);
	if (wd < 0)
		return -1;
	if (fake.max > 0 && !fake.dirs[wd].live && fake.live >= fake.max) {
		fake.refused++;
		errno = ENOSPC;
		return -1;
	}
	if (wd == fake.ndirs) {
		fake.ndirs++;
		fake.live++;
		fake.dirs[wd].live = true;
	}
	if (level > fake.dirs[wd].level)
		fake.dirs[wd].level = level;
	return wd;
}

void
inotify_drop(struct inotify *in, int wd)
{
	(void)in;
	fake.live -= fake.dirs[wd].live;
	fake.dirs[wd].live = false;
}

int
inotify_next(struct inotify *in, struct inotify_hint *hint)
{
	char byte;

	(void)in;
	if (fake.taken == fake.nhints)
		return 0;
	if (read(ends[0], &byte, 1) != 1)
		exit(2);
	*hint = fake.hints[fake.taken++];
	if (fake.taken == fake.nhints)
		fake.taken = fake.nhints = 0;
	return 1;
}

void
fake_hint(const char *dir, const char *name, unsigned bits)
{
	if (fake.nhints == FAKE_HINTS || write(ends[1], "", 1) != 1)
		exit(2);
	fake.hints[fake.nhints++] = (struct inotify_hint){
		.wd = fake_wd(dir), .bits = bits, .name = name
	};
}
