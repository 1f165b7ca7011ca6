#define _POSIX_C_SOURCE 200809L
/* mounts.c - files that are mounted by themselves, as containers do it */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "tree/mounts.h"

/* Out of memory, a part is left out: its file is not polled then. */
static void
add_part(void *arg, const char *path, bool is_part)
{
	struct mounts *m;
	struct mounts_part *parts;
	char dir[PATH_MAX];
	struct stat st;

	m = arg;
	if (!is_part || *path != '/')
		return;
	snprintf(
	    dir, sizeof dir, "%.*s/", (int)(strrchr(path, '/') - path), path);
	if (stat(dir, &st) < 0)
		return;
	parts = realloc(m->parts, (m->n + 1) * sizeof *parts);
	if (parts == NULL)
		return;
	m->parts = parts;
	parts[m->n] = (struct mounts_part){
		.path = strdup(path), .dev = st.st_dev, .ino = st.st_ino
	};
	m->n += parts[m->n].path != NULL;
}

static void
free_parts(struct mounts *m)
{
	while (m->n > 0)
		free(m->parts[--m->n].path);
}

void
mounts_open(struct mounts *m)
{
	*m = (struct mounts){ .fd = os_mounts() };
	mounts_read(m);
}

void
mounts_read(struct mounts *m)
{
	free_parts(m);
	os_mounts_each(m->fd, add_part, m);
}

/* Only here is the mount itself asked: its server may not answer. */
bool
mounts_in(const struct mounts *m, dev_t dev, ino_t ino)
{
	struct stat st;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->parts[i].dev == dev && m->parts[i].ino == ino &&
		    lstat(m->parts[i].path, &st) == 0 && S_ISREG(st.st_mode))
			return true;
	return false;
}

void
mounts_close(struct mounts *m)
{
	if (m->fd >= 0)
		close(m->fd);
	free_parts(m);
	free(m->parts);
}
