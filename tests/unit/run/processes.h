/* processes.h - help for tests of commands */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "../scratch.h"
#include "run/process.h"

/* For files that define _XOPEN_SOURCE 700 or more. */

static char sh[] = "sh", c[] = "-c";
static struct processes all = { .tty = -1 };
static struct rule rule; /* of the processes */

/* Reset the rule, too. */
static inline struct process
none(void)
{
	rule = (struct rule){ .stop = SIGTERM, .grace = PROCESS_GRACE };
	return (struct process){ .all = &all, .rule = &rule };
}

/* Reap for these commands, which are all. */
static inline void
reap(struct process *processes, size_t n)
{
	all.v = processes;
	all.n = n;
	process_reap(&all);
}

static inline int
start_argv(struct process *r, char *const argv[])
{
	struct process_how how = { .argv = argv, .out = -1, .err = -1 };

	return process_start(r, &how, 0);
}

static inline int
start_in(struct process *r, const char *script)
{
	char text[300], *argv[] = { sh, c, text, NULL };

	snprintf(text, sizeof text, "%s", script);
	return start_argv(r, argv);
}

static inline struct process
start(const char *script)
{
	struct process r;

	r = none();
	start_in(&r, script);
	return r;
}

/* Reap, and return the news of a time that stands still in these tests. */
static inline enum process_news
news(struct process *r, int64_t now)
{
	reap(r, 1);
	r->look_at = 0;
	return process_tick(r, now);
}

/* Wait until the command itself has ended. */
static inline void
leaderless(struct process *r)
{
	until((reap(r, 1), r->ended));
}

static inline int
ended(struct process *r)
{
	enum process_news last;

	until((last = news(r, 1)) != PROCESS_NOTHING);
	return last == PROCESS_ENDED && !process_busy(r) &&
	    news(r, 1) == PROCESS_NOTHING;
}

static inline int
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Wait for the file that a command makes, and remove it. */
static inline int
ready(void)
{
	until(is_there("ready"));
	return unlink("ready") == 0;
}

/* Return the number in a file, or 0. */
static inline pid_t
number(const char *path)
{
	long n;
	FILE *f;

	n = 0;
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld", &n) != 1)
		n = 0;
	fclose(f);
	return (pid_t)n;
}

/* Return true if a process runs, and is no zombie. */
static inline int
alive(pid_t pid)
{
	char path[60], state;
	FILE *f;

	if (kill(pid, 0) < 0)
		return 0;
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return is_there("/proc/self/stat") ? 0 : 1;
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z';
}

#endif
