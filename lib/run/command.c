#define _POSIX_C_SOURCE 200809L
/* command.c - a rule's command: its arguments, its start and its result */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/signals.h"
#include "run/command.h"

/* The arguments of a command; v[n] is NULL if n > 0. */
struct args {
	char **v;
	size_t n, cap;
};

/* Append prefix and arg as one.  Returns 0, or -1: out of memory. */
static int
add_arg(struct args *a, const char *prefix, const char *arg)
{
	size_t n, np, cap;
	char **v, *copy;

	if (a->n + 1 >= a->cap) {
		cap = a->cap == 0 ? 16 : a->cap * 2;
		v = realloc(a->v, cap * sizeof *v);
		if (v == NULL)
			return -1;
		a->v = v;
		a->cap = cap;
	}
	np = strlen(prefix);
	n = strlen(arg) + 1;
	copy = malloc(np + n);
	if (copy == NULL)
		return -1;
	memcpy(copy, prefix, np);
	memcpy(copy + np, arg, n);
	a->v[a->n++] = copy;
	a->v[a->n] = NULL;
	return 0;
}

static int
add_path(struct args *a, const char *path)
{
	return add_arg(a, *path == '-' ? "./" : "", path);
}

static void
free_args(struct args *a)
{
	while (a->n > 0)
		free(a->v[--a->n]);
	free(a->v);
}

/* Add the existing paths that the patterns start at, each once. */
static int
add_bases(struct args *args, const struct command *c)
{
	struct rules_start start;
	size_t i, k, first;
	struct stat st;

	first = args->n;
	for (i = 0; rules_start(&c->options->rules, &i, &start);) {
		if ((start.rule >> c->number & 1) == 0 ||
		    stat(start.path, &st) < 0)
			continue;
		for (k = first;
		     k < args->n && strcmp(args->v[k], start.path) != 0; k++)
			;
		if (k == args->n && add_path(args, start.path) < 0)
			return -1;
	}
	return 0;
}

static int
add_changed(struct args *args, const struct command *c, const struct batch *b)
{
	const struct batch_path *p;
	struct stat st;

	for (p = b->taken; p != NULL; p = p->taken)
		if ((p->in_hand >> c->number & 1) != 0 &&
		    lstat(p->path, &st) == 0 && add_path(args, p->path) < 0)
			return -1;
	return 0;
}

static int
add_all(struct args *args, const struct command *c, const struct batch *batch,
    bool any)
{
	char **arg;
	int result;

	result = 0;
	for (arg = c->rule->command; *arg != NULL && result == 0; arg++)
		if (strcmp(*arg, "{}") != 0)
			result = add_arg(args, "", *arg);
		else
			result = any ? add_bases(args, c)
				     : add_changed(args, c, batch);
	return result;
}

/* Returns 0, or -1 with errno set. */
static int
start(struct command *c, const struct batch *batch, bool any, int64_t now)
{
	struct process_how how;
	struct args args;
	int result, error;

	how = (struct process_how){ .out = c->options->list ? STDERR_FILENO
							    : -1,
		.err = -1,
		.deaf = c->options->from != NULL,
		.all = any };
	if (c->rule->report) {
		capture_begin(&c->capture);
		how.out = how.err = c->capture.into;
	}
	args = (struct args){ 0 };
	result = add_all(&args, c, batch, any);
	how.argv = args.v;
	if (result == 0)
		result = process_start(c->process, &how, now);
	error = errno;
	free_args(&args);
	errno = error;
	return result;
}

int
command_start(
    struct command *c, const struct batch *batch, bool any, int64_t now)
{
	int error;

	if (start(c, batch, any, now) == 0 ||
	    (errno == E2BIG && !any && start(c, batch, true, now) == 0))
		return 0;
	error = errno;
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
	return status != 0;
}
