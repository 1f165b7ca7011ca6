/* dispatch.h - to act on a batch: each rule has its turn, then who waits is told */
#ifndef DISPATCH_H
#define DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/batch.h"
#include "run/command.h"
#include "run/options.h"
#include "run/process.h"
#include "run/receiver.h"
#include "run/throttle.h"

/*
 * The rules that a batch concerns have their turns in order.  A command has
 * it until it ends, a server until it has been stopped and started anew.
 * Then each bell is rung that rules named which ran, if these all succeeded;
 * of a failure only those are told that read reports.  What a failure keeps
 * from being told is told with the next success.
 */

enum {
	DISPATCH_LIST =
	    RECEIVER_MAX, /* who is told by -l and -P, beside the bells */
	DISPATCH_NOBODY = RULE_MAX, /* has its turn */
	DISPATCH_RETRY = 3000, /* ms in which a busy program is tried again */
	DISPATCH_PAUSE =
	    10, /* ms until it is; each pause is twice the last one */
	DISPATCH_PAUSE_MAX = 320
};

/* What it needs of the program, which alone speaks to the user. */
struct dispatch_calls {
	/* as msg_warn and msg_why do */
	void (*warn)(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
	void (*why)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
	/* hear of all that has changed so far */
	void (*hear)(void);
	/* handle the signals that have come: before a start, and in long loops */
	void (*breathe)(void);
};

struct pollfd;

struct dispatch {
	const struct options *options;
	const struct rules *rules; /* of the options */
	struct dispatch_calls calls;
	struct process
	    *processes; /* one a rule; a server's for as long as it lives */
	struct command *commands; /* one a rule */
	struct process_shared shared; /* by the runs */
	struct receiver receivers[RECEIVER_MAX];
	size_t nreceivers;
	struct batch *batch; /* with what is in hand, and owed from before */
	struct batch_taken taken; /* the batch in hand */
	bool acting; /* on it */
	bool ending; /* no command starts any more: see dispatch_stop */
	size_t current; /* the rule that has its turn */
	int64_t
	    retry_at; /* its program is busy: tried then, or PROCESS_NEVER */
	int64_t retry_until, retry_pause;
	uint64_t todo, ran, failed; /* rules */
	int64_t changed; /* the time of the first change of that batch */
	struct throttle throttle;
	int status; /* of the first that failed; 0: none did */
	unsigned refused; /* kinds of pokes of which that was said */
	struct buf list; /* what -l has yet to write */
};

/* 0, or -1 and errno: E2BIG where there are more than RECEIVER_MAX pidfiles */
int dispatch_open(struct dispatch *d, const struct options *options,
    struct batch *batch, const struct dispatch_calls *calls);

/* all rules with commands run, as if everything had changed; as dispatch_batch */
int dispatch_first(struct dispatch *d);

/* take the batch and act on it; 0, or -1 when memory is out */
int dispatch_batch(struct dispatch *d);

/* was what changed at that time perhaps changed by a command of ours? */
bool dispatch_own(const struct dispatch *d, int64_t when);

/*
 * A run has ended by itself or was stopped by us: go on with the next turn.
 * As dispatch_batch.
 */
int dispatch_ended(struct dispatch *d, size_t rule);

/*
 * Stop all commands, with this signal or, if it is 0, each with that of its
 * rule; or kill them.  Then dispatch_ended needs not be called.  After dispatch_stop no
 * command starts.
 */
void dispatch_stop(struct dispatch *d, int signo);
void dispatch_kill(struct dispatch *d);

/* does anything run, or is being stopped? */
bool dispatch_busy(const struct dispatch *d);

/* a run has ended while all are stopped: take in what is left of it */
void dispatch_last(struct dispatch *d, size_t rule);

/* is something of what commands said still to be written? */
bool dispatch_unsaid(const struct dispatch *d);

/*
 * Try a command again that could not be executed because somebody writes the
 * program (ETXTBSY of execve(2)).  To be called when it is due; as dispatch_batch.
 */
int dispatch_retry(struct dispatch *d);

/* when a run is to be asked what became of it, see process_due, or dispatch_retry is due */
int64_t dispatch_due(const struct dispatch *d, int64_t now);

/* what commands' output is waited for, two a rule; and copy what has come */
void dispatch_poll(const struct dispatch *d, struct pollfd *fds);
void dispatch_copy(struct dispatch *d, const struct pollfd *fds);

/* A batch of own changes only is not acted on before this time. */
int64_t dispatch_not_before(const struct dispatch *d);

#endif
