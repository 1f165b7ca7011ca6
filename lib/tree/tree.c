#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* tree.c - the remembered tree: hints go in, what changed comes out */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tree/dir.h"
#include "tree/look.h"
#include "tree/sweep.h"
#include "tree/tree.h"

enum { HEARD = 65536 /* hints at most in one go */ };

static const char *const roots[] = { "", "/" };

int
tree_look(struct tree *t)
{
	struct tree_dir *d;

	d = t->due;
	if (d == NULL)
		return 0;
	t->due = d->next;
	if (t->due == NULL)
		t->due_last = &t->due;
	d->due = false;
	if (d->dead) {
		dir_free(d);
		return 1;
	}
	return look_at(t, d) < 0 ? -1 : 1;
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

	verdict = rules_explain(t->rules, d->reach, d->path, name, &by);
	if (verdict == RULE_COUNTS)
		return;
	snprintf(text, sizeof text, "%s%s%s", words[verdict],
	    by == NULL ? "" : " ", by == NULL ? "" : by);
	dir_tell(t, d, name, TREE_NOT_COUNTED, 0, text);
}

/*
 * Can a hint about this name mean anything?  In a directory that holds links
 * every name may be on the way of one.
 */
static bool
matters(struct tree *t, struct tree_dir *d, const char *name, bool isdir)
{
	const char *by;

	if (d->users != NULL &&
	    (d->users->next != NULL || d->users->link != NULL))
		return true;
	if (dir_find(d, d->n, name) != NULL || dir_judge(t, d, name, &by) != 0)
		return true;
	return rules_entering(t->rules, d->reach, name, !isdir) != 0;
}

/* A file that is made by open(2) is written next; a link is whole at once. */
static bool
begins(const struct tree_dir *d, const char *name, unsigned what)
{
	char path[PATH_MAX];
	struct stat st;

	if ((what & WATCH_WRITTEN) != 0)
		return true;
	return (what & WATCH_CREATED) != 0 && dir_join(d, name, path) == 0 &&
	    lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

/* A writer is at work on a file, which may not be known yet. */
static void
begun(struct tree *t, const struct tree_dir *d, const char *name,
    struct tree_entry *e)
{
	char path[PATH_MAX];

	if (e != NULL)
		e->written = e->open = true;
	else if (dir_join(d, name, path) == 0)
		ghost_put(&t->made, path, 1);
}

static void
closed(struct tree *t, const struct tree_dir *d, const char *name,
    struct tree_entry *e)
{
	char path[PATH_MAX];

	if (e != NULL)
		e->open = false;
	else if (dir_join(d, name, path) == 0)
		ghost_take(&t->made, path);
}

static void
hear_name(struct tree *t, struct tree_dir *d, const char *name, unsigned what)
{
	struct tree_entry *e;
	const char *by;
	uint64_t rules;

	if (t->explain && (what & ~(unsigned)WATCH_WRITTEN) != 0)
		explain(t, d, name);
	if (!matters(t, d, name, (what & WATCH_ISDIR) != 0))
		return;
	e = dir_find(d, d->n, name);
	if (e != NULL)
		e->hinted = true;
	/* What comes, or may be on the way of a link, concerns others, too. */
	if (e == NULL || e->type != S_IFREG || (what & WATCH_ISDIR) != 0)
		dir_make_due(t, d);
	else
		dir_make_hinted_due(t, d);
	if ((what & WATCH_ISDIR) != 0)
		return;
	rules = dir_judge(t, d, name, &by);
	if (rules == 0)
		return;
	if (begins(d, name, what)) {
		begun(t, d, name, e);
		dir_tell(t, d, name, TREE_WRITTEN, rules, by);
	}
	if ((what & WATCH_CLOSED) != 0) {
		closed(t, d, name, e);
		dir_tell(t, d, name, TREE_CLOSED, rules, by);
	}
}

/* Something happened there: what is a link may lead elsewhere now. */
static void
hear_some(struct tree *t, struct tree_user *u)
{
	struct tree_entry *e;
	size_t i;

	for (i = 0; u->link == NULL && i < u->dir->n; i++)
		if (u->dir->entries[i]->type == S_IFLNK)
			u->dir->entries[i]->hinted = true;
	e = u->link == NULL ? NULL : dir_find(u->dir, u->dir->n, u->link);
	if (e != NULL)
		e->hinted = true;
	dir_make_due(t, u->dir);
}

static void
hear_self(struct tree *t, struct tree_user *u, unsigned what)
{
	hear_some(t, u);
	if (u->dir->up != NULL)
		dir_make_due(t, u->dir->up);
	if ((what & WATCH_ENDED) != 0)
		dir_unuse(t, u, true);
}

static void
hear(struct tree *t, const struct watch_hint *hint)
{
	struct tree_user *u, *same;

	for (u = dir_users(t, hint->id); u != NULL; u = same) {
		same = u->same;
		if (u->id != hint->id)
			continue;
		u->dir->heard = true;
		if ((hint->what & WATCH_SELF) != 0)
			hear_self(t, u, hint->what);
		else if (hint->name == NULL)
			hear_some(t, u);
		else if (u->link == NULL)
			hear_name(t, u->dir, hint->name, hint->what);
		else if (strcmp(u->target, hint->name) == 0)
			hear_name(t, u->dir, u->link, hint->what);
	}
}

static void
all_due(struct tree *t, struct tree_dir *d)
{
	size_t i;

	dir_make_due(t, d);
	d->unheard = true;
	for (i = 0; i < d->n; i++)
		if (d->entries[i]->isdir)
			all_due(t, d->entries[i]->dir);
}

static void
everything_due(struct tree *t)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (t->roots[i] != NULL)
			all_due(t, t->roots[i]);
}

int
tree_hear(struct tree *t)
{
	struct watch_hint hint;
	int64_t now;
	size_t heard;
	int n;

	if (t->watch == NULL)
		return 0;
	now = clock_wall_ns();
	/* Bounded, so that writers who never rest can't keep us here. */
	for (heard = 0; heard < HEARD; heard++) {
		n = t->backend->next(t->watch, &hint);
		if (n == 0)
			t->heard = now;
		if (n <= 0)
			return n;
		if ((hint.what & WATCH_LOST) == 0)
			hear(t, &hint);
		else {
			t->lost = true;
			everything_due(t);
		}
	}
	return 0;
}

void
tree_mounted(struct tree *t)
{
	if (mounts_changed(&t->mounts, t->rules))
		everything_due(t);
}

/* ---- the whole ---- */

int
tree_open(struct tree *t, const struct watch_backend *backend,
    const struct rules *rules, tree_tell *tell_, void *arg)
{
	static const char *const paths[] = { "", "/" };
	struct rules_reach *reach;
	size_t i;

	*t = (struct tree){
		.backend = backend, .rules = rules, .tell = tell_, .arg = arg
	};
	t->due_last = &t->due;
	t->began = clock_wall_ns();
	for (i = 0; i < rules->n; i++)
		if (rules->v[i].same)
			t->same |= (uint64_t)1 << i;
	t->interval = TREE_INTERVAL;
	if (backend != NULL && backend->open != NULL)
		t->watch = backend->open();
	t->error = backend != NULL && backend->open == NULL ? ENOSYS : errno;
	if (backend != NULL && t->watch == NULL && t->error == ENOMEM)
		return -1;
	mounts_open(&t->mounts, rules);
	for (i = 0; i < 2; i++) {
		reach = rules_begin(rules, roots[i]);
		if (reach == NULL && errno != ENOMEM)
			continue;
		if (reach != NULL)
			t->roots[i] = dir_new(t, NULL, paths[i], reach);
		if (t->roots[i] == NULL) {
			tree_close(t);
			return -1;
		}
		t->roots[i]->follow = true;
	}
	return 0;
}

int
tree_fd(const struct tree *t)
{
	return t->watch == NULL ? -1 : t->backend->fd(t->watch);
}

int
tree_mounts_fd(const struct tree *t)
{
	return t->mounts.fd;
}

const char *
tree_how(const struct tree *t, const struct tree_dir *d)
{
	if (d->polled == 0)
		return t->backend->name;
	return d->lacking || t->backend == NULL || d->events == OS_EVENTS_NONE
	    ? "polling"
	    : "events and polling";
}

void
tree_acted(struct tree *t)
{
	t->era++;
	ghosts_free(&t->gone);
}

/* The place of a directory among the entries of the one above it. */
static size_t
place_of(const struct tree_dir *d)
{
	const struct tree_entry *const *entries;
	const char *name;
	size_t low, high, mid;

	name = strrchr(d->path, '/');
	name = name == NULL ? d->path : name + 1;
	entries = (const struct tree_entry *const *)d->up->entries;
	for (low = 0, high = d->up->n; high - low > 1;) {
		mid = low + (high - low) / 2;
		if (strcmp(name, entries[mid]->name) < 0)
			high = mid;
		else
			low = mid;
	}
	return low;
}

/* Depth first, but without recursion: a tree may be deeper than the stack. */
static void
visit_all(const struct tree_dir *top,
    void (*visit)(void *, const struct tree_dir *, const struct tree_entry *),
    void *arg)
{
	const struct tree_dir *d;
	size_t i;

	d = top;
	i = 0;
	visit(arg, d, NULL);
	for (;;) {
		if (i == d->n) {
			if (d == top)
				return;
			i = place_of(d) + 1;
			d = d->up;
		} else if (d->entries[i]->isdir) {
			d = d->entries[i]->dir;
			i = 0;
			visit(arg, d, NULL);
		} else
			visit(arg, d, d->entries[i++]);
	}
}

void
tree_each(const struct tree *t,
    void (*visit)(void *, const struct tree_dir *, const struct tree_entry *),
    void *arg)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (t->roots[i] != NULL)
			visit_all(t->roots[i], visit, arg);
}

void
tree_close(struct tree *t)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (t->roots[i] != NULL)
			dir_drop(t, t->roots[i], false);
	while (tree_look(t) > 0)
		;
	if (t->watch != NULL)
		t->backend->close(t->watch);
	mounts_close(&t->mounts);
	sweep_free(t);
	free(t->users);
	ghosts_free(&t->gone);
	ghosts_free(&t->made);
	*t = (struct tree){ 0 };
}
