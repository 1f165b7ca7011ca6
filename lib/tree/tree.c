#define _POSIX_C_SOURCE 200809L
/* tree.c - the remembered tree: hints go in, changes come out */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tree/poll.h"
#include "tree/scan.h"
#include "tree/symlink.h"

enum { HINTS = 65536 /* at most so many in one call of tree_hear */ };

/* ---- scans ---- */

int
tree_scan(struct tree *t, int64_t now)
{
	struct tree_dir *d;
	enum tree_queue_kind kind;

	if (t->queues[QUEUE_DUE].n == 0)
		t->lost = TREE_NEVER;
	d = poll_next(t, now, &kind);
	if (d == NULL)
		return 0;
	return scan_dir(t, d, kind) < 0 ? -1 : 1;
}

/* ---- hints ---- */

static void
explain(struct tree *t, struct tree_dir *d, const char *name)
{
	static const char *const words[] = { [RULE_COUNTS] = "counts",
		[RULE_LEFT] = "left out by -x",
		[RULE_IGNORED] = "built-in ignore",
		[RULE_OWN] = "our own",
		[RULE_NONE] = "no pattern matches" };
	enum rule_verdict verdict;
	char text[256];
	const char *by;

	verdict = rules_explain(t->options.rules, d->reach, d->path, name, &by);
	if (verdict == RULE_COUNTS)
		return;
	snprintf(text, sizeof text, "%s%s%s", words[verdict],
	    by == NULL ? "" : " ", by == NULL ? "" : by);
	dir_notify(t, d, name, TREE_IGNORED, 0, text);
}

/* Can a hint about this name mean anything? */
static bool
matters(struct tree *t, struct tree_dir *d, const char *name, bool is_dir)
{
	const char *by;

	return dir_find(d, name) != NULL || dir_judge(t, d, name, &by) != 0 ||
	    rules_entering(t->options.rules, d->reach, name, !is_dir) != 0;
}

static int
hear_name(struct tree *t, struct tree_dir *d, const char *name, unsigned bits)
{
	const char *by;
	uint64_t rules;
	bool is_dir;

	is_dir = (bits & HINT_ISDIR) != 0;
	if (t->options.explain && (bits & ~(unsigned)HINT_WRITTEN) != 0)
		explain(t, d, name);
	if (!matters(t, d, name, is_dir))
		return 0;
	if (compare_hinted(t, d, name, bits) < 0)
		return -1;
	if (is_dir || (bits & HINT_CLOSED) == 0)
		return 0;
	rules = dir_judge(t, d, name, &by);
	if (rules != 0)
		dir_notify(t, d, name, TREE_CLOSED, rules, by);
	return 0;
}

/* Take hints about the way of a link for hints about the link. */
static int
hear_links(struct tree *t)
{
	char name[NAME_MAX + 1];
	struct symlink *link;
	unsigned bits;

	while ((link = symlink_next(t, &bits)) != NULL) {
		/* The entry may go. */
		snprintf(name, sizeof name, "%s", link->entry->name);
		if (hear_name(t, link->dir, name, bits) < 0)
			return -1;
	}
	return 0;
}

/* A watched directory changed itself: it moved, vanished or has a new mode. */
static void
hear_self(struct tree *t, int wd, unsigned bits)
{
	struct tree_dir *d;

	for (d = dir_first_watched(t, wd); d != NULL; d = dir_next_watched(d)) {
		poll_queue(t, d, QUEUE_DUE);
		if ((bits & HINT_SELF) != 0 && d->up != NULL)
			poll_queue(t, d->up, QUEUE_DUE);
	}
	symlink_hint(t, wd, "", bits & ~(unsigned)HINT_CLOSED);
	if ((bits & HINT_ENDED) == 0)
		return;
	while ((d = dir_first_watched(t, wd)) != NULL)
		dir_leave_watch(t, d);
}

static int
hear(struct tree *t, const struct inotify_hint *hint)
{
	struct tree_dir *d;

	if (hint->name == NULL)
		hear_self(t, hint->wd, hint->bits);
	else {
		symlink_hint(t, hint->wd, hint->name, hint->bits);
		/* Entries beneath d may go meanwhile, but not d itself. */
		for (d = dir_first_watched(t, hint->wd); d != NULL;
		     d = dir_next_watched(d))
			if (hear_name(t, d, hint->name, hint->bits) < 0)
				return -1;
	}
	return hear_links(t);
}

static void
lose_hints(struct tree *t)
{
	struct tree_dir *d;

	if (t->lost == TREE_NEVER)
		t->lost = t->heard;
	for (d = list_first(&t->dirs); d != NULL; d = list_next(&d->node))
		poll_queue(t, d, QUEUE_DUE);
	t->options.notify(
	    t->options.arg, "", TREE_LOST, rules_all(t->options.rules), NULL);
}

int
tree_hear(struct tree *t)
{
	struct inotify_hint hint;
	int64_t now;
	size_t n;
	int result;

	if (t->inotify.fd < 0)
		return 0;
	now = clock_wall_ns();
	/* Bounded, so that writers that never rest cannot keep us here. */
	for (n = 0; n < HINTS; n++) {
		result = inotify_next(&t->inotify, &hint);
		if (result == 0)
			t->heard = now;
		if (result <= 0)
			return result;
		if ((hint.bits & HINT_LOST) != 0)
			lose_hints(t);
		else if (hear(t, &hint) < 0)
			return -1;
	}
	return 0;
}

/*
 * Something was mounted over a directory, or unmounted, if its path leads to
 * another one now.  A file that was mounted needs polling.
 */
static void
compare_mounted(struct tree *t, struct tree_dir *d)
{
	struct stat st;

	if (stat(dir_path(d), &st) < 0 || st.st_dev != d->dev ||
	    st.st_ino != d->ino)
		poll_queue(t, d->up != NULL ? d->up : d, QUEUE_DUE);
	else if (d->polled.list == NULL &&
	    mounts_in(&t->mounts, d->dev, d->ino))
		poll_queue(t, d, QUEUE_DUE);
}

void
tree_mounted(struct tree *t)
{
	struct tree_dir *d;

	mounts_read(&t->mounts);
	for (d = list_first(&t->dirs); d != NULL; d = list_next(&d->node))
		compare_mounted(t, d);
}

/* ---- the whole ---- */

static int
open_roots(struct tree *t)
{
	static const char *const roots[] = { "", "/" };
	struct rules_reach *reach;
	size_t i;

	for (i = 0; i < sizeof roots / sizeof roots[0]; i++) {
		reach = rules_begin(t->options.rules, roots[i]);
		if (reach == NULL && errno == ENOMEM)
			return -1;
		if (reach != NULL && dir_new(t, NULL, roots[i], reach) == NULL)
			return -1;
	}
	return 0;
}

struct tree *
tree_open(const struct tree_options *options)
{
	struct tree *t;

	t = malloc(sizeof *t);
	if (t == NULL)
		return NULL;
	*t = (struct tree){ .options = *options,
		.heard = clock_wall_ns(),
		.lost = TREE_NEVER };
	t->inotify.fd = -1;
	if (options->interval == 0 && inotify_open(&t->inotify) < 0)
		t->error = errno;
	mounts_open(&t->mounts);
	if (open_roots(t) < 0) {
		tree_close(t);
		return NULL;
	}
	return t;
}

int
tree_fd(const struct tree *t)
{
	return t->inotify.fd;
}

int
tree_mounts_fd(const struct tree *t)
{
	return t->mounts.fd;
}

void
tree_count(const struct tree *t, size_t *dirs, size_t *files)
{
	*dirs = t->dirs.n;
	*files = t->nfiles;
}

/* ---- to show what is watched ---- */

static const char *
how_watched(const struct tree *t, const struct tree_dir *d)
{
	if (d->polled.list == NULL)
		return "inotify";
	return d->lacks_watch || t->options.interval > 0 ||
		d->events == OS_EVENTS_NONE
	    ? "polling"
	    : "events and polling";
}

static void
show_files(const struct tree *t, const struct tree_dir *d, tree_visit *visit,
    void *arg)
{
	char path[PATH_MAX];
	const char *by, *name;
	uint64_t rules;
	uint32_t i;

	for (i = 0; i < d->n; i++) {
		if (entry_is_dir(d->entries[i]))
			continue;
		name = d->entries[i]->name;
		rules = dir_judge(t, d, name, &by);
		if (rules != 0 && dir_join(d, name, path) == 0)
			visit(arg, path, false, rules, by);
	}
}

void
tree_each(const struct tree *t, tree_visit *visit, void *arg)
{
	const struct tree_dir *d;

	for (d = list_first(&t->dirs); d != NULL; d = list_next(&d->node)) {
		visit(arg, dir_path(d), true, 0, how_watched(t, d));
		show_files(t, d, visit, arg);
	}
}

/* The first directory of the list is a root. */
void
tree_close(struct tree *t)
{
	struct tree_dir *d;

	while ((d = list_first(&t->dirs)) != NULL)
		dir_drop(t, d, false);
	if (t->inotify.fd >= 0)
		close(t->inotify.fd);
	mounts_close(&t->mounts);
	free(t);
}
