/* receiver.h - a pidfile as a doorbell, and the letter box beside it */
#ifndef RECEIVER_H
#define RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "match/rule.h"
#include "notify/pidfile.h"

enum {
	RECEIVER_MAX = 63 /* of one watchrun: a set of them is a bit each */
};

/* What all rules that name one pidfile, and the same signal for it, share. */
struct receiver {
	const char *path;
	int signo;
	uint64_t rules; /* that name it */
	enum pidfile_result result; /* of the last ring */
	int error; /* and errno, where it was that */
	bool again; /* it failed as the one before */
};

/* the bells of these rules, at most RECEIVER_MAX; how many, or -1 if more */
int receivers_make(
    struct receiver receivers[RECEIVER_MAX], const struct rules *rules);

/*
 * Signal the holder, with these letters in its box before, if it has one; with
 * `boxed`, only if they are in it.  false where it was not rung: result and error
 * say why, and again, whether they did so before.
 */
bool
receiver_signal(struct receiver *to, const struct buf *messages, bool boxed);

#endif
