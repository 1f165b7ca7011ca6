/* act.h - to act on a batch: each rule has its turn, then who waits is told */
#ifndef ACT_H
#define ACT_H

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
	ACT_LIST =
	    RECEIVER_MAX, /* who is told by -l and -P, beside the bells */
	ACT_NOBODY = RULE_MAX, /* has its turn */
	ACT_RETRY = 3000, /* ms in which a busy program is tried again */
	ACT_PAUSE = 10, /* ms until it is; each pause is twice the last one */
	ACT_PAUSE_MAX = 320
};

/* What it needs of the program, which alone speaks to the user. */
struct act_calls {
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

struct act {
	const struct options *options;
	const struct rules *rules; /* of the options */
	struct act_calls calls;
	struct process
	    *processes; /* one a rule; a server's for as long as it lives */
	struct command *commands; /* one a rule */
	struct process_shared shared; /* by the runs */
	struct receiver receivers[RECEIVER_MAX];
	size_t nreceivers;
	struct batch *batch; /* with what is in hand, and owed from before */
	struct batch_taken taken; /* the batch in hand */
	bool acting; /* on it */
	bool ending; /* no command starts any more: see act_stop */
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
int act_open(struct act *a, const struct options *options, struct batch *batch,
    const struct act_calls *calls);

/* all rules with commands run, as if everything had changed; as act_on */
int act_first(struct act *a);

/* take the batch and act on it; 0, or -1 when memory is out */
int act_on(struct act *a);

/* was what changed at that time perhaps changed by a command of ours? */
bool act_own(const struct act *a, int64_t when);

/*
 * A run has ended by itself or was stopped by us: go on with the next turn.
 * As act_on.
 */
int act_ended(struct act *a, size_t rule);

/*
 * Stop all commands, with this signal or, if it is 0, each with that of its
 * rule; or kill them.  Then act_ended needs not be called.  After act_stop no
 * command starts.
 */
void act_stop(struct act *a, int signo);
void act_kill(struct act *a);

/* does anything run, or is being stopped? */
bool act_busy(const struct act *a);

/* a run has ended while all are stopped: take in what is left of it */
void act_last(struct act *a, size_t rule);

/* is something of what commands said still to be written? */
bool act_unsaid(const struct act *a);

/*
 * Try a command again that could not be executed because somebody writes the
 * program (ETXTBSY of execve(2)).  To be called when it is due; as act_on.
 */
int act_retry(struct act *a);

/* when a run is to be asked what became of it, see process_due, or act_retry is due */
int64_t act_due(const struct act *a, int64_t now);

/* what commands' output is waited for, two a rule; and copy what has come */
void act_poll(const struct act *a, struct pollfd *fds);
void act_copy(struct act *a, const struct pollfd *fds);

/* A batch of own changes only is not acted on before this time. */
int64_t act_not_before(const struct act *a);

#endif
