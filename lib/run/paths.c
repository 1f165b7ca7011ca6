/* paths.c - a hash table of things that have a path */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "run/paths.h"

enum { FIRST = 64 /* buckets; always a power of two */ };

static struct path **
bucket(const struct paths *t, const char *name)
{
	return &t->buckets[str_hash(name) & (t->nbuckets - 1)];
}

struct path *
paths_find(const struct paths *t, const char *name)
{
	struct path *p;

	if (t->nbuckets == 0)
		return NULL;
	for (p = *bucket(t, name); p != NULL; p = p->same)
		if (strcmp(p->name, name) == 0)
			break;
	return p;
}

static void
put(struct paths *t, struct path *p)
{
	p->same = *bucket(t, p->name);
	*bucket(t, p->name) = p;
}

static int
grow(struct paths *t)
{
	struct paths old;
	struct path *p, *same;
	size_t i;

	old = *t;
	t->nbuckets = old.nbuckets == 0 ? FIRST : old.nbuckets * 2;
	t->buckets = calloc(t->nbuckets, sizeof(struct path *));
	if (t->buckets == NULL) {
		*t = old;
		return -1;
	}
	for (i = 0; i < old.nbuckets; i++)
		for (p = old.buckets[i]; p != NULL; p = same) {
			same = p->same;
			put(t, p);
		}
	free(old.buckets);
	return 0;
}

struct path *
paths_get(struct paths *t, const char *name, size_t size)
{
	struct path *p;
	size_t n;

	p = paths_find(t, name);
	if (p != NULL || (t->n >= t->nbuckets && grow(t) < 0))
		return p;
	n = strlen(name) + 1;
	p = calloc(1, size + n);
	if (p == NULL)
		return NULL;
	p->name = memcpy((char *)p + size, name, n);
	put(t, p);
	t->n++;
	return p;
}

/* The table of a burst would cost every later walk. */
static void
removed(struct paths *t, size_t n)
{
	t->n -= n;
	if (t->n > 0)
		return;
	free(t->buckets);
	*t = (struct paths){ 0 };
}

void
paths_drop(struct paths *t, struct path *p)
{
	struct path **link;

	for (link = bucket(t, p->name); *link != p; link = &(*link)->same)
		;
	*link = p->same;
	free(p);
	removed(t, 1);
}

void
paths_sift(struct paths *t, paths_keep *keep, void *arg)
{
	struct path **link, *p;
	size_t i, n;

	for (i = n = 0; i < t->nbuckets; i++)
		for (link = &t->buckets[i]; (p = *link) != NULL;) {
			if (keep(arg, p)) {
				link = &p->same;
				continue;
			}
			*link = p->same;
			free(p);
			n++;
		}
	removed(t, n);
}
