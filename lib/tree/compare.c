#define _XOPEN_SOURCE 700 /* realpath */
/* compare.c - compare a name with its entry, and send what differs as events */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tree/poll.h"
#include "tree/scan.h"
#include "tree/symlink.h"

enum {
	TICK_NS = 10000000,
	SECOND_NS = 1000000000,
	EXECUTABLE = S_IXUSR | S_IXGRP | S_IXOTH
};

void
compare_begin(struct scan *s, struct tree *t, struct tree_dir *d)
{
	*s = (struct scan){
		.t = t, .d = d, .now = clock_wall_ns(), .since = TREE_NEVER
	};
	s->prefix = dir_join(d, "", s->path) < 0 ? sizeof s->path
						 : strlen(s->path);
}

void
compare_end(struct scan *s)
{
	free(s->real);
}

bool
compare_is_racy(int64_t time, int64_t stamp)
{
	int64_t age;

	if (time == TREE_NEVER)
		return false;
	age = time - stamp;
	return age < TICK_NS ||
	    (stamp % SECOND_NS == 0 && age < 2 * (int64_t)SECOND_NS);
}

void
compare_report_unreadable(struct tree *t, struct tree_dir *d, int error)
{
	if (d->is_reported)
		return;
	/* A directory that only leads to others need not be readable. */
	if (error == EACCES && d->level == INOTIFY_NAMES)
		return;
	d->is_reported = true;
	errno = error;
	t->options.notify(t->options.arg, dir_path(d), TREE_UNREADABLE,
	    rules_at(t->options.rules, d->reach), NULL);
}

/* ---- what is there ---- */

struct found {
	struct stat st; /* of a link to a file or directory: of that */
	enum entry_kind kind;
	bool exists; /* and is of a kind that may count */
	bool is_link;
	int error; /* why it is not known; or 0 */
};

/* Is the name spelled out by a pattern, so that a link may be entered? */
static bool
is_spelled(const struct scan *s, const char *name)
{
	return rules_entering(s->t->options.rules, s->d->reach, name, true) !=
	    0;
}

/* A target that we may not see is as good as gone. */
static void
stat_target(struct scan *s, const char *name, struct found *f)
{
	struct stat behind;

	f->is_link = true;
	f->kind = ENTRY_LINK;
	if (stat(s->path, &behind) < 0) {
		if (!dir_is_gone(errno) && !dir_is_refused(errno))
			f->error = errno;
		f->exists = f->error == 0;
		return;
	}
	f->exists = true;
	if (S_ISDIR(behind.st_mode) && is_spelled(s, name))
		f->kind = ENTRY_LINKED_DIR;
	if (f->kind == ENTRY_LINKED_DIR || S_ISREG(behind.st_mode))
		f->st = behind;
}

/* Nothing is at a path that is too long. */
static void
stat_name(struct scan *s, const char *name, struct found *f)
{
	size_t n;

	f->kind = ENTRY_FILE;
	f->exists = f->is_link = false;
	f->error = 0;
	n = strlen(name) + 1;
	if (n > sizeof s->path - s->prefix)
		return;
	memcpy(s->path + s->prefix, name, n);
	if (lstat(s->path, &f->st) < 0) {
		f->error = dir_is_gone(errno) ? 0 : errno;
		return;
	}
	if (S_ISLNK(f->st.st_mode)) {
		stat_target(s, name, f);
		return;
	}
	if (S_ISDIR(f->st.st_mode))
		f->kind = ENTRY_DIR;
	f->exists = S_ISDIR(f->st.st_mode) || S_ISREG(f->st.st_mode);
}

static bool
is_same_inode(const struct tree_entry *e, const struct found *f)
{
	return e->ino == f->st.st_ino && e->dev == (uint32_t)f->st.st_dev;
}

static bool
is_same_file(const struct tree_entry *e, const struct found *f)
{
	return is_same_inode(e, f) && e->kind == f->kind &&
	    e->size == f->st.st_size && e->mtime == os_mtime_ns(&f->st) &&
	    e->executable == (f->st.st_mode & EXECUTABLE);
}

static void
set_signature(struct tree_entry *e, const struct found *f)
{
	e->ino = f->st.st_ino;
	e->dev = (uint32_t)f->st.st_dev;
	e->kind = f->kind;
	e->size = f->st.st_size;
	e->mtime = os_mtime_ns(&f->st);
	e->executable = f->st.st_mode & EXECUTABLE;
}

/* Set s->rules and s->by for the name in hand, once; return the rules. */
static uint64_t
judge_name(struct scan *s, const char *name)
{
	if (!s->is_judged)
		s->rules = dir_judge(s->t, s->d, name, &s->by);
	s->is_judged = true;
	return s->rules;
}

/* ---- files ---- */

static void
send_event(const struct scan *s, const char *name, enum tree_event event)
{
	dir_notify(s->t, s->d, name, event, s->rules, s->by);
}

/* A file is here, so writes have to be heard of. */
static void
need_files(struct scan *s)
{
	if (s->d->level == INOTIFY_FILES)
		return;
	s->d->level = INOTIFY_FILES;
	poll_queue(s->t, s->d, QUEUE_DUE);
}

/* A rule may want its contents, or only they can tell the next write. */
static void
report_found(struct scan *s, const struct tree_entry *e, const struct found *f)
{
	if ((s->rules & s->t->options.contents) != 0 ||
	    (s->is_polled && compare_is_racy(s->now, os_ctime_ns(&f->st))))
		send_event(s, e->name, TREE_FOUND);
}

/* Without hints, two equal scans prove that the writer has finished. */
static void
leave_unsettled(struct scan *s, struct tree_entry *e)
{
	e->unsettled = true;
	send_event(s, e->name, TREE_UNSETTLED);
	poll_queue(s->t, s->d, QUEUE_RECHECK);
}

/* The signature of a known file is as remembered, but was it written? */
static bool
is_suspect(const struct scan *s, const struct found *f)
{
	return !s->d->is_quiet &&
	    (s->is_written || compare_is_racy(s->since, os_ctime_ns(&f->st)));
}

static void
compare_known(struct scan *s, struct tree_entry *e, const struct found *f)
{
	bool differs, waits;

	differs = !is_same_file(e, f);
	set_signature(e, f);
	if (!f->is_link)
		symlink_free(s->t, e);
	/* A scan before the recheck is due does not count as the recheck. */
	waits = e->unsettled && s->is_polled && !s->is_recheck;
	if (waits && s->d->queued.list == NULL)
		poll_queue(s->t, s->d, QUEUE_RECHECK);
	if (!differs && !is_suspect(s, f) && (!e->unsettled || waits))
		return;
	if (judge_name(s, e->name) == 0)
		return;
	if (differs)
		send_event(s, e->name, TREE_CHANGED);
	else if (is_suspect(s, f))
		send_event(s, e->name, TREE_WRITTEN);
	if (differs && s->is_polled && S_ISREG(f->st.st_mode))
		leave_unsettled(s, e);
	else if (e->unsettled && (differs || !waits)) {
		e->unsettled = false;
		send_event(s, e->name, TREE_SETTLED);
	}
}

/* A link that may lead to a directory is remembered though it does not count. */
static bool
is_wanted(struct scan *s, const char *name, const struct found *f)
{
	return judge_name(s, name) != 0 || (f->is_link && is_spelled(s, name));
}

/* Is an entry of no use to what is there now? */
static bool
is_replaced(struct scan *s, const struct tree_entry *e, const struct found *f)
{
	return entry_is_dir(e) ||
	    (e->kind != f->kind && !is_wanted(s, e->name, f));
}

static int
compare_file(struct scan *s, const char *name, struct tree_entry *e,
    const struct found *f)
{
	if (e != NULL && is_replaced(s, e, f)) {
		dir_remove(s->t, s->d, name);
		e = NULL;
	}
	if (e != NULL) {
		e->is_seen = true;
		compare_known(s, e, f);
		return 0;
	}
	if (!is_wanted(s, name, f))
		return 0;
	e = dir_insert(s->d, name);
	if (e == NULL)
		return -1;
	s->t->nfiles++;
	set_signature(e, f);
	need_files(s);
	if (s->rules == 0)
		return 0;
	if (s->d->is_quiet) {
		report_found(s, e, f);
		return 0;
	}
	send_event(s, name, TREE_CREATED);
	if (s->is_polled && S_ISREG(f->st.st_mode))
		leave_unsettled(s, e);
	return 0;
}

/* ---- directories ---- */

/* A link that some rules enter may be no more than a file for others. */
static void
report_linked_dir(struct scan *s, const char *name)
{
	uint64_t rules;

	rules = judge_name(s, name) &
	    ~rules_entering(s->t->options.rules, s->d->reach, name, true);
	if (rules != 0 && !s->d->is_quiet)
		dir_notify(s->t, s->d, name, TREE_CREATED, rules, s->by);
}

static int
add_dir(struct scan *s, const char *name, const struct found *f)
{
	struct rules_reach *reach;
	struct tree_entry *e;
	struct tree_dir *dir;

	reach = rules_enter(s->t->options.rules, s->d->reach, name, f->is_link);
	if (reach == NULL)
		return errno == ENOMEM ? -1 : 0;
	dir = dir_new(s->t, s->d, s->path, reach);
	if (dir == NULL)
		return -1;
	e = dir_insert(s->d, name);
	if (e == NULL) {
		dir_drop(s->t, dir, false);
		return -1;
	}
	set_signature(e, f);
	e->dir = dir;
	if (f->is_link)
		report_linked_dir(s, name);
	return 0;
}

static int
compare_dir(struct scan *s, const char *name, struct tree_entry *e,
    const struct found *f)
{
	if (e != NULL && e->kind == f->kind && is_same_inode(e, f)) {
		e->is_seen = true;
		if (e->dir->is_unreadable)
			poll_queue(s->t, e->dir, QUEUE_DUE);
		return 0;
	}
	if (e != NULL)
		dir_remove(s->t, s->d, name);
	return add_dir(s, name, f);
}

/* ---- a name ---- */

/* Can the directory entry be passed over without a stat? */
static bool
is_irrelevant(struct scan *s, const char *name, mode_t type)
{
	return type != 0 && type != S_IFDIR && type != S_IFLNK &&
	    judge_name(s, name) == 0;
}

/* Nothing is known of a name: keep its entry, unless a permission is missing. */
static void
keep_entry(struct scan *s, struct tree_entry *e, int error)
{
	if (dir_is_refused(error))
		s->refused = true;
	else {
		s->failed = true;
		poll_queue(s->t, s->d, QUEUE_RETRY);
		if (e != NULL)
			e->is_seen = true;
	}
	compare_report_unreadable(s->t, s->d, error);
}

static int
compare_found(struct scan *s, const char *name, struct tree_entry *e,
    const struct found *f)
{
	if (f->error != 0)
		keep_entry(s, e, f->error);
	if (f->error != 0 && !dir_is_refused(f->error))
		return 0;
	if (!f->exists) {
		if (e != NULL && !s->is_whole)
			dir_remove(s->t, s->d, name);
		return 0;
	}
	return f->kind == ENTRY_DIR || f->kind == ENTRY_LINKED_DIR
	    ? compare_dir(s, name, e, f)
	    : compare_file(s, name, e, f);
}

static int
compare_again(
    struct scan *s, const char *name, struct tree_entry *e, struct found *f)
{
	if (e->link == NULL)
		return 0;
	stat_name(s, name, f);
	if (!entry_is_dir(e) && is_same_file(e, f))
		return 0;
	if (compare_found(s, name, e, f) < 0)
		return -1;
	/* An entry that took its place is followed by another scan. */
	e = dir_find(s->d, name);
	if (f->is_link && e != NULL && e->link == NULL)
		poll_queue(s->t, s->d, QUEUE_DUE);
	return 0;
}

/*
 * Follow a link when it is met, and whenever a hint is about its way.  Then it is
 * compared again: its file may have changed before its way was watched.
 */
static int
follow_link(struct scan *s, const char *name, struct found *f)
{
	struct tree_entry *e;
	int result;

	if (!f->is_link || !f->exists || s->t->inotify.fd < 0)
		return 0;
	e = dir_find(s->d, name);
	if (e == NULL || (e->link != NULL && !s->follows))
		return 0;
	if (s->real == NULL)
		s->real = realpath(dir_path(s->d), NULL);
	if (s->real == NULL)
		result = dir_is_gone(errno) || dir_is_refused(errno) ? 0 : 1;
	else
		result = symlink_follow(s->t, s->d, s->real, e);
	if (result > 0) {
		s->failed = true;
		poll_queue(s->t, s->d, QUEUE_RETRY);
	}
	return result < 0 ? -1 : compare_again(s, name, e, f);
}

int
compare_name(struct scan *s, const char *name, mode_t type)
{
	struct tree_entry *e;
	struct found f;

	s->is_judged = false;
	e = dir_find(s->d, name);
	if (e == NULL && is_irrelevant(s, name, type))
		return 0;
	if (e != NULL && s->is_whole && e->is_seen)
		return 0;
	stat_name(s, name, &f);
	if (compare_found(s, name, e, &f) < 0)
		return -1;
	return follow_link(s, name, &f);
}

int
compare_hinted(
    struct tree *t, struct tree_dir *d, const char *name, unsigned bits)
{
	struct scan s;
	int result;

	compare_begin(&s, t, d);
	s.is_written = (bits & (HINT_CREATED | HINT_WRITTEN)) != 0;
	s.follows = true;
	result = compare_name(&s, name, 0);
	compare_end(&s);
	/* The way of a link may be covered by hints no more. */
	if (d->lacks_way)
		poll_set(t, d, true);
	return result;
}
