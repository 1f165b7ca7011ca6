/* stray.h - what a command started that has left its process group */
#ifndef STRAY_H
#define STRAY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

enum {
	STRAY_MAX = 1024 /* processes that are looked at in one go */
};

/*
 * Strays are found as descendants of ours, see os_children and os_adopt; where
 * a system tells neither there are none.
 */
struct strays {
	pid_t
	    spared[STRAY_MAX]; /* children that were there before the command */
	pid_t told[STRAY_MAX]; /* signalled already */
	size_t nspared, ntold;
};

/* Call it before a command starts: what earlier ones left is none of its. */
void stray_spare(struct strays *s);

/*
 * Signal those that are not in this group, each once unless again; how many
 * there are.
 */
size_t stray_signal(struct strays *s, pid_t group, int signo, bool again);

#endif
