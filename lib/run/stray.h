/* stray.h - what a command started that has left its process group */
#ifndef STRAY_H
#define STRAY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a command started is its process group, and its strays: descendants of
 * ours, see os_children and os_adopt, that have its mark in their environment,
 * and all that descends from those and from the group.  Where a system tells
 * neither it is the group alone.
 */

#define STRAY_NAME "WATCHRUN_RUN" /* the variable: our pid, a dot, a number */

enum {
	STRAY_MARK = 48, /* room for its value */
	STRAY_MAX = 65536 /* processes that are looked at in one go */
};

struct strays {
	pid_t group; /* 0: there has been no command */
	bool led; /* it cannot be another's yet: its leader was just there */
	bool group_told; /* signalled as such */
	char mark[STRAY_MARK]; /* what all have in their environment */
	pid_t *told; /* signalled one by one: ntold of them, a heap array */
	size_t ntold;
};

/* A command is about to start, the number-th of this program: make its mark. */
void stray_begin(struct strays *s, uint64_t number);

/* Signal all that were not signalled before; is anything there? */
bool stray_signal(struct strays *s, int signo);

/* KILL for all of it; is anything there? */
bool stray_kill(struct strays *s);

/* Another signal is about to be sent: nobody has got it yet. */
void stray_again(struct strays *s);

/* This one was waited for: its number may soon be another's. */
void stray_forget(struct strays *s, pid_t pid);

/*
 * The command has ended for good.  From now on its group is signalled one by
 * one, since another may get its number.
 */
void stray_end(struct strays *s);

#endif
