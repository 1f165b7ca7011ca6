#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* seen.c - what is at a name now, and what of it is news */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/content.h"
#include "os/os.h"
#include "tree/dir.h"
#include "tree/ghost.h"
#include "tree/seen.h"
#include "tree/sweep.h"

enum { FRESH_NS = 10000000, SECOND_NS = 1000000000 };

/* Where hints were missed, a writer may be at work on what is this young. */
enum { YOUNG_NS = 150000000 };

/* The path of a name where the directory is not open; NULL: too long. */
static const char *
path_of(struct look *l, const char *name)
{
	size_t n;

	n = strlen(name) + 1;
	if (n > sizeof l->path - l->prefix)
		return NULL;
	memcpy(l->path + l->prefix, name, n);
	return l->path;
}

static int
stat_name(struct look *l, const char *name, struct stat *st, int flags)
{
	if (l->fd >= 0)
		return fstatat(l->fd, name, st, flags);
	name = path_of(l, name);
	if (name == NULL) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return fstatat(AT_FDCWD, name, st, flags);
}

/* May what was changed at that time, or later, have this stamp? */
static bool
is_since(int64_t time, int64_t stamp)
{
	int64_t age;

	age = time - stamp;
	return age < FRESH_NS ||
	    (stamp % SECOND_NS == 0 && age < 2 * (int64_t)SECOND_NS);
}

bool
seen_fresh(const struct look *l, int64_t stamp)
{
	return is_since(l->now, stamp);
}

bool
seen_spelled(const struct look *l, const char *name)
{
	return rules_entering(l->t->rules, l->d->reach, name, true) != 0;
}

/* What we may not see behind a link is as good as gone. */
static bool
look_behind(struct look *l, const char *name, struct seen *s)
{
	struct stat behind;

	if (stat_name(l, name, &behind, 0) == 0) {
		s->isdir = S_ISDIR(behind.st_mode) && seen_spelled(l, name);
		if (s->isdir || S_ISREG(behind.st_mode))
			s->st = behind;
	} else if (!dir_is_gone(errno) && !dir_is_refused(errno)) {
		s->error = errno;
		return false;
	}
	s->type = S_IFLNK;
	return true;
}

bool
seen_at(struct look *l, const char *name, struct seen *s)
{
	s->type = 0;
	s->error = 0;
	s->isdir = false;
	if (stat_name(l, name, &s->st, AT_SYMLINK_NOFOLLOW) < 0) {
		s->error = dir_is_gone(errno) ? 0 : errno;
		return false;
	}
	if (S_ISLNK(s->st.st_mode))
		return look_behind(l, name, s);
	s->isdir = S_ISDIR(s->st.st_mode);
	if (s->isdir || S_ISREG(s->st.st_mode))
		s->type = s->st.st_mode & S_IFMT;
	return s->type != 0;
}

/* ---- files ---- */

int
seen_watch(struct look *l, const char *name, const struct tree_entry *e,
    const struct seen *s)
{
	struct tree *t;
	const char *by;
	char path[PATH_MAX];
	int id, result;

	t = l->t;
	id = dir_id(l->d);
	if (!dir_mute(t) || id < 0 || s->type != S_IFREG || l->d->blind ||
	    (e == NULL && dir_judge(t, l->d, name, &by) == 0) ||
	    dir_join(l->d, name, path) < 0)
		return 0;
	result = t->backend->add_file(t->watch, id, path, &s->st);
	if (result >= 0 || dir_is_gone(errno))
		return result > 0;
	if (errno == ENOSPC)
		sweep_short(t, l->d, errno);
	l->d->blind = true;
	return 0;
}

/* Reading much takes a while: only for who asked for it. */
static uint64_t
content(struct look *l, const char *name, const struct seen *s, uint64_t rules)
{
	off_t max;
	int flags;

	if (!S_ISREG(s->st.st_mode))
		return 0;
	max = (rules & l->t->same) != 0 ? INT64_MAX : CONTENT_LARGE;
	flags = s->type == S_IFLNK ? 0 : O_NOFOLLOW;
	if (l->fd >= 0)
		return content_of(l->fd, name, flags, max);
	name = path_of(l, name);
	return name == NULL ? 0 : content_of(AT_FDCWD, name, flags, max);
}

/* Are there changes that no hint names? */
static bool
unnamed(const struct look *l)
{
	return l->d->polled != 0 || dir_mute(l->t);
}

static bool
same(const struct tree_entry *e, const struct stat *st, mode_t type)
{
	return e->dev == st->st_dev && e->ino == st->st_ino &&
	    e->size == st->st_size && e->mtime == os_mtime_ns(st) &&
	    e->type == type;
}

bool
seen_alike(struct look *l, struct tree_entry *e)
{
	struct stat st;

	return e->type == S_IFREG && !e->vague && !e->fresh && !e->told &&
	    !e->held && stat_name(l, e->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    same(e, &st, st.st_mode & S_IFMT);
}

/* How what is there now looks beside what is remembered. */
enum looks {
	ALIKE, /* and it is the same */
	MAYBE, /* it was changed so lately that it may have changed again */
	FRESH, /* that, and a writer was heard of */
	OTHER
};

/*
 * Nobody knows how a vague file looked when its name was read: what is heard of
 * it since has changed it.  While its stamp is so young that a hint may be under
 * way, that is waited for; a stamp from the future tells nothing.
 */
static enum looks
make_out(const struct look *l, struct tree_entry *e, const struct seen *s)
{
	int64_t stamp;

	stamp = os_ctime_ns(&s->st);
	if (e->hinted || e->type != s->type ||
	    (e->ino != 0 && !same(e, &s->st, s->type)) ||
	    (l->d->unheard && is_since(l->t->began, stamp))) {
		e->vague = false;
		return OTHER;
	}
	e->vague = is_since(l->t->heard, stamp) && stamp - l->now < FRESH_NS;
	return ALIKE;
}

static enum looks
update(const struct look *l, struct tree_entry *e, const struct seen *s)
{
	enum looks looks;

	looks = ALIKE;
	if (e->vague)
		looks = make_out(l, e, s);
	else if (!same(e, &s->st, s->type))
		looks = OTHER;
	else if (e->fresh && e->written)
		looks = FRESH;
	else if (e->fresh && unnamed(l))
		looks = MAYBE;
	e->dev = s->st.st_dev;
	e->ino = s->st.st_ino;
	e->size = s->st.st_size;
	e->mtime = os_mtime_ns(&s->st);
	e->type = s->type;
	e->fresh = seen_fresh(l, e->mtime);
	e->written = e->hinted = false;
	return looks;
}

/* It is told as something else than what it held. */
static void
tell(const struct look *l, struct tree_entry *e)
{
	if (!e->told)
		e->era = l->t->era;
	e->told = true;
}

/* A file that comes may be one that went, and one that is being made. */
static struct tree_entry *
add(struct look *l, const char *name)
{
	struct tree_entry *e;
	char path[PATH_MAX];

	e = dir_add(l->d, name);
	if (e == NULL)
		return NULL;
	l->t->nfiles++;
	if (l->d->quiet || dir_join(l->d, name, path) < 0)
		return e;
	e->content = ghost_take(&l->t->gone, path);
	e->open = ghost_take(&l->t->made, path) != 0;
	if (e->content != 0)
		tell(l, e);
	return e;
}

/*
 * What is known of a file's content is what it held when no writer was at
 * work on it; while one is, that is kept for a comparison in the end.  It is
 * read after the signature was taken: when what was read is changed, the
 * signature is another one.
 */
static bool
is_news(struct look *l, struct tree_entry *e, const struct seen *s,
    enum looks looks, uint64_t rules, enum tree_news *news)
{
	uint64_t now;
	bool was_told, same_content;

	*news = TREE_CHANGED;
	if (e->open && !l->d->unheard) {
		/* It may be no more than a poke: who closes it tells. */
		if (looks == FRESH) {
			e->fresh = e->written = true;
			return false;
		}
		tell(l, e);
		return looks != ALIKE;
	}
	now = content(l, e->name, s, rules);
	was_told = e->told;
	same_content = now != 0 && now == e->content;
	/* Who acted on something else has to see this, too. */
	if (same_content && was_told && e->era != l->t->era)
		was_told = same_content = false;
	e->open = e->held = false;
	if (same_content) {
		e->told = false;
		*news = was_told ? TREE_BACK : TREE_SAME;
		return was_told || looks == OTHER;
	}
	/* What was not known before is now. */
	if (looks == MAYBE && e->content == 0)
		looks = ALIKE;
	/* Is that all of it?  A second look will tell. */
	if (l->swept && looks != ALIKE && S_ISREG(s->st.st_mode)) {
		tell(l, e);
		e->held = true;
	} else {
		e->told = false;
		e->content = now;
	}
	return looks != ALIKE;
}

/* Who may be at work on what was found changed, without a hint of it? */
static void
say_written(
    struct look *l, const struct tree_entry *e, uint64_t rules, const char *by)
{
	if (e->held && dir_mute(l->t))
		sweep_quiet(l->t, l->d, TREE_QUIET);
	else if (e->held)
		sweep_again(l->t, l->d, TREE_AGAIN);
	else if (!l->d->unheard || e->type != S_IFREG ||
	    l->now - e->mtime >= YOUNG_NS)
		return;
	dir_tell(l->t, l->d, e->name, TREE_WRITTEN, rules, by);
}

/* What was there before us is known only as far as somebody asks. */
static void
begin(
    struct look *l, struct tree_entry *e, const struct seen *s, uint64_t rules)
{
	if ((rules & l->t->same) != 0 || (e->fresh && unnamed(l)))
		e->content = content(l, e->name, s, rules);
}

/* Where seconds are counted a stamp does not tell what was changed meanwhile. */
bool
seen_later(const struct look *l)
{
	const struct tree_dir *d;

	d = l->d;
	return d->quiet && d->polled == 0 && !d->unwatched && !dir_mute(l->t) &&
	    l->t->same == 0 && d->stamp.ctime % SECOND_NS != 0;
}

int
seen_name(struct look *l, const char *name)
{
	struct tree_entry *e;
	const char *by;

	if (dir_judge(l->t, l->d, name, &by) == 0)
		return 0;
	e = add(l, name);
	if (e == NULL)
		return -1;
	e->type = S_IFREG;
	e->vague = true;
	sweep_again(l->t, l->d, 0);
	return 0;
}

int
seen_file(struct look *l, const char *name, struct tree_entry *e,
    const struct seen *s)
{
	enum tree_news news;
	enum looks looks;
	const char *by;
	uint64_t rules;
	bool held, came;

	rules = 0;
	came = e == NULL;
	if (came) {
		rules = dir_judge(l->t, l->d, name, &by);
		if (rules == 0)
			return 0;
		e = add(l, name);
		if (e == NULL)
			return -1;
	}
	e->seen = true;
	looks = update(l, e, s);
	if (e->vague)
		sweep_again(l->t, l->d, TREE_AGAIN);
	if (looks == ALIKE && !e->held && (!e->told || e->open))
		return 0;
	/* Nor is a sweep that comes early the second look that it waits for. */
	if (e->held && looks != OTHER && l->d->again)
		return 0;
	if (rules == 0)
		rules = dir_judge(l->t, l->d, name, &by);
	if (l->d->quiet) {
		begin(l, e, s, rules);
		return 0;
	}
	held = e->held;
	if (held && looks != OTHER) {
		looks = ALIKE; /* over two looks: it is whole */
		e->open = false;
	}
	if (is_news(l, e, s, looks, rules, &news)) {
		if (came && news == TREE_CHANGED)
			news = TREE_CAME;
		dir_tell(l->t, l->d, name, news, rules, by);
		say_written(l, e, rules, by);
	}
	if (held && !e->held)
		dir_tell(l->t, l->d, name, TREE_CLOSED, rules, by);
	return 0;
}
