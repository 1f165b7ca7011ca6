#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* look.c - a look at a directory: watch it, read it, compare it */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/os.h"
#include "tree/dir.h"
#include "tree/link.h"
#include "tree/look.h"
#include "tree/seen.h"
#include "tree/sweep.h"

/*
 * A directory can't be watched, or not read to its end.  One that only leads
 * to others need not be readable.
 */
static void
say_unread(struct tree *t, struct tree_dir *d, int error)
{
	if (d->told || (d->level == WATCH_NAMES && error == EACCES))
		return;
	d->told = true;
	errno = error;
	t->tell(t->arg, dir_path(d), TREE_UNREAD, rules_at(t->rules, d->reach),
	    NULL);
}

/* Something ran short, maybe for a moment: what we know is to be kept. */
static void
later(struct look *l, int error)
{
	l->failed = true;
	sweep_again(l->t, l->d, TREE_INTERVAL);
	say_unread(l->t, l->d, error);
}

/* Nobody can tell what is at a name, which may be known. */
static void
misses(struct look *l, struct tree_entry *e, int error)
{
	if (dir_is_refused(error)) {
		l->refused = true;
		say_unread(l->t, l->d, error);
		return;
	}
	if (e != NULL)
		e->seen = true;
	later(l, error);
}

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
		return errno == ENOMEM ? -1 : 0;
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
 * is followed when it is met and whenever something on its way is heard of;
 * then 1.
 */
static int
see_link(struct look *l, const char *name, struct tree_entry *e,
    const struct seen *s)
{
	const char *by;
	int result;

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
	if (e == NULL && seen_spelled(l, name))
		l->restless = l->restless || !s->isdir;
	else if (e == NULL && dir_judge(l->t, l->d, name, &by) == 0)
		return 0;
	/* Though what was behind it goes, its way is to be watched on. */
	if (e != NULL && e->isdir && !s->isdir)
		e->type = 0;
	result = link_watch(l->t, l->d, name);
	if (result > 0) {
		later(l, errno);
		/* Of what happens on its way nobody hears until then. */
		l->d->unheard = true;
	}
	return result < 0 ? -1 : 1;
}

/* What is watched only now has to be seen once more. */
static int
see_watched(
    struct look *l, const char *name, struct tree_entry *e, struct seen *s)
{
	int link, file;

	link = see_link(l, name, e, s);
	file = seen_watch(l, name, e, s);
	if (link > 0 || file > 0)
		seen_at(l, name, s);
	return link < 0 ? -1 : 0;
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
	if (e == NULL && l->named && type == S_IFREG)
		return seen_name(l, name);
	if (e == NULL && irrelevant(l, name, type))
		return 0;
	/* Patterns may spell out one name twice. */
	for (i = l->sorted; l->fd < 0 && i < l->d->n; i++)
		if (strcmp(l->d->entries[i]->name, name) == 0)
			return 0;
	seen_at(l, name, &s);
	if (s.error == 0 && see_watched(l, name, e, &s) < 0)
		return -1;
	if (s.error != 0) {
		misses(l, e, s.error);
		return 0;
	}
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
drop_unseen(struct look *l)
{
	struct tree_dir *d;
	uint32_t i, n;
	bool grown;

	d = l->d;
	for (i = n = 0; i < d->n; i++)
		if (d->entries[i]->seen)
			d->entries[n++] = d->entries[i];
		else
			dir_forget(l->t, d, d->entries[i], true);
	/* Savers put it back: before that holds nobody any more. */
	if (n < d->n && l->swept)
		sweep_again(l->t, d, TREE_AGAIN);
	grown = d->n > l->sorted;
	d->n = n;
	if (grown)
		dir_sort(d);
}

/* The names that patterns spell out; all of them, or those that no
 * directory lists. */
static int
see_spelled(struct look *l, bool all)
{
	const char *name;
	size_t i;

	i = 0;
	while ((name = rules_name(l->t->rules, l->d->reach, &i)) != NULL)
		if ((all || strcmp(name, "..") == 0) && see(l, name, 0) < 0)
			return -1;
	return 0;
}

/* What a directory that can't be read to its end holds is what it held. */
static void
breaks_off(struct look *l, int error)
{
	size_t i;

	for (i = 0; i < l->sorted; i++)
		l->d->entries[i]->seen = true;
	later(l, error);
}

static int
see_listed(struct look *l, DIR *dir)
{
	const struct dirent *entry;

	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    see(l, entry->d_name, os_dirent_type(entry)) < 0)
			return -1;
	if (errno != 0)
		breaks_off(l, errno);
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

/*
 * It can't be watched or read.  One that is no more is for the look at the one
 * above to find, which may already find it made again, with the inode that it
 * had; one that only leads to others need not be readable.
 */
static void
fails(struct tree *t, struct tree_dir *d)
{
	bool was;
	int error;

	error = errno;
	was = d->unwatched;
	d->unwatched = true;
	if (dir_is_gone(error)) {
		if (d->up != NULL && !was)
			dir_make_due(t, d->up);
		return;
	}
	/* That we may later is not always told by the directory above. */
	if (!dir_is_refused(error) || (dir_mute(t) && d->level == WATCH_FILES))
		sweep_again(t, d, TREE_INTERVAL);
	say_unread(t, d, error);
}

/* Watch first, so that what changes while we read is hinted at. */
static int
set_watch(struct tree *t, struct tree_dir *d)
{
	int id;

	if (t->backend == NULL || d->events == OS_EVENTS_NONE)
		return 0;
	if (t->sweep.full && dir_id(d) < 0) {
		sweep_lacks(t, d, true);
		return 0;
	}
	errno = t->error;
	id = t->watch == NULL
	    ? -1
	    : t->backend->add(t->watch, dir_path(d), d->level, d->follow);
	if (id >= 0) {
		/* Of what happened before nobody heard. */
		d->unheard = d->unheard || d->lacking;
		d->unwatched = false;
		sweep_lacks(t, d, false);
		return dir_use(t, d, id);
	}
	if (t->watch == NULL || errno == ENOSPC) {
		sweep_short(t, d, errno);
		sweep_lacks(t, d, true);
	} else
		fails(t, d);
	return 0;
}

/* Is there anything to be heard of it? */
static bool
hears(const struct tree *t, const struct tree_dir *d)
{
	return t->backend != NULL && !d->lacking && d->events != OS_EVENTS_NONE;
}

/* And is that not all? */
static bool
polled(const struct tree *t, const struct tree_dir *d)
{
	return !hears(t, d) || d->blind || d->events != OS_EVENTS_ALL ||
	    mounts_in(&t->mounts, d->stamp.dev, d->stamp.ino);
}

/* Has nobody told how what is found changed in it has changed? */
static bool
untold(const struct tree *t, const struct tree_dir *d)
{
	return dir_mute(t) || (d->polled != 0 && !d->heard);
}

static void
say_why(struct tree *t, struct tree_dir *d, const char *name)
{
	char why[80];

	if (d->events == OS_EVENTS_OURS)
		snprintf(why, sizeof why, "%s does not tell what others change",
		    name);
	else if (d->events == OS_EVENTS_NONE)
		snprintf(why, sizeof why, "%s does not tell of changes", name);
	else if (mounts_in(&t->mounts, d->stamp.dev, d->stamp.ino))
		snprintf(why, sizeof why,
		    "a file that is mounted there is heard of elsewhere only");
	else
		return;
	sweep_says(t, d, dir_path(d), d->stamp.dev, why);
}

/* Find out what it is on, and how much is to be heard of it. */
static int
place(struct look *l, const struct stat *st)
{
	struct tree_dir *d;
	const char *name;

	d = l->d;
	name = "";
	if (d->unheard || d->stamp.dev != st->st_dev) {
		if (d->up != NULL && d->up->stamp.dev == st->st_dev)
			d->events = d->up->events;
		else
			d->events = os_events(dir_path(d), &name);
		d->blind = false;
	}
	d->stamp = (struct tree_stamp){ .dev = st->st_dev,
		.ino = st->st_ino,
		.mtime = os_mtime_ns(st),
		.ctime = os_ctime_ns(st) };
	d->stamped = d->events == OS_EVENTS_ALL &&
	    !seen_fresh(l, d->stamp.ctime);
	if (d->unheard || *name != '\0')
		say_why(l->t, d, name);
	if (!hears(l->t, d))
		d->unwatched = false;
	if (sweep_poll(l->t, d, polled(l->t, d)) < 0)
		return -1;
	l->swept = untold(l->t, d);
	l->named = seen_later(l);
	return 0;
}

/* Where only names are spelled out, the directory need not be readable. */
static int
see_some(struct look *l)
{
	struct stat st;

	if (stat(dir_path(l->d), &st) < 0)
		fails(l->t, l->d);
	else if (place(l, &st) < 0)
		return -1;
	return see_spelled(l, true);
}

static int
see_all(struct look *l)
{
	struct stat st;
	DIR *dir;
	int result, error;

	dir = open_dir(l->d);
	if (dir == NULL) {
		error = errno;
		if (!dir_is_gone(error) && !dir_is_refused(error))
			breaks_off(l, error);
		errno = error;
		fails(l->t, l->d);
		return 0;
	}
	l->fd = dirfd(dir);
	result = 0;
	if (fstat(l->fd, &st) < 0)
		later(l, errno);
	else
		result = place(l, &st);
	if (result == 0)
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

/* Nothing came or went: a look at each file, or the hinted ones, is enough. */
static int
see_known(struct look *l)
{
	struct tree_entry *e;
	size_t i;

	for (i = 0; i < l->sorted; i++) {
		e = l->d->entries[i];
		if (e->isdir && e->type == S_IFDIR) {
			e->seen = true;
			if (e->dir->unwatched)
				dir_make_due(l->t, e->dir);
		} else if (l->d->whole ? !e->isdir && seen_alike(l, e)
				       : !e->hinted)
			e->seen = true;
		else if (see(l, e->name, 0) < 0)
			return -1;
	}
	return 0;
}

/*
 * Now and then a sweep reads all the same, should a file system not stamp its
 * directories as it should.
 */
static bool
is_known(const struct tree *t, const struct tree_dir *d)
{
	struct stat st;

	if (!d->whole && d->polled == 0)
		return !d->unheard && !d->unwatched;
	return d->swept && d->stamped && !d->heard && !d->unheard &&
	    (!d->lacking || t->sweep.full) &&
	    (d->polled == 0 || t->sweep.count % 32 != 0) &&
	    fstatat(AT_FDCWD, dir_path(d), &st,
		d->follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == d->stamp.dev && st.st_ino == d->stamp.ino &&
	    os_mtime_ns(&st) == d->stamp.mtime &&
	    os_ctime_ns(&st) == d->stamp.ctime;
}

static int
see_any(struct look *l)
{
	if (set_watch(l->t, l->d) < 0)
		return -1;
	l->d->stamped = false;
	if (l->d->names ? see_some(l) < 0 : see_all(l) < 0)
		return -1;
	l->d->stamped = l->d->stamped && !l->restless && !l->failed;
	return 0;
}

/* One look; 1 when it has shown that more of what happens has to be heard. */
static int
look_once(struct tree *t, struct tree_dir *d)
{
	struct look l;
	uint32_t i;

	l = (struct look){ .t = t,
		.d = d,
		.fd = -1,
		.sorted = d->n,
		.now = clock_wall_ns(),
		.swept = untold(t, d) };
	l.prefix = dir_join(d, "", l.path) < 0 ? sizeof l.path : strlen(l.path);
	for (i = 0; i < d->n; i++)
		d->entries[i]->seen = false;
	if (!d->names && is_known(t, d) ? see_known(&l) < 0 : see_any(&l) < 0)
		return -1;
	drop_unseen(&l);
	/* What is found only later may be new. */
	d->quiet = false;
	if (!l.failed)
		d->unheard = false;
	if (d->whole && !l.failed && !l.refused && !d->unwatched)
		d->told = false;
	if (d->level == WATCH_FILES || !has_file(d))
		return 0;
	d->level = WATCH_FILES;
	return 1;
}

int
look_at(struct tree *t, struct tree_dir *d)
{
	int result;

	while ((result = look_once(t, d)) > 0)
		;
	if (result < 0)
		return -1;
	d->heard = d->whole = false;
	sweep_looked(t, d);
	return d->blind ? sweep_poll(t, d, true) : 0;
}
