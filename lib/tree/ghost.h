/* ghost.h - what files held that are gone, should they come back */
#ifndef GHOST_H
#define GHOST_H

#include <stddef.h>
#include <stdint.h>

enum {
	GHOSTS =
	    4096 /* are kept at most: a newer one takes an older one's place */
};

struct ghosts {
	struct ghost {
		uint64_t path, content; /* sums; path 0: nobody */
	} * v; /* GHOSTS of them, or NULL */
};

/* remember what the file at this path held; nothing, where memory is out */
void ghost_put(struct ghosts *g, const char *path, uint64_t content);

/* what it held, which is forgotten now; 0 when that is not known */
uint64_t ghost_take(struct ghosts *g, const char *path);

void ghosts_free(struct ghosts *g);

#endif
