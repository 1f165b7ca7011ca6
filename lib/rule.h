/* rule.h - what one rule watches, runs and rings */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "glob.h"

struct rule {
	struct globs want;
	struct globs leave; /* -x */
	char **pidfiles;
	size_t npidfiles;
	int signo;
	bool deadly; /* the user said which signal, whatever it does */
	char **command; /* NULL-terminated, or NULL where there is none */
};

/* How far the patterns of a rule have come at a directory. */
struct rule_reach {
	struct glob_set *want; /* NULL: nothing beneath can match */
	struct glob_set *leave; /* NULL: nothing beneath is left out by -x */
};

/* Why a path counts or not. */
enum rule_verdict {
	RULE_COUNTS, /* by the pattern that is named */
	RULE_LEFT, /* by the -x that is named */
	RULE_IGNORED, /* by the built-in ignore that is named */
	RULE_OWN, /* a pidfile or letter box of the rule */
	RULE_NONE /* no pattern matches */
};

/* the reach where paths with this root begin: "", "./" or "/" */
struct rule_reach rule_begin(const struct rule *r, const char *root);

/*
 * The reach beneath a name; its want is NULL where nothing beneath can match,
 * or memory is out.  A linked directory is entered only if it is spelled out.
 */
struct rule_reach rule_enter(const struct rule *r,
    const struct rule_reach *from, const char *name, bool linked);

/* does the file of this name count, in directory dir? *by: by what, or NULL */
enum rule_verdict
rule_judge(const struct rule *r, const struct rule_reach *from, const char *dir,
    const char *name, const char **by);

/*
 * Why the alternative at this start of the wanted patterns can match nothing,
 * as far as its text tells; RULE_COUNTS where it can.
 */
enum rule_verdict rule_hopeless(
    const struct rule *r, const struct glob_start *start, const char **by);

void rule_reach_free(struct rule_reach *reach);

/* give back what globs_add took; the arguments are the caller's */
void rule_free(struct rule *r);

#endif
