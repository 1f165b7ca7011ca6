#define _POSIX_C_SOURCE 200809L
/* sweep.c - to poll: what, why, and when */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tree/dir.h"
#include "tree/sweep.h"

enum {
	EASE = 20, /* we rest for so many times what a sweep took */
	LEAST = 10, /* ms, and for so long at least */
	AGAINS = 256, /* second looks in one go, before hints have their turn */
	MOUNTS = 64 /* of so many at most is told that they are polled */
};

/* ---- what, and why ---- */

static void
say(struct tree *t, const struct tree_dir *d, const char *path, const char *why)
{
	t->tell(t->arg, path, TREE_POLLED, rules_at(t->rules, d->reach), why);
}

static const char *
lack(const struct tree *t, int error)
{
	const char *why;

	why = t->backend->lack == NULL ? NULL : t->backend->lack(error);
	if (why != NULL)
		return why;
	return error == ENOSYS ? "no hints here" : strerror(error);
}

void
sweep_short(struct tree *t, const struct tree_dir *d, int error)
{
	t->sweep.full = true;
	if (!t->sweep.told)
		say(t, d, dir_path(d), lack(t, error));
	t->sweep.told = true;
}

/* When all have one, the next that has none is news again. */
void
sweep_lacks(struct tree *t, struct tree_dir *d, bool lacking)
{
	if (lacking == d->lacking)
		return;
	d->lacking = lacking;
	if (lacking)
		t->sweep.lacking++;
	else if (--t->sweep.lacking == 0)
		t->sweep.told = false;
}

void
sweep_says(struct tree *t, const struct tree_dir *d, const char *path,
    dev_t dev, const char *why)
{
	dev_t *mounts;
	size_t i;

	/* Who polls all anyway need not be told. */
	if (t->backend == NULL)
		return;
	for (i = 0; i < t->sweep.nmounts; i++)
		if (t->sweep.mounts[i] == dev)
			return;
	if (i == MOUNTS)
		return;
	mounts = realloc(t->sweep.mounts, (i + 1) * sizeof *mounts);
	if (mounts == NULL)
		return;
	t->sweep.mounts = mounts;
	mounts[t->sweep.nmounts++] = dev;
	say(t, d, path, why);
}

int
sweep_poll(struct tree *t, struct tree_dir *d, bool polled)
{
	struct tree_sweep *s;
	struct tree_dir **dirs;
	uint32_t cap;

	s = &t->sweep;
	if (polled == (d->polled != 0))
		return 0;
	if (!polled) {
		s->dirs[d->polled - 1] = s->dirs[--s->n];
		s->dirs[d->polled - 1]->polled = d->polled;
		d->polled = 0;
		return 0;
	}
	if (s->n == s->cap) {
		cap = s->cap == 0 ? 64 : s->cap * 2;
		dirs = realloc(s->dirs, cap * sizeof(struct tree_dir *));
		if (dirs == NULL)
			return -1;
		s->dirs = dirs;
		s->cap = cap;
	}
	if (s->n == 0)
		s->ended = clock_ms();
	s->dirs[s->n++] = d;
	d->polled = s->n;
	return 0;
}

/* ---- when ---- */

static int64_t
rest(const struct tree *t)
{
	int64_t ms;

	ms = t->interval < LEAST ? LEAST : t->interval;
	return t->sweep.took > ms / EASE ? t->sweep.took * EASE : ms;
}

int64_t
tree_due(const struct tree *t)
{
	const struct tree_sweep *s;
	int64_t due;
	size_t i;

	s = &t->sweep;
	due = TREE_NEVER;
	if (s->n > 0 && s->left == 0)
		due = s->ended + rest(t);
	for (i = 0; i < s->nagain; i++)
		if (s->again[i].at < due)
			due = s->again[i].at;
	return due;
}

int64_t
tree_slack(const struct tree *t)
{
	return t->sweep.n == 0 ? 0 : rest(t) + t->sweep.took;
}

/* A backend that could not be opened may be when somebody else has ended. */
static void
reopen(struct tree *t)
{
	if (t->backend == NULL || t->watch != NULL || t->error == ENOSYS)
		return;
	t->watch = t->backend->open();
	t->error = errno;
	t->sweep.full = t->watch == NULL;
}

static void
begin(struct tree *t)
{
	struct tree_sweep *s;
	uint32_t i;

	s = &t->sweep;
	s->full = false;
	reopen(t);
	s->began = clock_ms();
	s->count++;
	s->left = s->n;
	for (i = 0; i < s->n; i++) {
		s->dirs[i]->swept = s->dirs[i]->counted = true;
		dir_make_due(t, s->dirs[i]);
	}
}

void
tree_tick(struct tree *t, int64_t now)
{
	struct tree_sweep *s;
	size_t i, n;

	s = &t->sweep;
	for (i = n = 0; i < s->nagain && n < AGAINS;) {
		if (s->again[i].at > now) {
			i++;
			continue;
		}
		n++;
		s->again[i].d->again = false;
		s->again[i].d->swept = true;
		dir_make_due(t, s->again[i].d);
		s->again[i] = s->again[--s->nagain];
	}
	if (s->n > 0 && s->left == 0 && now >= s->ended + rest(t))
		begin(t);
}

static struct tree_again *
find_again(const struct tree *t, const struct tree_dir *d)
{
	size_t i;

	for (i = 0; t->sweep.again[i].d != d; i++)
		;
	return &t->sweep.again[i];
}

/* Where memory is out the next sweep has to do. */
void
sweep_again(struct tree *t, struct tree_dir *d, int ms)
{
	struct tree_sweep *s;
	struct tree_again *again;
	size_t cap;

	s = &t->sweep;
	if (d->again)
		return;
	if (s->nagain == s->again_cap) {
		cap = s->again_cap == 0 ? 16 : s->again_cap * 2;
		again = realloc(s->again, cap * sizeof *again);
		if (again == NULL)
			return;
		s->again = again;
		s->again_cap = cap;
	}
	s->again[s->nagain++] = (struct tree_again){ .d = d,
		.at = clock_ms() + ms };
	d->again = true;
}

void
sweep_quiet(struct tree *t, struct tree_dir *d, int ms)
{
	struct tree_again *again;

	sweep_again(t, d, ms);
	if (!d->again)
		return;
	again = find_again(t, d);
	if (again->at < clock_ms() + ms)
		again->at = clock_ms() + ms;
}

void
sweep_looked(struct tree *t, struct tree_dir *d)
{
	struct tree_sweep *s;

	s = &t->sweep;
	d->swept = false;
	if (!d->counted)
		return;
	d->counted = false;
	if (--s->left > 0)
		return;
	s->ended = clock_ms();
	s->took = s->ended - s->began;
}

void
sweep_forget(struct tree *t, struct tree_dir *d)
{
	sweep_looked(t, d);
	sweep_lacks(t, d, false);
	sweep_poll(t, d, false);
	if (d->again)
		*find_again(t, d) = t->sweep.again[--t->sweep.nagain];
}

void
sweep_free(struct tree *t)
{
	free(t->sweep.dirs);
	free(t->sweep.again);
	free(t->sweep.mounts);
	t->sweep = (struct tree_sweep){ 0 };
}
