#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* look.c - a look at a directory: watch it, read it, compare it */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "dir.h"
#include "link.h"
#include "look.h"
#include "os.h"
#include "seen.h"

/* A link that some rules enter may be no more than a file for others. */
static void
tell_link(const struct look *l, const char *name)
{
	const char *by;
	uint64_t rules;

	rules = dir_judge(l->t, l->d, name, &by) &
	    ~rules_entering(l->t->rules, l->d->reach, name, true);
	if (rules != 0)
		dir_tell(l->t, l->d, name, TREE_CHANGED, rules, by);
}

static int
see_dir(struct look *l, const char *name, const struct seen *s)
{
	struct rules_reach *reach;
	struct tree_entry *e;
	char path[PATH_MAX];

	if (dir_join(l->d, name, path) < 0)
		return 0;
	reach = rules_enter(l->t->rules, l->d->reach, name, s->type == S_IFLNK);
	if (reach == NULL)
		return 0;
	e = dir_add(l->d, name);
	if (e == NULL) {
		rules_leave(l->t->rules, reach);
		return -1;
	}
	e->dev = s->st.st_dev;
	e->ino = s->st.st_ino;
	e->type = s->type;
	e->isdir = true;
	e->dir = dir_new(l->t, l->d, path, reach);
	if (e->dir == NULL) {
		l->d->n--;
		free(e);
		return -1;
	}
	e->dir->follow = seen_spelled(l, name);
	if (s->type == S_IFLNK && !l->d->quiet)
		tell_link(l, name);
	return 0;
}

static bool
has_links(const struct tree_dir *d)
{
	return d->users != NULL && d->users->next != NULL;
}

/*
 * A link that counts, or may lead to what does, though it leads nowhere now,
 * is followed when it is met and whenever something on its way is heard of.
 */
static int
see_link(struct look *l, const char *name, struct tree_entry *e,
    const struct seen *s)
{
	const char *by;

	if (s->type != S_IFLNK) {
		if (e == NULL ? has_links(l->d) && seen_spelled(l, name)
			      : e->type == S_IFLNK)
			dir_unlink(l->t, l->d, name);
		return 0;
	}
	if (e != NULL && !e->hinted && !l->d->unheard)
		return 0;
	if (e != NULL)
		e->hinted = false;
	if (e == NULL && !seen_spelled(l, name) &&
	    dir_judge(l->t, l->d, name, &by) == 0)
		return 0;
	/* Though what was behind it goes, its way is to be watched on. */
	if (e != NULL && e->isdir && !s->isdir)
		e->type = 0;
	return link_watch(l->t, l->d, name);
}

/* Can the directory entry be passed over without a stat? */
static bool
irrelevant(const struct look *l, const char *name, mode_t type)
{
	const char *by;

	return type != 0 && type != S_IFDIR && type != S_IFLNK &&
	    dir_judge(l->t, l->d, name, &by) == 0;
}

/* Look at one name; type is what the directory says of it, 0 if nothing. */
static int
see(struct look *l, const char *name, mode_t type)
{
	struct tree_entry *e;
	struct seen s;
	size_t i;

	e = dir_find(l->d, l->sorted, name);
	if (e == NULL && irrelevant(l, name, type))
		return 0;
	/* Patterns may spell out one name twice. */
	for (i = l->sorted; l->fd < 0 && i < l->d->n; i++)
		if (strcmp(l->d->entries[i]->name, name) == 0)
			return 0;
	if (!seen_at(l, name, &s))
		s.type = 0;
	if (see_link(l, name, e, &s) < 0)
		return -1;
	if (s.type == 0)
		return 0;
	if (e != NULL && e->isdir && s.isdir && e->type == s.type &&
	    e->dev == s.st.st_dev && e->ino == s.st.st_ino) {
		e->seen = true;
		if (e->dir->unwatched)
			dir_make_due(l->t, e->dir);
		return 0;
	}
	if (s.isdir)
		return see_dir(l, name, &s);
	return seen_file(l, name, e != NULL && e->isdir ? NULL : e, &s);
}

/* What was not seen is no more; what is new takes its place in the order. */
static void
sweep(struct look *l)
{
	struct tree_dir *d;
	size_t i, n;
	bool grown;

	d = l->d;
	for (i = n = 0; i < d->n; i++)
		if (d->entries[i]->seen)
			d->entries[n++] = d->entries[i];
		else
			dir_forget(l->t, d, d->entries[i], true);
	grown = d->n > l->sorted;
	d->n = n;
	if (grown)
		dir_sort(d);
}

/* The names that a rule's patterns spell out; see see_spelled. */
static int
see_names(
    struct look *l, const struct globs *g, const struct glob_set *set, bool all)
{
	const char *name;
	size_t i;

	for (i = 0; i < set->n; i++) {
		name = globs_name(g, set, i);
		if (name != NULL && (all || strcmp(name, "..") == 0) &&
		    see(l, name, 0) < 0)
			return -1;
	}
	return 0;
}

/* The names that patterns spell out; all of them, or those that no
 * directory lists. */
static int
see_spelled(struct look *l, bool all)
{
	const struct rules *rs;
	const struct glob_set *set;
	size_t i;

	rs = l->t->rules;
	for (i = 0; i < rs->n; i++) {
		set = l->d->reach->of[i].want;
		if (set != NULL && see_names(l, &rs->v[i].want, set, all) < 0)
			return -1;
	}
	return 0;
}

static int
see_listed(struct look *l, DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    see(l, entry->d_name, os_dirent_type(entry)) < 0)
			return -1;
	return see_spelled(l, false);
}

static DIR *
open_dir(const struct tree_dir *d)
{
	DIR *dir;
	int fd, flags, error;

	flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;
	fd = open(dir_path(d), d->follow ? flags : flags | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (dir == NULL) {
		error = errno;
		close(fd);
		errno = error;
	}
	return dir;
}

static bool
gone(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/* One that only leads to others need not be readable. */
static void
unread(const struct tree *t, struct tree_dir *d)
{
	if (!d->told && (d->level == WATCH_FILES || errno != EACCES)) {
		d->told = true;
		t->tell(t->arg, dir_path(d), TREE_UNREAD,
		    rules_at(t->rules, d->reach), NULL);
	}
}

/*
 * Watch first, so that what changes while we read is hinted at.  A directory
 * that is no more is for the look at the one above to find, which may already
 * find it made again, with the inode that it had.
 */
static int
set_watch(struct tree *t, struct tree_dir *d)
{
	bool was;
	int id;

	was = d->unwatched;
	id = t->backend->add(t->watch, dir_path(d), d->level, d->follow);
	d->unwatched = id < 0;
	if (id >= 0) {
		d->told = false;
		return dir_use(t, d, id);
	}
	if (!gone(errno))
		unread(t, d);
	else if (d->up != NULL && !was)
		dir_make_due(t, d->up);
	return 0;
}

static int
read_dir(struct look *l)
{
	DIR *dir;
	int result;

	if (l->d->names)
		return see_spelled(l, true);
	dir = open_dir(l->d);
	if (dir == NULL) {
		if (!gone(errno))
			unread(l->t, l->d);
		return 0;
	}
	l->fd = dirfd(dir);
	result = see_listed(l, dir);
	closedir(dir);
	l->fd = -1;
	return result;
}

/* Is there a file where only directories were on the way? */
static bool
has_file(const struct tree_dir *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (!d->entries[i]->isdir)
			return true;
	return false;
}

int
look_at(struct tree *t, struct tree_dir *d)
{
	struct look l;
	size_t i;
	bool again;

	do {
		if (set_watch(t, d) < 0)
			return -1;
		l = (struct look){ .t = t,
			.d = d,
			.fd = -1,
			.sorted = d->n,
			.now = clock_wall_ns() };
		for (i = 0; i < d->n; i++)
			d->entries[i]->seen = false;
		if (read_dir(&l) < 0)
			return -1;
		sweep(&l);
		again = d->level == WATCH_NAMES && has_file(d);
		if (again)
			d->level = WATCH_FILES;
	} while (again);
	d->quiet = d->unheard = false;
	return 0;
}
