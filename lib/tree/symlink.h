/* symlink.h - a link in a watched directory: watch all that it leads through */
#ifndef SYMLINK_H
#define SYMLINK_H

#include "tree/dir.h"

/* For the modules of this folder. */

enum { SYMLINK_DEPTH = 40 /* links on a way at most, as the system has it */ };

/* A name in a watched directory that a link elsewhere depends on. */
struct symlink_step {
	struct hash_node node; /* by wd and name */
	struct symlink *link;
	struct symlink_step *next; /* of this link */
	int wd;
	char name[]; /* or "": the directory itself */
};

/* The way of a link; it hangs on the link's entry. */
struct symlink {
	struct tree_dir *dir;
	struct tree_entry *entry;
	struct symlink_step *steps;
	struct list_node hinted; /* in the tree's list */
	unsigned hints; /* bits of hints about its steps */
};

/*
 * Follow the link of this entry in d, and watch each step of its way, so that
 * hints about them can be taken for hints about the link; e->link is made or
 * brought up to date.  `real` is the directory's path without links.  A step that
 * cannot be watched is left out, and the directory is polled instead.  Returns
 * 0, -1: out of memory, or 1 with errno set if something else ran short, so that
 * the link is to be followed again later.
 */
int symlink_follow(
    struct tree *t, struct tree_dir *d, const char *real, struct tree_entry *e);

/* Free e->link, if the link was followed. */
void symlink_free(struct tree *t, struct tree_entry *e);

/* Return true if a link leads through the directory with this watch. */
bool symlink_uses(const struct tree *t, int wd);

/* A hint is about this name, or, if "", about the watched directory itself. */
void symlink_hint(struct tree *t, int wd, const char *name, unsigned bits);

/* Take the next link that hints were about; its hints are cleared.  Or NULL. */
struct symlink *symlink_next(struct tree *t, unsigned *bits);

#endif
