/* look.h - a look at a directory: watch it, read it, compare it */
#ifndef LOOK_H
#define LOOK_H

#include "tree/tree.h"

/* For tree.c only. */

/*
 * Find out what differs from what is remembered, remember it and tell it.
 * Directories that are new are due.  0, or -1 when memory is out.
 */
int look_at(struct tree *t, struct tree_dir *d);

#endif
