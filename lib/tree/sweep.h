/* sweep.h - to poll: what, why, and when */
#ifndef SWEEP_H
#define SWEEP_H

#include "tree/tree.h"

/* For tree.c, dir.c, look.c and link.c only; everybody else reads tree.h. */

/*
 * No watch is left for d or what it leads to, and the error says why: say so
 * once, and don't try again before the next sweep.
 */
void sweep_short(struct tree *t, const struct tree_dir *d, int error);

/* d lacks a watch, or has one */
void sweep_lacks(struct tree *t, struct tree_dir *d, bool lacking);

/* say once that what is on this file system is polled, from path on */
void sweep_says(struct tree *t, const struct tree_dir *d, const char *path,
    dev_t dev, const char *why);

/* poll it from now on, or no longer; 0, or -1 when memory is out */
int sweep_poll(struct tree *t, struct tree_dir *d, bool polled);

/* look at it once more, in so many ms */
void sweep_again(struct tree *t, struct tree_dir *d, int ms);

/* look at it once more, when this was not asked for in so many ms */
void sweep_quiet(struct tree *t, struct tree_dir *d, int ms);

/* it has been looked at */
void sweep_looked(struct tree *t, struct tree_dir *d);

/* it is no more */
void sweep_forget(struct tree *t, struct tree_dir *d);

void sweep_free(struct tree *t);

#endif
