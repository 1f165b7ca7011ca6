#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* dir.c - the parts of a tree: directories, their entries, and their watches */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tree/dir.h"
#include "tree/poll.h"
#include "tree/symlink.h"

/* ---- paths ---- */

const char *
dir_path(const struct tree_dir *d)
{
	return *d->path == '\0' ? "." : d->path;
}

int
dir_join(const struct tree_dir *d, const char *name, char path[PATH_MAX])
{
	size_t len, n;

	len = strlen(d->path);
	n = strlen(name) + 1;
	if (n + 1 > PATH_MAX - len)
		return -1;
	memcpy(path, d->path, len);
	if (len > 0 && path[len - 1] != '/')
		path[len++] = '/';
	memcpy(path + len, name, n);
	return 0;
}

bool
dir_is_gone(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP ||
	    error == ENAMETOOLONG || os_is_link(error);
}

bool
dir_is_refused(int error)
{
	return error == EACCES || error == EPERM;
}

/* ---- events ---- */

uint64_t
dir_judge(const struct tree *t, const struct tree_dir *d, const char *name,
    const char **by)
{
	return rules_judge(t->options.rules, d->reach, d->path, name, by);
}

void
dir_notify(const struct tree *t, const struct tree_dir *d, const char *name,
    enum tree_event event, uint64_t rules, const char *by)
{
	char path[PATH_MAX];

	if (dir_join(d, name, path) == 0)
		t->options.notify(t->options.arg, path, event, rules, by);
}

/* ---- watches ---- */

/* hash_number() maps different numbers to different hashes. */
struct tree_dir *
dir_first_watched(const struct tree *t, int wd)
{
	return (struct tree_dir *)hash_first(
	    &t->watched, hash_number((uint64_t)wd));
}

struct tree_dir *
dir_next_watched(const struct tree_dir *d)
{
	return (struct tree_dir *)hash_next(&d->watched);
}

void
dir_end_watch(struct tree *t, int wd)
{
	if (dir_first_watched(t, wd) == NULL && !symlink_uses(t, wd))
		inotify_drop(&t->inotify, wd);
}

int
dir_use_watch(struct tree *t, struct tree_dir *d, int wd)
{
	if (d->wd == wd)
		return 0;
	dir_leave_watch(t, d);
	if (hash_add(&t->watched, &d->watched, hash_number((uint64_t)wd)) < 0)
		return -1;
	d->wd = wd;
	return 0;
}

void
dir_leave_watch(struct tree *t, struct tree_dir *d)
{
	int wd;

	wd = d->wd;
	if (wd < 0)
		return;
	hash_remove(&t->watched, &d->watched);
	d->wd = -1;
	dir_end_watch(t, wd);
}

/* ---- directories ---- */

struct tree_dir *
dir_new(struct tree *t, struct tree_dir *up, const char *path,
    struct rules_reach *reach)
{
	struct tree_dir *d;
	char *copy;

	d = malloc(sizeof *d);
	copy = strdup(path);
	if (d == NULL || copy == NULL) {
		rules_leave(t->options.rules, reach);
		free(copy);
		free(d);
		return NULL;
	}
	*d = (struct tree_dir){
		.up = up, .path = copy, .reach = reach, .wd = -1
	};
	d->level = rules_only_names(t->options.rules, reach) ? INOTIFY_NAMES
							     : INOTIFY_FILES;
	d->events = up == NULL ? OS_EVENTS_ALL : up->events;
	d->is_quiet = up == NULL || up->is_quiet;
	list_append(&t->dirs, &d->node, d);
	poll_queue(t, d, QUEUE_DUE);
	return d;
}

static void
report_gone(struct tree *t, const struct tree_dir *d, const char *name)
{
	const char *by;
	uint64_t rules;

	rules = dir_judge(t, d, name, &by);
	if (rules != 0)
		dir_notify(t, d, name, TREE_GONE, rules, by);
}

/* Free an entry; what was beneath it has been dropped before. */
static void
free_entry(
    struct tree *t, struct tree_dir *d, struct tree_entry *e, bool report)
{
	if (!entry_is_dir(e)) {
		t->nfiles--;
		if (report)
			report_gone(t, d, e->name);
	}
	symlink_free(t, e);
	free(e);
}

/* Free a directory whose entries have been freed. */
static void
free_dir(struct tree *t, struct tree_dir *d)
{
	poll_set(t, d, false);
	list_remove(&d->queued);
	dir_leave_watch(t, d);
	rules_leave(t->options.rules, d->reach);
	list_remove(&d->node);
	free(d->entries);
	free(d->path);
	free(d);
}

/* Depth first, but without recursion: a tree may be deeper than the stack. */
void
dir_drop(struct tree *t, struct tree_dir *top, bool report)
{
	struct tree_dir *d, *up;

	d = top;
	for (;;) {
		while (
		    d->dropped < d->n && entry_is_dir(d->entries[d->dropped]))
			d = d->entries[d->dropped]->dir;
		if (d->dropped < d->n) {
			free_entry(t, d, d->entries[d->dropped++], report);
			continue;
		}
		up = d == top ? NULL : d->up;
		free_dir(t, d);
		if (up == NULL)
			return;
		d = up;
		free_entry(t, d, d->entries[d->dropped++], report);
	}
}

/* ---- entries ---- */

bool
entry_is_dir(const struct tree_entry *e)
{
	return e->kind == ENTRY_DIR || e->kind == ENTRY_LINKED_DIR;
}

/* Return the place where a name is, or would be inserted. */
static uint32_t
find_place(const struct tree_dir *d, const char *name)
{
	uint32_t low, high, mid;
	int order;

	for (low = 0, high = d->n; low < high;) {
		mid = low + (high - low) / 2;
		order = strcmp(name, d->entries[mid]->name);
		if (order == 0)
			return mid;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

struct tree_entry *
dir_find(const struct tree_dir *d, const char *name)
{
	uint32_t place;

	place = find_place(d, name);
	return place < d->n && strcmp(d->entries[place]->name, name) == 0
	    ? d->entries[place]
	    : NULL;
}

static struct tree_entry *
new_entry(const char *name)
{
	struct tree_entry *e;
	size_t n;

	n = strlen(name) + 1;
	e = malloc(sizeof *e + n);
	if (e == NULL)
		return NULL;
	/* tcc 0.9.27 leaves bits as they are beside one that is initialised. */
	*e = (struct tree_entry){ .ino = 0 };
	e->is_seen = true;
	memcpy(e->name, name, n);
	return e;
}

struct tree_entry *
dir_insert(struct tree_dir *d, const char *name)
{
	struct tree_entry **entries, *e;
	uint32_t cap, place;

	if (d->n == d->cap) {
		cap = d->cap == 0 ? 4 : d->cap * 2;
		entries = realloc(d->entries, cap * sizeof *entries);
		if (entries == NULL)
			return NULL;
		d->entries = entries;
		d->cap = cap;
	}
	e = new_entry(name);
	if (e == NULL)
		return NULL;
	place = find_place(d, name);
	memmove(d->entries + place + 1, d->entries + place,
	    (d->n - place) * sizeof d->entries[0]);
	d->entries[place] = e;
	d->n++;
	return e;
}

/* Drop what is beneath first: its paths need the entries above. */
static void
drop_entry(struct tree *t, struct tree_dir *d, struct tree_entry *e)
{
	if (entry_is_dir(e))
		dir_drop(t, e->dir, true);
	free_entry(t, d, e, true);
}

void
dir_remove(struct tree *t, struct tree_dir *d, const char *name)
{
	struct tree_entry *e;
	uint32_t place;

	place = find_place(d, name);
	e = d->entries[place];
	d->n--;
	memmove(d->entries + place, d->entries + place + 1,
	    (d->n - place) * sizeof d->entries[0]);
	drop_entry(t, d, e);
}

void
dir_sift(struct tree *t, struct tree_dir *d)
{
	uint32_t i, n;

	for (i = n = 0; i < d->n; i++)
		if (d->entries[i]->is_seen)
			d->entries[n++] = d->entries[i];
		else
			drop_entry(t, d, d->entries[i]);
	d->n = n;
}
