/* rule.h - the rules: what each one watches, runs and signals */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/glob.h"

enum {
	RULE_MAX = 64, /* a set of rules is a uint64_t: bit i for rule i */
	RULE_PATH = 4096 /* bytes of the longest path, with its NUL */
};

struct rule {
	char **pidfiles;
	size_t npidfiles;
	int signo; /* -s: what the pidfiles get */
	char **command; /* NULL-terminated, or NULL if there is none */
	bool restart; /* -r: the command is a server */
	bool report; /* -e: its report goes into the mailboxes */
	int stop; /* -S: the signal that stops the command */
	int64_t grace; /* -k: ms from that signal to KILL */
	int64_t limit; /* -T: ms that the command may take; 0: no limit */
};

/* All rules, in order, and their patterns. */
struct rules {
	struct rule *v;
	size_t n; /* at most RULE_MAX */
	struct globs globs;
	uint64_t ignore_nothing; /* the rules with -a: no built-in ignores */
	const char *output[2]; /* the files that we write to, or NULL */
};

/*
 * The places that a directory has reached, see glob.h.  Directories that have
 * reached the same places share them.
 */
struct rules_reach;

/* Why a path counts or not. */
enum rule_verdict {
	RULE_COUNTS, /* the named pattern matches */
	RULE_LEFT, /* the named pattern of -x leaves it out */
	RULE_IGNORED, /* the named built-in ignore matches */
	RULE_OWN, /* a pidfile or mailbox of any rule, or our output */
	RULE_NONE /* no pattern matches */
};

/* Add a pattern to the last rule.  Returns as globs_add. */
int rules_add(struct rules *rs, const char *text, enum glob_use use);

/* Free the patterns. */
void rules_free(struct rules *rs);

/*
 * Return the reach of a root, "" (the current directory) or "/".  NULL if no
 * pattern begins there, or with errno ENOMEM.
 */
struct rules_reach *rules_begin(const struct rules *rs, const char *root);

/*
 * Return the reach of a directory in another one; rules_leave releases it.
 * NULL if nothing beneath can match, or with errno ENOMEM.  A linked directory
 * is entered only by patterns that spell its name out.
 */
struct rules_reach *rules_enter(const struct rules *rs,
    struct rules_reach *from, const char *name, bool linked);

/* Release a reach, or NULL. */
void rules_leave(const struct rules *rs, struct rules_reach *reach);

/* Return the rules of the reach that rules_enter would return. */
uint64_t rules_entering(const struct rules *rs, const struct rules_reach *from,
    const char *name, bool linked);

/*
 * Return the rules that a file in the directory dir counts for.  *by is the
 * pattern by which the first of them counts it, or NULL.
 */
uint64_t rules_judge(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by);

/*
 * Return why a file counts, or why it does not: the first -x comes before an
 * ignore.  *by is the pattern or ignore, or NULL.
 */
enum rule_verdict
rules_explain(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by);

/*
 * Return the rules that a path, as str_clean writes it, counts for, whether or
 * not a file is there; *by as in rules_judge.  0 with errno ENOMEM if memory is
 * out.
 */
uint64_t rules_match(const struct rules *rs, const char *path, const char **by);

/* Return the set of all rules. */
uint64_t rules_all(const struct rules *rs);

/* Return the rules for which something may match at or beneath a reach. */
uint64_t rules_at(const struct rules *rs, const struct rules_reach *reach);

/* Return true if only names that patterns spell out can match here. */
bool rules_only_names(const struct rules *rs, const struct rules_reach *reach);

/*
 * Iterate over the names that patterns spell out here: set *i to 0 first.
 * Returns NULL after the last one.  A name may come more than once.
 */
const char *
rules_name(const struct rules *rs, const struct rules_reach *reach, size_t *i);

/* The start of an alternative of a wanted pattern. */
struct rules_start {
	uint64_t rule; /* the bit of its rule */
	const char *pattern; /* as the user wrote it */
	/*
	 * The file or directory before the first wildcard, "." for the current
	 * directory; "" if it is longer than a path can be.
	 */
	char path[RULE_PATH];
};

/*
 * Iterate over the starts of all rules, in their order: set *i to 0 first.
 * Returns false after the last one.  A path may come more than once.
 */
bool rules_start(const struct rules *rs, size_t *i, struct rules_start *start);

#endif
