/* scan.h - scan a directory: watch it, read it, compare its names */
#ifndef SCAN_H
#define SCAN_H

#include "tree/dir.h"

/* For tree.c. */

/*
 * Find out what differs from the entries of a directory, and send events.  New
 * directories in it become due.  `why` is the queue that it comes from, or
 * QUEUE_NONE in a sweep.  Returns 0, or -1: out of memory.
 */
int scan_dir(struct tree *t, struct tree_dir *d, enum tree_queue_kind why);

#endif
