/* deliver.h - send changed paths and reports to pidfiles, -l and -P */
#ifndef DELIVER_H
#define DELIVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "notify/pidfile.h"
#include "run/batch.h"
#include "run/calls.h"
#include "run/command.h"
#include "run/options.h"

enum {
	DELIVER_PIDFILES = BATCH_RECEIVERS - 1 /* of one watchrun */
};

/*
 * A pidfile with its mailbox, shared by all rules that name it with the same
 * signal; or -l and -P, which stand for a pidfile that all rules name.
 */
struct receiver {
	const char *path; /* of the pidfile; NULL: -l and -P */
	int signo;
	enum pidfile_result result; /* of the last signal */
	int error; /* errno, if the result is PIDFILE_ERRNO; else 0 */
};

struct deliver {
	const struct options *options;
	const struct calls *calls;
	const struct command *commands; /* one a rule */
	struct batch *batch; /* with the receivers' rules and owed paths */
	struct receiver receivers[BATCH_RECEIVERS];
	uint64_t
	    broken; /* rules that keep reports, and whose last run failed */
	unsigned refused; /* poke results that were warned of, a bit each */
	struct buf list; /* the list of -l that is still to be written */
};

/*
 * Set up the receivers of all rules, for the batch as well.  The arguments stay
 * the caller's.  Returns 0, or -1: more than DELIVER_PIDFILES.
 */
int deliver_open(struct deliver *d, const struct options *options,
    const struct calls *calls, const struct command *commands,
    struct batch *batch);

/*
 * These rules ran, and these failed, or their servers did by themselves.  If all
 * of a receiver's rules that ran succeeded, send it the paths that it is owed;
 * else only the reports of the rules that failed, if any of them keeps reports.
 * *reached is set to the receivers that got their paths.  Returns 0, or -1: out of
 * memory.
 */
int deliver_results(
    struct deliver *d, uint64_t ran, uint64_t failed, uint64_t *reached);

/*
 * Write some of the list of -l to standard output, which poll(2) has called
 * ready: no more than a pipe takes at once.  Returns 0, or -1 with errno set.
 */
int deliver_write(struct deliver *d);

#endif
