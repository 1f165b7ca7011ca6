#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* dir.c - what a tree is made of: directories, their entries, their users */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree/dir.h"
#include "tree/sweep.h"

/* ---- paths ---- */

/* what the system calls a directory */
const char *
dir_path(const struct tree_dir *d)
{
	return *d->path == '\0' ? "." : d->path;
}

/* the path of a name in a directory; 0, or -1 when it is too long */
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

uint64_t
dir_judge(const struct tree *t, const struct tree_dir *d, const char *name,
    const char **by)
{
	return rules_judge(t->rules, d->reach, d->path, name, by);
}

void
dir_tell(const struct tree *t, const struct tree_dir *d, const char *name,
    enum tree_news news, uint64_t rules, const char *by)
{
	char path[PATH_MAX];

	if (dir_join(d, name, path) == 0)
		t->tell(t->arg, path, news, rules, by);
}

/* ---- users of a watch ---- */

bool
dir_mute(const struct tree *t)
{
	return t->backend != NULL && t->backend->add_file != NULL;
}

int
dir_id(const struct tree_dir *d)
{
	const struct tree_user *u;

	for (u = d->users; u != NULL; u = u->next)
		if (u->link == NULL)
			return u->id;
	return -1;
}

static struct tree_user **
bucket(const struct tree *t, int id)
{
	return &t->users[(size_t)id & (t->nbuckets - 1)];
}

struct tree_user *
dir_users(const struct tree *t, int id)
{
	return t->nbuckets == 0 ? NULL : *bucket(t, id);
}

static int
grow_users(struct tree *t)
{
	struct tree_user **old, *u, *same;
	size_t i, n;

	old = t->users;
	n = t->nbuckets;
	t->users = calloc(n == 0 ? 64 : n * 2, sizeof(struct tree_user *));
	if (t->users == NULL) {
		t->users = old;
		return -1;
	}
	t->nbuckets = n == 0 ? 64 : n * 2;
	for (i = 0; i < n; i++)
		for (u = old[i]; u != NULL; u = same) {
			same = u->same;
			u->same = *bucket(t, u->id);
			*bucket(t, u->id) = u;
		}
	free(old);
	return 0;
}

static void
free_user(struct tree_user *u)
{
	free(u->target);
	free(u->link);
	free(u);
}

static int
add_user(struct tree *t, struct tree_dir *d, int id, const char *target,
    const char *link)
{
	struct tree_user *u;

	if (t->nusers >= t->nbuckets && grow_users(t) < 0)
		return -1;
	u = malloc(sizeof *u);
	if (u == NULL)
		return -1;
	*u = (struct tree_user){ .id = id,
		.dir = d,
		.target = target == NULL ? NULL : strdup(target),
		.link = link == NULL ? NULL : strdup(link) };
	if (target != NULL && (u->target == NULL || u->link == NULL)) {
		free_user(u);
		return -1;
	}
	u->same = *bucket(t, id);
	*bucket(t, id) = u;
	u->next = d->users;
	d->users = u;
	t->nusers++;
	return 0;
}

/* Forget a user, and the watch with its last one unless it ended by itself. */
void
dir_unuse(struct tree *t, struct tree_user *u, bool ended)
{
	struct tree_user **p, *other;
	int id;

	id = u->id;
	for (p = bucket(t, id); *p != u; p = &(*p)->same)
		;
	*p = u->same;
	for (p = &u->dir->users; *p != u; p = &(*p)->next)
		;
	*p = u->next;
	t->nusers--;
	free_user(u);
	if (ended)
		return;
	for (other = *bucket(t, id); other != NULL; other = other->same)
		if (other->id == id)
			return;
	t->backend->drop(t->watch, id);
}

int
dir_use(struct tree *t, struct tree_dir *d, int id)
{
	struct tree_user *old;

	for (old = d->users; old != NULL; old = old->next)
		if (old->link == NULL)
			break;
	if (old != NULL && old->id == id)
		return 0;
	if (add_user(t, d, id, NULL, NULL) < 0)
		return -1;
	if (old != NULL)
		dir_unuse(t, old, false);
	return 0;
}

static bool
is_for(const struct tree_user *u, const char *link)
{
	return u->link != NULL && strcmp(u->link, link) == 0;
}

void
dir_relink(struct tree_dir *d, const char *link)
{
	struct tree_user *u;

	for (u = d->users; u != NULL; u = u->next)
		u->old = is_for(u, link);
}

int
dir_link(struct tree *t, struct tree_dir *d, int id, const char *target,
    const char *link)
{
	struct tree_user *u;

	for (u = d->users; u != NULL; u = u->next)
		if (u->old && u->id == id && strcmp(u->target, target) == 0) {
			u->old = false;
			return 0;
		}
	return add_user(t, d, id, target, link);
}

void
dir_relinked(struct tree *t, struct tree_dir *d, const char *link)
{
	struct tree_user *u, *next;

	for (u = d->users; u != NULL; u = next) {
		next = u->next;
		if (u->old && is_for(u, link))
			dir_unuse(t, u, false);
	}
}

void
dir_unlink(struct tree *t, struct tree_dir *d, const char *link)
{
	dir_relink(d, link);
	dir_relinked(t, d, link);
}

/* ---- directories ---- */

void
dir_make_hinted_due(struct tree *t, struct tree_dir *d)
{
	if (d->due)
		return;
	d->due = true;
	d->next = NULL;
	*t->due_last = d;
	t->due_last = &d->next;
}

void
dir_make_due(struct tree *t, struct tree_dir *d)
{
	d->whole = true;
	dir_make_hinted_due(t, d);
}

/* Takes the reach over. */
struct tree_dir *
dir_new(struct tree *t, struct tree_dir *up, const char *path,
    struct rules_reach *reach)
{
	struct tree_dir *d;

	d = malloc(sizeof *d);
	if (d == NULL) {
		rules_leave(t->rules, reach);
		return NULL;
	}
	/* tcc 0.9.27 leaves bits as they are beside one that is initialised. */
	*d = (struct tree_dir){
		.up = up, .path = strdup(path), .reach = reach
	};
	d->names = rules_only_names(t->rules, reach);
	d->level = d->names ? WATCH_NAMES : WATCH_FILES;
	d->events = up == NULL ? OS_EVENTS_ALL : up->events;
	d->quiet = up == NULL || up->quiet;
	d->unheard = true;
	if (d->path == NULL) {
		rules_leave(t->rules, d->reach);
		free(d);
		return NULL;
	}
	t->ndirs++;
	dir_make_due(t, d);
	return d;
}

/* It may be on its way back. */
static void
say_gone(struct tree *t, const struct tree_dir *d, const struct tree_entry *e)
{
	char path[PATH_MAX];
	const char *by;
	uint64_t rules;

	if (e->content != 0 && dir_join(d, e->name, path) == 0)
		ghost_put(&t->gone, path, e->content);
	rules = dir_judge(t, d, e->name, &by);
	if (rules != 0)
		dir_tell(t, d, e->name, TREE_GONE, rules, by);
}

void
dir_free(struct tree_dir *d)
{
	free(d->path);
	free(d->entries);
	free(d);
}

/* Free an entry; what was beneath it has been dropped before. */
static void
free_entry(struct tree *t, struct tree_dir *d, struct tree_entry *e, bool say)
{
	if (!e->isdir) {
		t->nfiles--;
		if (say)
			say_gone(t, d, e);
	}
	if (e->type == S_IFLNK)
		dir_unlink(t, d, e->name);
	free(e);
}

/* Give up a directory whose entries have been freed. */
static void
end_dir(struct tree *t, struct tree_dir *d)
{
	d->n = d->freed = 0;
	sweep_forget(t, d);
	while (d->users != NULL)
		dir_unuse(t, d->users, false);
	rules_leave(t->rules, d->reach);
	t->ndirs--;
	d->dead = true;
	if (!d->due)
		dir_free(d);
}

/* Depth first, but without recursion: a tree may be deeper than the stack. */
void
dir_drop(struct tree *t, struct tree_dir *top, bool say)
{
	struct tree_dir *d, *up;

	d = top;
	for (;;) {
		while (d->freed < d->n && d->entries[d->freed]->isdir)
			d = d->entries[d->freed]->dir;
		if (d->freed < d->n) {
			free_entry(t, d, d->entries[d->freed++], say);
			continue;
		}
		up = d == top ? NULL : d->up;
		end_dir(t, d);
		if (up == NULL)
			return;
		d = up;
		free_entry(t, d, d->entries[d->freed++], say);
	}
}

void
dir_forget(struct tree *t, struct tree_dir *d, struct tree_entry *e, bool say)
{
	if (e->isdir)
		dir_drop(t, e->dir, say);
	free_entry(t, d, e, say);
}

/* ---- entries ---- */

static int
by_name(const void *a, const void *b)
{
	const struct tree_entry *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* the entry of this name among the first n, which are sorted */
struct tree_entry *
dir_find(const struct tree_dir *d, size_t n, const char *name)
{
	size_t low, high, mid;
	int order;

	for (low = 0, high = n; low < high;) {
		mid = low + (high - low) / 2;
		order = strcmp(name, d->entries[mid]->name);
		if (order == 0)
			return d->entries[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

struct tree_entry *
dir_add(struct tree_dir *d, const char *name)
{
	struct tree_entry **entries, *e;
	size_t n, size;
	uint32_t cap;

	if (d->n == d->cap) {
		cap = d->cap == 0 ? 8 : d->cap * 2;
		entries = realloc(d->entries, cap * sizeof *entries);
		if (entries == NULL)
			return NULL;
		d->entries = entries;
		d->cap = cap;
	}
	n = strlen(name) + 1;
	size = offsetof(struct tree_entry, name) + n;
	e = malloc(size < sizeof *e ? sizeof *e : size);
	if (e == NULL)
		return NULL;
	*e = (struct tree_entry){ .type = 0 };
	e->seen = true;
	memcpy(e->name, name, n);
	d->entries[d->n++] = e;
	return e;
}

void
dir_sort(struct tree_dir *d)
{
	qsort(d->entries, d->n, sizeof d->entries[0], by_name);
}
