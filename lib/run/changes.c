/* changes.c - what changed, and who has yet to be told of it */
#include "run/changes.h"

int
changes_add(struct changes *c, const char *path, uint64_t rules, uint64_t owed)
{
	struct change *p;
	size_t n;

	n = c->paths.n;
	if (n == CHANGES_MAX && paths_find(&c->paths, path) == NULL) {
		c->any |= owed;
		c->more |= rules;
		return 0;
	}
	p = (struct change *)paths_get(&c->paths, path, sizeof *p);
	if (p == NULL)
		return -1;
	if (c->paths.n > n) {
		if (n == 0)
			c->end = &c->first;
		*c->end = p;
		c->end = &p->next;
	}
	p->rules |= rules;
	p->owed |= owed;
	return 0;
}

void
changes_told(struct changes *c, uint64_t who)
{
	struct change *p, *next;

	c->any &= ~who;
	c->more = 0;
	c->end = &c->first;
	for (p = c->first; p != NULL; p = next) {
		next = p->next;
		p->rules = 0;
		p->owed &= ~who;
		if (p->owed == 0) {
			paths_drop(&c->paths, &p->path);
			continue;
		}
		*c->end = p;
		c->end = &p->next;
	}
	*c->end = NULL;
}

void
changes_free(struct changes *c)
{
	changes_told(c, UINT64_MAX);
}
