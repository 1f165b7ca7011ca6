/* rule.h - what each rule watches, runs and rings */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/glob.h"

enum {
	RULE_MAX = 64 /* a set of rules is a uint64_t, bit i for rule i */
};

struct rule {
	struct globs want;
	struct globs leave; /* -x */
	char **pidfiles;
	size_t npidfiles;
	int signo;
	bool deadly; /* the user said which signal, whatever it does */
	char **command; /* NULL-terminated, or NULL where there is none */
	bool restart; /* -r: the command is a server */
	bool report; /* -e: its report goes into the letter boxes */
	bool same; /* -u: a rewrite with the same content is no change */
	int stop; /* -S: what stops the command */
	int64_t grace; /* -k: ms until it is killed */
	int64_t limit; /* -T: ms that it may take, 0: as long as it likes */
};

/* All rules, in their order. */
struct rules {
	struct rule *v;
	size_t n; /* at most RULE_MAX */
	const char *output[2]; /* the files that we write to, or NULL */
};

/* How far the patterns of a rule have come at a directory. */
struct rule_reach {
	struct glob_set *want; /* NULL: nothing beneath can match */
	struct glob_set *leave; /* NULL: nothing beneath is left out by -x */
};

/* That of all rules; directories where they have come as far share one. */
struct rules_reach {
	size_t shared; /* by so many */
	struct rule_reach of[]; /* one a rule */
};

/* Why a path counts or not. */
enum rule_verdict {
	RULE_COUNTS, /* by the pattern that is named */
	RULE_LEFT, /* by the -x that is named */
	RULE_IGNORED, /* by the built-in ignore that is named */
	RULE_OWN, /* a pidfile or letter box of any rule, or our output */
	RULE_NONE /* no pattern matches */
};

/*
 * The reach where paths with this root begin, "" or "/"; NULL: there is
 * none, or memory is out: then errno is ENOMEM.
 */
struct rules_reach *rules_begin(const struct rules *rs, const char *root);

/*
 * The reach beneath a name; NULL where nothing beneath can match, or memory is
 * out: then errno is ENOMEM.  A linked directory is entered only by rules that spell it out.
 */
struct rules_reach *rules_enter(const struct rules *rs,
    struct rules_reach *from, const char *name, bool linked);

/* the rules that reach beneath that name */
uint64_t rules_entering(const struct rules *rs, const struct rules_reach *from,
    const char *name, bool linked);

/*
 * The rules for which the file of this name counts, in directory dir; *by: the
 * pattern by which it does for the first of them, or NULL.
 */
uint64_t rules_judge(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by);

/* why it counts, or, for the first rule that has a reason, does not */
enum rule_verdict
rules_explain(const struct rules *rs, const struct rules_reach *from,
    const char *dir, const char *name, const char **by);

/*
 * The rules for which a path counts that is given as text, wherever it leads
 * and whether it is there or not; *by as in rules_judge.  0, too, when memory
 * is out: then errno is ENOMEM.
 */
uint64_t rules_match(const struct rules *rs, const char *path, const char **by);

/* every one of them */
uint64_t rules_all(const struct rules *rs);

/* the rules that reach so far */
uint64_t rules_at(const struct rules *rs, const struct rules_reach *reach);

/* give one back, or NULL */
void rules_leave(const struct rules *rs, struct rules_reach *reach);

/* give back what globs_add took; the arguments are the caller's */
void rule_free(struct rule *r);

#endif
