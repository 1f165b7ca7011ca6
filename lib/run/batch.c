/* batch.c - when what changed is acted on */
#include <string.h>

#include "run/batch.h"

/* Why a path holds its batch. */
enum hold { HOLD_NOT, HOLD_WRITING, HOLD_VANISHED };

struct batch_path {
	struct path path;
	struct batch_path *older, *newer; /* that hold for the same reason */
	struct batch_path *next; /* that changed after it, in this batch */
	struct batch_path **link; /* what points to it there */
	uint64_t rules; /* that it counts for, in this batch */
	int64_t since; /* it holds */
	enum hold hold;
	bool changed; /* in this batch */
	bool came; /* in it: it was not there before */
	bool own; /* a command was running at one of its changes */
	bool spent; /* was still written at the cap: holds nobody again */
};

static struct batch_path *
find(const struct batch *b, const char *path)
{
	return (struct batch_path *)paths_find(&b->paths, path);
}

static struct batch_path *
find_or_add(struct batch *b, const char *path)
{
	return (struct batch_path *)paths_get(
	    &b->paths, path, sizeof(struct batch_path));
}

/* ---- holds: for each reason a list, the newest last ---- */

static void
release(struct batch *b, struct batch_path *p)
{
	struct batch_hold *list;

	if (p->hold == HOLD_NOT)
		return;
	list = p->hold == HOLD_WRITING ? &b->writing : &b->vanished;
	if (p->older == NULL)
		list->oldest = p->newer;
	else
		p->older->newer = p->newer;
	if (p->newer == NULL)
		list->newest = p->older;
	else
		p->newer->older = p->older;
	p->older = p->newer = NULL;
	p->hold = HOLD_NOT;
}

static void
hold(struct batch *b, struct batch_path *p, enum hold why, int64_t now)
{
	struct batch_hold *list;

	release(b, p);
	list = why == HOLD_WRITING ? &b->writing : &b->vanished;
	p->hold = why;
	p->since = now;
	p->older = list->newest;
	if (list->newest == NULL)
		list->oldest = p;
	else
		list->newest->newer = p;
	list->newest = p;
}

/* ---- what is of it ---- */

/* From now on it counts for these rules, and so may the batch. */
static void
count(struct batch *b, struct batch_path *p, uint64_t rules)
{
	uint64_t other, bit;
	size_t i;

	other = p->rules ^ rules;
	for (i = 0; other != 0; i++) {
		bit = (uint64_t)1 << i;
		if ((other & bit) == 0)
			continue;
		other &= ~bit;
		if ((rules & bit) != 0)
			b->of[i]++;
		else if (--b->of[i] == 0)
			b->rules &= ~bit | b->any;
	}
	p->rules = rules;
}

static void
enter(struct batch *b, struct batch_path *p)
{
	p->changed = true;
	p->came = p->own = false;
	p->rules = 0;
	p->next = NULL;
	if (b->changed++ == 0)
		b->order_end = &b->order;
	p->link = b->order_end;
	*b->order_end = p;
	b->order_end = &p->next;
}

static void
leave(struct batch *b, struct batch_path *p)
{
	count(b, p, 0);
	*p->link = p->next;
	if (p->next == NULL)
		b->order_end = p->link;
	else
		p->next->link = p->link;
	if (p->came)
		b->came--;
	p->changed = p->came = false;
	b->changed--;
}

/* Of what neither changed nor holds nothing is kept. */
static void
forget(struct batch *b, struct batch_path *p)
{
	if (!p->changed && p->hold == HOLD_NOT)
		paths_drop(&b->paths, &p->path);
}

/* ---- what is heard of ---- */

/* Something of it changed. */
static void
touch(struct batch *b, uint64_t rules, int64_t now)
{
	if (b->rules == 0)
		b->first = now;
	b->last = now;
	b->rules |= rules;
}

static struct batch_path *
change(struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	struct batch_path *p;

	p = find_or_add(b, path);
	if (p == NULL)
		return NULL;
	if (!p->changed)
		enter(b, p);
	p->own = p->own || own;
	b->outside = b->outside || !own;
	touch(b, rules, now);
	count(b, p, p->rules | rules);
	return p;
}

int
batch_changed(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	struct batch_path *p;

	p = change(b, path, rules, own, now);
	if (p == NULL)
		return -1;
	if (p->hold == HOLD_VANISHED)
		release(b, p);
	return 0;
}

int
batch_came(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	struct batch_path *p;
	size_t n;

	n = b->changed;
	p = change(b, path, rules, own, now);
	if (p == NULL)
		return -1;
	if (p->hold == HOLD_VANISHED)
		release(b, p);
	/* What went in this batch, and comes back, was there. */
	if (b->changed > n) {
		p->came = true;
		b->came++;
	}
	return 0;
}

/* Nothing was lost by it. */
static void
came_and_went(struct batch *b, struct batch_path *p)
{
	release(b, p);
	leave(b, p);
	b->outside = b->outside && b->rules != 0;
	forget(b, p);
}

int
batch_gone(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	struct batch_path *p;

	p = find(b, path);
	if (p != NULL && p->came && !p->own && !own) {
		came_and_went(b, p);
		return 0;
	}
	p = change(b, path, rules, own, now);
	if (p == NULL)
		return -1;
	p->spent = false;
	if (p->came)
		release(b, p);
	else
		hold(b, p, HOLD_VANISHED, now);
	return 0;
}

bool
batch_back(struct batch *b, const char *path, uint64_t rules)
{
	struct batch_path *p;

	p = find(b, path);
	if (p == NULL || !p->changed)
		return false;
	count(b, p, p->rules & ~rules);
	if (p->rules == 0)
		leave(b, p);
	b->outside = b->outside && b->rules != 0;
	return true;
}

void
batch_any(struct batch *b, uint64_t rules, int64_t now)
{
	b->any |= rules;
	b->outside = true;
	touch(b, rules, now);
}

int
batch_written(struct batch *b, const char *path, int64_t now)
{
	struct batch_path *p;

	p = find_or_add(b, path);
	if (p == NULL)
		return -1;
	if (!p->spent)
		hold(b, p, HOLD_WRITING, now);
	return 0;
}

void
batch_closed(struct batch *b, const char *path, int64_t now)
{
	struct batch_path *p;

	p = find(b, path);
	if (p == NULL)
		return;
	p->spent = false;
	if (p->hold == HOLD_WRITING) {
		release(b, p);
		/* It was written long ago, maybe, but is moved only now. */
		if (p->came)
			b->last = now;
	}
	forget(b, p);
}

void
batch_force(struct batch *b, uint64_t rules, int64_t now)
{
	batch_any(b, rules, now);
	b->forced = true;
}

void
batch_flush(struct batch *b)
{
	b->forced = b->rules != 0;
}

/* ---- to act ---- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
cap(const struct batch *b)
{
	return b->first + later(BATCH_CAP, b->settle);
}

/* Who writes one file may be done, who writes many pauses between them. */
static int64_t
settle(const struct batch *b)
{
	int64_t time;

	time = b->came > 0 ? later(b->settle, BATCH_CAME) : b->settle;
	return b->changed > 1 || b->any != 0 ? later(time, b->many) : time;
}

int64_t
batch_due(const struct batch *b)
{
	int64_t due;

	if (b->forced)
		return 0;
	if (b->rules == 0)
		return BATCH_NEVER;
	due = b->last + settle(b);
	if (b->writing.newest != NULL)
		due = later(due, b->writing.newest->since + BATCH_WRITING);
	if (b->vanished.newest != NULL)
		due = later(due, b->vanished.newest->since + BATCH_VANISHED);
	return later(due < cap(b) ? due : cap(b), b->after);
}

void
batch_resume(struct batch *b, int64_t now)
{
	if (b->rules != 0)
		b->first = now;
}

/* A batch that has ended, and when. */
struct ended {
	struct batch *b;
	int64_t now;
};

/* What of a path outlives its batch: that a writer is at work on it. */
static bool
outlives(void *arg, struct path *path)
{
	const struct ended *ended;
	struct batch_path *p;
	bool writing;

	ended = arg;
	p = (struct batch_path *)path;
	writing = p->hold == HOLD_WRITING &&
	    ended->now < p->since + BATCH_WRITING;
	p->spent = p->spent ||
	    (writing && p->changed && ended->now >= cap(ended->b));
	p->changed = p->came = false;
	p->rules = 0;
	if (p->spent || !writing)
		release(ended->b, p);
	return p->spent || writing;
}

int
batch_take(struct batch *b, int64_t now, struct batch_taken *taken,
    batch_each *each, void *arg)
{
	struct ended ended;
	const struct batch_path *p;
	int result;

	ended = (struct ended){ .b = b, .now = now };
	*taken = (struct batch_taken){ .n = b->changed,
		.rules = b->rules,
		.any = b->any,
		.lost = b->lost,
		.own = !b->outside };
	result = 0;
	for (p = b->order; p != NULL && result == 0; p = p->next)
		result = each(arg, p->path.name, p->rules);
	paths_sift(&b->paths, outlives, &ended);
	b->order = NULL;
	b->changed = b->came = 0;
	b->rules = b->any = 0;
	memset(b->of, 0, sizeof b->of);
	b->outside = b->lost = b->forced = false;
	b->after = b->settle == 0 ? now + BATCH_AFTER : 0;
	return result;
}

static bool
none(void *arg, struct path *p)
{
	(void)arg;
	(void)p;
	return false;
}

void
batch_free(struct batch *b)
{
	paths_sift(&b->paths, none, NULL);
	*b = (struct batch){ .settle = b->settle };
}
