/* report.h - a command's output, copied on, and the end of it kept */
#ifndef REPORT_H
#define REPORT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The pipe is ours for as long as we run, at both ends, so that nobody whom a
 * command leaves behind ever finds it closed.  What comes is copied on before
 * more is read: a reader who does not read holds up the command, never us.
 */

enum {
	REPORT_KEPT = 16384, /* of a run's output, in whole lines */
	REPORT_PIPE = 65536 /* room for what is in a pipe when a run ends */
};

struct report {
	int into; /* for the command to write to; never for us */
	int from; /* the pipe's other end */
	int to; /* where it is copied to */
	bool own; /* that is a descriptor of ours, to be closed */
	char *kept; /* the last nkept bytes of this run; more came if cut */
	size_t nkept;
	bool cut;
	char *left; /* what is to be written: left[at .. at + nleft) */
	size_t at, nleft;
};

/* a pipe, whose output goes to that descriptor; 0, or -1 and errno */
int report_open(struct report *r, int to);

/* A command is about to start: what came before is not of its report. */
void report_begin(struct report *r);

/* what report_copy waits for; those that do not matter now are -1 */
void report_poll(const struct report *r, struct pollfd fds[2]);

/* read, or write, where poll(2) has said so */
void report_copy(struct report *r, const struct pollfd fds[2]);

/*
 * The command has ended: take in all that it wrote.  Copied on is what can be
 * without waiting; report_copy does the rest.
 */
void report_end(struct report *r);

/*
 * Write what is left, waiting at most that many milliseconds at a time; a
 * signal that is caught ends it.
 */
void report_flush(struct report *r, int ms);

/*
 * The lines at the end of a run's output, n bytes of any kind, not a string:
 * as many as fit, and whole, but for one that is longer than all the room.
 * Valid until the next call.
 */
const char *report_text(const struct report *r, size_t *n);

/* also after report_open failed */
void report_close(struct report *r);

#endif
