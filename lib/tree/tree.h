/* tree.h - the remembered tree: hints go in, what changed comes out */
#ifndef TREE_H
#define TREE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/rule.h"
#include "os/os.h"
#include "tree/ghost.h"
#include "tree/mounts.h"
#include "tree/watch.h"

enum {
	TREE_INTERVAL = 1000, /* ms from a sweep to the next, by default */
	TREE_AGAIN = 80, /* ms to a second look at what a sweep found changed */
	TREE_QUIET = 160 /* ms without a hint, where none tells who is done */
};

#define TREE_NEVER INT64_MAX

/*
 * The tree remembers the files that the rules' patterns match, and the
 * directories on the way to them.  One routine serves the start, new and
 * moved directories, lost hints and plain changes: watch a directory, then
 * read it, then compare it with what is remembered.  Hints only say which
 * directories are due, or which of the files known in one; what they say of
 * them is never believed.
 *
 * Where hints don't tell all, or there are none, directories are polled: all
 * of them are due at each sweep.  What a sweep finds changed is told as being
 * written, until a second look a moment later finds it the same.
 *
 * At the start, names do where hints tell all: how the files look is found out
 * at a second look, for which tree_due asks at once.  What is heard of a file
 * before that has changed it.
 */

/* What is remembered of a name: any difference is a change. */
struct tree_entry {
	dev_t dev;
	ino_t ino;
	off_t size;
	int64_t mtime; /* nanoseconds since 1970 */
	union {
		struct tree_dir *dir; /* what is beneath, where isdir */
		uint64_t content; /* of a file: its sum, 0: not known */
	};
	mode_t type; /* S_IFMT part; S_IFLNK with the target's rest */
	bool isdir : 1;
	bool fresh : 1; /* changed so lately that it may change unseen */
	bool written : 1; /* a writer was heard of since the last look */
	bool open : 1; /* and has not closed it yet */
	bool held : 1; /* a sweep found it changed: it may be half-written */
	bool told : 1; /* as changed or gone, since it held that content */
	bool hinted : 1; /* its name was heard of since the last look */
	bool vague : 1; /* no more than its name is known for sure */
	bool seen : 1; /* at this look */
	uint8_t era; /* since when it is told: see tree_acted */
	char name[];
};

/* What tells that names in a directory came or went. */
struct tree_stamp {
	dev_t dev;
	ino_t ino;
	int64_t mtime, ctime; /* nanoseconds since 1970 */
};

/* A directory that patterns reach: its path is as they spell it. */
struct tree_dir {
	struct tree_dir *up; /* NULL for a root */
	char *path;
	struct rules_reach *reach;
	struct tree_entry **entries; /* sorted by name */
	uint32_t n, cap;
	uint32_t
	    freed; /* the first entries, while it is dropped: see dir_drop */
	struct tree_user *users; /* what hints about it come by: see tree.c */
	struct tree_dir *next; /* that is due for a look after this one */
	struct tree_stamp stamp; /* when it was read */
	uint32_t polled; /* its place among those that are, from 1 on, or 0 */
	unsigned level : 1; /* enum watch_level */
	unsigned events : 2; /* enum os_events, of its file system */
	bool follow : 1; /* its name is spelled out, so it may be a link */
	bool names : 1; /* only names that are spelled out count in it */
	bool quiet : 1; /* not read yet: what is in it was there before us */
	bool unheard : 1; /* hints about its files have been missed */
	bool heard : 1; /* hints about it came since the last look */
	bool
	    unwatched : 1; /* at the last look: the next one above tries again */
	bool lacking : 1; /* no watch was left for it */
	bool blind : 1; /* nor for what a link in it leads through */
	bool stamped : 1; /* its stamp is known, and will change when it does */
	bool told : 1; /* that it can't be watched or read */
	bool due : 1;
	bool whole : 1; /* and not only the files in it that were hinted at */
	bool swept : 1; /* it is due for a sweep */
	bool counted : 1; /* that still goes on */
	bool again : 1; /* it will be due for a second look */
	bool dead : 1; /* gone, and kept only while it is due */
};

enum tree_news {
	TREE_CHANGED, /* written, created or moved here; by: the pattern */
	TREE_CAME, /* that, where nothing was remembered; by: it, too */
	TREE_SAME, /* that, with the content it had all the time; by: it, too */
	TREE_BACK, /* after more news of it, as it was before that; by: it, too */
	TREE_GONE, /* deleted or moved away; by: the pattern */
	TREE_WRITTEN, /* a writer is at work; by: the pattern */
	TREE_CLOSED, /* and has closed it, or it came or went whole */
	TREE_UNREAD, /* a directory that can't be read or watched: errno */
	TREE_POLLED, /* a directory from which on we poll; by: why, in words */
	TREE_NOT_COUNTED /* why hints for it lead to nothing; by: in words */
};

/*
 * The content of a file is known from its first change on, and from the start
 * on to rules that ask for it (-u).  A file that is rewritten as it was is told
 * as TREE_SAME.  If that takes a moment it is told as TREE_CHANGED or TREE_GONE
 * first; when it then holds again what it held before, and nobody has acted on
 * that news, it is told as TREE_BACK: there is nothing to act on any more.
 */

/* news of a path, valid during the call only, and the rules it counts for */
typedef void tree_tell(void *arg, const char *path, enum tree_news news,
    uint64_t rules, const char *by);

/* What is polled, and when. */
struct tree_sweep {
	struct tree_dir **dirs; /* all that are polled */
	uint32_t n, cap;
	struct tree_again {
		struct tree_dir *d;
		int64_t at;
	} * again; /* looks that come sooner */
	size_t nagain, again_cap;
	size_t left; /* directories that this sweep has yet to look at */
	int64_t began, ended; /* this one, the last one */
	int64_t took; /* the last one */
	unsigned long count;
	size_t lacking; /* directories for which no watch was left */
	bool full; /* none was left when we tried last, in this sweep */
	bool told; /* that there are none */
	dev_t *mounts; /* of which was told that they are polled */
	size_t nmounts;
};

struct tree {
	const struct watch_backend *backend; /* NULL: poll everything */
	struct watch *watch; /* NULL: it could not be opened */
	int error; /* why not */
	int64_t interval; /* from a sweep to the next at least */
	struct tree_sweep sweep;
	struct mounts mounts;
	const struct rules *rules;
	tree_tell *tell;
	void *arg;
	struct tree_dir *roots[2]; /* "" and "/", where used */
	struct tree_dir *due, **due_last; /* a queue */
	struct tree_user **users; /* by id: a hash table */
	size_t nusers, nbuckets;
	size_t ndirs, nfiles;
	uint64_t same; /* the rules that ask for the content of files */
	struct ghosts gone; /* what files held, by their paths */
	uint8_t era; /* how often all that was told was acted on */
	struct ghosts made; /* paths of files that somebody has just made */
	int64_t began; /* to be read, nanoseconds since 1970 */
	int64_t heard; /* all hints until then, likewise */
	bool lost; /* hints were lost, since somebody set this to false */
	bool explain; /* tell TREE_NOT_COUNTED, too */
};

/*
 * Remember nothing yet, with all roots due; 0, or -1 and errno.  With backend
 * NULL, or one that does not open, everything is polled.
 */
int tree_open(struct tree *t, const struct watch_backend *backend,
    const struct rules *rules, tree_tell *tell, void *arg);

/* readable when tree_hear has something to hear; -1: there are no hints */
int tree_fd(const struct tree *t);

/* poll(2) tells POLLPRI of it when tree_mounted is wanted; -1: never */
int tree_mounts_fd(const struct tree *t);

/* something was mounted or unmounted: all is due, if it concerns us */
void tree_mounted(struct tree *t);

/* when tree_tick is wanted, a time that may have passed, or TREE_NEVER */
int64_t tree_due(const struct tree *t);

/* begin a sweep or a second look, if it is time for one */
void tree_tick(struct tree *t, int64_t now);

/* how much later than it happens a change may be told: ms, 0 with hints */
int64_t tree_slack(const struct tree *t);

/* how changes in a directory are found, in words: by inotify, by polling */
const char *tree_how(const struct tree *t, const struct tree_dir *d);

/* take in the hints that there are; 0, or -1 and errno */
int tree_hear(struct tree *t);

/* look at the directory that is due first; 1, 0 when none is, -1 and errno */
int tree_look(struct tree *t);

/* all that was told so far is being acted on: it can't be taken back */
void tree_acted(struct tree *t);

/* each directory and each file remembered, entry NULL for a directory */
void tree_each(const struct tree *t,
    void (*each)(
	void *arg, const struct tree_dir *d, const struct tree_entry *entry),
    void *arg);

void tree_close(struct tree *t);

#endif
