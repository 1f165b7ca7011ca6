/* throttle.c - delays the runs that our own commands cause, and names the cause */
#include "run/throttle.h"
#include "base/hash.h"

/* Return true if a path has not been named before, and note that it is. */
static bool
name_once(struct throttle *t, uint64_t path)
{
	size_t i;

	for (i = 0; i < THROTTLE_NAMED && i < t->nnames; i++)
		if (t->names[i] == path)
			return false;
	t->names[t->nnames++ % THROTTLE_NAMED] = path;
	return true;
}

/* Return its place, or that of a path that the last batch lacked; or NULL. */
static struct throttle_path *
find_place(struct throttle *t, uint64_t path)
{
	struct throttle_path *p, *unused;

	unused = NULL;
	for (p = t->paths; p < t->paths + THROTTLE_PATHS; p++) {
		if (p->streak > 0 && p->path == path)
			return p;
		if (p->streak == 0 || p->last + 1 < t->row || p->last > t->row)
			unused = p;
	}
	if (unused != NULL)
		*unused = (struct throttle_path){ .path = path };
	return unused;
}

void
throttle_begin(struct throttle *t, bool own, int64_t now)
{
	size_t i;

	t->began = now;
	if (own) {
		t->row++;
		return;
	}
	t->row = 0;
	t->named = false;
	for (i = 0; i < THROTTLE_PATHS; i++)
		t->paths[i].streak = 0;
}

bool
throttle_path(struct throttle *t, const char *path)
{
	struct throttle_path *p;

	p = t->row == 0 ? NULL : find_place(t, hash_string(path));
	if (p == NULL)
		return false;
	p->streak = p->last + 1 == t->row ? p->streak + 1 : 1;
	p->last = t->row;
	/* A path is named before the first long delay in any case. */
	if (t->named ||
	    (p->streak < THROTTLE_SAME && t->row < THROTTLE_MIXED - 1))
		return false;
	t->named = true;
	return name_once(t, p->path);
}

/* The delay before this batch of a row. */
static int64_t
delay_of(const struct throttle *t, unsigned batch, int64_t took)
{
	int64_t delay;
	unsigned i;

	if (batch <= THROTTLE_FREE)
		return 0;
	delay = THROTTLE_DELAY;
	for (i = THROTTLE_FREE + 1; i < batch && delay < THROTTLE_LONGEST; i++)
		delay *= 2;
	if (delay > THROTTLE_LONGEST)
		delay = THROTTLE_LONGEST;
	if (batch < (t->named ? THROTTLE_PATIENT : THROTTLE_MIXED) &&
	    delay > took)
		delay = took;
	return delay;
}

void
throttle_end(struct throttle *t, int64_t now)
{
	t->delay = delay_of(t, t->row + 1, now - t->began);
	t->until = now + t->delay;
}

void
throttle_own_until(struct throttle *t, int64_t when)
{
	if (when > t->own_until)
		t->own_until = when;
}

bool
throttle_own(const struct throttle *t, int64_t when)
{
	return when < t->own_until;
}

/* ---- servers ---- */

void
throttle_started(struct throttle *t, size_t rule, int64_t now)
{
	t->servers[rule].start = now;
	throttle_own_until(t, now + THROTTLE_START);
}

/* Count this restart if path and time are like those of the last ones. */
static bool
is_like_the_last(struct throttle_server *s, uint64_t path, int64_t after)
{
	int64_t shortest, longest;

	if (s->restarts == 0 || s->path != path)
		return false;
	shortest = after < s->shortest ? after : s->shortest;
	longest = after > s->longest ? after : s->longest;
	if (longest - shortest >= THROTTLE_SPREAD)
		return false;
	s->shortest = shortest;
	s->longest = longest;
	s->restarts++;
	return true;
}

bool
throttle_restart(
    struct throttle *t, size_t rule, const char *path, int64_t changed)
{
	struct throttle_server *s;
	int64_t after;
	uint64_t hash;

	s = &t->servers[rule];
	after = changed - s->start;
	if (path == NULL || s->start == 0 || after > THROTTLE_SOON) {
		s->restarts = 0;
		return false;
	}
	hash = hash_string(path);
	if (!is_like_the_last(s, hash, after)) {
		s->path = hash;
		s->shortest = s->longest = after;
		s->restarts = 1;
	}
	return s->restarts == THROTTLE_RESTARTS && name_once(t, hash);
}
