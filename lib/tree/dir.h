/* dir.h - the parts of a tree: directories, their entries, and their watches */
#ifndef DIR_H
#define DIR_H

#include <sys/stat.h>
#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/list.h"
#include "os/os.h"
#include "tree/inotify.h"
#include "tree/mounts.h"
#include "tree/tree.h"

/* For the modules of this folder; everybody else reads tree.h. */

enum entry_kind {
	ENTRY_FILE,
	ENTRY_LINK, /* to a file, to nothing, or to a directory not entered */
	ENTRY_DIR,
	ENTRY_LINKED_DIR /* a link to a directory that a pattern spells out */
};

struct symlink;

/* The memory of a name. */
struct tree_entry {
	/* the signature; of a link to a file, the file's */
	ino_t ino;
	int64_t mtime; /* nanoseconds since 1970 */
	union {
		off_t size; /* of a file or link */
		struct tree_dir *dir; /* of a directory */
	};
	uint32_t dev; /* the lower bits of st_dev */
	unsigned kind : 2; /* enum entry_kind */
	unsigned executable : 7; /* the executable bits of a file's mode */
	bool unsettled : 1; /* polled, and changed at the last scan */
	bool is_seen : 1; /* in the scan under way; new ones are */
	struct symlink *link; /* what a followed link leads through, or NULL */
	char name[];
};

/* A directory that patterns reach. */
struct tree_dir {
	struct hash_node watched; /* by wd, if that is not -1 */
	int wd; /* its inotify watch, or -1; other paths of it share that */
	struct tree_dir *up; /* NULL for a root */
	char *path; /* as the patterns spell it; "" for the current directory */
	struct rules_reach *reach;
	struct tree_entry **entries; /* sorted by name */
	uint32_t n, cap;
	uint32_t dropped; /* entries freed so far by dir_drop */

	struct list_node node; /* in the list of all */
	struct list_node queued; /* in a queue of scans */
	struct list_node polled; /* in the list of those that are polled */
	int64_t due; /* ms: when it is to be scanned, if it is queued */
	unsigned long swept; /* the last sweep that came to it */

	dev_t dev; /* of the last scan */
	ino_t ino;
	int64_t mtime, ctime; /* ns; ctime 0: too young to prove anything */
	int64_t scanned; /* when, nanoseconds since 1970 */

	unsigned level : 1; /* enum inotify_level */
	unsigned events : 2; /* enum os_events: what its file system reports */
	bool is_quiet : 1; /* before its first scan, if that is at the start */
	bool is_unreadable : 1; /* the next scan above tries again */
	bool is_reported : 1; /* that it is unreadable */
	bool lacks_watch : 1; /* none was left */
	bool lacks_way : 1; /* hints do not cover the way of a link in it */
};

/* Why a directory waits for a scan. */
enum tree_queue_kind {
	QUEUE_NONE,
	QUEUE_DUE, /* it is new, it moved, or hints were lost */
	QUEUE_RECHECK, /* it is polled, and files in it are unsettled */
	QUEUE_RETRY, /* something failed, perhaps for a moment */
	QUEUES
};

enum { POLL_DEVICES = 64 /* at most so many file systems are reported */ };

/* The directories that are polled. */
struct tree_poll {
	struct list dirs; /* first those that the sweep is still to come to */
	bool sweeping;
	int64_t began, ended; /* this sweep, the last one */
	int64_t took; /* the last one */
	unsigned long count; /* sweeps so far */
	bool is_full; /* no watch was left in this sweep */
	bool is_reported; /* that none is left */
	dev_t devs[POLL_DEVICES]; /* file systems reported as polled */
	size_t ndevs;
};

struct tree {
	struct tree_options options;
	struct inotify inotify; /* its fd is -1: everything is polled */
	int error; /* why inotify could not be opened */
	struct list dirs; /* all: first the roots, "" and "/" */
	struct list queues[QUEUES]; /* of scans, by kind, in order of time */
	struct hash watched; /* struct tree_dir */
	struct hash steps; /* struct symlink_step */
	struct list hinted; /* struct symlink: links to compare */
	struct tree_poll poll;
	struct mounts mounts;
	size_t nfiles;
	int64_t heard; /* ns: all hints until then were taken in */
	int64_t lost; /* ns: they are complete until then, or TREE_NEVER */
};

/* ---- paths ---- */

/* Return the path for system calls. */
const char *dir_path(const struct tree_dir *d);

/* Make the path of a name in a directory; 0, or -1 if it is too long. */
int dir_join(const struct tree_dir *d, const char *name, char path[PATH_MAX]);

/* Return true if this errno says that nothing is at a path. */
bool dir_is_gone(int error);

/* Return true if it says that we lack a permission. */
bool dir_is_refused(int error);

/* ---- events ---- */

/* Return the rules for which a file of this name counts; by: the pattern. */
uint64_t dir_judge(const struct tree *t, const struct tree_dir *d,
    const char *name, const char **by);

/* Send an event about a name in a directory. */
void dir_notify(const struct tree *t, const struct tree_dir *d,
    const char *name, enum tree_event event, uint64_t rules, const char *by);

/* ---- watches ---- */

/* Return the first directory with this watch, or the next one; or NULL. */
struct tree_dir *dir_first_watched(const struct tree *t, int wd);
struct tree_dir *dir_next_watched(const struct tree_dir *d);

/* Watch a directory by this descriptor from now on; 0, or -1: no memory. */
int dir_use_watch(struct tree *t, struct tree_dir *d, int wd);

/* Stop watching a directory. */
void dir_leave_watch(struct tree *t, struct tree_dir *d);

/* End a watch if neither a directory nor a link needs it. */
void dir_end_watch(struct tree *t, int wd);

/* ---- directories ---- */

/*
 * Make a directory, which is due.  Takes ownership of the reach, even if it
 * fails.  NULL: out of memory.
 */
struct tree_dir *dir_new(struct tree *t, struct tree_dir *up, const char *path,
    struct rules_reach *reach);

/* Forget a directory and all beneath; if `report`, send TREE_GONE events. */
void dir_drop(struct tree *t, struct tree_dir *d, bool report);

/* ---- entries ---- */

/* Return true if an entry is a directory. */
bool entry_is_dir(const struct tree_entry *e);

/* Return the entry of a name, or NULL. */
struct tree_entry *dir_find(const struct tree_dir *d, const char *name);

/*
 * Insert an entry for a new name; NULL: out of memory.  It costs little in the
 * order of names; else the pointers to all entries behind it are moved.
 */
struct tree_entry *dir_insert(struct tree_dir *d, const char *name);

/* Free the entry of a name with all beneath, and send TREE_GONE events. */
void dir_remove(struct tree *t, struct tree_dir *d, const char *name);

/* Likewise free all entries without is_seen. */
void dir_sift(struct tree *t, struct tree_dir *d);

#endif
