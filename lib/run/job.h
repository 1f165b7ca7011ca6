/* job.h - a rule's command: what it is started with, and how it ended */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/rule.h"
#include "run/batch.h"
#include "run/process.h"
#include "run/report.h"

enum { JOB_WHY = 120 };

struct job {
	const struct rule *rule;
	const struct rules *rules; /* all of them */
	size_t number; /* of the rule, from 0 */
	struct process *process;
	struct report report; /* -e */
	bool broken; /* the last run failed */
	bool survived; /* what was killed of it lives on, and that was said */
	char why[JOB_WHY]; /* and how: the command, and what became of it */
};

/* How commands are started. */
struct job_how {
	int out; /* standard output; -1: ours */
	bool deaf; /* standard input is /dev/null */
	bool any; /* more may have changed than the changes tell */
};

/*
 * Start its command, with what changed in place of `{}`: those of the batch in
 * hand that are there, or, where that is too much or not known, what the
 * patterns reach from.  0, or the exit status that says why not, and errno.
 */
int job_start(struct job *j, const struct batch *batch,
    const struct job_how *how, int64_t now);

/* Its run has ended: is it broken?  Then why tells. */
bool job_ended(struct job *j);

#endif
