/* deliver.h - send changed paths and reports to pidfiles, -l and -P */
#ifndef DELIVER_H
#define DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Receivers are the pidfiles, each with its mailbox, and those of -l and -P,
 * which stand for a pidfile that all rules name.  A set of receivers is a bit
 * each: the index of a receiver, or DISPATCH_LIST.
 */

struct dispatch;

/*
 * The batch in hand has been acted on.  If all commands of a receiver
 * succeeded, send it the paths that it is owed; else only the reports of the
 * rules that failed, if any of them keeps reports.  *reached is set to the
 * receivers that got their paths.  Returns 0, or -1: out of memory.
 */
int deliver_batch(struct dispatch *d, uint64_t *reached);

/*
 * The server of this rule failed: send its report to the receivers of the rule.
 * Returns 0, or -1: out of memory.
 */
int deliver_failure(struct dispatch *d, size_t rule);

/*
 * Write some of the list of -l to standard output, which poll(2) has called
 * ready: no more than a pipe takes at once.  Returns 0, or -1 with errno set.
 */
int deliver_write(struct dispatch *d);

#endif
