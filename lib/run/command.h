/* command.h - a rule's command: its arguments, its start and its result */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/batch.h"
#include "run/capture.h"
#include "run/options.h"
#include "run/process.h"

enum { COMMAND_WHY = 120 /* bytes of the text that describes a result */ };

struct command {
	const struct options *options;
	const struct rule *rule; /* of the options */
	size_t number; /* of the rule, from 0 */
	struct process *process;
	struct capture capture; /* -e */
	char why[COMMAND_WHY]; /* the command and its result, in words */
};

/*
 * Start the command with paths in place of each argument that is `{}`: those of
 * the batch in hand that exist, with `./` in front of a `-`.  If they are too
 * many, or more may have changed (any), the paths that the rule's patterns start
 * at.  Returns 0, or the exit status of a shell (126, 127) with errno set.
 */
int command_start(
    struct command *c, const struct batch *batch, bool any, int64_t now);

/* The run has ended: set why.  Returns true if the run failed. */
bool command_ended(struct command *c);

#endif
