#define _POSIX_C_SOURCE 200809L
/* symlink.c - a link in a watched directory: watch all that it leads through */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree/poll.h"
#include "tree/symlink.h"

/* ---- steps ---- */

static uint64_t
hash_step(int wd, const char *name)
{
	return hash_number(hash_string(name) ^ (uint64_t)wd);
}

static int
add_step(struct tree *t, struct symlink *link, int wd, const char *name)
{
	struct symlink_step *step;
	size_t n;

	n = strlen(name) + 1;
	step = malloc(sizeof *step + n);
	if (step == NULL ||
	    hash_add(&t->steps, &step->node, hash_step(wd, name)) < 0) {
		free(step);
		return -1;
	}
	memcpy(step->name, name, n);
	step->wd = wd;
	step->link = link;
	step->next = link->steps;
	link->steps = step;
	return 0;
}

static void
free_steps(struct tree *t, struct symlink_step *step)
{
	struct symlink_step *next;

	for (; step != NULL; step = next) {
		next = step->next;
		hash_remove(&t->steps, &step->node);
		if (*step->name == '\0')
			dir_end_watch(t, step->wd);
		free(step);
	}
}

/* Return the first step with this name from a node on, or NULL. */
static struct symlink_step *
find_step(struct hash_node *node, int wd, const char *name)
{
	struct symlink_step *step;

	for (; node != NULL; node = hash_next(node)) {
		step = (struct symlink_step *)node;
		if (step->wd == wd && strcmp(step->name, name) == 0)
			return step;
	}
	return NULL;
}

bool
symlink_uses(const struct tree *t, int wd)
{
	return find_step(hash_first(&t->steps, hash_step(wd, "")), wd, "") !=
	    NULL;
}

/* ---- hints ---- */

void
symlink_hint(struct tree *t, int wd, const char *name, unsigned bits)
{
	struct symlink_step *step;

	step = find_step(hash_first(&t->steps, hash_step(wd, name)), wd, name);
	while (step != NULL) {
		if (step->link->hinted.list == NULL)
			list_append(
			    &t->hinted, &step->link->hinted, step->link);
		step->link->hints |= bits;
		step = find_step(hash_next(&step->node), wd, name);
	}
}

struct symlink *
symlink_next(struct tree *t, unsigned *bits)
{
	struct symlink *link;

	link = list_first(&t->hinted);
	if (link == NULL)
		return NULL;
	*bits = link->hints;
	link->hints = 0;
	list_remove(&link->hinted);
	return link;
}

/* ---- the way ---- */

/*
 * The way of a link.  `done` is a directory without links in its path, "" for
 * the root; `todo` is still to be followed from there.
 */
struct way {
	struct tree *t;
	struct tree_dir *d;
	struct symlink *link;
	int depth; /* links so far */
	char done[PATH_MAX];
	char todo[PATH_MAX];
	char name[NAME_MAX + 1]; /* the component in hand */
	int error; /* what ran short, or 0 */
};

/* A missing file or permission is no error: the watched steps report it. */
static void
note_error(struct way *w, int error)
{
	if (!dir_is_gone(error) && !dir_is_refused(error))
		w->error = error;
}

/* Take the first component of todo; false at its end, or if it is too long. */
static bool
next_component(struct way *w)
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
append_name(char path[PATH_MAX], const char *name)
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

static int
watch_step(struct way *w, enum inotify_level level)
{
	int wd;

	wd = inotify_add(
	    &w->t->inotify, *w->done == '\0' ? "/" : w->done, level);
	if (wd >= 0 && add_step(w->t, w->link, wd, "") < 0)
		return -1;
	if (wd >= 0)
		return add_step(w->t, w->link, wd, w->name);
	if (errno == ENOSPC) {
		poll_lacks(w->t, w->d, errno);
		w->d->lacks_way = true;
	} else
		note_error(w, errno);
	return 0;
}

/* The way enters another file system, which may not report all changes. */
static void
cross_device(struct way *w, const char *path, dev_t dev)
{
	const char *name;
	enum os_events events;

	events = os_events(path, &name);
	if (events == OS_EVENTS_ALL)
		return;
	w->d->lacks_way = true;
	poll_report(w->t, w->d, path, dev, name, events);
}

/* Go on with the target of a link; false if that leads nowhere. */
static bool
follow_target(struct way *w, const char *path)
{
	char target[PATH_MAX];
	ssize_t n;

	n = readlink(path, target, sizeof target - 1);
	if (n < 0)
		note_error(w, errno);
	if (n <= 0 || ++w->depth > SYMLINK_DEPTH)
		return false;
	target[n] = '\0';
	if (*target == '/')
		*w->done = '\0';
	if (!append_name(target, w->todo))
		return false;
	memcpy(w->todo, target, strlen(target) + 1);
	return true;
}

static void
go_up(struct way *w)
{
	char *slash;

	slash = strrchr(w->done, '/');
	if (slash != NULL)
		*slash = '\0';
}

/* Follow one component; 1 if the way goes on, 0 at its end, -1: no memory. */
static int
follow_component(struct way *w)
{
	char path[PATH_MAX];
	struct stat st;

	if (strcmp(w->name, ".") == 0)
		return 1;
	if (strcmp(w->name, "..") == 0) {
		go_up(w);
		return 1;
	}
	memcpy(path, w->done, strlen(w->done) + 1);
	if (!append_name(path, w->name))
		return 0;
	if (lstat(path, &st) < 0) {
		note_error(w, errno);
		return watch_step(w, INOTIFY_NAMES);
	}
	if (st.st_dev != w->d->dev)
		cross_device(w, path, st.st_dev);
	if (!S_ISLNK(st.st_mode) && !S_ISDIR(st.st_mode))
		return watch_step(w, INOTIFY_FILES);
	if (watch_step(w, INOTIFY_NAMES) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return follow_target(w, path);
	memcpy(w->done, path, strlen(path) + 1);
	return 1;
}

int
symlink_follow(
    struct tree *t, struct tree_dir *d, const char *real, struct tree_entry *e)
{
	struct symlink_step *old;
	char path[PATH_MAX];
	struct way w;
	int result;

	if (e->link == NULL)
		e->link = calloc(1, sizeof *e->link);
	if (e->link == NULL)
		return -1;
	e->link->dir = d;
	e->link->entry = e;
	/* The old steps keep their watches until the new ones use them. */
	old = e->link->steps;
	e->link->steps = NULL;
	w = (struct way){ .t = t, .d = d, .link = e->link };
	snprintf(
	    w.done, sizeof w.done, "%s", strcmp(real, "/") == 0 ? "" : real);
	memcpy(path, w.done, strlen(w.done) + 1);
	/* The directory of the link itself is watched already. */
	result = append_name(path, e->name) && follow_target(&w, path);
	while (result > 0 && next_component(&w))
		result = follow_component(&w);
	free_steps(t, old);
	errno = w.error;
	return result < 0 ? -1 : w.error != 0;
}

void
symlink_free(struct tree *t, struct tree_entry *e)
{
	struct symlink *link;

	link = e->link;
	if (link == NULL)
		return;
	e->link = NULL;
	list_remove(&link->hinted);
	free_steps(t, link->steps);
	free(link);
}
