/* changes.c - what changed, and who has yet to be told of it */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "str.h"

static struct change **
bucket(const struct changes *c, const char *path)
{
	return &c->paths[str_hash(path) & (c->nbuckets - 1)];
}

static int
grow(struct changes *c)
{
	struct change **old, *p;
	size_t n;

	old = c->paths;
	n = c->nbuckets == 0 ? 64 : c->nbuckets * 2;
	c->paths = calloc(n, sizeof(struct change *));
	if (c->paths == NULL) {
		c->paths = old;
		return -1;
	}
	c->nbuckets = n;
	for (p = c->first; p != NULL; p = p->next) {
		p->same = *bucket(c, p->path);
		*bucket(c, p->path) = p;
	}
	free(old);
	return 0;
}

static struct change *
find(const struct changes *c, const char *path)
{
	struct change *p;

	if (c->nbuckets == 0)
		return NULL;
	for (p = *bucket(c, path); p != NULL; p = p->same)
		if (strcmp(p->path, path) == 0)
			break;
	return p;
}

static struct change *
add(struct changes *c, const char *path)
{
	struct change *p;
	size_t n;

	if (c->n >= c->nbuckets && grow(c) < 0)
		return NULL;
	n = strlen(path) + 1;
	p = malloc(sizeof *p + n);
	if (p == NULL)
		return NULL;
	*p = (struct change){ .same = *bucket(c, path) };
	memcpy(p->path, path, n);
	*bucket(c, path) = p;
	if (c->n++ == 0)
		c->end = &c->first;
	*c->end = p;
	c->end = &p->next;
	return p;
}

int
changes_add(struct changes *c, const char *path, uint64_t rules, uint64_t owed)
{
	struct change *p;

	p = find(c, path);
	if (p == NULL && c->n == CHANGES_MAX) {
		c->any |= owed;
		c->more |= rules;
		return 0;
	}
	if (p == NULL)
		p = add(c, path);
	if (p == NULL)
		return -1;
	p->rules |= rules;
	p->owed |= owed;
	return 0;
}

static void
empty(struct changes *c)
{
	free(c->paths);
	c->paths = NULL;
	c->first = NULL;
	c->nbuckets = 0;
}

void
changes_told(struct changes *c, uint64_t who)
{
	struct change *p, *next, **link;

	c->any &= ~who;
	c->more = 0;
	c->end = &c->first;
	for (p = c->first; p != NULL; p = next) {
		next = p->next;
		p->rules = 0;
		p->owed &= ~who;
		if (p->owed != 0) {
			*c->end = p;
			c->end = &p->next;
			continue;
		}
		for (link = bucket(c, p->path); *link != p;)
			link = &(*link)->same;
		*link = p->same;
		free(p);
		c->n--;
	}
	*c->end = NULL;
	if (c->n == 0)
		empty(c);
}

void
changes_free(struct changes *c)
{
	changes_told(c, UINT64_MAX);
}
