/* process.h - commands in process groups of their own */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "match/rule.h"
#include "run/adopted.h"

/*
 * A command consists of its process group, and of the processes that watchrun
 * adopted since its start (see os_adopt), with their groups.  The system does
 * not tell which command an adopted process comes from.  So adopted processes
 * are left alone while another command runs, and for good if their command
 * ended by itself and is no server.  If the system does not list our children,
 * a command is its group alone.
 *
 * A group runs in the background of our terminal, so that Ctrl-C always reaches
 * watchrun.  The kernel stops the group when it reads the terminal or sets its
 * modes (SIGTTIN, SIGTTOU).  Then the group gets the terminal (tcsetpgrp(3)) until
 * the command ends or another command asks.  Each group finds the modes that it
 * left.
 *
 * All times are milliseconds of clock_ms().
 */

enum {
	PROCESS_GRACE = 5000, /* default, from the stop signal to KILL */
	PROCESS_LINGER = 20, /* first pause between searches for the rest */
	PROCESS_LINGER_MAX = 640, /* the pause doubles up to this */
	PROCESS_DYING = 2000, /* from KILL until the rest is given up */
	PROCESS_LATE = 124 /* status after the limit, if the command exits 0 */
};

#define PROCESS_NEVER INT64_MAX

enum process_news {
	PROCESS_NOTHING,
	PROCESS_ENDED, /* with all that had to be stopped: see process_status */
	PROCESS_SUSPENDED /* Ctrl-Z in the command: call process_suspend */
};

enum process_phase {
	PROCESS_IDLE,
	PROCESS_RUNS, /* until process_tick returns that it has ended */
	PROCESS_STOPS, /* it, or what it left behind, got a stop signal */
	PROCESS_DIES /* that got KILL */
};

/* All commands; starts as { .v = v, .n = n, .tty = -1 }. */
struct processes {
	struct process *v; /* n of them, the caller's */
	size_t n;
	int tty; /* our terminal; -1: none, or not opened yet */
	struct process *front; /* its group has the terminal; NULL: ours */
	struct termios modes; /* of the terminal while our group has it */
	size_t running; /* commands that are not being stopped */
	struct adopted adopted; /* by this process */
};

/* The commands of a rule, one at a time. */
struct process {
	/* set by the owner before the first start */
	struct processes *all;
	const struct rule *rule; /* with -k, -r, -S, -T */
	/* the command */
	enum process_phase phase;
	pid_t pid; /* leads its group; 0: none */
	uint64_t number; /* see adopted_command; 0: none has been started */
	int status; /* of the last one that ended, as from waitpid(2) */
	/*
	 * The signal that watchrun missed, since the command had the terminal:
	 * SIGINT if it died of Ctrl-C, SIGHUP if the terminal hung up; else 0.
	 */
	int interrupted;
	bool ended; /* the command itself; its group may live on */
	int with; /* while it stops: the signal */
	int sent; /* the last signal that the group got; 0: none */
	bool some_left; /* adopted processes, since another command ran */
	bool timed_out; /* it ran longer than the limit */
	bool survived; /* even KILL did not end all of it in time */
	bool suspended; /* and process_tick has not returned it yet */
	bool asks; /* it waits for the terminal */
	bool had_terminal; /* and left these modes */
	int64_t limit_at; /* or PROCESS_NEVER */
	int64_t kill_at; /* while it stops; while it dies: given up */
	int64_t look_at, linger; /* meanwhile: the next search for its rest */
	struct termios modes; /* of the terminal when the group last had it */
};

/* How a command is started. */
struct process_how {
	char *const *argv; /* NULL-terminated, for execvp(3) */
	int out, err; /* descriptors; -1: ours; err is not 1 */
	bool deaf; /* its standard input is /dev/null, not ours */
	bool all; /* set WATCHRUN_ALL=1 in its environment, else unset it */
};

/*
 * Start a command; none may be busy.  Returns 0 once it has been exec'ed, or -1
 * with errno set: E2BIG if the arguments are too long.
 */
int
process_start(struct process *p, const struct process_how *how, int64_t now);

/* Reap all children (SIGCHLD) and record the state of the commands. */
void process_reap(struct processes *all);

/*
 * Enforce limit and grace, and return news.  Call it after process_reap and when
 * process_due says so.  PROCESS_ENDED is returned once for a command; for a
 * server once more if process_stop had to stop leftovers.
 */
enum process_news process_tick(struct process *p, int64_t now);

/* Return when to call process_tick: maybe a past time, or PROCESS_NEVER. */
int64_t process_due(const struct process *p, int64_t now);

/* Return true while a command runs or its rest is being stopped. */
bool process_busy(const struct process *p);

/*
 * Send a signal, 0 for the stop signal, to the group and its adopted processes,
 * and KILL after the grace, which a second signal does not prolong.  If it was
 * busy, PROCESS_ENDED follows.  If the command has ended by itself, only the
 * leftovers of a server are stopped.
 */
void process_stop(struct process *p, int signo, int64_t now);

/*
 * Stop together with our whole job, as Ctrl-Z does, until we are continued.
 * That time counts for no limit or grace.
 */
void process_suspend(struct processes *all);

/* We were continued: continue the commands. */
void process_continue(struct processes *all);

/*
 * Return its exit status as a shell's: 128+n for signal n, and 0 only if it ended
 * within the limit.
 */
int process_status(const struct process *p);

#endif
