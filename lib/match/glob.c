#define _POSIX_C_SOURCE 200809L
/* glob.c - patterns over paths, followed a name at a time */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "match/glob.h"

static const char *const ignores[] = { "4913", "*~", "#*#", ".#*", ".*.sw?",
	"*___jb_*___", "flycheck_*", "*.pid", ".*.box", ".DS_Store", ".git",
	".hg", ".svn", ".jj", "node_modules" };

/* mkstemp(3) replaces each X. */
static const char sed_name[] = "sedXXXXXX";

/* The alternatives that one pattern stands for. */
struct list {
	char **v;
	size_t n;
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

/* Every name is asked about, and nearly all begin with something else. */
const char *
glob_ignored(const char *name)
{
	size_t i;

	if (is_sed_name(name))
		return sed_name;
	for (i = 0; i < sizeof ignores / sizeof ignores[0]; i++)
		if ((*ignores[i] == '*' || *ignores[i] == *name) &&
		    fnmatch(ignores[i], name, 0) == 0)
			return ignores[i];
	return NULL;
}

const char *
glob_root(const char *text)
{
	return text[0] == '/' ? "/" : "";
}

void
glob_clean(const char *text, char *path)
{
	const char *s;
	size_t n, len;

	len = 0;
	if (*text == '/')
		path[len++] = '/';
	for (s = text; *s != '\0'; s += n) {
		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && *s == '.'))
			continue;
		if (len > 0 && path[len - 1] != '/')
			path[len++] = '/';
		memcpy(path + len, s, n);
		len += n;
	}
	path[len] = '\0';
}

/* ---- from text to alternatives ---- */

/* n bytes of a, then b, then c, as a new string */
static char *
join(const char *a, size_t n, const char *b, size_t nb, const char *c)
{
	size_t nc;
	char *s;

	nc = strlen(c);
	s = malloc(n + nb + nc + 1);
	if (s == NULL)
		return NULL;
	memcpy(s, a, n);
	memcpy(s + n, b, nb);
	memcpy(s + n + nb, c, nc + 1);
	return s;
}

static int
list_take(struct list *l, char *s)
{
	char **v;

	if (s == NULL)
		return -1;
	if (l->n == GLOB_ALTERNATIVES) {
		free(s);
		errno = E2BIG;
		return -1;
	}
	v = realloc(l->v, (l->n + 1) * sizeof *v);
	if (v == NULL) {
		free(s);
		return -1;
	}
	l->v = v;
	l->v[l->n++] = s;
	return 0;
}

static void
list_free(struct list *l)
{
	while (l->n > 0)
		free(l->v[--l->n]);
	free(l->v);
}

/* the brace that closes the one at s, when a comma stands between; or NULL */
static const char *
closing(const char *s)
{
	bool comma;
	int depth;

	comma = false;
	depth = 0;
	for (; *s != '\0'; s++)
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '{')
			depth++;
		else if (*s == ',' && depth == 1)
			comma = true;
		else if (*s == '}' && --depth == 0)
			return comma ? s : NULL;
	return NULL;
}

/* where the alternative that starts at s ends: a comma or the closing brace */
static const char *
alternative(const char *s)
{
	int depth;

	depth = 0;
	for (; depth > 0 || (*s != ',' && *s != '}'); s++)
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '{')
			depth++;
		else if (*s == '}')
			depth--;
	return s;
}

static int expand_stars(struct list *l, const char *text, size_t from);

/* Put each alternative in place of the first braces, and look again. */
static int
expand_braces(struct list *l, const char *text)
{
	const char *open, *close, *s, *end;
	char *one;
	int result;

	close = NULL;
	for (open = text; *open != '\0' && close == NULL; open++)
		if (*open == '\\' && open[1] != '\0')
			open++;
		else if (*open == '{')
			close = closing(open);
	if (close == NULL)
		return expand_stars(l, text, 0);
	for (s = open; s <= close; s = end + 1) {
		end = alternative(s);
		one = join(text, (size_t)(open - 1 - text), s,
		    (size_t)(end - s), close + 1);
		if (one == NULL)
			return -1;
		result = expand_braces(l, one);
		free(one);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* the first `**` that no backslash takes as it is, or NULL */
static const char *
two_stars(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (s[0] == '*' && s[1] == '*')
			return s;
	return NULL;
}

/*
 * `**` beside other characters crosses slashes too: a**b is a*b, and it is
 * what has a* and *b with any names between.
 */
static int
expand_stars(struct list *l, const char *text, size_t from)
{
	const char *s, *rest;
	char *one;
	int result;

	for (s = text + from; (s = two_stars(s)) != NULL; s = rest) {
		rest = s + strspn(s, "*");
		if ((s > text && s[-1] != '/') ||
		    (*rest != '/' && *rest != '\0'))
			break;
	}
	if (s == NULL)
		return list_take(l, join(text, strlen(text), "", 0, ""));
	one = join(text, (size_t)(s - text), "*", 1, rest);
	result = one == NULL ? -1
			     : expand_stars(l, one, (size_t)(s - text) + 1);
	free(one);
	if (result < 0)
		return -1;
	one = join(text, (size_t)(s - text), "*/**/*", 6, rest);
	result = one == NULL ? -1
			     : expand_stars(l, one, (size_t)(s - text) + 6);
	free(one);
	return result;
}

/* ---- from alternatives to parts ---- */

static struct glob_part *
add_part(struct globs *g, enum glob_kind kind, const char *text, size_t n)
{
	struct glob_part *parts;
	char *copy;

	/* Twice as many each time, so that n parts cost O(n) copies. */
	if ((g->nparts & (g->nparts - 1)) == 0) {
		parts = realloc(g->parts, (2 * g->nparts + 1) * sizeof *parts);
		if (parts == NULL)
			return NULL;
		g->parts = parts;
	}
	copy = text == NULL ? NULL : strndup(text, n);
	if (text != NULL && copy == NULL)
		return NULL;
	g->parts[g->nparts] = (struct glob_part){ .kind = kind,
		.text = copy,
		.source = (uint32_t)(g->nsources - 1) };
	return &g->parts[g->nparts++];
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

static bool
iswild(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] == '\\')
			i++;
		else if (s[i] == '*' || s[i] == '?' || s[i] == '[')
			return true;
	return false;
}

/* one component of a pattern; *wild is set when it is not just a name */
static int
add_component(
    struct globs *g, const char *s, size_t n, bool literal, bool *wild)
{
	struct glob_part *part;

	if (n >= 2 && strspn(s, "*") >= n && !literal) {
		*wild = true;
		/* **, then ** again, says no more than one. */
		if (g->nparts > g->starts[g->nstarts - 1].part &&
		    g->parts[g->nparts - 1].kind == GLOB_STARS)
			return 0;
		return add_part(g, GLOB_STARS, NULL, 0) == NULL ? -1 : 0;
	}
	if (!literal && iswild(s, n)) {
		*wild = true;
		return add_part(g, GLOB_WILD, s, n) == NULL ? -1 : 0;
	}
	part = add_part(g, GLOB_NAME, s, n);
	if (part == NULL)
		return -1;
	if (!literal)
		unescape(part->text);
	return 0;
}

static int
add_start(struct globs *g, const char *text)
{
	struct glob_start *starts;

	starts = realloc(g->starts, (g->nstarts + 1) * sizeof *starts);
	if (starts == NULL)
		return -1;
	g->starts = starts;
	g->starts[g->nstarts++] = (struct glob_start){
		.part = (uint32_t)g->nparts, .root = glob_root(text)
	};
	return 0;
}

/* what a pattern ends with depends on how its last component looks */
static int
add_end(struct globs *g, bool wild, bool slash)
{
	enum glob_kind end;
	size_t n;
	bool stars;

	n = g->nparts - g->starts[g->nstarts - 1].part;
	stars = n > 0 && g->parts[g->nparts - 1].kind == GLOB_STARS;
	end = g->leave_out || (wild && !slash) || stars ? GLOB_END
							: GLOB_BENEATH;
	/* If all beneath a directory is left out, the directory may be. */
	if (g->leave_out && stars && n > 1 &&
	    g->parts[g->nparts - 2].kind == GLOB_NAME)
		g->nparts--;
	else if ((stars || (g->leave_out && n == 0)) &&
	    add_part(g, GLOB_WILD, "*", 1) == NULL)
		return -1;
	return add_part(g, end, NULL, 0) == NULL ? -1 : 0;
}

/* Is it a name alone, whatever slashes end it? */
static bool
isname(const char *text)
{
	text += strcspn(text, "/");
	return text[strspn(text, "/")] == '\0';
}

static int
compile(struct globs *g, const char *text, bool literal)
{
	const char *s;
	bool wild, slash;
	size_t n;

	wild = slash = false;
	if (add_start(g, text) < 0)
		return -1;
	if (g->leave_out && *text != '/' && isname(text)) {
		g->starts[g->nstarts - 1].root = NULL;
		if (add_part(g, GLOB_STARS, NULL, 0) == NULL)
			return -1;
	}
	for (s = text; *s != '\0'; s += n) {
		slash = *s == '/';
		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && *s == '.'))
			continue;
		slash = false;
		if (add_component(g, s, n, literal, &wild) < 0)
			return -1;
	}
	return add_end(g, wild, slash);
}

int
globs_add(struct globs *g, const char *text, bool literal)
{
	struct glob_source *sources;
	struct list all;
	size_t i, starts;
	int result;

	if (*text == '\0') {
		errno = EINVAL;
		return -1;
	}
	sources = realloc(g->sources, (g->nsources + 1) * sizeof *sources);
	if (sources == NULL)
		return -1;
	g->sources = sources;
	sources[g->nsources] = (struct glob_source){ .text = strdup(text),
		.literal = literal };
	if (sources[g->nsources].text == NULL)
		return -1;
	g->nsources++;
	if (literal)
		return compile(g, text, true);
	all = (struct list){ 0 };
	result = expand_braces(&all, text);
	starts = g->nstarts;
	for (i = 0; i < all.n && result == 0; i++)
		if (*all.v[i] != '\0')
			result = compile(g, all.v[i], false);
	if (result == 0 && g->nstarts == starts) {
		errno = EINVAL;
		result = -1;
	}
	list_free(&all);
	return result;
}

/* ---- to follow names ---- */

/* A part that may match nothing stands for the one after it as well. */
static void
put(const struct globs *g, struct glob_set *set, uint32_t part)
{
	size_t i;

	/* Places come nearly in order, so an equal one is near the end. */
	for (i = set->n; i > 0 && set->at[i - 1] + 4 > part; i--)
		if (set->at[i - 1] == part)
			return;
	set->at[set->n++] = part;
	if (g->parts[part].kind == GLOB_STARS)
		put(g, set, part + 1);
}

static struct glob_set *
new_set(size_t n)
{
	struct glob_set *set;

	set = malloc(sizeof *set + n * sizeof set->at[0]);
	if (set != NULL)
		set->n = 0;
	return set;
}

static struct glob_set *
or_null(struct glob_set *set)
{
	if (set != NULL && set->n == 0) {
		free(set);
		return NULL;
	}
	return set;
}

struct glob_set *
globs_begin(const struct globs *g, const char *root)
{
	struct glob_set *set;
	const char *its;
	size_t i;

	set = new_set(2 * g->nstarts);
	for (i = 0; i < g->nstarts && set != NULL; i++) {
		its = g->starts[i].root;
		if (its == NULL || strcmp(its, root) == 0)
			put(g, set, g->starts[i].part);
	}
	return or_null(set);
}

static bool
wild_match(const struct globs *g, const char *text, const char *name)
{
	if (text[0] == '*' && text[1] == '\0')
		return g->leave_out || name[0] != '.';
	return fnmatch(text, name, g->leave_out ? 0 : FNM_PERIOD) == 0;
}

/* the place after the name has been taken at this one, or -1 */
static int64_t
step(const struct globs *g, uint32_t at, const char *name, bool ignored)
{
	const struct glob_part *part;
	bool taken;

	part = &g->parts[at];
	switch (part->kind) {
	case GLOB_NAME:
		return strcmp(part->text, name) == 0 ? (int64_t)at + 1 : -1;
	case GLOB_WILD:
		taken = !ignored && wild_match(g, part->text, name);
		return taken ? (int64_t)at + 1 : -1;
	case GLOB_STARS:
		taken = !ignored && (g->leave_out || name[0] != '.');
		return taken ? (int64_t)at : -1;
	case GLOB_BENEATH:
		return ignored ? -1 : (int64_t)at;
	case GLOB_END:
		break;
	}
	return -1;
}

struct glob_set *
globs_enter(const struct globs *g, const struct glob_set *from,
    const char *name, bool linked)
{
	struct glob_set *set;
	bool ignored;
	int64_t next;
	size_t i;

	ignored = g->ignoring && glob_ignored(name) != NULL;
	set = new_set(2 * from->n);
	for (i = 0; i < from->n && set != NULL; i++) {
		if (linked && !g->leave_out &&
		    g->parts[from->at[i]].kind != GLOB_NAME)
			continue;
		next = step(g, from->at[i], name, ignored);
		if (next >= 0 && g->parts[next].kind != GLOB_END)
			put(g, set, (uint32_t)next);
	}
	return or_null(set);
}

int
globs_match(
    const struct globs *g, const struct glob_set *from, const char *name)
{
	bool ignored;
	int64_t next;
	size_t i;

	ignored = g->ignoring && glob_ignored(name) != NULL;
	for (i = 0; i < from->n; i++) {
		next = step(g, from->at[i], name, ignored);
		if (next >= 0 &&
		    (g->parts[next].kind == GLOB_END ||
			g->parts[next].kind == GLOB_BENEATH))
			return (int)g->parts[next].source;
	}
	return -1;
}

const char *
globs_name(const struct globs *g, const struct glob_set *set, size_t i)
{
	return g->parts[set->at[i]].kind == GLOB_NAME
	    ? g->parts[set->at[i]].text
	    : NULL;
}

/* Append the names up to this part; 0, or -1 when that is too long. */
static int
spell(const struct globs *g, const struct glob_start *start,
    const struct glob_part *end, char *path, size_t size)
{
	const struct glob_part *part;
	const char *root = start->root == NULL ? "" : start->root;
	size_t len, n;

	len = strlen(root);
	if (len + 1 > size)
		return -1;
	memcpy(path, root, len + 1);
	for (part = &g->parts[start->part]; part < end; part++) {
		n = strlen(part->text);
		if (n + 2 > size - len)
			return -1;
		memcpy(path + len, part->text, n);
		path[len + n] = '/';
		len += n + 1;
		path[len] = '\0';
	}
	return 0;
}

int
globs_base(const struct globs *g, const struct glob_start *start, char *path,
    size_t size)
{
	const struct glob_part *part;

	part = &g->parts[start->part];
	for (; part->kind == GLOB_NAME && part[1].kind != GLOB_END &&
	     part[1].kind != GLOB_BENEATH;
	     part++)
		;
	return spell(g, start, part, path, size);
}

int
globs_reach(const struct globs *g, const struct glob_start *start, char *path,
    size_t size)
{
	const struct glob_part *part;
	size_t len;

	part = &g->parts[start->part];
	while (part->kind == GLOB_NAME)
		part++;
	if (spell(g, start, part, path, size) < 0)
		return -1;
	len = strlen(path);
	if (len > 1 && path[len - 1] == '/')
		path[len - 1] = '\0';
	if (len == 0)
		memcpy(path, ".", 2);
	return 0;
}

void
globs_free(struct globs *g)
{
	while (g->nparts > 0)
		free(g->parts[--g->nparts].text);
	while (g->nsources > 0)
		free(g->sources[--g->nsources].text);
	free(g->parts);
	free(g->sources);
	free(g->starts);
	*g = (struct globs){ 0 };
}
