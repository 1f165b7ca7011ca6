#define _POSIX_C_SOURCE 200809L
/* glob.c - patterns over paths, matched one name at a time */
#include <sys/stat.h>

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "match/glob.h"

static const char *const ignores[] = { "4913", "*~", "#*#", ".#*", ".*.sw?",
	"*___jb_*___", "flycheck_*", "*.pid", ".*.box", ".DS_Store", ".git",
	".hg", ".svn", ".jj", "node_modules" };

/* mkstemp(3) replaces each X. */
static const char sed_name[] = "sedXXXXXX";

/* Texts that a pattern expands to. */
struct texts {
	char **v;
	size_t n, bytes;
};

static bool
is_sed_name(const char *name)
{
	static const char xs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz";

	return strncmp(name, sed_name, 3) == 0 &&
	    strspn(name, xs) == sizeof sed_name - 1 &&
	    name[sizeof sed_name - 1] == '\0';
}

/* May a name match, as far as the characters at both ends tell? */
static bool
fits_ends(const char *pattern, char first, char last)
{
	char end;

	end = pattern[strlen(pattern) - 1];
	return (*pattern == '*' || *pattern == first) &&
	    (end == '*' || end == '?' || end == last);
}

/* Every name is asked about, and nearly all have other ends. */
const char *
glob_ignored(const char *name)
{
	size_t i;
	char last;

	if (is_sed_name(name))
		return sed_name;
	last = *name == '\0' ? '\0' : name[strlen(name) - 1];
	for (i = 0; i < sizeof ignores / sizeof ignores[0]; i++)
		if (fits_ends(ignores[i], *name, last) &&
		    fnmatch(ignores[i], name, 0) == 0)
			return ignores[i];
	return NULL;
}

/*
 * Return an array with room for one more than its n elements, or NULL.  It
 * doubles, so that n elements cost O(n) copies.
 */
static void *
grow(void *array, size_t n, size_t size)
{
	return (n & (n - 1)) != 0 ? array : realloc(array, (2 * n + 1) * size);
}

/* ---- from alternatives to parts ---- */

/* A second `**` in a row adds nothing. */
static int
add_part(struct globs *g, enum glob_kind kind, const char *text)
{
	struct glob_part *parts;

	if (kind == GLOB_STARS && g->nparts > 0 &&
	    g->parts[g->nparts - 1].kind == GLOB_STARS)
		return 0;
	parts = grow(g->parts, g->nparts, sizeof *parts);
	if (parts == NULL)
		return -1;
	g->parts = parts;
	parts[g->nparts++] = (struct glob_part){
		.kind = kind, .text = text, .pattern = g->patterns
	};
	return 0;
}

static void
unescape(char *s)
{
	char *to;

	for (to = s; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		*to++ = *s;
	}
	*to = '\0';
}

static enum glob_kind
kind_of(const char *name)
{
	if (name[0] == '*' && name[1] == '*' && name[strspn(name, "*")] == '\0')
		return GLOB_STARS;
	for (; *name != '\0'; name++)
		if (*name == '\\' && name[1] != '\0')
			name++;
		else if (strchr("*?[", *name) != NULL)
			return GLOB_WILD;
	return GLOB_NAME;
}

/*
 * Return the length of the components at the start of a text that are names for
 * certain: they exist as they are written, escapes aside, all but the last as
 * directories.  A component such as s* stays a pattern, as it matches s* too.
 */
static size_t
find_names(const char *text)
{
	char path[PATH_MAX], *name;
	struct stat st;
	size_t done, n;

	if (strpbrk(text, "[{") == NULL)
		return 0;
	name = path;
	for (done = 0; text[done] != '\0'; done += n) {
		n = strcspn(text + done, "/");
		if (n + 2 > (size_t)(path + sizeof path - name))
			break;
		memcpy(name, text + done, n);
		name[n] = '\0';
		if (kind_of(name) != GLOB_NAME &&
		    (strchr(name, '[') == NULL || strchr(name, '\\') != NULL))
			break;
		unescape(name);
		name += strlen(name);
		if (text[done + n] == '/')
			*name++ = '/';
		*name = '\0';
		if (lstat(path, &st) < 0)
			break;
		n += strspn(text + done + n, "/");
	}
	return done;
}

/* Add the parts that end an alternative. */
static int
add_end(struct globs *g, bool names_directory)
{
	bool any_dot, stars;
	size_t n;

	any_dot = g->patterns->use != GLOB_WANTED;
	n = g->nparts - g->starts[g->nstarts - 1].place;
	stars = n > 0 && g->parts[g->nparts - 1].kind == GLOB_STARS;
	/* If all beneath a directory is left out, the directory may be. */
	if (any_dot && stars && n > 1 &&
	    g->parts[g->nparts - 2].kind == GLOB_NAME)
		g->nparts--;
	else if ((stars || (any_dot && n == 0)) &&
	    add_part(g, GLOB_WILD, "*") < 0)
		return -1;
	if (any_dot || stars || !names_directory)
		return add_part(g, GLOB_END, NULL);
	return add_part(g, GLOB_BENEATH, NULL);
}

/* Return true if nothing but slashes follows the first component. */
static bool
is_single_name(const char *text)
{
	text += strcspn(text, "/");
	return text[strspn(text, "/")] == '\0';
}

static bool
ends_in_slash(const char *text)
{
	size_t n;

	n = strlen(text);
	if (n > 1 && text[n - 1] == '.')
		n--;
	return n > 0 && text[n - 1] == '/';
}

/* Add the start of an alternative, and the part by which it may be anywhere. */
static int
add_start(struct globs *g, const char *text)
{
	struct glob_start *starts;
	const char *root;
	char *copy;

	root = *text == '/' ? "/" : "";
	if (g->patterns->use != GLOB_WANTED && *text != '/' &&
	    is_single_name(text))
		root = NULL;
	starts = grow(g->starts, g->nstarts, sizeof *starts);
	if (starts == NULL)
		return -1;
	g->starts = starts;
	copy = strdup(text);
	if (copy == NULL)
		return -1;
	str_clean(copy, copy);
	starts[g->nstarts++] = (struct glob_start){
		.place = (uint32_t)g->nparts, .root = root, .text = copy
	};
	return root != NULL ? 0 : add_part(g, GLOB_STARS, NULL);
}

/* Add an alternative of the newest pattern. */
static int
add_alternative(struct globs *g, const char *text, bool literal)
{
	char *name, *slash;
	const char *names_end;
	enum glob_kind kind;
	bool wild;

	if (add_start(g, text) < 0)
		return -1;
	wild = false;
	name = g->starts[g->nstarts - 1].text;
	names_end = name + (literal ? strlen(name) : find_names(name));
	for (; name != NULL; name = slash) {
		slash = strchr(name, '/');
		if (slash != NULL)
			*slash++ = '\0';
		/* An absolute path has no name before its first slash. */
		if (*name == '\0')
			continue;
		kind = name < names_end ? GLOB_NAME : kind_of(name);
		wild = wild || kind != GLOB_NAME;
		if (kind == GLOB_NAME && !literal)
			unescape(name);
		if (add_part(g, kind, name) < 0)
			return -1;
	}
	return add_end(g, !wild || ends_in_slash(text));
}

/* ---- from patterns to alternatives ---- */

/* Add a text of three pieces, the first two of which are cut short. */
static int
add_text(struct texts *t, const char *a, size_t na, const char *b, size_t nb,
    const char *c)
{
	char **v, *text;
	size_t n;

	n = na + nb + strlen(c) + 1;
	/* Each expanded text became two or more. */
	if (t->n == 2 * GLOB_ALTERNATIVES || n > GLOB_TEXT - t->bytes) {
		errno = E2BIG;
		return -1;
	}
	v = grow(t->v, t->n, sizeof *v);
	if (v == NULL)
		return -1;
	t->v = v;
	text = malloc(n);
	if (text == NULL)
		return -1;
	snprintf(text, n, "%.*s%.*s%s", (int)na, a, (int)nb, b, c);
	t->bytes += n;
	v[t->n++] = text;
	return 0;
}

/* The braces of a group. */
struct group {
	size_t open, close;
	bool comma; /* stands between them: else they are text */
};

/* Find the first group of a text.  Returns 1, 0 if there is none, or -1. */
static int
find_group(const char *text, struct group *first)
{
	struct group *stack;
	size_t i, n;

	*first = (struct group){ .open = SIZE_MAX };
	stack = malloc((strlen(text) + 1) * sizeof *stack);
	if (stack == NULL)
		return -1;
	n = 0;
	for (i = find_names(text); text[i] != '\0'; i++)
		if (text[i] == '\\' && text[i + 1] != '\0')
			i++;
		else if (text[i] == '{')
			stack[n++] = (struct group){ .open = i };
		else if (text[i] == ',' && n > 0)
			stack[n - 1].comma = true;
		else if (text[i] == '}' && n > 0 && stack[--n].comma &&
		    stack[n].open < first->open) {
			*first = stack[n];
			first->close = i;
		}
	free(stack);
	return first->open < SIZE_MAX;
}

/* Expand the first group.  Returns 1, 0 if there is none, or -1. */
static int
expand_group(struct texts *t, const char *text)
{
	const char *s, *from, *close;
	struct group group;
	size_t depth;
	int found;

	found = find_group(text, &group);
	if (found <= 0)
		return found;
	close = text + group.close;
	depth = 0;
	for (s = from = text + group.open + 1; s <= close; s++)
		if (*s == '\\')
			s++;
		else if (*s == '{')
			depth++;
		else if (*s == '}' && depth > 0)
			depth--;
		else if (depth == 0 && (*s == ',' || s == close)) {
			if (add_text(t, text, group.open, from,
				(size_t)(s - from), close + 1) < 0)
				return -1;
			from = s + 1;
		}
	return 1;
}

/*
 * Expand the first `**` beside other characters: a**b is a*b, or a* and *b with
 * any names between.  Returns 1, 0 if there is none, or -1.
 */
static int
expand_stars(struct texts *t, const char *text)
{
	const char *s, *rest;
	size_t n;

	for (s = text; *s != '\0'; s = rest) {
		n = strspn(s, "*");
		rest = s + (n > 0 ? n : *s == '\\' && s[1] != '\0' ? 2 : 1);
		if (n < 2 ||
		    ((s == text || s[-1] == '/') &&
			(*rest == '/' || *rest == '\0')))
			continue;
		n = (size_t)(s - text);
		return add_text(t, text, n, "*", 1, rest) < 0 ||
			add_text(t, text, n, "*/**/*", 6, rest) < 0
		    ? -1
		    : 1;
	}
	return 0;
}

/* Expand the only text so far, and add all alternatives that it stands for. */
static int
add_alternatives(struct globs *g, struct texts *t)
{
	const char *text;
	size_t i, starts;
	int result;

	starts = g->nstarts;
	for (i = 0; i < t->n; i++) {
		text = t->v[i];
		result = expand_group(t, text);
		if (result == 0)
			result = expand_stars(t, text);
		if (result == 0 && *text != '\0')
			result = add_alternative(g, text, false);
		if (result < 0)
			return -1;
	}
	if (g->nstarts > starts && g->nstarts <= starts + GLOB_ALTERNATIVES)
		return 0;
	errno = g->nstarts > starts ? E2BIG : EINVAL;
	return -1;
}

static int
add_pattern(struct globs *g, const char *text, enum glob_use use, uint64_t rule)
{
	struct glob_pattern *p;
	size_t size;

	size = strlen(text) + 1;
	p = malloc(sizeof *p + size);
	if (p == NULL)
		return -1;
	*p = (struct glob_pattern){
		.next = g->patterns, .rule = rule, .use = use
	};
	memcpy(p->text, text, size);
	g->patterns = p;
	return 0;
}

int
globs_add(struct globs *g, const char *text, enum glob_use use, uint64_t rule)
{
	struct texts t;
	struct stat st;
	int result;

	if (*text == '\0') {
		errno = EINVAL;
		return -1;
	}
	if (add_pattern(g, text, use, rule) < 0)
		return -1;
	if (use != GLOB_ANY_PATH && lstat(text, &st) == 0)
		return add_alternative(g, text, true);
	t = (struct texts){ 0 };
	result = add_text(&t, text, 0, "", 0, text);
	if (result == 0)
		result = add_alternatives(g, &t);
	while (t.n > 0)
		free(t.v[--t.n]);
	free(t.v);
	return result;
}

void
globs_free(struct globs *g)
{
	struct glob_pattern *next;

	for (; g->patterns != NULL; g->patterns = next) {
		next = g->patterns->next;
		free(g->patterns);
	}
	while (g->nstarts > 0)
		free(g->starts[--g->nstarts].text);
	free(g->starts);
	free(g->parts);
	*g = (struct globs){ 0 };
}
