/* options.h - what watchrun was asked to do, as its arguments say it */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "match/rule.h"

enum { OPTIONS_ERROR = 300 /* bytes of what is said of an error */ };

struct options {
	struct rules rules;
	int64_t settle, many; /* -t, ms; many as in struct batch */
	int64_t poll; /* -i, ms; 0: by itself, where events do not tell */
	const char *from; /* -f, or NULL: watch */
	bool once; /* -1 */
	bool zero; /* -0 */
	bool help; /* -h: nothing after it was looked at */
	bool list; /* -l */
	bool dry; /* -n */
	bool poke; /* -P */
	bool quiet, verbose; /* -q, -v: the last one counts */
	bool version; /* -V: as help */
	bool wait; /* -w */
	char error[OPTIONS_ERROR]; /* what: why */
};

/*
 * Take the arguments apart: they are kept, not copied, and a `;` that ends a
 * command becomes its NULL.  0, or -1 with the error in words, which are ""
 * where memory is out.  Patterns that name what exists are literal (stat(2)).
 */
int options_parse(struct options *o, int argc, char *argv[]);

/* Return the rules with -u, a bit each. */
uint64_t options_same(const struct options *o);

void options_free(struct options *o);

#endif
