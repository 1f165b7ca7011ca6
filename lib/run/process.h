/* process.h - commands in process groups of their own, and the terminal they ask for */
#ifndef PROCESS_H
#define PROCESS_H

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
	PROCESS_GRACE =
	    5000, /* by default: from the signal that stops to KILL */
	PROCESS_LINGER =
	    20, /* to the second look at what is left of a command */
	PROCESS_LINGER_MAX =
	    640, /* each look comes twice as late as the last */
	PROCESS_DYING =
	    2000, /* from KILL until its dead are waited for no more */
	PROCESS_LATE =
	    124 /* status of a command that ran too long and ended well */
};

#define PROCESS_NEVER INT64_MAX

enum process_news {
	PROCESS_NOTHING,
	PROCESS_ENDED, /* and all is gone that was to go: see process_status */
	PROCESS_SUSPENDED /* it wants all to stop: process_suspend */
};

/* What the runs of a program share; starts as { .tty = -1 }. */
struct process_shared {
	int tty; /* our terminal; -1: none, or not looked for */
	struct process *front; /* its group has the terminal; NULL: we have */
	struct termios modes; /* the terminal's when we have it */
	size_t running; /* commands that are not being stopped */
	struct adopted adopted; /* by this process */
};

/* A rule's commands, one at a time. */
struct process {
	/* set by who owns it, before the first start */
	struct process_shared *shared;
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
	int64_t limit_at; /* or PROCESS_NEVER */
	int64_t kill_at; /* while stopping; once killed: given up */
	int64_t look_at, linger; /* while stopping: at what is left of it */
	struct termios modes; /* the terminal's when this group last had it */
};

/* How a command is started. */
struct process_how {
	char *const *argv; /* up to a NULL; execvp(3) */
	int out, err; /* its standard output and error; -1: ours; err not 1 */
	bool deaf; /* its standard input is /dev/null, not ours */
	bool all; /* WATCHRUN_ALL=1 is in its environment; else it is not */
};

/*
 * Start a command where none is busy; it has been exec'ed on return.  0, or -1
 * and errno of what failed: E2BIG where the arguments are too long.
 */
int
process_start(struct process *p, const struct process_how *how, int64_t now);

/* Children have changed, see SIGCHLD: take in of which of these runs. */
void process_reap(struct process *processes, size_t n);

/*
 * What became of it, to be asked after process_reap and when process_due says so.
 * Sees to limit and grace.  PROCESS_ENDED comes once for a command; of a server
 * once more when process_stop had to stop what it left behind.
 */
enum process_news process_tick(struct process *p, int64_t now);

/* when process_tick wants to be called: a time that may have passed, or PROCESS_NEVER */
int64_t process_due(const struct process *p, int64_t now);

/* is a command, or something that is being stopped, still there? */
bool process_busy(const struct process *p);

/*
 * The stop signal for the whole group now, and for what has left it; KILL
 * after the grace; PROCESS_ENDED follows if it is busy then.  Of a server that has
 * ended what it left behind is stopped so, of any other nothing.
 */
void process_stop(struct process *p, int64_t now);

/*
 * As process_stop, with this signal in place of the stop signal.  It is also sent
 * if the command is being stopped already; the grace goes on then.
 */
void process_end(struct process *p, int signo, int64_t now);

/* KILL for all of these now, where process_stop would stop something */
void process_kill(struct process *p, int64_t now);

/* Move the deadlines of limit and grace by ms, in which all was suspended. */
void process_shift(struct process *p, int64_t ms);

/* did it succeed? never where it took too long */
bool process_succeeded(const struct process *p);

/* did a signal end it? */
bool process_killed(const struct process *p);

/* did it take longer than the limit, and was stopped for that? */
bool process_timed_out(const struct process *p);

/* does something of it live on after KILL? the system has to tell, or its user */
bool process_survived(const struct process *p);

/* its exit status as a shell tells it: 128+n for signal n */
int process_status(const struct process *p);

/*
 * It held the terminal, and so got what was meant for us as well: SIGINT when
 * it ended as Ctrl-C ends a command, without being stopped, SIGHUP when the
 * terminal hung up, or 0.
 */
int process_interrupted(const struct process *p);

#endif
