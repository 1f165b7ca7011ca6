/* adopted.h - processes that commands left behind and this process adopted */
#ifndef ADOPTED_H
#define ADOPTED_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * After os_adopt(), a process that loses its parent becomes our child.  The
 * system does not tell which command it comes from, only when it was adopted.
 * Its pid is not used again before it is reaped; call adopted_update after that.
 */

enum {
	ADOPTED_MAX = 1024 /* children that are tracked */
};

/* A child of ours, be it a command or adopted. */
struct adopted_child {
	pid_t pid, group;
	uint64_t since; /* commands started before it was adopted; 0: spared */
	bool is_command;
	int sent; /* the last signal that it got; 0: none */
};

/* Starts as { 0 }. */
struct adopted {
	struct adopted_child children[ADOPTED_MAX]; /* n of them */
	size_t n;
	uint64_t starts; /* of commands, up to now */
};

/*
 * List the children anew.  A new child in the group of a known one counts as
 * adopted with it.  Returns 0, or -1 with errno set: ENOSYS if the system does
 * not list them.
 */
int adopted_update(struct adopted *a);

/*
 * Note that a child is a command that has just been started, after an update.
 * Returns the command's number: what is adopted later has at least that in
 * `since`.
 */
uint64_t adopted_command(struct adopted *a, pid_t pid);

/* Never signal what was adopted since that command started. */
void adopted_spare(struct adopted *a, uint64_t since);

/*
 * Send a signal to what was adopted since that command started, and to their
 * groups, except one that has got it already.  Each gets the same signal only
 * once.  Returns true if anything is left, or if the children cannot be listed
 * for want of descriptors.
 */
bool adopted_signal(struct adopted *a, uint64_t since, pid_t except, int signo);

#endif
