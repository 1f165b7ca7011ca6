/* run.h - commands in process groups of their own, and the terminal they ask for */
#ifndef RUN_H
#define RUN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "run/adopted.h"

/*
 * What a command started is its process group, and the processes that watchrun
 * adopted since (see os_adopt), with their groups.  Nothing tells whose these
 * are: they are left alone while another command runs, and for good if their
 * command ended by itself and is no server.  Where the system does not tell our
 * children, it is the group alone.
 *
 * A group runs in the background of our terminal, so that Ctrl-C always
 * reaches us.  When a member is stopped because it wants the terminal, the
 * group gets it, and who had it before has it back when that command ends
 * (tcsetpgrp(3)).  All times are milliseconds of clock_ms().
 */

enum {
	RUN_GRACE = 5000, /* by default: from the signal that stops to KILL */
	RUN_LINGER = 20, /* to the second look at what is left of a command */
	RUN_LINGER_MAX = 640, /* each look comes twice as late as the last */
	RUN_DYING = 2000, /* from KILL until its dead are waited for no more */
	RUN_LATE =
	    124 /* status of a command that ran too long and ended well */
};

#define RUN_NEVER INT64_MAX

enum run_news {
	RUN_NOTHING,
	RUN_ENDED, /* and all is gone that was to go: see run_status */
	RUN_SUSPENDED /* it wants all to stop: run_suspend */
};

/* What the runs of a program share; starts as { .tty = -1 }. */
struct run_shared {
	int tty; /* our terminal; -1: none, or not looked for */
	struct run *front; /* its group has the terminal; NULL: we have */
	struct termios modes; /* the terminal's when we have it */
	size_t running; /* commands that are not being stopped */
	struct adopted adopted; /* by this process */
};

/* A rule's commands, one at a time. */
struct run {
	/* set by who owns it, before the first start */
	struct run_shared *shared;
	int stop; /* the signal that stops a command */
	int64_t grace; /* from that to KILL */
	int64_t limit; /* a command that runs longer is stopped; 0: none */
	bool server; /* what it leaves behind is stopped as it is itself */
	/* the command */
	pid_t pid; /* leads its group; 0: none */
	uint64_t number; /* see adopted_command; 0: none has been started */
	int status; /* of the last one that ended, as from waitpid(2) */
	bool ended; /* the command has, though some of its group may live */
	bool stopping;
	int with; /* while stopping: the signal */
	int sent; /* the last signal that the group got; 0: none */
	bool some_left; /* what was adopted, as another command ran */
	bool killed; /* while stopping: KILL was sent */
	bool timed_out; /* it ran longer than the limit */
	bool survived; /* even KILL did not end all of it in time */
	bool suspended; /* and nobody was told yet */
	bool asks; /* it wants the terminal, when that is free */
	bool had_terminal; /* and modes are what it left */
	bool held_terminal; /* it had it when it ended by itself */
	bool hung_up; /* and the terminal was gone by then */
	int64_t limit_at; /* or RUN_NEVER */
	int64_t kill_at; /* while stopping; once killed: given up */
	int64_t look_at, linger; /* while stopping: at what is left of it */
	struct termios modes; /* the terminal's when this group last had it */
};

/* How a command is started. */
struct run_how {
	char *const *argv; /* up to a NULL; execvp(3) */
	int out, err; /* its standard output and error; -1: ours; err not 1 */
	bool deaf; /* its standard input is /dev/null, not ours */
	bool all; /* WATCHRUN_ALL=1 is in its environment; else it is not */
};

/*
 * Start a command where none is busy; it has been exec'ed on return.  0, or -1
 * and errno of what failed: E2BIG where the arguments are too long.
 */
int run_start(struct run *r, const struct run_how *how, int64_t now);

/* Children have changed, see SIGCHLD: take in of which of these runs. */
void run_reap(struct run *runs, size_t n);

/*
 * What became of it, to be asked after run_reap and when run_due says so.
 * Sees to limit and grace.  RUN_ENDED comes once for a command; of a server
 * once more when run_stop had to stop what it left behind.
 */
enum run_news run_tick(struct run *r, int64_t now);

/* when run_tick wants to be called: a time that may have passed, or RUN_NEVER */
int64_t run_due(const struct run *r, int64_t now);

/* is a command, or something that is being stopped, still there? */
bool run_busy(const struct run *r);

/*
 * The stop signal for the whole group now, and for what has left it; KILL
 * after the grace; RUN_ENDED follows if it is busy then.  Of a server that has
 * ended what it left behind is stopped so, of any other nothing.
 */
void run_stop(struct run *r, int64_t now);

/*
 * As run_stop, with this signal in place of the stop signal.  It is also sent
 * if the command is being stopped already; the grace goes on then.
 */
void run_end(struct run *r, int signo, int64_t now);

/* KILL for all of these now, where run_stop would stop something */
void run_kill(struct run *r, int64_t now);

/*
 * Stop with our whole job as Ctrl-Z does, and go on with it when it is
 * continued; that time counts for no limit or grace.
 */
void run_suspend(struct run *runs, size_t n);

/* we were continued, and so are the commands */
void run_continue(struct run *runs, size_t n);

/* did it succeed? never where it took too long */
bool run_succeeded(const struct run *r);

/* did a signal end it? */
bool run_killed(const struct run *r);

/* did it take longer than the limit, and was stopped for that? */
bool run_timed_out(const struct run *r);

/* does something of it live on after KILL? the system has to tell, or its user */
bool run_survived(const struct run *r);

/* its exit status as a shell tells it: 128+n for signal n */
int run_status(const struct run *r);

/*
 * It held the terminal, and so got what was meant for us as well: SIGINT when
 * it ended as Ctrl-C ends a command, without being stopped, SIGHUP when the
 * terminal hung up, or 0.
 */
int run_interrupted(const struct run *r);

#endif
