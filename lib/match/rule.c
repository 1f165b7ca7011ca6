#define _POSIX_C_SOURCE 200809L
/* rule.c - what each rule watches, runs and rings */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "match/rule.h"

static bool
left_out(const struct rule *r, const struct rule_reach *at, const char *name)
{
	return at->leave != NULL &&
	    globs_match(&r->leave, at->leave, name) >= 0;
}

/* ---- to follow names ---- */

static struct rule_reach
enter(const struct rule *r, const struct rule_reach *from, const char *name,
    bool linked)
{
	struct rule_reach to;

	to = (struct rule_reach){ 0 };
	if (from->want == NULL || left_out(r, from, name))
		return to;
	to.want = globs_enter(&r->want, from->want, name, linked);
	if (to.want != NULL && from->leave != NULL)
		to.leave = globs_enter(&r->leave, from->leave, name, false);
	return to;
}

static struct rules_reach *
new_reach(const struct rules *rs)
{
	struct rules_reach *reach;

	reach = malloc(sizeof *reach + rs->n * sizeof reach->of[0]);
	if (reach != NULL)
		reach->shared = 1;
	return reach;
}

void
rules_leave(const struct rules *rs, struct rules_reach *reach)
{
	size_t i;

	if (reach == NULL || --reach->shared > 0)
		return;
	for (i = 0; i < rs->n; i++) {
		free(reach->of[i].want);
		free(reach->of[i].leave);
	}
	free(reach);
}

/* A reach that reaches nothing is none; nor is one that lacks a part. */
static struct rules_reach *
or_null(const struct rules *rs, struct rules_reach *reach)
{
	int error;

	error = errno;
	if (error != ENOMEM && rules_at(rs, reach) != 0)
		return reach;
	rules_leave(rs, reach);
	errno = error;
	return NULL;
}

static bool
same_set(const struct glob_set *a, const struct glob_set *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->n == b->n &&
	    memcmp(a->at, b->at, a->n * sizeof a->at[0]) == 0;
}

static bool
same_reach(const struct rules *rs, const struct rules_reach *a,
    const struct rules_reach *b)
{
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (!same_set(a->of[i].want, b->of[i].want) ||
		    !same_set(a->of[i].leave, b->of[i].leave))
			return false;
	return true;
}

struct rules_reach *
rules_begin(const struct rules *rs, const char *root)
{
	struct rules_reach *reach;
	size_t i;

	reach = new_reach(rs);
	if (reach == NULL)
		return NULL;
	/* Of sets that are NULL only this tells why: see globs_begin. */
	errno = 0;
	for (i = 0; i < rs->n; i++)
		reach->of[i] = (struct rule_reach){ .want = globs_begin(
							&rs->v[i].want, root),
			.leave = globs_begin(&rs->v[i].leave, root) };
	return or_null(rs, reach);
}

struct rules_reach *
rules_enter(const struct rules *rs, struct rules_reach *from, const char *name,
    bool linked)
{
	struct rules_reach *to;
	size_t i;

	to = new_reach(rs);
	if (to == NULL)
		return NULL;
	errno = 0;
	for (i = 0; i < rs->n; i++)
		to->of[i] = enter(&rs->v[i], &from->of[i], name, linked);
	if (errno == ENOMEM || !same_reach(rs, from, to))
		return or_null(rs, to);
	rules_leave(rs, to);
	from->shared++;
	return from;
}

uint64_t
rules_entering(const struct rules *rs, const struct rules_reach *from,
    const char *name, bool linked)
{
	struct rule_reach to;
	uint64_t set;
	size_t i;

	set = 0;
	for (i = 0; i < rs->n; i++) {
		errno = 0;
		to = enter(&rs->v[i], &from->of[i], name, linked);
		/* Who can't tell goes there, to hear that memory is out. */
		if (to.want != NULL || errno == ENOMEM)
			set |= (uint64_t)1 << i;
		free(to.want);
		free(to.leave);
	}
	return set;
}

uint64_t
rules_all(const struct rules *rs)
{
	return UINT64_MAX >> (64 - rs->n);
}

uint64_t
rules_at(const struct rules *rs, const struct rules_reach *reach)
{
	uint64_t set;
	size_t i;

	set = 0;
	for (i = 0; i < rs->n; i++)
		if (reach->of[i].want != NULL)
			set |= (uint64_t)1 << i;
	return set;
}

/* ---- to judge ---- */

static const char *
dot(const char *dir)
{
	return *dir == '\0' ? "." : dir;
}

/* Does the path name the file `name` in dir, whatever both are spelled like? */
static bool
same(const char *path, const char *dir, const char *name)
{
	char its[PATH_MAX];
	struct stat a, b;
	size_t n;

	n = (size_t)(str_base(path) - path);
	if (strcmp(path + n, name) != 0 || n >= sizeof its)
		return false;
	memcpy(its, path, n);
	its[n] = '\0';
	return stat(dot(its), &a) == 0 && stat(dot(dir), &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Is it one of these pidfiles P, or the letter box .P.box of one? */
static bool
is_of(const struct rule *r, const char *dir, const char *name, const char *box)
{
	size_t i;

	for (i = 0; i < r->npidfiles; i++)
		if (same(r->pidfiles[i], dir, name) ||
		    (*box != '\0' && same(r->pidfiles[i], dir, box)))
			return true;
	return false;
}

static bool
own(const struct rules *rs, const char *dir, const char *name)
{
	char box[NAME_MAX + 1];
	size_t i, n;

	n = strlen(name);
	box[0] = '\0';
	if (n > 5 && n < sizeof box && name[0] == '.' &&
	    strcmp(name + n - 4, ".box") == 0)
		snprintf(box, sizeof box, "%.*s", (int)(n - 5), name + 1);
	for (i = 0; i < rs->n; i++)
		if (is_of(&rs->v[i], dir, name, box))
			return true;
	for (i = 0; i < 2; i++)
		if (rs->output[i] != NULL && same(rs->output[i], dir, name))
			return true;
	return false;
}

/* The source by which it matches and is not left out, or -1. */
static int
counts(const struct rule *r, const struct rule_reach *from, const char *name)
{
	int source;

	if (from->want == NULL)
		return -1;
	source = globs_match(&r->want, from->want, name);
	return source >= 0 && left_out(r, from, name) ? -1 : source;
}

static enum rule_verdict
judge(const struct rule *r, const struct rule_reach *from, const char *name,
    const char **by)
{
	int source;

	*by = NULL;
	if (from->want == NULL)
		return RULE_NONE;
	source = globs_match(&r->want, from->want, name);
	if (source < 0) {
		*by = r->want.ignoring ? glob_ignored(name) : NULL;
		return *by == NULL ? RULE_NONE : RULE_IGNORED;
	}
	if (left_out(r, from, name)) {
		*by = r->leave
			  .sources[globs_match(&r->leave, from->leave, name)]
			  .text;
		return RULE_LEFT;
	}
	*by = r->want.sources[source].text;
	return RULE_COUNTS;
}

uint64_t
rules_judge(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by)
{
	uint64_t set;
	size_t i;
	int source;

	*by = NULL;
	set = 0;
	for (i = 0; i < rs->n; i++) {
		source = counts(&rs->v[i], &from->of[i], name);
		if (source < 0)
			continue;
		if (set == 0)
			*by = rs->v[i].want.sources[source].text;
		set |= (uint64_t)1 << i;
	}
	if (set != 0 && own(rs, dir, name)) {
		*by = NULL;
		return 0;
	}
	return set;
}

enum rule_verdict
rules_explain(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by)
{
	enum rule_verdict verdict, its;
	const char *its_by;
	size_t i;

	*by = NULL;
	verdict = RULE_NONE;
	for (i = 0; i < rs->n && verdict != RULE_COUNTS; i++) {
		its = judge(&rs->v[i], &from->of[i], name, &its_by);
		if (its == RULE_COUNTS || verdict == RULE_NONE) {
			verdict = its;
			*by = its_by;
		}
	}
	if (verdict != RULE_COUNTS || !own(rs, dir, name))
		return verdict;
	*by = NULL;
	return RULE_OWN;
}

/*
 * Follow a path from a root on.  What goes up does so only where a pattern
 * spells that out.
 */
static uint64_t
follow(
    const struct rules *rs, const char *root, const char *path, const char **by)
{
	struct rules_reach *at, *next;
	char dir[PATH_MAX], name[NAME_MAX + 1];
	const char *rest;
	uint64_t set;
	size_t n;

	*by = NULL;
	set = 0;
	errno = 0;
	at = rules_begin(rs, root);
	for (rest = path; at != NULL; rest += n) {
		rest += strspn(rest, "/");
		n = strcspn(rest, "/");
		if (n == 0 || n >= sizeof name)
			break;
		memcpy(name, rest, n);
		name[n] = '\0';
		if (strcmp(name, ".") == 0)
			continue;
		if (rest[n + strspn(rest + n, "/")] == '\0') {
			snprintf(
			    dir, sizeof dir, "%.*s", (int)(rest - path), path);
			set = rules_judge(rs, at, dir, name, by);
			break;
		}
		next = rules_enter(rs, at, name, strcmp(name, "..") == 0);
		rules_leave(rs, at);
		at = next;
	}
	rules_leave(rs, at);
	return set;
}

uint64_t
rules_match(const struct rules *rs, const char *path, const char **by)
{
	return follow(rs, glob_root(path), path, by);
}

void
rule_free(struct rule *r)
{
	globs_free(&r->want);
	globs_free(&r->leave);
}
