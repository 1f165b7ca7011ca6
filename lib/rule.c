#define _POSIX_C_SOURCE 200809L
/* rule.c - what one rule watches, runs and rings */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"
#include "str.h"

struct rule_reach
rule_begin(const struct rule *r, const char *root)
{
	return (struct rule_reach){ .want = globs_begin(&r->want, root),
		.leave = globs_begin(&r->leave, root) };
}

static bool
left_out(const struct rule *r, const struct rule_reach *at, const char *name)
{
	return at->leave != NULL &&
	    globs_match(&r->leave, at->leave, name) >= 0;
}

struct rule_reach
rule_enter(const struct rule *r, const struct rule_reach *from,
    const char *name, bool linked)
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

/* A pidfile P, or its letter box .P.box. */
static bool
own(const struct rule *r, const char *dir, const char *name)
{
	char file[NAME_MAX + 1];
	size_t i, n;

	n = strlen(name);
	file[0] = '\0';
	if (n > 5 && n < sizeof file && name[0] == '.' &&
	    strcmp(name + n - 4, ".box") == 0)
		snprintf(file, sizeof file, "%.*s", (int)(n - 5), name + 1);
	for (i = 0; i < r->npidfiles; i++)
		if (same(r->pidfiles[i], dir, name) ||
		    (file[0] != '\0' && same(r->pidfiles[i], dir, file)))
			return true;
	return false;
}

enum rule_verdict
rule_judge(const struct rule *r, const struct rule_reach *from, const char *dir,
    const char *name, const char **by)
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
	if (own(r, dir, name))
		return RULE_OWN;
	*by = r->want.sources[source].text;
	return RULE_COUNTS;
}

/*
 * Does what leaves out the text of a part, as if it were a name, leave out all
 * that the part matches?  As a name, a `*` is one character, a range several.
 */
static bool
certain(const struct glob_part *part, const char *by)
{
	return part->kind == GLOB_NAME || strcmp(part->text, by) == 0 ||
	    (strpbrk(by, "?[\\") == NULL && strpbrk(part->text, "[\\") == NULL);
}

/* Which -x leaves out all that this part of a pattern can match? */
static const char *
always_left(const struct rule *r, const struct glob_set *leave,
    const struct glob_part *part)
{
	const char *by;
	int source;

	source = leave == NULL ? -1 : globs_match(&r->leave, leave, part->text);
	if (source < 0)
		return NULL;
	by = r->leave.sources[source].text;
	return certain(part, by) ? by : NULL;
}

/* Which built-in ignore does? */
static const char *
always_ignored(const struct rule *r, const struct glob_part *part)
{
	const char *by;

	if (part->kind != GLOB_WILD || !r->want.ignoring)
		return NULL;
	by = glob_ignored(part->text);
	return by != NULL && certain(part, by) ? by : NULL;
}

/* Of some places, those that are left whatever names come next. */
static void
after_any(const struct globs *g, struct glob_set *set)
{
	size_t i, n;
	uint32_t at;

	for (i = n = 0; set != NULL && i < set->n; i++) {
		at = set->at[i];
		if (g->parts[at].kind == GLOB_STARS ||
		    (at > 0 && g->parts[at - 1].kind == GLOB_STARS))
			set->at[n++] = at;
	}
	if (set != NULL)
		set->n = n;
}

enum rule_verdict
rule_hopeless(
    const struct rule *r, const struct glob_start *start, const char **by)
{
	const struct glob_part *part;
	struct glob_set *leave, *next;
	enum rule_verdict verdict;

	verdict = RULE_COUNTS;
	leave = globs_begin(&r->leave, start->root);
	for (part = &r->want.parts[start->part]; part->kind != GLOB_END &&
	     part->kind != GLOB_BENEATH && verdict == RULE_COUNTS;
	     part++) {
		if (part->kind == GLOB_STARS) {
			after_any(&r->leave, leave);
			continue;
		}
		*by = always_left(r, leave, part);
		if (*by != NULL)
			verdict = RULE_LEFT;
		else if ((*by = always_ignored(r, part)) != NULL)
			verdict = RULE_IGNORED;
		next = leave == NULL
		    ? NULL
		    : globs_enter(&r->leave, leave, part->text, false);
		free(leave);
		leave = next;
	}
	free(leave);
	return verdict;
}

void
rule_reach_free(struct rule_reach *reach)
{
	free(reach->want);
	free(reach->leave);
	*reach = (struct rule_reach){ 0 };
}

void
rule_free(struct rule *r)
{
	globs_free(&r->want);
	globs_free(&r->leave);
}
