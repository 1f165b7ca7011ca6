#define _XOPEN_SOURCE 700 /* realpath */
/* mounts.c - which file systems come and go where patterns reach */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "tree/mounts.h"

/* One look at all mounts. */
struct view {
	struct mounts *m;
	char **bases; /* absolute, without links */
	size_t nbases;
	uint64_t sum;
};

/* ---- what patterns reach ---- */

/* The path without links, as far as there is something; or NULL. */
static char *
real(const char *path)
{
	char text[PATH_MAX], joined[PATH_MAX], *start, *slash;
	size_t n;

	n = (size_t)snprintf(text, sizeof text, "%s", path);
	for (;;) {
		start = realpath(n == 0 ? "." : text, NULL);
		if (start != NULL || n == 0)
			break;
		slash = strrchr(text, '/');
		n = slash == NULL ? 0 : (size_t)(slash - text);
		if (slash == text && text[1] != '\0')
			n = 1;
		text[n] = '\0';
	}
	path += n + strspn(path + n, "/");
	if (start == NULL || *path == '\0')
		return start;
	n = (size_t)snprintf(joined, sizeof joined, "%s/%s",
	    strcmp(start, "/") == 0 ? "" : start, path);
	free(start);
	return n < sizeof joined ? strdup(joined) : NULL;
}

static void
free_bases(struct view *v)
{
	while (v->nbases > 0)
		free(v->bases[--v->nbases]);
	free(v->bases);
}

/* Many patterns have few bases. */
static void
add_base(struct view *v, const char *path)
{
	char **bases, *base;
	size_t i;

	base = real(path);
	if (base == NULL)
		return;
	for (i = 0; i < v->nbases; i++)
		if (strcmp(v->bases[i], base) == 0) {
			free(base);
			return;
		}
	bases = realloc(v->bases, (v->nbases + 1) * sizeof *bases);
	if (bases == NULL) {
		free(base);
		return;
	}
	v->bases = bases;
	bases[v->nbases++] = base;
}

/* ---- mounts ---- */

/* Is this path that one, or beneath it? */
static bool
beneath(const char *path, const char *top)
{
	size_t n;

	n = strcmp(top, "/") == 0 ? 0 : strlen(top);
	return strncmp(path, top, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

static void
add_dir(struct mounts *m, const char *path)
{
	struct mounts_dir *dirs;
	char dir[PATH_MAX];
	const char *slash;
	struct stat st;

	slash = strrchr(path, '/');
	if (slash == NULL || (size_t)(slash - path) >= sizeof dir)
		return;
	snprintf(dir, sizeof dir, "%.*s/", (int)(slash - path), path);
	dirs = realloc(m->dirs, (m->ndirs + 1) * sizeof *dirs);
	if (dirs == NULL)
		return;
	m->dirs = dirs;
	if (stat(dir, &st) == 0)
		dirs[m->ndirs++] = (struct mounts_dir){ .dev = st.st_dev,
			.ino = st.st_ino };
}

/* Their order tells nothing, so the sum does not depend on it. */
static void
see(void *arg, const char *path, uint64_t id, bool part)
{
	struct view *v;
	struct stat st;
	bool matters, within;
	size_t i;

	v = arg;
	matters = within = false;
	for (i = 0; i < v->nbases; i++) {
		within = within || beneath(path, v->bases[i]);
		matters = matters || beneath(v->bases[i], path);
	}
	if (!within && !matters)
		return;
	v->sum += id;
	if (within && part && lstat(path, &st) == 0 && S_ISREG(st.st_mode))
		add_dir(v->m, path);
}

bool
mounts_changed(struct mounts *m, const struct rules *rs)
{
	struct rules_start start;
	struct view v;
	size_t i;
	bool changed;

	if (m->fd < 0)
		return false;
	v = (struct view){ .m = m };
	for (i = 0; rules_start(rs, &i, &start);)
		if (*start.path != '\0')
			add_base(&v, start.path);
	m->ndirs = 0;
	changed = os_mounts_each(m->fd, see, &v) < 0 || v.sum != m->sum;
	m->sum = v.sum;
	free_bases(&v);
	return changed;
}

void
mounts_open(struct mounts *m, const struct rules *rs)
{
	*m = (struct mounts){ .fd = os_mounts() };
	mounts_changed(m, rs);
}

bool
mounts_in(const struct mounts *m, dev_t dev, ino_t ino)
{
	size_t i;

	for (i = 0; i < m->ndirs; i++)
		if (m->dirs[i].dev == dev && m->dirs[i].ino == ino)
			return true;
	return false;
}

void
mounts_close(struct mounts *m)
{
	if (m->fd >= 0)
		close(m->fd);
	free(m->dirs);
	*m = (struct mounts){ .fd = -1 };
}
