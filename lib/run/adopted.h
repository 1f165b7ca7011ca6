/* adopted.h - processes that commands left behind and this process adopted */
#ifndef ADOPTED_H
#define ADOPTED_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * After os_adopt(), a process that loses its parent becomes our child.  Nothing
 * tells which command it comes from, only when it was adopted.  A child keeps
 * its number until it is reaped, so numbers are not mixed up if adopted_update
 * is called after each adopted child that was reaped.
 */

enum {
	ADOPTED_MAX = 4096 /* children that are told apart */
};

/* A child of ours, be it a command or adopted. */
struct adopted_child {
	pid_t pid, group;
	uint64_t since; /* commands started before; 0: it is left alone */
	bool is_command;
	int sent; /* the last signal that it got; 0: none */
};

/* Starts as { 0 }. */
struct adopted {
	struct adopted_child *children; /* n of them, a heap array */
	size_t n;
	uint64_t starts; /* of commands, up to now */
};

/*
 * See which children there are now.  A new one in the group of a known one
 * belongs where that one does.  Returns 0, or -1 with errno set: ENOSYS if the
 * system does not tell.
 */
int adopted_update(struct adopted *a);

/*
 * This child is a command that has just been started, after an update.  Returns
 * its number: what is adopted later has at least that in `since`.
 */
uint64_t adopted_command(struct adopted *a, pid_t pid);

/* Leave alone what was adopted since that command started. */
void adopted_spare(struct adopted *a, uint64_t since);

/*
 * Send a signal to what was adopted since that command started, and to the
 * groups of these; the group `except` has got it already.  Each gets the same
 * signal only once.  Returns true if any of it is there, or if our children
 * cannot be listed for want of memory or descriptors.
 */
bool adopted_signal(struct adopted *a, uint64_t since, pid_t except, int signo);

#endif
