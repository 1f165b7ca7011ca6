/* command.h - a rule's command: what it is started with, and how it ended */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/rule.h"
#include "run/batch.h"
#include "run/capture.h"
#include "run/process.h"

enum { COMMAND_WHY = 120 };

struct command {
	const struct rule *rule;
	const struct rules *rules; /* all of them */
	size_t number; /* of the rule, from 0 */
	struct process *process;
	struct capture capture; /* -e */
	bool broken; /* the last run failed */
	bool survived; /* what was killed of it lives on, and that was said */
	char why[COMMAND_WHY]; /* and how: the command, and what became of it */
};

/* How commands are started. */
struct command_how {
	int out; /* standard output; -1: ours */
	bool deaf; /* standard input is /dev/null */
	bool any; /* more may have changed than the changes tell */
};

/*
 * Start its command, with what changed in place of `{}`: those of the batch in
 * hand that are there, or, where that is too much or not known, what the
 * patterns reach from.  0, or the exit status that says why not, and errno.
 */
int command_start(struct command *c, const struct batch *batch,
    const struct command_how *how, int64_t now);

/* Its run has ended: is it broken?  Then why tells. */
bool command_ended(struct command *c);

#endif
