/* poll.h - what is polled, why, and when */
#ifndef POLL_TREE_H
#define POLL_TREE_H

#include "tree/dir.h"

/* For the modules of this folder. */

/* Poll a directory from now on, or no longer. */
void poll_set(struct tree *t, struct tree_dir *d, bool polled);

/*
 * No watch is left for a directory or the way of a link in it: report that
 * once, until nothing is polled any more, and do not try again before the next
 * sweep.
 */
void poll_lacks(struct tree *t, const struct tree_dir *d, int error);

/*
 * Report, once for each file system, that a path and all beneath are polled:
 * `name` is the file system, which raises only these events, or says that a file
 * is mounted there by itself, whose events are raised elsewhere.
 */
void poll_report(struct tree *t, const struct tree_dir *d, const char *path,
    dev_t dev, const char *name, enum os_events events);

/*
 * Have a directory scanned: now, after TREE_RECHECK, or after TREE_INTERVAL.  It
 * stays in the queue that it is in, if that is as good.
 */
void poll_queue(struct tree *t, struct tree_dir *d, enum tree_queue_kind kind);

/*
 * Return the next directory to scan, or NULL.  A directory that is due is taken
 * from its queue, *kind.  If none is due, the sweep goes on, or begins if its
 * time has come, and *kind is QUEUE_NONE.
 */
struct tree_dir *
poll_next(struct tree *t, int64_t now, enum tree_queue_kind *kind);

#endif
