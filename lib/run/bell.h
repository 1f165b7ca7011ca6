/* bell.h - a pidfile as a doorbell, and the letter box beside it */
#ifndef BELL_H
#define BELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "match/rule.h"
#include "notify/pidfile.h"

enum {
	BELL_MAX = 63 /* of one watchrun: a set of them is a bit each */
};

/* What all rules that name one pidfile, and the same signal for it, share. */
struct bell {
	const char *path;
	int signo;
	uint64_t rules; /* that name it */
	enum pidfile_result result; /* of the last ring */
	int error; /* and errno, where it was that */
	bool again; /* it failed as the one before */
};

/* the bells of these rules, at most BELL_MAX; how many, or -1 if more */
int bells_make(struct bell bells[BELL_MAX], const struct rules *rules);

/*
 * Signal the holder, with these letters in its box before, if it has one; with
 * `boxed`, only if they are in it.  false where it was not rung: result and error
 * say why, and again, whether they did so before.
 */
bool bell_ring(struct bell *b, const struct buf *messages, bool boxed);

#endif
