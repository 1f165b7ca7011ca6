/* dispatch.h - runs the commands of a batch, rule by rule */
#ifndef DISPATCH_H
#define DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/batch.h"
#include "run/calls.h"
#include "run/command.h"
#include "run/deliver.h"
#include "run/options.h"
#include "run/process.h"
#include "run/throttle.h"

/*
 * The rules that a batch concerns have their turns in order.  The turn of a
 * command lasts until the command ends, that of a server until the server has
 * been stopped and started again.  Then each receiver is signalled if all its
 * rules that ran succeeded.  After a failure only reports are sent; the paths
 * stay owed until the next success.
 */

enum {
	DISPATCH_IDLE = RULE_MAX, /* current, if no batch is in hand */
	DISPATCH_RETRY = 3000, /* ms in which a busy program is retried */
	DISPATCH_PAUSE = 50 /* ms before each retry */
};

struct pollfd;

struct dispatch {
	const struct options *options;
	const struct rules *rules; /* of the options */
	const struct calls *calls;
	struct process processes[RULE_MAX]; /* one a rule */
	struct command commands[RULE_MAX]; /* one a rule */
	struct processes all; /* of these processes */
	struct deliver deliver;
	struct batch *batch; /* with the batch in hand and owed paths */
	struct batch_taken taken; /* the batch in hand */
	bool ending; /* watchrun ends when nothing runs: no command starts */
	size_t current; /* the rule that has its turn */
	int64_t retry_at; /* of a busy program, or PROCESS_NEVER */
	int64_t retry_until;
	uint64_t todo, failed; /* rules of the batch in hand */
	int64_t changed; /* when the batch in hand began */
	struct throttle throttle;
	int signo; /* the signal that ends watchrun, or 0: the status */
	int status; /* of the first command that failed, or 0 */
};

/*
 * The arguments stay the caller's.  Returns 0, or -1 with errno set: E2BIG for
 * more than DELIVER_PIDFILES pidfiles.
 */
int dispatch_open(struct dispatch *d, const struct options *options,
    struct batch *batch, const struct calls *calls);

/* Take the batch and begin its turns.  Returns 0, or -1: out of memory. */
int dispatch_batch(struct dispatch *d);

/*
 * See to the commands after process_reap, and when dispatch_due says so: go on
 * with the next turn when one has ended.  As dispatch_batch.
 */
int dispatch_tick(struct dispatch *d);

/* Return when to call dispatch_tick: maybe a past time, or PROCESS_NEVER. */
int64_t dispatch_due(const struct dispatch *d, int64_t now);

/* Return true if a command of ours may have made a change at that time. */
bool dispatch_own(const struct dispatch *d, int64_t when);

/*
 * End: stop all commands with this signal, or, if it is 0, each with the stop
 * signal of its rule; or kill them.  No command starts any more.
 */
void dispatch_stop(struct dispatch *d, int signo, int status);
void dispatch_kill(struct dispatch *d);

/* Return true while a command runs or is being stopped. */
bool dispatch_busy(const struct dispatch *d);

/* Return true if output of commands is still to be written. */
bool dispatch_has_output(const struct dispatch *d);

/* Set the descriptors of commands' output, two a rule; then copy output. */
void dispatch_poll(const struct dispatch *d, struct pollfd *fds);
void dispatch_copy(struct dispatch *d, const struct pollfd *fds);

#endif
