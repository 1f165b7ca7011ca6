#define _POSIX_C_SOURCE 200809L
/* poll.c - what is polled, why, and when */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tree/poll.h"

enum {
	REST = 20, /* the pause after a sweep is so many times its length */
	LEAST = 10, /* ms: the shortest pause */
	DEVICES = 64 /* at most so many file systems are reported as polled */
};

/* ---- what and why ---- */

static void
put_at(struct tree_poll *p, uint32_t place, struct tree_dir *d)
{
	p->dirs[place] = d;
	d->polled = place + 1;
}

/* The sweep under way still comes to each directory that it has not seen. */
static void
remove_polled(struct tree_poll *p, struct tree_dir *d)
{
	uint32_t place;

	if (d->polled == 0)
		return;
	place = d->polled - 1;
	if (place < p->next) {
		p->next--;
		put_at(p, place, p->dirs[p->next]);
		place = p->next;
	}
	p->n--;
	if (place < p->n)
		put_at(p, place, p->dirs[p->n]);
	d->polled = 0;
}

int
poll_set(struct tree *t, struct tree_dir *d, bool polled)
{
	struct tree_poll *p;
	struct tree_dir **dirs;
	uint32_t cap;

	p = &t->poll;
	if (polled == (d->polled != 0))
		return 0;
	if (!polled) {
		remove_polled(p, d);
		return 0;
	}
	if (p->n == p->cap) {
		cap = p->cap == 0 ? 64 : p->cap * 2;
		dirs = realloc(p->dirs, cap * sizeof(struct tree_dir *));
		if (dirs == NULL)
			return -1;
		p->dirs = dirs;
		p->cap = cap;
	}
	if (p->n == 0)
		p->ended = clock_ms();
	p->dirs[p->n++] = d;
	d->polled = p->n;
	return 0;
}

static const char *
lack_text(int error)
{
	switch (error) {
	case ENOSPC:
		return "no inotify watches left; "
		       "raise fs.inotify.max_user_watches (sysctl)";
	case EMFILE:
		return "no inotify instance left; "
		       "raise fs.inotify.max_user_instances (sysctl)";
	case ENOSYS:
		return "no inotify here";
	default:
		return strerror(error);
	}
}

static void
report(
    struct tree *t, const struct tree_dir *d, const char *path, const char *why)
{
	t->options.notify(t->options.arg, path, TREE_POLLED,
	    rules_at(t->options.rules, d->reach), why);
}

void
poll_lacks(struct tree *t, const struct tree_dir *d, int error)
{
	t->poll.is_full = true;
	if (!t->poll.is_reported)
		report(t, d, dir_path(d), lack_text(error));
	t->poll.is_reported = true;
}

/* Once all have a watch, the next one that lacks one is reported again. */
void
poll_set_lacking(struct tree *t, struct tree_dir *d, bool lacking)
{
	if (lacking == d->lacks_watch)
		return;
	d->lacks_watch = lacking;
	if (lacking)
		t->poll.lacking++;
	else if (--t->poll.lacking == 0)
		t->poll.is_reported = false;
}

void
poll_report(struct tree *t, const struct tree_dir *d, const char *path,
    dev_t dev, const char *why)
{
	struct tree_poll *p;
	uint32_t *devs;
	size_t i;

	p = &t->poll;
	for (i = 0; i < p->ndevs; i++)
		if (p->devs[i] == dir_fold(dev))
			return;
	if (t->options.interval > 0 || i == DEVICES)
		return;
	devs = realloc(p->devs, (i + 1) * sizeof *devs);
	if (devs == NULL)
		return;
	p->devs = devs;
	devs[p->ndevs++] = dir_fold(dev);
	report(t, d, path, why);
}

/* ---- when ---- */

static int64_t
pause_of(const struct tree *t)
{
	int64_t ms;

	ms = t->options.interval;
	if (ms == 0)
		ms = t->error == ENOSYS ? TREE_NO_HINTS : TREE_INTERVAL;
	if (ms < LEAST)
		ms = LEAST;
	return t->poll.took > ms / REST ? t->poll.took * REST : ms;
}

int64_t
tree_slack(const struct tree *t)
{
	return t->poll.n == 0 ? 0 : pause_of(t) + t->poll.took;
}

int64_t
tree_due(const struct tree *t)
{
	const struct tree_poll *p;
	const struct tree_dir *d;
	int64_t due;
	size_t i;

	p = &t->poll;
	if (p->sweeping)
		return 0;
	due = p->n > 0 ? p->ended + pause_of(t) : TREE_NEVER;
	for (i = 0; i < QUEUES; i++) {
		d = t->queues[i].first;
		if (d != NULL && d->due < due)
			due = d->due;
	}
	return due;
}

static void
leave_queue(struct tree *t, struct tree_dir *d)
{
	struct tree_queue *q;

	if (d->queue == QUEUE_NONE)
		return;
	q = &t->queues[d->queue];
	d->queue = QUEUE_NONE;
	if (d->queue_prev == NULL)
		q->first = d->queue_next;
	else
		d->queue_prev->queue_next = d->queue_next;
	if (d->queue_next == NULL)
		q->last = d->queue_prev;
	else
		d->queue_next->queue_prev = d->queue_prev;
}

/* In each queue all wait equally long, so it is in the order of their times. */
void
poll_queue(struct tree *t, struct tree_dir *d, enum tree_queue_kind kind)
{
	static const int64_t waits[] = { [QUEUE_DUE] = 0,
		[QUEUE_RECHECK] = TREE_RECHECK,
		[QUEUE_RETRY] = TREE_INTERVAL };
	struct tree_queue *q;

	if (d->queue == QUEUE_DUE ||
	    (d->queue == QUEUE_RETRY && kind != QUEUE_DUE))
		return;
	leave_queue(t, d);
	d->queue = kind;
	d->due = waits[kind] == 0 ? 0 : clock_ms() + waits[kind];
	q = &t->queues[kind];
	d->queue_next = NULL;
	d->queue_prev = q->last;
	if (q->last == NULL)
		q->first = d;
	else
		q->last->queue_next = d;
	q->last = d;
}

struct tree_dir *
poll_next_queued(struct tree *t, int64_t now, enum tree_queue_kind *kind)
{
	struct tree_dir *d;
	unsigned i;

	for (i = QUEUE_DUE; i < QUEUES; i++) {
		d = t->queues[i].first;
		if (d != NULL && d->due <= now) {
			*kind = (enum tree_queue_kind)i;
			leave_queue(t, d);
			return d;
		}
	}
	return NULL;
}

/* Watches, or an instance, may be left again if somebody else has ended. */
static void
begin_sweep(struct tree *t, int64_t now)
{
	struct tree_poll *p;

	p = &t->poll;
	p->sweeping = true;
	p->next = 0;
	p->began = now;
	p->count++;
	p->is_full = false;
	if (t->options.interval > 0 || t->inotify != NULL || t->error == ENOSYS)
		return;
	t->inotify = inotify_open();
	t->error = t->inotify == NULL ? errno : 0;
	p->is_full = t->inotify == NULL;
}

struct tree_dir *
poll_next(struct tree *t, int64_t now)
{
	struct tree_poll *p;

	p = &t->poll;
	if (!p->sweeping && p->n > 0 && now >= p->ended + pause_of(t))
		begin_sweep(t, now);
	if (!p->sweeping)
		return NULL;
	if (p->next < p->n)
		return p->dirs[p->next++];
	p->sweeping = false;
	p->next = 0;
	p->ended = clock_ms();
	p->took = p->ended - p->began;
	return NULL;
}

void
poll_forget(struct tree *t, struct tree_dir *d)
{
	remove_polled(&t->poll, d);
	poll_set_lacking(t, d, false);
	leave_queue(t, d);
}

void
poll_free(struct tree *t)
{
	free(t->poll.dirs);
	free(t->poll.devs);
	t->poll = (struct tree_poll){ 0 };
}
