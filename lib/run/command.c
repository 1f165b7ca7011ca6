#define _POSIX_C_SOURCE 200809L
/* command.c - a rule's command: its arguments, its start and its result */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "os/signals.h"
#include "run/args.h"
#include "run/command.h"

/* Add the existing paths that the patterns start at, each once. */
static int
add_bases(struct args *paths, const struct rules *rules, size_t rule)
{
	struct rules_start start;
	struct stat st;
	size_t i, k;

	for (i = 0; rules_start(rules, &i, &start);) {
		if ((start.rule >> rule & 1) == 0 || stat(start.path, &st) < 0)
			continue;
		for (k = 0;
		     k < paths->n && strcmp(paths->v[k], start.path) != 0; k++)
			;
		if (k == paths->n && args_add_path(paths, start.path) < 0)
			return -1;
	}
	return 0;
}

static int
add_changed(struct args *paths, const struct batch *b, size_t rule)
{
	const struct batch_path *p;
	struct stat st;

	for (p = b->taken; p != NULL; p = p->taken)
		if ((p->in_hand >> rule & 1) != 0 && lstat(p->path, &st) == 0 &&
		    args_add_path(paths, p->path) < 0)
			return -1;
	return 0;
}

/* Returns 0, or -1 with errno set. */
static int
start_with(struct command *c, const struct args *paths,
    const struct command_how *how, bool any, int64_t now)
{
	struct process_how process;
	struct args args;
	int result, error;

	args = (struct args){ 0 };
	if (args_fill(&args, c->rule->command, paths) < 0) {
		args_free(&args);
		errno = ENOMEM;
		return -1;
	}
	process = (struct process_how){ .argv = args.v,
		.out = how->out,
		.err = -1,
		.deaf = how->deaf,
		.all = any };
	if (c->rule->report) {
		capture_begin(&c->capture);
		process.out = process.err = c->capture.into;
	}
	result = process_start(c->process, &process, now);
	error = errno;
	args_free(&args);
	errno = error;
	return result;
}

static int
start(struct command *c, const struct batch *batch,
    const struct command_how *how, bool any, int64_t now)
{
	struct args paths;
	int result, error;

	paths = (struct args){ 0 };
	result = 0;
	if (args_wanted(c->rule->command))
		result = any ? add_bases(&paths, c->rules, c->number)
			     : add_changed(&paths, batch, c->number);
	if (result < 0)
		errno = ENOMEM;
	else
		result = start_with(c, &paths, how, any, now);
	error = errno;
	args_free(&paths);
	errno = error;
	return result;
}

int
command_start(struct command *c, const struct batch *batch,
    const struct command_how *how, int64_t now)
{
	int error;

	if (start(c, batch, how, how->any, now) == 0 ||
	    (errno == E2BIG && !how->any &&
		start(c, batch, how, true, now) == 0))
		return 0;
	error = errno;
	c->broken = true;
	snprintf(c->why, sizeof c->why, "%.60s: %.50s", c->rule->command[0],
	    strerror(error));
	errno = error;
	return error == ENOENT ? 127 : 126;
}

bool
command_ended(struct command *c)
{
	const char *name;
	int status;

	name = c->rule->command[0];
	status = process_status(c->process);
	c->broken = status != 0;
	if (c->process->timed_out)
		snprintf(c->why, sizeof c->why,
		    "%.60s: took longer than %.3g seconds", name,
		    (double)c->rule->limit / 1000);
	else if (WIFSIGNALED(c->process->status))
		snprintf(c->why, sizeof c->why, "%.60s: killed by SIG%s", name,
		    signals_name(status - 128));
	else
		snprintf(c->why, sizeof c->why, "%.60s: exit status %d", name,
		    status);
	return c->broken;
}
