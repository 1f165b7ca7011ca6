/* dir.h - what a tree is made of: directories, their entries, their users */
#ifndef DIR_H
#define DIR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "tree/tree.h"

/* For tree.c and look.c only; everybody else reads tree.h. */

/*
 * Who is to be told of a hint: a directory, for itself, or for a link in it
 * to a file in the watched directory.  A watched directory has several users
 * when it is spelled in several ways.
 */
struct tree_user {
	int id;
	struct tree_dir *dir;
	char *target; /* a name in the watched directory, or NULL */
	char *link; /* the name in dir that leads there, or through it */
	bool old; /* of a link that is being followed anew */
	struct tree_user *same; /* the next in this bucket, of whatever id */
	struct tree_user *next; /* the next of this dir */
};

/* what the system calls a directory */
const char *dir_path(const struct tree_dir *d);

/* the path of a name in a directory; 0, or -1 when it is too long */
int dir_join(const struct tree_dir *d, const char *name, char path[PATH_MAX]);

/* the rules that the file of this name counts for; *by as in rules_judge */
uint64_t dir_judge(const struct tree *t, const struct tree_dir *d,
    const char *name, const char **by);

/* does this errno say that nothing is there? */
bool dir_is_gone(int error);

/* that we may not?  What is neither may be well a moment later */
bool dir_is_refused(int error);

/* tell news of a name in a directory to these rules */
void dir_tell(const struct tree *t, const struct tree_dir *d, const char *name,
    enum tree_news news, uint64_t rules, const char *by);

/* do hints not say what was done, so that only looks tell? */
bool dir_mute(const struct tree *t);

/* the id of the watch on d, or -1 where it has none */
int dir_id(const struct tree_dir *d);

/* the first of the bucket in which the users of this watch are, or NULL */
struct tree_user *dir_users(const struct tree *t, int id);

/*
 * Hints of watch id are for d, in place of what they came by before; 0, or -1
 * when memory is out.
 */
int dir_use(struct tree *t, struct tree_dir *d, int id);

/* forget a user, and with its last one the watch, unless that ended itself */
void dir_unuse(struct tree *t, struct tree_user *u, bool ended);

/* the link of this name in d is followed anew, by dir_link for each step */
void dir_relink(struct tree_dir *d, const char *link);

/* hints of watch id about target are for that link, too; 0, or -1 */
int dir_link(struct tree *t, struct tree_dir *d, int id, const char *target,
    const char *link);

/* it has been: what it no longer leads through is forgotten */
void dir_relinked(struct tree *t, struct tree_dir *d, const char *link);

/* no hints are for a link of this name any more, if there were any */
void dir_unlink(struct tree *t, struct tree_dir *d, const char *link);

/* put it into the queue for a look at those of its files that were hinted at */
void dir_make_hinted_due(struct tree *t, struct tree_dir *d);

/* and at all that is in it */
void dir_make_due(struct tree *t, struct tree_dir *d);

/* a directory that is due; takes the reach over; NULL when memory is out */
struct tree_dir *dir_new(struct tree *t, struct tree_dir *up, const char *path,
    struct rules_reach *reach);

/* forget it and all beneath; say whether that is news */
void dir_drop(struct tree *t, struct tree_dir *d, bool say);

/* the end of a directory that is dead and no longer due */
void dir_free(struct tree_dir *d);

/* the entry of this name among the first n, which are sorted, or NULL */
struct tree_entry *
dir_find(const struct tree_dir *d, size_t n, const char *name);

/* a new entry, seen, at the end; NULL when memory is out */
struct tree_entry *dir_add(struct tree_dir *d, const char *name);

/* free an entry, with all beneath it; say whether that is news */
void
dir_forget(struct tree *t, struct tree_dir *d, struct tree_entry *e, bool say);

/* put the entries in order again */
void dir_sort(struct tree_dir *d);

#endif
