#define _POSIX_C_SOURCE 200809L
/* rule.c - the rules: what each one watches, runs and signals */
#include <sys/stat.h>

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "match/rule.h"

struct rules_reach {
	size_t users;
	uint64_t rules; /* those that want something here */
	size_t n;
	uint32_t places[]; /* ascending; those of -x only of these rules */
};

/* A name that is matched at all places of a directory. */
struct step {
	const struct rules *rs;
	const struct rules_reach *from;
	const char *name;
	const char *ignore; /* the built-in ignore that matches it, or NULL */
};

int
rules_add(struct rules *rs, const char *text, enum glob_use use)
{
	return globs_add(&rs->globs, text, use, (uint64_t)1 << (rs->n - 1));
}

void
rules_free(struct rules *rs)
{
	globs_free(&rs->globs);
}

/* ---- places ---- */

static const struct glob_pattern *
pattern_at(const struct rules *rs, uint32_t place)
{
	return rs->globs.parts[place].pattern;
}

static bool
is_wanted(const struct rules *rs, uint32_t place)
{
	return pattern_at(rs, place)->use != GLOB_LEFT_OUT;
}

/* Return the rule that wants something here, or 0 if it is a place of -x. */
static uint64_t
wanted_rule(const struct rules *rs, uint32_t place)
{
	return is_wanted(rs, place) ? pattern_at(rs, place)->rule : 0;
}

static struct step
begin_step(
    const struct rules *rs, const struct rules_reach *from, const char *name)
{
	return (struct step){ .rs = rs,
		.from = from,
		.name = name,
		.ignore = glob_ignored(name) };
}

/*
 * Return the place after the name, or -1 if the name does not match.  No
 * wildcard matches an ignored name.
 */
static int64_t
next_place(const struct step *s, uint32_t place)
{
	const struct glob_part *part;
	bool any_dot, ignored, matches;
	int64_t next;

	part = &s->rs->globs.parts[place];
	any_dot = part->pattern->use != GLOB_WANTED;
	ignored = s->ignore != NULL && !any_dot &&
	    (s->rs->ignore_nothing & part->pattern->rule) == 0;
	next = place;
	matches = false;
	switch (part->kind) {
	case GLOB_NAME:
		matches = strcmp(part->text, s->name) == 0;
		next++;
		break;
	case GLOB_WILD:
		matches = !ignored &&
		    fnmatch(part->text, s->name, any_dot ? 0 : FNM_PERIOD) == 0;
		next++;
		break;
	case GLOB_STARS:
		matches = !ignored && (any_dot || s->name[0] != '.');
		break;
	case GLOB_BENEATH:
		matches = !ignored;
		break;
	case GLOB_END:
		break;
	}
	return matches ? next : -1;
}

/*
 * Return those of some rules of which the name completes a wanted pattern, or
 * one of -x; *by is the first such pattern, which is one of the first such rule.
 */
static uint64_t
find_rules(const struct step *s, uint64_t rules, bool wanted, const char **by)
{
	const struct glob_pattern *p;
	uint64_t found;
	int64_t next;
	size_t i;

	*by = NULL;
	found = 0;
	for (i = 0; i < s->from->n; i++) {
		p = pattern_at(s->rs, s->from->places[i]);
		if ((rules & ~found & p->rule) == 0 ||
		    is_wanted(s->rs, s->from->places[i]) != wanted)
			continue;
		next = next_place(s, s->from->places[i]);
		if (next < 0 || s->rs->globs.parts[next].kind < GLOB_BENEATH)
			continue;
		if (found == 0)
			*by = p->text;
		found |= p->rule;
	}
	return found;
}

/* ---- reaches ---- */

/* A place of GLOB_STARS, which matches nothing, too, adds the one behind it. */
static struct rules_reach *
new_reach(size_t n)
{
	struct rules_reach *reach;

	reach = malloc(sizeof *reach + 2 * n * sizeof reach->places[0]);
	if (reach != NULL)
		*reach = (struct rules_reach){ .users = 1 };
	return reach;
}

/* Places come in ascending order, but for the last two, which may come again. */
static void
append_place(struct rules_reach *reach, uint32_t place)
{
	if (reach->n == 0 || reach->places[reach->n - 1] < place)
		reach->places[reach->n++] = place;
}

static void
add_place(const struct rules *rs, struct rules_reach *reach, uint32_t place)
{
	append_place(reach, place);
	if (rs->globs.parts[place].kind == GLOB_STARS)
		append_place(reach, place + 1);
	reach->rules |= wanted_rule(rs, place);
}

/* Remove the places of -x where nothing is wanted.  Returns NULL if that is all. */
static struct rules_reach *
finish_reach(const struct rules *rs, struct rules_reach *reach)
{
	size_t i, n;

	for (i = n = 0; i < reach->n; i++)
		if ((pattern_at(rs, reach->places[i])->rule & reach->rules) !=
		    0)
			reach->places[n++] = reach->places[i];
	reach->n = n;
	if (n > 0)
		return reach;
	free(reach);
	errno = 0;
	return NULL;
}

struct rules_reach *
rules_begin(const struct rules *rs, const char *root)
{
	const struct glob_start *start;
	struct rules_reach *reach;
	size_t i;

	reach = new_reach(rs->globs.nstarts);
	if (reach == NULL)
		return NULL;
	for (i = 0; i < rs->globs.nstarts; i++) {
		start = &rs->globs.starts[i];
		if (start->root == NULL || strcmp(start->root, root) == 0)
			add_place(rs, reach, start->place);
	}
	return finish_reach(rs, reach);
}

/*
 * Add the places beneath a directory to a reach, unless that is NULL.  Returns
 * the rules that want something there.
 */
static uint64_t
enter_places(const struct rules *rs, const struct rules_reach *from,
    const char *name, bool linked, struct rules_reach *to)
{
	const struct glob_part *part;
	struct step s;
	const char *by;
	uint64_t left, wanted, rules;
	int64_t next;
	size_t i;

	s = begin_step(rs, from, name);
	left = find_rules(&s, from->rules, false, &by);
	rules = 0;
	for (i = 0; i < from->n; i++) {
		part = &rs->globs.parts[from->places[i]];
		wanted = wanted_rule(rs, from->places[i]);
		if ((left & wanted) != 0 ||
		    (linked && part->pattern->use == GLOB_WANTED &&
			part->kind != GLOB_NAME))
			continue;
		next = next_place(&s, from->places[i]);
		if (next < 0 || rs->globs.parts[next].kind == GLOB_END)
			continue;
		rules |= wanted;
		if (to != NULL)
			add_place(rs, to, (uint32_t)next);
	}
	return rules;
}

uint64_t
rules_entering(const struct rules *rs, const struct rules_reach *from,
    const char *name, bool linked)
{
	return enter_places(rs, from, name, linked, NULL);
}

struct rules_reach *
rules_enter(const struct rules *rs, struct rules_reach *from, const char *name,
    bool linked)
{
	struct rules_reach *to;

	to = new_reach(from->n);
	if (to == NULL)
		return NULL;
	enter_places(rs, from, name, linked, to);
	to = finish_reach(rs, to);
	if (to == NULL || to->n != from->n ||
	    memcmp(to->places, from->places, to->n * sizeof to->places[0]) != 0)
		return to;
	free(to);
	from->users++;
	return from;
}

void
rules_leave(const struct rules *rs, struct rules_reach *reach)
{
	(void)rs;
	if (reach != NULL && --reach->users == 0)
		free(reach);
}

uint64_t
rules_all(const struct rules *rs)
{
	return UINT64_MAX >> (64 - rs->n);
}

uint64_t
rules_at(const struct rules *rs, const struct rules_reach *reach)
{
	(void)rs;
	return reach->rules;
}

bool
rules_only_names(const struct rules *rs, const struct rules_reach *reach)
{
	size_t i;

	for (i = 0; i < reach->n; i++)
		if (is_wanted(rs, reach->places[i]) &&
		    rs->globs.parts[reach->places[i]].kind != GLOB_NAME)
			return false;
	return true;
}

const char *
rules_name(const struct rules *rs, const struct rules_reach *reach, size_t *i)
{
	uint32_t place;

	while (*i < reach->n) {
		place = reach->places[(*i)++];
		if (is_wanted(rs, place) &&
		    rs->globs.parts[place].kind == GLOB_NAME)
			return rs->globs.parts[place].text;
	}
	return NULL;
}

bool
rules_start(const struct rules *rs, size_t *i, struct rules_start *start)
{
	const struct glob_start *s;
	const struct glob_part *part;
	const char *slash;
	size_t n, room;

	while (*i < rs->globs.nstarts &&
	    !is_wanted(rs, rs->globs.starts[*i].place))
		(*i)++;
	if (*i == rs->globs.nstarts)
		return false;
	s = &rs->globs.starts[(*i)++];
	part = &rs->globs.parts[s->place];
	start->rule = part->pattern->rule;
	start->pattern = part->pattern->text;
	room = sizeof start->path;
	slash = s->root == NULL ? "" : s->root;
	for (n = 0; part->kind == GLOB_NAME && n < room; part++, slash = "/")
		n += (size_t)snprintf(
		    start->path + n, room - n, "%s%s", slash, part->text);
	if (n == 0)
		snprintf(start->path, room, "%s", *slash == '/' ? "/" : ".");
	if (n >= room)
		start->path[0] = '\0';
	return true;
}

/* ---- verdicts ---- */

/* Return true if the parent of path is dir, however both are spelled. */
static bool
is_in(const char *path, const char *dir)
{
	char parent[PATH_MAX];
	struct stat a, b;
	size_t n;

	n = (size_t)(str_base(path) - path);
	if (n >= sizeof parent)
		return false;
	memcpy(parent, path, n);
	parent[n] = '\0';
	return stat(n == 0 ? "." : parent, &a) == 0 &&
	    stat(*dir == '\0' ? "." : dir, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino;
}

/* Return true if name is that of the mailbox of a pidfile: .P.box. */
static bool
is_mailbox(const char *name, const char *pidfile)
{
	size_t n;

	n = strlen(pidfile);
	return name[0] == '.' && strncmp(name + 1, pidfile, n) == 0 &&
	    strcmp(name + 1 + n, ".box") == 0;
}

/*
 * Return true for a pidfile, its mailbox, and our output: these never count, so
 * that what we write does not run commands.
 */
static bool
is_own(const struct rules *rs, const char *dir, const char *name)
{
	const struct rule *r;
	const char *own;
	size_t i, k;

	for (i = 0; i < rs->n; i++)
		for (r = &rs->v[i], k = 0; k < r->npidfiles; k++) {
			own = str_base(r->pidfiles[k]);
			if ((strcmp(own, name) == 0 || is_mailbox(name, own)) &&
			    is_in(r->pidfiles[k], dir))
				return true;
		}
	for (i = 0; i < 2; i++)
		if (rs->output[i] != NULL &&
		    strcmp(str_base(rs->output[i]), name) == 0 &&
		    is_in(rs->output[i], dir))
			return true;
	return false;
}

/*
 * Return the rules of which a wanted pattern matches, and none of -x.  *left is
 * the rules of which one of -x does.
 */
static uint64_t
judge_name(const struct step *s, uint64_t *left, const char **by)
{
	*left = find_rules(s, s->from->rules, false, by);
	return find_rules(s, s->from->rules & ~*left, true, by);
}

uint64_t
rules_judge(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by)
{
	struct step s;
	uint64_t left, set;

	s = begin_step(rs, from, name);
	set = judge_name(&s, &left, by);
	if (set == 0 || !is_own(rs, dir, name))
		return set;
	*by = NULL;
	return 0;
}

enum rule_verdict
rules_explain(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by)
{
	struct step s;
	uint64_t left;

	s = begin_step(rs, from, name);
	if (judge_name(&s, &left, by) != 0) {
		if (!is_own(rs, dir, name))
			return RULE_COUNTS;
		*by = NULL;
		return RULE_OWN;
	}
	left = find_rules(&s, left, true, by);
	if (left != 0) {
		find_rules(&s, left, false, by);
		return RULE_LEFT;
	}
	if (s.ignore == NULL || (from->rules & ~rs->ignore_nothing) == 0)
		return RULE_NONE;
	*by = s.ignore;
	return RULE_IGNORED;
}

uint64_t
rules_match(const struct rules *rs, const char *path, const char **by)
{
	struct rules_reach *at, *next;
	char dir[PATH_MAX], name[NAME_MAX + 1];
	const char *rest;
	uint64_t set;
	size_t n;

	*by = NULL;
	set = 0;
	errno = 0;
	at = rules_begin(rs, *path == '/' ? "/" : "");
	for (rest = path; at != NULL; rest += n + 1) {
		rest += *rest == '/';
		n = strcspn(rest, "/");
		if (n == 0 || n >= sizeof name)
			break;
		memcpy(name, rest, n);
		name[n] = '\0';
		if (rest[n] == '\0') {
			snprintf(
			    dir, sizeof dir, "%.*s", (int)(rest - path), path);
			set = rules_judge(rs, at, dir, name, by);
			break;
		}
		/* As a link, `..` is entered only if a pattern names it. */
		next = rules_enter(rs, at, name, strcmp(name, "..") == 0);
		rules_leave(rs, at);
		at = next;
	}
	rules_leave(rs, at);
	return set;
}
