#define _POSIX_C_SOURCE 200809L
/* scan.c - scan a directory: watch it, read it, compare its names */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tree/compare.h"
#include "tree/poll.h"
#include "tree/scan.h"

/* A sweep reads all names so often, if a file system stamps carelessly. */
enum { SWEEPS = 32 };

/* ---- what fails ---- */

/* Something ran short, perhaps for a moment: what is known is kept. */
static void
retry_later(struct scan *s, int error)
{
	s->failed = true;
	poll_queue(s->t, s->d, QUEUE_RETRY);
	compare_report_unreadable(s->t, s->d, error);
}

static void
keep_all(struct tree_dir *d)
{
	uint32_t i;

	for (i = 0; i < d->n; i++)
		d->entries[i]->is_seen = true;
}

/*
 * A directory cannot be watched or read.  If it vanished, the directory above
 * is scanned, where it may have been made again with the same inode.  If a
 * permission is missing, the one above hears when that is granted.
 */
static void
fail(struct tree *t, struct tree_dir *d, int error)
{
	bool was_unreadable;

	was_unreadable = d->is_unreadable;
	d->is_unreadable = true;
	if (dir_is_gone(error)) {
		if (d->up != NULL && !was_unreadable)
			poll_queue(t, d->up, QUEUE_DUE);
		return;
	}
	if (!dir_is_refused(error) || d->up == NULL)
		poll_queue(t, d, QUEUE_RETRY);
	else if (d->up->level == INOTIFY_NAMES) {
		d->up->level = INOTIFY_FILES;
		poll_queue(t, d->up, QUEUE_DUE);
	}
	compare_report_unreadable(t, d, error);
}

/* ---- the watch ---- */

static bool
polls_all(const struct tree *t)
{
	return t->options.interval > 0;
}

/* Can there be hints about a directory? */
static bool
is_hinted(const struct tree *t, const struct tree_dir *d)
{
	return !polls_all(t) && !d->lacks_watch && d->events != OS_EVENTS_NONE;
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
	if (polls_all(t) || d->events == OS_EVENTS_NONE)
		return 0;
	if (t->poll.is_full && d->watch == NULL) {
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

/* Find out which file system it is on, and whether hints tell all. */
static int
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
	s->is_polled = is_polled(t, d);
	if (s->is_polled && d->scanned != 0)
		s->since = d->scanned;
	return 0;
}

/* ---- names ---- */

/* The names that patterns spell out; all, or those that readdir(3) never lists. */
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

/* If only names are spelled out, the directory need not be readable. */
static int
scan_spelled(struct scan *s)
{
	struct stat st;

	if (stat(dir_path(s->d), &st) < 0)
		fail(s->t, s->d, errno);
	else if (set_place(s, &st) < 0)
		return -1;
	return compare_spelled(s, true);
}

static int
compare_listed(struct scan *s, DIR *dir)
{
	const struct dirent *entry;

	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    compare_name(s, entry->d_name, os_dirent_type(entry)) < 0)
			return -1;
	if (errno != 0) {
		retry_later(s, errno);
		keep_all(s->d);
	}
	return compare_spelled(s, false);
}

static DIR *
open_dir(const struct tree_dir *d)
{
	DIR *dir;
	int fd, error;

	fd = open(dir_path(d),
	    O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
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

static int
scan_listed(struct scan *s)
{
	struct stat st;
	DIR *dir;
	int result, error;

	dir = open_dir(s->d);
	if (dir == NULL) {
		error = errno;
		if (!dir_is_gone(error) && !dir_is_refused(error)) {
			retry_later(s, error);
			keep_all(s->d);
		}
		fail(s->t, s->d, error);
		return 0;
	}
	s->fd = dirfd(dir);
	result = 0;
	if (fstat(s->fd, &st) < 0)
		retry_later(s, errno);
	else
		result = set_place(s, &st);
	if (result == 0)
		result = compare_listed(s, dir);
	closedir(dir);
	s->fd = -1;
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

/* No name came or went, so only the files and links are compared. */
static int
scan_known(struct scan *s)
{
	struct tree_entry *e;
	uint32_t i;

	s->is_polled = true;
	if (s->d->scanned != 0)
		s->since = s->d->scanned;
	for (i = 0; i < s->nsorted; i++) {
		e = s->d->entries[i];
		if (e->kind != ENTRY_DIR) {
			if (compare_name(s, e->name, 0) < 0)
				return -1;
			continue;
		}
		e->is_seen = true;
		if (e->dir->is_unreadable)
			poll_queue(s->t, e->dir, QUEUE_DUE);
	}
	return 0;
}

/* ---- a scan ---- */

static int
scan_names(struct scan *s, enum tree_queue_kind why)
{
	if (rules_only_names(s->t->options.rules, s->d->reach)) {
		s->appends = false;
		return set_watch(s) < 0 ? -1 : scan_spelled(s);
	}
	s->appends = true;
	if (why == QUEUE_NONE && is_unchanged(s->t, s->d))
		return scan_known(s);
	return set_watch(s) < 0 ? -1 : scan_listed(s);
}

static void
end_scan(struct scan *s)
{
	struct tree_dir *d;
	uint32_t n;

	d = s->d;
	n = d->n;
	dir_sift(s->t, d, s->appends ? s->nsorted : d->n);
	/* Savers put a file back: the second look shows whether it is gone. */
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
