/* link.h - a link in a watched directory: watch all that it leads through */
#ifndef LINK_H
#define LINK_H

#include "tree/tree.h"

/* For look.c only. */

enum {
	LINK_DEPTH = 40 /* links on a way at most, as the system has it */
};

/*
 * Whatever is pointed elsewhere, comes or goes on the way of the link of this
 * name in d, and its file being edited where it is, is hinted at as that name
 * from now on.  What can't be watched is left out: a look at the link still
 * compares.  0, or -1 when memory is out; 1 and errno when something else ran
 * short, so that it is to be done again.
 */
int link_watch(struct tree *t, struct tree_dir *d, const char *name);

#endif
