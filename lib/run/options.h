/* options.h - the arguments of watchrun */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msg.h"
#include "match/rule.h"

enum { OPTIONS_ERROR = 300 /* bytes of an error message */ };

struct options {
	struct rules rules;
	int64_t settle, many; /* -t, ms; many as in struct batch */
	int64_t poll; /* -i, ms; 0: poll only what has no events */
	const char *from; /* -f, or NULL: watch */
	uint64_t same; /* rules with -u */
	uint64_t commands; /* rules that have one */
	bool signals; /* a rule has -p */
	bool once; /* -1 */
	char end; /* of records: a newline, or a NUL with -0 */
	bool list; /* -l */
	bool dry; /* -n */
	bool poke; /* -P */
	enum msg_level level; /* -q, -v: the last one counts */
	bool wait; /* -w */
	char error[OPTIONS_ERROR]; /* as "what: why" */
};

/*
 * Parse the arguments.  They are referenced, not copied, and a `;` that ends a
 * command is replaced with NULL.  Patterns that name an existing file are
 * literal (stat(2)).  Returns 0, or -1 with a message in error, which is "" if
 * memory is out; or 'h' or 'V' at that option, and the rest is not parsed.
 */
int options_parse(struct options *o, int argc, char *argv[]);

/*
 * Warn of each path that a pattern starts at and that does not exist, since it
 * is often a typing error.  warn does as msg_warn.
 */
void options_missing(const struct options *o,
    void (*warn)(const char *fmt, ...) __attribute__((format(printf, 1, 2))));

#endif
