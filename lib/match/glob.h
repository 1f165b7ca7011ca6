/* glob.h - patterns over paths, followed a name at a time */
#ifndef GLOB_H
#define GLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * `*` `?` `[...]` stop at a slash, `**` crosses it and a whole component of
 * it also matches nothing; `{a,b}` alternates; `\` takes the next character
 * as it is; a leading dot must be matched explicitly.  A pattern without any
 * of these is a file, or all that is beneath a directory, dotfiles too.
 *
 * Patterns are cut into parts, one a path component.  A place says how far a
 * pattern has matched: which part is next.  A set of places belongs to a
 * directory; with a name in it, it gives the set of what has that name.  So a
 * name is matched at a cost that does not depend on the path above it.
 */

enum {
	GLOB_ALTERNATIVES = 4096 /* at most so many from one pattern's braces */
};

enum glob_kind {
	GLOB_NAME, /* just this name, of whatever kind it is */
	GLOB_WILD, /* one name that fnmatch(3) accepts */
	GLOB_STARS, /* any names, none too */
	GLOB_BENEATH, /* the end, and all names beneath, dotfiles too */
	GLOB_END
};

struct glob_part {
	enum glob_kind kind;
	char *text; /* of GLOB_NAME and GLOB_WILD, else NULL */
	uint32_t source; /* index into the sources */
};

/* What a pattern was written as, and where its paths start. */
struct glob_source {
	char *text;
	bool literal; /* names a file or directory, wildcards or not */
};

/* A start: the first part of an alternative, and what its paths begin with. */
struct glob_start {
	uint32_t part;
	const char *root; /* "" or "/"; NULL: anywhere */
};

struct globs {
	struct glob_part *parts;
	struct glob_source *sources;
	struct glob_start *starts;
	size_t nparts, nsources, nstarts;
	bool leave_out; /* patterns of what to leave out: see globs_add */
	bool ignoring; /* what glob_ignored names matches no wildcard */
};

struct glob_set {
	size_t n;
	uint32_t at[]; /* indexes into the parts */
};

/*
 * Add a pattern; literal where it names something that exists.  Patterns of
 * what to leave out differ: wildcards match leading dots, one without a slash,
 * but at its end, matches at any depth, literal or not, and what is beneath a
 * match is left out with it.
 * 0, or -1 and errno: EINVAL an empty pattern, E2BIG too many alternatives.
 */
int globs_add(struct globs *g, const char *text, bool literal);

/* Return the root of a path: "/" if it is absolute, else "". */
const char *glob_root(const char *text);

/*
 * Copy a path without its `.` components and needless slashes: `./a//b/./` is
 * `a/b`, and `./` is empty.  path has room for all of text.
 */
void glob_clean(const char *text, char *path);

/* the places where paths of this root start; NULL: none, or memory is out */
struct glob_set *globs_begin(const struct globs *g, const char *root);

/*
 * The places beneath a name that stands at these places; NULL: nothing there
 * can match, or memory is out.  A linked directory is entered only where the
 * pattern spells it out.
 */
struct glob_set *globs_enter(const struct globs *g, const struct glob_set *from,
    const char *name, bool linked);

/* the index of a source that this name at these places completes, or -1 */
int globs_match(
    const struct globs *g, const struct glob_set *from, const char *name);

/* the one name that place i waits for, or NULL where it is not just one */
const char *
globs_name(const struct globs *g, const struct glob_set *set, size_t i);

/*
 * The path that all of a start's matches lie beneath, "" where that is the
 * current directory; 0, or -1 when it is longer than a path may be.
 */
int globs_base(const struct globs *g, const struct glob_start *start,
    char *path, size_t size);

/*
 * The file or directory that a start's pattern names up to its first wildcard,
 * "." where that is the current directory; as globs_base.
 */
int globs_reach(const struct globs *g, const struct glob_start *start,
    char *path, size_t size);

/* the built-in ignore that a name falls under, or NULL */
const char *glob_ignored(const char *name);

void globs_free(struct globs *g);

#endif
