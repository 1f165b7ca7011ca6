/* paths.h - a hash table of things that have a path */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* The first member of each thing that is kept. */
struct path {
	struct path *same; /* the next in its bucket */
	const char *name; /* a copy, behind the thing */
};

struct paths {
	struct path **buckets; /* NULL while there is nothing */
	size_t n, nbuckets;
};

/* the thing with this path, or NULL */
struct path *paths_find(const struct paths *t, const char *name);

/*
 * That, or a new one of so many bytes, zero but for its first member; NULL when
 * memory is out.
 */
struct path *paths_get(struct paths *t, const char *name, size_t size);

/* free one */
void paths_drop(struct paths *t, struct path *p);

/* is it to stay? */
typedef bool paths_keep(void *arg, struct path *p);

/* ask for each, and free those that are not to stay */
void paths_sift(struct paths *t, paths_keep *keep, void *arg);

#endif
