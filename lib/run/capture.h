/* capture.h - copies a command's output and keeps the end of it */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The command writes to a pipe.  Both ends stay open for as long as watchrun
 * runs, so that daemons which a command leaves behind can still write.  All
 * output is copied on before more is read: a reader that does not read holds up
 * the command, never watchrun.
 */

enum {
	CAPTURE_KEPT = 16384, /* bytes of a run's output, in whole lines */
	CAPTURE_PIPE = 65536 /* bytes that a pipe may hold when a run ends */
};

/* Without capture_open the descriptors are -1, and nothing is captured. */
struct capture {
	int into; /* the command writes here */
	int from; /* the pipe's other end */
	int to; /* the output is copied to this */
	char *kept; /* the last nkept bytes of this run */
	size_t nkept;
	bool cut; /* earlier bytes of this run were dropped */
	char *left; /* nleft bytes that are still to be written */
	size_t nleft;
};

/*
 * Make the pipe; its output is copied to descriptor `to`, which stays the
 * caller's.  Returns 0, or -1 with errno set.
 */
int capture_open(struct capture *c, int to);

/* A run is about to start: earlier output does not belong to its report. */
void capture_begin(struct capture *c);

/* Set the descriptors that capture_copy waits for; an unused one is -1. */
void capture_poll(const struct capture *c, struct pollfd fds[2]);

/* Read or write a piece, if poll(2) has reported that this is possible. */
void capture_copy(struct capture *c, const struct pollfd fds[2]);

/*
 * The run has ended: read all that the command wrote, and copy as much as can be
 * written without waiting.  capture_copy does the rest.
 */
void capture_end(struct capture *c);

/*
 * Return the last lines of this run's output and set *n to their bytes, which
 * may be of any kind.  The first line is whole, unless it alone is longer than
 * CAPTURE_KEPT.  The text is valid until the next call.
 */
const char *capture_text(const struct capture *c, size_t *n);

#endif
