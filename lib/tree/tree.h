/* tree.h - the remembered tree: hints go in, changes come out */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/rule.h"

/*
 * The tree remembers the signatures of the files that the patterns match, and
 * the directories on the way to them.  Hints (inotify) only say which name to
 * look at; a change is a difference between the file and its entry.  Without
 * hints, or where they do not tell all, directories are polled.
 *
 * All times are milliseconds of clock_ms(), unless a name says otherwise.
 */

enum {
	TREE_INTERVAL = 1000, /* from the end of a sweep to the next one */
	TREE_NO_HINTS = 250, /* likewise, on systems without inotify */
	TREE_RECHECK = 80 /* until an unsettled file is compared again */
};

#define TREE_NEVER INT64_MAX

enum tree_event {
	TREE_FOUND, /* a file was there at the start, see `contents` below */
	TREE_CREATED, /* a file that had no entry */
	TREE_CHANGED, /* its signature differs */
	TREE_WRITTEN, /* it was written, but its signature is the same */
	TREE_CLOSED, /* after one of these: a writer closed it, or it was moved */
	TREE_GONE, /* it was deleted or moved away */
	TREE_UNSETTLED, /* after a change found by polling: may be half-written */
	TREE_SETTLED, /* it is the same in two scans */
	TREE_LOST, /* hints were lost, so changes may be missing; no path */
	TREE_UNREADABLE, /* a directory cannot be watched or read: errno */
	TREE_POLLED, /* a directory is polled from here on; by: why */
	TREE_IGNORED /* a hint was about a name that does not count; by: why */
};

/*
 * An event at a path, which is valid during the call only.  `rules` are those
 * for which it counts, `by` is the pattern by which it does.
 */
typedef void tree_notify(void *arg, const char *path, enum tree_event event,
    uint64_t rules, const char *by);

struct tree_options {
	const struct rules *rules;
	int64_t interval; /* poll everything so often, or 0: use hints */
	uint64_t contents; /* rules that want TREE_FOUND for each file */
	bool explain; /* send TREE_IGNORED */
	tree_notify *notify;
	void *arg; /* for notify */
};

struct tree;

/* Return a tree whose roots are to be scanned, or NULL: out of memory. */
struct tree *tree_open(const struct tree_options *options);

/* Return a descriptor that is readable if there are hints, or -1. */
int tree_fd(const struct tree *t);

/* Return one on which poll(2) reports POLLPRI at mounts, or -1. */
int tree_mounts_fd(const struct tree *t);

/* Something was mounted or unmounted: the directories that differ are due. */
void tree_mounted(struct tree *t);

/* Take in the hints that there are; 0, or -1 with errno set. */
int tree_hear(struct tree *t);

/*
 * Scan one directory that is due.  Returns 1, 0 if none is, or -1: out of
 * memory.
 */
int tree_scan(struct tree *t, int64_t now);

/* Return when tree_scan has something to do, or TREE_NEVER. */
int64_t tree_due(const struct tree *t);

/* Return how many ms after it happened a change may be reported. */
int64_t tree_slack(const struct tree *t);

/* Count the directories and the files that are remembered. */
void tree_count(const struct tree *t, size_t *dirs, size_t *files);

/*
 * Visit each directory, name NULL and by how it is watched; and each file, by
 * the pattern by which it counts for these rules.
 */
typedef void tree_visit(
    void *arg, const char *path, bool is_dir, uint64_t rules, const char *by);
void tree_each(const struct tree *t, tree_visit *visit, void *arg);

void tree_close(struct tree *t);

#endif
