/* glob.h - patterns over paths, matched one name at a time */
#ifndef GLOB_H
#define GLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * `*`, `?` and `[...]` stop at a slash and at a leading dot; `**` crosses
 * slashes, and as a whole component it also matches nothing; `{a,b}` stands for
 * alternatives; `\` takes the next character literally.  A pattern without
 * wildcards is a file, or everything beneath a directory, dotfiles included.
 *
 * Each alternative of a pattern is cut into parts: one for each component, and
 * one for the end.  A place is the index of the part that the next name has to
 * match, as the state of an automaton.  So the cost of matching a name does not
 * depend on the path above it.
 */

enum {
	GLOB_ALTERNATIVES = 4096, /* of one pattern, at most */
	GLOB_TEXT = 1 << 22 /* bytes that a pattern may expand to, at most */
};

enum glob_use {
	GLOB_WANTED,
	/*
	 * Of -x: wildcards match leading dots, and a pattern without a slash,
	 * except at its end, matches at any depth.
	 */
	GLOB_LEFT_OUT,
	/* Of -f without patterns: wanted, but matched as one of -x. */
	GLOB_ANY_PATH
};

struct glob_pattern {
	struct glob_pattern *next;
	uint64_t rule; /* the rule that it belongs to: bit i for rule i */
	enum glob_use use;
	char text[]; /* as the user wrote it */
};

enum glob_kind {
	GLOB_NAME, /* this name, whatever it is */
	GLOB_WILD, /* a name that fnmatch(3) accepts */
	GLOB_STARS, /* any number of names; the next part matches here, too */
	GLOB_BENEATH, /* the end; names beneath match, too */
	GLOB_END
};

struct glob_part {
	enum glob_kind kind;
	const char *text; /* of GLOB_NAME and GLOB_WILD */
	const struct glob_pattern *pattern;
};

/* The start of an alternative. */
struct glob_start {
	uint32_t place; /* index of its first part */
	const char *root; /* its paths begin with "" or "/"; NULL: either */
	char *text; /* holds the texts of its parts */
};

struct globs {
	struct glob_pattern *patterns; /* the newest first */
	struct glob_start *starts;
	struct glob_part *parts;
	size_t nstarts, nparts;
};

/*
 * Add a pattern.  One that names an existing file or directory is literal,
 * whatever characters it has; so are components with `[` or `{` that exist.
 * Returns 0, or -1 with errno: EINVAL for an empty pattern, E2BIG for too many
 * or too long alternatives, or ENOMEM.
 */
int
globs_add(struct globs *g, const char *text, enum glob_use use, uint64_t rule);

/* Free all patterns. */
void globs_free(struct globs *g);

/* Return the built-in ignore that matches a name, or NULL. */
const char *glob_ignored(const char *name);

#endif
