/* command.h - a rule's command: its arguments, its start and its result */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/rule.h"
#include "run/batch.h"
#include "run/capture.h"
#include "run/process.h"

enum { COMMAND_WHY = 120 /* bytes of the text that describes a result */ };

struct command {
	const struct rule *rule;
	const struct rules *rules; /* all of them */
	size_t number; /* of the rule, from 0 */
	struct process *process;
	struct capture capture; /* -e */
	bool broken; /* the last run failed */
	bool survived; /* it outlived KILL, and the user was warned */
	char why[COMMAND_WHY]; /* the command and its result, in words */
};

/* How commands are started. */
struct command_how {
	int out; /* standard output; -1: ours */
	bool deaf; /* standard input is /dev/null */
	bool any; /* more may have changed than the paths of the batch */
};

/*
 * Start the command with paths in place of `{}`: those of the batch in hand that
 * exist.  If these are too many or not all are known, the paths that the rule's
 * patterns start at.  Returns 0, or the exit status of a shell (126, 127) with
 * errno set.
 */
int command_start(struct command *c, const struct batch *batch,
    const struct command_how *how, int64_t now);

/* The run has ended: set why and broken.  Returns true if the run failed. */
bool command_ended(struct command *c);

#endif
