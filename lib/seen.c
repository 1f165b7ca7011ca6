#define _XOPEN_SOURCE 700 /* S_IFLNK */
/* seen.c - what is at a name now, and what of it is news */
#include <fcntl.h>
#include <limits.h>

#include "content.h"
#include "dir.h"
#include "ghost.h"
#include "os.h"
#include "seen.h"

/*
 * File systems stamp with the grain of a tick, some with that of seconds:
 * what was changed no longer ago may change once more and look the same.
 */
enum { FRESH_NS = 10000000, SECOND_NS = 1000000000 };

/* Where hints were missed, a writer may be at work on what is this young. */
enum { YOUNG_NS = 150000000 };

static int
stat_name(const struct look *l, const char *name, struct stat *st, int flags)
{
	char path[PATH_MAX];

	if (l->fd >= 0)
		return fstatat(l->fd, name, st, flags);
	if (dir_join(l->d, name, path) < 0)
		return -1;
	return fstatat(AT_FDCWD, path, st, flags);
}

bool
seen_spelled(const struct look *l, const char *name)
{
	return rules_entering(l->t->rules, l->d->reach, name, true) != 0;
}

bool
seen_at(const struct look *l, const char *name, struct seen *s)
{
	struct stat behind;

	if (stat_name(l, name, &s->st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	s->type = s->st.st_mode & S_IFMT;
	s->isdir = S_ISDIR(s->st.st_mode);
	if (s->type == S_IFLNK && stat_name(l, name, &behind, 0) == 0) {
		s->isdir = S_ISDIR(behind.st_mode) && seen_spelled(l, name);
		if (s->isdir || S_ISREG(behind.st_mode))
			s->st = behind;
	}
	return s->isdir || s->type == S_IFREG || s->type == S_IFLNK;
}

/* ---- files ---- */

/* Reading much takes a while: only for who asked for it. */
static uint64_t
content(const struct look *l, const char *name, const struct seen *s,
    uint64_t rules)
{
	char path[PATH_MAX];
	off_t max;
	int flags;

	if (!S_ISREG(s->st.st_mode))
		return 0;
	max = (rules & l->t->same) != 0 ? INT64_MAX : CONTENT_LARGE;
	flags = s->type == S_IFLNK ? 0 : O_NOFOLLOW;
	if (l->fd >= 0)
		return content_of(l->fd, name, flags, max);
	if (dir_join(l->d, name, path) < 0)
		return 0;
	return content_of(AT_FDCWD, path, flags, max);
}

/* How what is there now looks beside what is remembered. */
enum looks {
	ALIKE, /* and it is the same */
	FRESH, /* it was written to so lately that it may have changed */
	OTHER
};

static enum looks
update(const struct look *l, struct tree_entry *e, const struct seen *s)
{
	int64_t mtime, age;
	enum looks looks;

	mtime = os_mtime_ns(&s->st);
	age = l->now - mtime;
	looks = e->fresh && e->written ? FRESH : ALIKE;
	if (e->dev != s->st.st_dev || e->ino != s->st.st_ino ||
	    e->size != s->st.st_size || e->mtime != mtime || e->type != s->type)
		looks = OTHER;
	e->dev = s->st.st_dev;
	e->ino = s->st.st_ino;
	e->size = s->st.st_size;
	e->mtime = mtime;
	e->type = s->type;
	e->fresh = age < FRESH_NS ||
	    (mtime % SECOND_NS == 0 && age < 2 * (int64_t)SECOND_NS);
	e->written = false;
	return looks;
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
	e->told = e->content != 0;
	return e;
}

/*
 * What is known of a file's content is what it held when no writer was at
 * work on it; while one is, that is kept for a comparison in the end.  It is
 * read after the signature was taken: when what was read is changed, the
 * signature is another one.
 */
static bool
is_news(const struct look *l, struct tree_entry *e, const struct seen *s,
    enum looks looks, uint64_t rules, enum tree_news *news)
{
	uint64_t was;
	bool told;

	*news = TREE_CHANGED;
	if (e->open && !l->d->unheard) {
		e->told = true;
		return looks != ALIKE;
	}
	was = e->content;
	told = e->told;
	e->content = content(l, e->name, s, rules);
	e->open = e->told = false;
	if (e->content == 0 || e->content != was)
		return looks != ALIKE;
	*news = told ? TREE_BACK : TREE_SAME;
	return told || looks == OTHER;
}

int
seen_file(struct look *l, const char *name, struct tree_entry *e,
    const struct seen *s)
{
	enum tree_news news;
	enum looks looks;
	const char *by;
	uint64_t rules;

	rules = 0;
	if (e == NULL) {
		rules = dir_judge(l->t, l->d, name, &by);
		if (rules == 0)
			return 0;
		e = add(l, name);
		if (e == NULL)
			return -1;
	}
	e->seen = true;
	looks = update(l, e, s);
	if (looks == ALIKE && (!e->told || e->open))
		return 0;
	if (rules == 0)
		rules = dir_judge(l->t, l->d, name, &by);
	if (l->d->quiet) {
		if ((rules & l->t->same) != 0)
			e->content = content(l, name, s, rules);
		return 0;
	}
	if (!is_news(l, e, s, looks, rules, &news))
		return 0;
	dir_tell(l->t, l->d, name, news, rules, by);
	if (l->d->unheard && s->type == S_IFREG && l->now - e->mtime < YOUNG_NS)
		dir_tell(l->t, l->d, name, TREE_WRITTEN, rules, by);
	return 0;
}
