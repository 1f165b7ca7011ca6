/* changes.h - what changed, and who has yet to be told of it */
#ifndef CHANGES_H
#define CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include "run/paths.h"

/*
 * A set of paths in the order in which they came.  What a failed command kept
 * from being told stays owed, and is told with what changes next.  Who is told
 * is a number below 64, a set of them a bit each.
 */

enum {
	CHANGES_MAX = 1000000 /* paths; past that those owed are told "any" */
};

struct change {
	struct path path;
	struct change *next; /* that came after it */
	uint64_t rules; /* of the batch in hand, that it counts for */
	uint64_t owed; /* who is to be told of it */
};

struct changes {
	struct paths paths; /* all of them */
	struct change *first, **end; /* and in order */
	uint64_t any; /* who is to be told that anything may have changed */
	uint64_t more; /* rules that the batch in hand has more paths for */
};

/* one that counts for these rules and is owed; 0, or -1 when memory is out */
int
changes_add(struct changes *c, const char *path, uint64_t rules, uint64_t owed);

/* they have been told of all: forget what nobody is owed */
void changes_told(struct changes *c, uint64_t who);

void changes_free(struct changes *c);

#endif
