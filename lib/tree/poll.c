#define _POSIX_C_SOURCE 200809L
/* poll.c - what is polled, why, and when */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tree/poll.h"

enum {
	REST = 20, /* the pause after a sweep is so many times its length */
	LEAST = 10 /* ms: the shortest pause */
};

/* ---- what and why ---- */

void
poll_set(struct tree *t, struct tree_dir *d, bool polled)
{
	struct tree_poll *p;

	p = &t->poll;
	if (polled == (d->polled.list != NULL))
		return;
	if (p->dirs.n == 0)
		p->ended = clock_ms();
	if (polled)
		list_append(&p->dirs, &d->polled, d);
	else
		list_remove(&d->polled);
	/* The next lack of watches is reported again. */
	if (p->dirs.n == 0)
		p->is_reported = false;
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

void
poll_report(struct tree *t, const struct tree_dir *d, const char *path,
    dev_t dev, const char *name, enum os_events events)
{
	static const char *const lacks[] = {
		[OS_EVENTS_ALL] = "is heard of elsewhere only",
		[OS_EVENTS_OURS] = "does not tell what others change",
		[OS_EVENTS_NONE] = "does not tell of changes"
	};
	struct tree_poll *p;
	char why[80];
	size_t i;

	p = &t->poll;
	for (i = 0; i < p->ndevs; i++)
		if (p->devs[i] == dev)
			return;
	if (t->options.interval > 0 || p->ndevs == POLL_DEVICES)
		return;
	p->devs[p->ndevs++] = dev;
	snprintf(why, sizeof why, "%s %s", name, lacks[events]);
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
	return t->poll.dirs.n == 0 ? 0 : pause_of(t) + t->poll.took;
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
	due = p->dirs.n > 0 ? p->ended + pause_of(t) : TREE_NEVER;
	for (i = 0; i < QUEUES; i++) {
		d = list_first(&t->queues[i]);
		if (d != NULL && d->due < due)
			due = d->due;
	}
	return due;
}

/* In each queue all wait equally long, so it is in the order of their times. */
void
poll_queue(struct tree *t, struct tree_dir *d, enum tree_queue_kind kind)
{
	static const int64_t waits[] = { [QUEUE_DUE] = 0,
		[QUEUE_RECHECK] = TREE_RECHECK,
		[QUEUE_RETRY] = TREE_INTERVAL };
	const struct list *q;

	q = d->queued.list;
	if (q == &t->queues[QUEUE_DUE] ||
	    (q == &t->queues[QUEUE_RETRY] && kind != QUEUE_DUE))
		return;
	d->due = waits[kind] == 0 ? 0 : clock_ms() + waits[kind];
	list_append(&t->queues[kind], &d->queued, d);
}

/* Watches, or an instance, may be left again if somebody else has ended. */
static void
begin_sweep(struct tree *t, int64_t now)
{
	struct tree_poll *p;

	p = &t->poll;
	p->sweeping = true;
	p->began = now;
	p->count++;
	p->is_full = false;
	if (t->options.interval > 0 || t->inotify.fd >= 0 || t->error == ENOSYS)
		return;
	p->is_full = inotify_open(&t->inotify) < 0;
	t->error = p->is_full ? errno : 0;
}

/* Each directory moves to the end of the list when the sweep comes to it. */
static struct tree_dir *
next_of_sweep(struct tree *t, int64_t now)
{
	struct tree_poll *p;
	struct tree_dir *d;

	p = &t->poll;
	if (!p->sweeping && p->dirs.n > 0 && now >= p->ended + pause_of(t))
		begin_sweep(t, now);
	if (!p->sweeping)
		return NULL;
	d = list_first(&p->dirs);
	if (d != NULL && d->swept != p->count) {
		d->swept = p->count;
		list_append(&p->dirs, &d->polled, d);
		return d;
	}
	p->sweeping = false;
	p->ended = clock_ms();
	p->took = p->ended - p->began;
	return NULL;
}

struct tree_dir *
poll_next(struct tree *t, int64_t now, enum tree_queue_kind *kind)
{
	struct tree_dir *d;
	unsigned i;

	for (i = QUEUE_DUE; i < QUEUES; i++) {
		d = list_first(&t->queues[i]);
		if (d != NULL && d->due <= now) {
			*kind = (enum tree_queue_kind)i;
			list_remove(&d->queued);
			return d;
		}
	}
	*kind = QUEUE_NONE;
	return next_of_sweep(t, now);
}
