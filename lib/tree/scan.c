#define _POSIX_C_SOURCE 200809L
/* scan.c - scan a directory: watch it, read it, compare its names */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree/poll.h"
#include "tree/scan.h"

enum { SWEEPS = 32 /* each 32nd reads all names, whatever the stamps say */ };

/* ---- what fails ---- */

/*
 * A directory cannot be watched or read.  If it vanished, the directory above
 * is scanned, where it may have been made again with the same inode.  If a
 * permission is missing, a hint in the directory above tells when it is granted.
 */
static void
fail(struct tree *t, struct tree_dir *d, int error)
{
	if (dir_is_gone(error) && !d->is_unreadable && d->up != NULL)
		poll_queue(t, d->up, QUEUE_DUE);
	d->is_unreadable = true;
	if (dir_is_gone(error))
		return;
	if (!dir_is_refused(error) || d->up == NULL)
		poll_queue(t, d, QUEUE_RETRY);
	else if (d->up->level == INOTIFY_NAMES) {
		d->up->level = INOTIFY_FILES;
		poll_queue(t, d->up, QUEUE_DUE);
	}
	compare_report_unreadable(t, d, error);
}

/* ---- the watch ---- */

/* Can there be hints about a directory? */
static bool
is_hinted(const struct tree *t, const struct tree_dir *d)
{
	return t->options.interval == 0 && !d->lacks_watch &&
	    d->events != OS_EVENTS_NONE;
}

/* Watch first, so that there are hints about what changes meanwhile. */
static int
set_watch(struct scan *s)
{
	struct tree *t;
	struct tree_dir *d;
	int wd;

	t = s->t;
	d = s->d;
	if (t->options.interval > 0 || d->events == OS_EVENTS_NONE)
		return 0;
	if (t->poll.is_full && d->wd < 0) {
		d->lacks_watch = true;
		return 0;
	}
	errno = t->error;
	wd = t->inotify.fd < 0 ? -1
			       : inotify_add(&t->inotify, dir_path(d),
				     (enum inotify_level)d->level);
	if (wd >= 0) {
		s->follows = s->follows || d->lacks_watch;
		d->lacks_watch = d->is_unreadable = false;
		return dir_use_watch(t, d, wd);
	}
	if (t->inotify.fd < 0 || errno == ENOSPC) {
		poll_lacks(t, d, errno);
		d->lacks_watch = true;
	} else
		fail(t, d, errno);
	return 0;
}

/* ---- what it is on ---- */

static bool
is_polled(const struct tree *t, const struct tree_dir *d)
{
	return !is_hinted(t, d) || d->lacks_way || d->events != OS_EVENTS_ALL ||
	    mounts_in(&t->mounts, d->dev, d->ino);
}

/* Without hints, what was written since the last scan is suspect. */
static void
set_polled(struct scan *s)
{
	s->is_polled = is_polled(s->t, s->d);
	if (s->is_polled && s->d->scanned != 0)
		s->since = s->d->scanned;
}

/* Find out which file system a directory is on, and whether hints tell all. */
static void
set_place(struct scan *s, const struct stat *st)
{
	struct tree *t;
	struct tree_dir *d;
	const char *name;
	bool is_new;

	t = s->t;
	d = s->d;
	is_new = s->follows || d->dev != st->st_dev;
	name = "";
	d->dev = st->st_dev;
	d->ino = st->st_ino;
	d->mtime = os_mtime_ns(st);
	d->ctime = os_ctime_ns(st);
	if (is_new) {
		d->lacks_way = false;
		if (d->up != NULL && d->up->dev == d->dev)
			d->events = d->up->events;
		else
			d->events = os_events(dir_path(d), &name);
		if (d->events == OS_EVENTS_ALL &&
		    mounts_in(&t->mounts, d->dev, d->ino))
			name = "a file that is mounted there";
		if (*name != '\0')
			poll_report(t, d, dir_path(d), d->dev, name, d->events);
	}
	/* The stamps of network file systems, and young ones, prove nothing. */
	if (d->events != OS_EVENTS_ALL || compare_is_racy(s->now, d->ctime))
		d->ctime = 0;
	if (!is_hinted(t, d))
		d->is_unreadable = false;
	set_polled(s);
}

/* ---- names ---- */

/* The names that patterns spell out; all, or those that scandir(3) never lists. */
static int
compare_spelled(struct scan *s, bool all)
{
	const char *name;
	size_t i;

	for (i = 0;
	     (name = rules_name(s->t->options.rules, s->d->reach, &i)) != NULL;)
		if ((all || strcmp(name, "..") == 0) &&
		    compare_name(s, name, 0) < 0)
			return -1;
	return 0;
}

static int
is_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 &&
	    strcmp(entry->d_name, "..") != 0;
}

/* If something ran short, perhaps for a moment, what is known is kept. */
static int
compare_listed(struct scan *s)
{
	struct dirent **list;
	uint32_t k;
	int i, n, result;

	n = scandir(dir_path(s->d), &list, is_name, alphasort);
	if (n < 0) {
		s->failed = !dir_is_gone(errno) && !dir_is_refused(errno);
		for (k = 0; s->failed && k < s->d->n; k++)
			s->d->entries[k]->is_seen = true;
		fail(s->t, s->d, errno);
		return 0;
	}
	result = 0;
	for (i = 0; i < n; i++) {
		if (result == 0)
			result = compare_name(
			    s, list[i]->d_name, os_dirent_type(list[i]));
		free(list[i]);
	}
	free(list);
	return result;
}

/* ---- a directory that is polled, and has not changed ---- */

static bool
is_unchanged(const struct tree *t, const struct tree_dir *d)
{
	struct stat st;

	return d->ctime != 0 && t->poll.count % SWEEPS != 0 &&
	    (!d->lacks_watch || t->poll.is_full) &&
	    stat(dir_path(d), &st) == 0 && st.st_dev == d->dev &&
	    st.st_ino == d->ino && os_mtime_ns(&st) == d->mtime &&
	    os_ctime_ns(&st) == d->ctime;
}

/*
 * If no name came or went, only the files and links are compared: backwards,
 * since an entry may go.
 */
static int
scan_known(struct scan *s)
{
	char name[NAME_MAX + 1];
	uint32_t i;

	set_polled(s);
	for (i = s->d->n; i-- > 0;) {
		snprintf(name, sizeof name, "%s", s->d->entries[i]->name);
		if (compare_name(s, name, 0) < 0)
			return -1;
	}
	return 0;
}

/* ---- a scan ---- */

/* If only names are spelled out, the directory need not be readable. */
static int
scan_names(struct scan *s, enum tree_queue_kind why)
{
	struct stat st;
	bool only_names;

	only_names = rules_only_names(s->t->options.rules, s->d->reach);
	if (!only_names && why == QUEUE_NONE && is_unchanged(s->t, s->d))
		return scan_known(s);
	if (set_watch(s) < 0)
		return -1;
	if (stat(dir_path(s->d), &st) == 0)
		set_place(s, &st);
	else
		fail(s->t, s->d, errno);
	if (!only_names && compare_listed(s) < 0)
		return -1;
	return compare_spelled(s, only_names);
}

static void
end_scan(struct scan *s)
{
	struct tree_dir *d;
	uint32_t n;

	d = s->d;
	n = d->n;
	dir_sift(s->t, d);
	/* Savers put a file back: the recheck shows whether it is gone. */
	if (d->n < n && s->is_polled)
		poll_queue(s->t, d, QUEUE_RECHECK);
	if (s->failed)
		d->ctime = 0;
	else
		d->scanned = s->now;
	if (!s->failed && !s->refused && !d->is_unreadable)
		d->is_reported = false;
}

int
scan_dir(struct tree *t, struct tree_dir *d, enum tree_queue_kind why)
{
	struct scan s;
	unsigned level;
	uint32_t i;
	int result;

	level = d->level;
	compare_begin(&s, t, d);
	s.is_whole = true;
	s.follows = why == QUEUE_DUE || why == QUEUE_RETRY;
	s.is_recheck = why == QUEUE_RECHECK || why == QUEUE_RETRY;
	s.since = t->lost;
	for (i = 0; i < d->n; i++)
		d->entries[i]->is_seen = false;
	result = scan_names(&s, why);
	if (result == 0) {
		end_scan(&s);
		/* The scan that follows is still the first one. */
		d->is_quiet = d->is_quiet && d->level != level;
		poll_set(t, d, is_polled(t, d));
	}
	compare_end(&s);
	return result;
}
