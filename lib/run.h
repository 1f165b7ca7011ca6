/* run.h - a command in a process group of its own, and the terminal it asks for */
#ifndef RUN_H
#define RUN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "stray.h"

/*
 * The group runs in the background of our terminal, so that Ctrl-C always
 * reaches us.  When a member is stopped because it wants the terminal, the
 * group gets it, and we have it back when the command ends (tcsetpgrp(3)).
 * All times are milliseconds of clock_ms().
 */

enum {
	RUN_GRACE = 5000, /* from the signal that stops a command to KILL */
	RUN_LINGER = 20, /* between looks at a group whose leader has ended */
	RUN_DYING = 500 /* from KILL until its dead are waited for no more */
};

#define RUN_NEVER INT64_MAX

enum run_news {
	RUN_NOTHING, /* it runs, or none does */
	RUN_ENDED, /* the command has: see status */
	RUN_SUSPENDED /* the user suspended it with the terminal: so must we */
};

struct run {
	pid_t pid; /* the command and its group; 0: none */
	int status; /* of the last one that ended, as from waitpid(2) */
	bool ended; /* the command has, though some of its group may live */
	bool stopping;
	bool killed; /* while stopping: KILL was sent */
	bool front; /* the group has the terminal */
	bool held_terminal; /* it had it when it ended */
	bool hung_up; /* and the terminal was gone by then */
	int64_t kill_at; /* while stopping; once killed: given up */
	struct strays strays; /* what has left the group */
	int tty; /* our terminal; -1: none or not looked for */
	struct termios modes; /* the terminal's, before it was given away */
};

/* execvp a command, NULL-terminated; 0, or -1 and errno where it can't */
int run_start(struct run *r, char *const command[]);

/* children have changed: what became of the command */
enum run_news run_reap(struct run *r);

/* is a command, or a group that is being stopped, still there? */
bool run_busy(const struct run *r);

/*
 * TERM for the whole group now, and for what has left it; KILL after the grace;
 * RUN_ENDED follows.
 */
void run_stop(struct run *r, int64_t now);

/* KILL for all of these now */
void run_kill(struct run *r);

/* when run_tick wants to be called, or RUN_NEVER */
int64_t run_due(const struct run *r, int64_t now);

/* while stopping: kill what outlives the grace; RUN_ENDED when all is gone */
enum run_news run_tick(struct run *r, int64_t now);

/* stop with our whole job as Ctrl-Z does, go on with it when it is continued */
void run_suspend(struct run *r);

/* we were continued, and so is the command */
void run_continue(struct run *r);

/* did it succeed? */
bool run_succeeded(const struct run *r);

/* did a signal end it? */
bool run_killed(const struct run *r);

/* its exit status as a shell tells it: 128+n for signal n */
int run_status(const struct run *r);

/*
 * It held the terminal, and so got what was meant for us as well: SIGINT when
 * it ended as Ctrl-C ends a command, SIGHUP when the terminal hung up, or 0.
 */
int run_interrupted(const struct run *r);

#endif
