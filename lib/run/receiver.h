/* receiver.h - a pidfile that is signalled, and the mailbox beside it */
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

/* Shared by all rules that name the same pidfile with the same signal. */
struct receiver {
	const char *path; /* of the pidfile */
	int signo;
	uint64_t rules; /* that name it */
	enum pidfile_result result; /* of the last signal */
	int error; /* errno, if the result is PIDFILE_ERRNO; else 0 */
	bool again; /* the last signal failed as the one before */
};

/*
 * Fill in the receivers of these rules.  The paths stay those of the rules.
 * Returns their number, or -1 if there are more than RECEIVER_MAX.
 */
int receivers_make(
    struct receiver receivers[RECEIVER_MAX], const struct rules *rules);

/*
 * Put these messages into the mailbox, if there is one, and signal the process
 * of the pidfile.  If `boxed` is set and the messages cannot be put, nothing is
 * signalled.  Returns true if the process was signalled; else result, error and
 * again tell why.
 */
bool
receiver_signal(struct receiver *to, const struct buf *messages, bool boxed);

#endif
