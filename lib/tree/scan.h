/* scan.h - scan a directory: watch it, read it, compare its names */
#ifndef SCAN_H
#define SCAN_H

#include "tree/dir.h"

/* For tree.c. */

/*
 * Find out what differs from what is remembered, and send events.  Directories
 * in it that are new are due.  `why`: the queue that it comes from, or QUEUE_NONE in a sweep.
 * Returns 0, or -1: out of memory.
 */
int scan_dir(struct tree *t, struct tree_dir *d, enum tree_queue_kind why);

#endif
