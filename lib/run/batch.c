/* batch.c - what changed, and when it is acted on */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/batch.h"

static struct batch_path *
find_path(const struct batch *b, const char *path)
{
	struct hash_node *node;
	struct batch_path *p;

	node = hash_first(&b->paths, hash_string(path));
	for (; node != NULL; node = hash_next(node)) {
		p = (struct batch_path *)node;
		if (strcmp(p->path, path) == 0)
			return p;
	}
	return NULL;
}

static struct batch_path *
add_path(struct batch *b, const char *path)
{
	struct batch_path *p;
	size_t n;

	n = strlen(path) + 1;
	p = malloc(sizeof *p + n);
	if (p == NULL)
		return NULL;
	*p = (struct batch_path){ .rules = 0 };
	memcpy(p->path, path, n);
	if (hash_add(&b->paths, &p->node, hash_string(path)) < 0) {
		free(p);
		return NULL;
	}
	return p;
}

/* Free a record that says nothing any more. */
static void
forget_path(struct batch *b, struct batch_path *p)
{
	if (p->changed || p->is_taken || p->writer == BATCH_WRITER_STAYS)
		return;
	hash_remove(&b->paths, &p->node);
	free(p);
}

static void
set_hold(struct batch *b, struct batch_path *p, enum batch_hold hold)
{
	b->held[p->hold]--;
	p->hold = hold;
	b->held[hold]++;
}

/* ---- the batch to come ---- */

static void
reset(struct batch *b)
{
	b->first = NULL;
	b->end = &b->first;
	b->n = b->created = 0;
	memset(b->held, 0, sizeof b->held);
	b->rules = b->any = 0;
	b->retry = 0;
	b->outside = b->forced = false;
}

static void
enter_batch(struct batch *b, struct batch_path *p)
{
	if (b->n++ == 0)
		b->end = &b->first;
	p->changed = p->suspect = true;
	p->created = p->own = p->differed = p->closed = false;
	p->rules = 0;
	p->hold = BATCH_HELD_NOT;
	b->held[BATCH_HELD_NOT]++;
	p->next = NULL;
	p->link = b->end;
	*b->end = p;
	b->end = &p->next;
}

static void
leave_batch(struct batch *b, struct batch_path *p)
{
	*p->link = p->next;
	if (p->next == NULL)
		b->end = p->link;
	else
		p->next->link = p->link;
	b->held[p->hold]--;
	b->created -= p->created;
	p->changed = false;
	p->rules = 0;
	if (--b->n == 0 && b->any == 0)
		reset(b);
	forget_path(b, p);
}

static void
note_change(struct batch *b, uint64_t rules, int64_t now)
{
	if (b->rules == 0)
		b->began = now;
	b->last = now;
	b->rules |= rules;
}

/* Return the record of a path that changed; as batch_changed. */
static struct batch_path *
change_path(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	struct batch_path *p;

	p = find_path(b, path);
	if (p == NULL && b->paths.n >= BATCH_PATHS) {
		batch_any(b, rules, now);
		errno = 0;
		return NULL;
	}
	if (p == NULL)
		p = add_path(b, path);
	if (p == NULL)
		return NULL;
	if (!p->changed)
		enter_batch(b, p);
	note_change(b, rules, now);
	b->outside = b->outside || !own;
	p->own = p->own || own;
	p->rules |= rules;
	p->last = now;
	p->closed = false;
	if (p->writer != BATCH_WRITER_STAYS)
		p->writer = BATCH_WRITER_UNKNOWN;
	return p;
}

/* As batch_changed; returns NULL with errno 0 if the path is dropped. */
static struct batch_path *
delete_path(
    struct batch *b, const char *path, uint64_t rules, bool own, int64_t now)
{
	struct batch_path *p;

	p = find_path(b, path);
	if (p != NULL)
		p->writer = BATCH_WRITER_UNKNOWN;
	if (p != NULL && p->changed && p->created && !p->own && !own) {
		leave_batch(b, p);
		errno = 0;
		return NULL;
	}
	p = change_path(b, path, rules, own, now);
	if (p == NULL)
		return NULL;
	p->suspect = false;
	if (p->created)
		set_hold(b, p, BATCH_HELD_NOT);
	else {
		set_hold(b, p, BATCH_HELD_VANISHED);
		b->vanished = now;
	}
	return p;
}

struct batch_path *
batch_changed(struct batch *b, const char *path, uint64_t rules,
    enum batch_change change, bool own, int64_t now)
{
	struct batch_path *p;
	size_t n;

	if (change == BATCH_GONE)
		return delete_path(b, path, rules, own, now);
	n = b->n;
	p = change_path(b, path, rules, own, now);
	if (p == NULL)
		return NULL;
	p->suspect = p->suspect && change == BATCH_SUSPECT;
	if (p->hold == BATCH_HELD_VANISHED)
		set_hold(b, p, BATCH_HELD_NOT);
	/* A file that vanished in this batch, and is back, was there. */
	if (change == BATCH_CREATE && b->n > n) {
		p->created = true;
		b->created++;
	}
	return p;
}

struct batch_path *
batch_closed(struct batch *b, const char *path, int64_t now)
{
	struct batch_path *p;

	p = find_path(b, path);
	if (p == NULL)
		return NULL;
	p->writer = BATCH_WRITER_UNKNOWN;
	if (!p->changed) {
		forget_path(b, p);
		return NULL;
	}
	p->closed = true;
	if (p->hold == BATCH_HELD_UNSETTLED)
		set_hold(b, p, BATCH_HELD_NOT);
	b->retry = 0;
	/* The saver may be about to move the file over another one. */
	if (p->created)
		b->last = now;
	return p;
}

void
batch_unsettled(struct batch *b, const char *path)
{
	struct batch_path *p;

	p = find_path(b, path);
	if (p != NULL && p->changed)
		set_hold(b, p, BATCH_HELD_UNSETTLED);
}

void
batch_any(struct batch *b, uint64_t rules, int64_t now)
{
	note_change(b, rules, now);
	b->any |= rules;
	b->outside = true;
}

void
batch_flush(struct batch *b)
{
	b->forced = b->rules != 0;
}

void
batch_drop(struct batch *b, struct batch_path *p, uint64_t rules)
{
	p->rules &= ~rules;
	if (p->rules == 0)
		leave_batch(b, p);
}

/* ---- when ---- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
cap(const struct batch *b)
{
	return b->began + later(BATCH_CAP, 10 * b->settle);
}

bool
batch_is_capped(const struct batch *b, int64_t now)
{
	return b->forced || now >= cap(b);
}

/* One file may be complete; a program that writes many pauses between them. */
static int64_t
settle_time(const struct batch *b)
{
	int64_t time;

	time = b->created > 0 ? later(b->settle, BATCH_CREATED) : b->settle;
	return b->n > 1 || b->any != 0 ? later(time, b->many) : time;
}

int64_t
batch_due(const struct batch *b)
{
	int64_t due;

	if (b->forced)
		return 0;
	if (b->rules == 0)
		return BATCH_NEVER;
	due = later(b->last + settle_time(b), b->retry);
	if (b->held[BATCH_HELD_VANISHED] > 0)
		due = later(due, b->vanished + BATCH_VANISHED);
	if (b->held[BATCH_HELD_UNSETTLED] > 0 || due > cap(b))
		due = cap(b);
	if (b->patient)
		due = later(due, b->retry);
	return later(due, b->after);
}

void
batch_resume(struct batch *b, int64_t now)
{
	if (b->rules != 0)
		b->began = now;
}

/* ---- the batch in hand ---- */

/* Return the receivers of these rules. */
static uint64_t
receivers_of(const struct batch *b, uint64_t rules)
{
	uint64_t receivers;
	size_t i;

	receivers = 0;
	for (i = 0; i < b->nreceivers; i++)
		if ((b->receivers[i] & rules) != 0)
			receivers |= (uint64_t)1 << i;
	return receivers;
}

static void
take_path(const struct batch *b, struct batch_path *p, struct batch_path ***end)
{
	p->owed |= receivers_of(b, p->rules);
	p->in_hand = p->rules;
	p->changed = false;
	p->rules = 0;
	if (p->is_taken)
		return;
	p->is_taken = true;
	p->taken = NULL;
	**end = p;
	*end = &p->taken;
}

void
batch_take(struct batch *b, int64_t now, struct batch_taken *taken)
{
	struct batch_path *p, **end;

	*taken = (struct batch_taken){ .n = b->n,
		.rules = b->any,
		.any = b->any,
		.lost = b->lost,
		.own = !b->outside };
	b->owed_any |= receivers_of(b, b->any);
	for (end = &b->taken; *end != NULL; end = &(*end)->taken)
		;
	for (p = b->first; p != NULL; p = p->next) {
		taken->rules |= p->rules;
		take_path(b, p, &end);
	}
	reset(b);
	b->lost = false;
	b->after = b->settle == 0 ? now + BATCH_AFTER : 0;
}

void
batch_done(struct batch *b, uint64_t receivers)
{
	struct batch_path *p, **link;

	b->owed_any &= ~receivers;
	for (link = &b->taken; (p = *link) != NULL;) {
		p->in_hand = 0;
		p->owed &= ~receivers;
		if (p->owed != 0) {
			link = &p->taken;
			continue;
		}
		*link = p->taken;
		p->is_taken = false;
		forget_path(b, p);
	}
}
