#define _XOPEN_SOURCE 700 /* realpath */
/* link.c - a link in a watched directory: watch all that it leads through */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "tree/dir.h"
#include "tree/link.h"
#include "tree/sweep.h"

/*
 * The way of a link: done is a directory without links in its path, "" for
 * the root; todo is still to be looked at from there.
 */
struct way {
	struct tree *t;
	struct tree_dir *d;
	const char *link;
	int links;
	char done[PATH_MAX];
	char todo[PATH_MAX];
	char name[NAME_MAX + 1]; /* the component in hand */
	bool first; /* it is the link itself */
	int error; /* what ran short, or 0 */
};

/* What is not there, or not for us, is no error. */
static void
note(struct way *w, int error)
{
	if (!dir_is_gone(error) && !dir_is_refused(error))
		w->error = error;
}

/* The first component of todo; false at its end, or if it can't be a name. */
static bool
next(struct way *w)
{
	size_t skip, n;

	skip = strspn(w->todo, "/");
	n = strcspn(w->todo + skip, "/");
	if (n == 0 || n > NAME_MAX)
		return false;
	memcpy(w->name, w->todo + skip, n);
	w->name[n] = '\0';
	memmove(w->todo, w->todo + skip + n, strlen(w->todo + skip + n) + 1);
	return true;
}

static bool
append(char path[PATH_MAX], const char *name)
{
	size_t n, len;

	n = strlen(path);
	len = strlen(name);
	if (len + 2 > PATH_MAX - n)
		return false;
	path[n] = '/';
	memcpy(path + n + 1, name, len + 1);
	return true;
}

/* No watch could be had, or as much of one as is wanted. */
static int
lacks(struct way *w)
{
	if (errno == ENOSPC) {
		sweep_short(w->t, w->d, errno);
		w->d->blind = true;
	} else
		note(w, errno);
	return 0;
}

/* The directory that the component is in hears of the link itself already. */
static int
watch(struct way *w, enum watch_level level)
{
	const char *path;
	int id;

	if (w->first || w->t->watch == NULL)
		return 0;
	path = *w->done == '\0' ? "/" : w->done;
	id = w->t->backend->add(w->t->watch, path, level, false);
	return id < 0 ? lacks(w) : dir_link(w->t, w->d, id, w->name, w->link);
}

/* The way's end, and its path. */
static int
watch_file(struct way *w, const char *path, const struct stat *st)
{
	const struct watch_backend *b;
	int id;

	if (watch(w, WATCH_FILES) < 0)
		return -1;
	b = w->t->backend;
	if (w->t->watch == NULL || b->add_file == NULL || !S_ISREG(st->st_mode))
		return 0;
	id = b->add(
	    w->t->watch, *w->done == '\0' ? "/" : w->done, WATCH_FILES, false);
	return id < 0 || b->add_file(w->t->watch, id, path, st) < 0 ? lacks(w)
								    : 0;
}

/* It leads to another file system, which may not tell what happens on it. */
static void
cross(struct way *w, const char *path, dev_t dev)
{
	const char *name;
	char why[80];

	if (os_events(path, &name) == OS_EVENTS_ALL)
		return;
	w->d->blind = true;
	snprintf(why, sizeof why, "%s does not tell what others change", name);
	sweep_says(w->t, w->d, path, dev, why);
}

/* Go on with what the link in hand says; false where that leads nowhere. */
static bool
follow(struct way *w, const char *path)
{
	char target[PATH_MAX];
	ssize_t n;

	n = readlink(path, target, sizeof target - 1);
	if (n < 0)
		note(w, errno);
	if (n <= 0 || ++w->links > LINK_DEPTH)
		return false;
	target[n] = '\0';
	if (*target == '/')
		*w->done = '\0';
	if (!append(target, w->todo))
		return false;
	memcpy(w->todo, target, strlen(target) + 1);
	return true;
}

/* One component: 1 when the way goes on, 0 at its end, -1 out of memory. */
static int
step(struct way *w)
{
	char path[PATH_MAX];
	struct stat st;
	char *slash;

	if (strcmp(w->name, ".") == 0)
		return 1;
	if (strcmp(w->name, "..") == 0) {
		slash = strrchr(w->done, '/');
		if (slash != NULL)
			*slash = '\0';
		return 1;
	}
	memcpy(path, w->done, strlen(w->done) + 1);
	if (!append(path, w->name))
		return 0;
	if (lstat(path, &st) < 0) {
		note(w, errno);
		return watch(w, WATCH_NAMES);
	}
	if (st.st_dev != w->d->stamp.dev)
		cross(w, path, st.st_dev);
	if (S_ISLNK(st.st_mode)) {
		if (watch(w, WATCH_NAMES) < 0)
			return -1;
		return follow(w, path);
	}
	if (!S_ISDIR(st.st_mode))
		return watch_file(w, path, &st);
	if (watch(w, WATCH_NAMES) < 0)
		return -1;
	memcpy(w->done, path, strlen(path) + 1);
	return 1;
}

int
link_watch(struct tree *t, struct tree_dir *d, const char *name)
{
	struct way w;
	char *real;
	int result;

	real = realpath(dir_path(d), NULL);
	if (real == NULL)
		return dir_is_gone(errno) || dir_is_refused(errno) ? 0 : 1;
	w = (struct way){ .t = t, .d = d, .link = name, .first = true };
	snprintf(
	    w.done, sizeof w.done, "%s", strcmp(real, "/") == 0 ? "" : real);
	free(real);
	snprintf(w.todo, sizeof w.todo, "%s", name);
	dir_relink(d, name);
	for (result = 1; result > 0 && next(&w); w.first = false)
		result = step(&w);
	dir_relinked(t, d, name);
	errno = w.error;
	if (result < 0)
		return -1;
	return w.error == 0 ? 0 : 1;
}
