/* tree.h - the remembered tree: hints go in, what changed comes out */
#ifndef TREE_H
#define TREE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ghost.h"
#include "rule.h"
#include "watch.h"

/*
 * The tree remembers the files that the rules' patterns match, and the
 * directories on the way to them.  One routine serves the start, new and
 * moved directories, lost hints and plain changes: watch a directory, then
 * read it, then compare it with what is remembered.  Hints only say which
 * directories are due; what they name in them is never believed.
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
	bool told : 1; /* as changed or gone, since it held that content */
	bool hinted : 1; /* its name was heard of since the last look */
	bool seen : 1; /* at this look */
	char name[];
};

/* A directory that patterns reach: its path is as they spell it. */
struct tree_dir {
	struct tree_dir *up; /* NULL for a root */
	char *path;
	struct rules_reach *reach;
	struct tree_entry **entries; /* sorted by name */
	size_t n, cap;
	struct tree_user *users; /* what hints about it come by: see tree.c */
	struct tree_dir *next; /* that is due for a look after this one */
	enum watch_level level;
	bool follow; /* its name is spelled out, so it may be a link */
	bool names; /* only names that are spelled out count in it */
	bool quiet; /* not read yet: what is in it was there before us */
	bool unheard; /* hints about its files have been missed */
	bool unwatched; /* at the last look: the next one above tries again */
	bool told; /* that it can't be watched or read */
	bool due;
	bool dead; /* gone, and kept only while it is due */
};

enum tree_news {
	TREE_CHANGED, /* written, created or moved here; by: the pattern */
	TREE_SAME, /* that, with the content it had all the time; by: it, too */
	TREE_BACK, /* after more news of it, as it was before that; by: it, too */
	TREE_GONE, /* deleted or moved away; by: the pattern */
	TREE_WRITTEN, /* a writer is at work; by: the pattern */
	TREE_CLOSED, /* and has closed it, or it came or went whole */
	TREE_UNREAD, /* a directory that can't be read or watched: errno */
	TREE_NOT_COUNTED /* why hints for it lead to nothing; by: in words */
};

/*
 * The content of a file is known from its first change on, and from the start
 * on to rules that ask for it (-u).  A file that is rewritten as it was is told
 * as TREE_SAME.  If that takes a moment it is told as TREE_CHANGED or TREE_GONE
 * first; when it then holds again what it held before, that is TREE_BACK: who
 * has not acted on the former news may forget it, who has must act again.
 */

/* news of a path, valid during the call only, and the rules it counts for */
typedef void tree_tell(void *arg, const char *path, enum tree_news news,
    uint64_t rules, const char *by);

struct tree {
	const struct watch_backend *backend;
	struct watch *watch;
	const struct rules *rules;
	tree_tell *tell;
	void *arg;
	struct tree_dir *roots[3]; /* "", "./" and "/", where used */
	struct tree_dir *due, **due_last; /* a queue */
	struct tree_user **users; /* by id: a hash table */
	size_t nusers, nbuckets;
	size_t ndirs, nfiles;
	uint64_t same; /* the rules that ask for the content of files */
	struct ghosts gone; /* what files held, by their paths */
	struct ghosts made; /* paths of files that somebody has just made */
	bool explain; /* tell TREE_NOT_COUNTED, too */
};

/* remember nothing yet, with all roots due; 0, or -1 and errno */
int tree_open(struct tree *t, const struct watch_backend *backend,
    const struct rules *rules, tree_tell *tell, void *arg);

/* readable when tree_hear has something to hear */
int tree_fd(const struct tree *t);

/* take in the hints that there are; 0, or -1 and errno */
int tree_hear(struct tree *t);

/* look at the directory that is due first; 1, 0 when none is, -1 and errno */
int tree_look(struct tree *t);

/* each directory and each file remembered, entry NULL for a directory */
void tree_each(const struct tree *t,
    void (*each)(
	void *arg, const struct tree_dir *d, const struct tree_entry *entry),
    void *arg);

void tree_close(struct tree *t);

#endif
