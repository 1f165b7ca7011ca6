/* capture.h - a command's output, copied on, and the end of it kept */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The pipe is ours for as long as we run, at both ends, so that nobody whom a
 * command leaves behind ever finds it closed.  What comes is copied on before
 * more is read: a reader who does not read holds up the command, never us.
 */

enum {
	CAPTURE_KEPT = 16384, /* of a run's output, in whole lines */
	CAPTURE_PIPE = 65536 /* room for what is in a pipe when a run ends */
};

struct capture {
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
int capture_open(struct capture *c, int to);

/* A command is about to start: what came before is not of its report. */
void capture_begin(struct capture *c);

/* what capture_copy waits for; those that do not matter now are -1 */
void capture_poll(const struct capture *c, struct pollfd fds[2]);

/* read, or write, where poll(2) has said so */
void capture_copy(struct capture *c, const struct pollfd fds[2]);

/*
 * The command has ended: take in all that it wrote.  Copied on is what can be
 * without waiting; capture_copy does the rest.
 */
void capture_end(struct capture *c);

/*
 * Write what is left, waiting at most that many milliseconds at a time; a
 * signal that is caught ends it.
 */
void capture_flush(struct capture *c, int ms);

/*
 * The lines at the end of a run's output, n bytes of any kind, not a string:
 * as many as fit, and whole, but for one that is longer than all the room.
 * Valid until the next call.
 */
const char *capture_text(const struct capture *c, size_t *n);

/* also after capture_open failed */
void capture_close(struct capture *c);

#endif
