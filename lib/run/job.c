#define _POSIX_C_SOURCE 200809L
/* job.c - a rule's command: what it is started with, and how it ended */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "os/signals.h"
#include "run/args.h"
#include "run/job.h"

/* Where its patterns begin to match, once each, if that is there. */
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

/* 0, or -1 and errno */
static int
start_with(struct job *j, const struct args *paths, const struct job_how *how,
    bool any, int64_t now)
{
	struct process_how process;
	struct args args;
	int result, error;

	args = (struct args){ 0 };
	if (args_fill(&args, j->rule->command, paths) < 0) {
		args_free(&args);
		errno = ENOMEM;
		return -1;
	}
	process = (struct process_how){ .argv = args.v,
		.out = how->out,
		.err = -1,
		.deaf = how->deaf,
		.all = any };
	if (j->rule->report) {
		report_begin(&j->report);
		process.out = process.err = j->report.into;
	}
	result = process_start(j->process, &process, now);
	error = errno;
	args_free(&args);
	errno = error;
	return result;
}

static int
start(struct job *j, const struct batch *batch, const struct job_how *how,
    bool any, int64_t now)
{
	struct args paths;
	int result, error;

	paths = (struct args){ 0 };
	result = 0;
	if (args_wanted(j->rule->command))
		result = any ? add_bases(&paths, j->rules, j->number)
			     : add_changed(&paths, batch, j->number);
	if (result < 0)
		errno = ENOMEM;
	else
		result = start_with(j, &paths, how, any, now);
	error = errno;
	args_free(&paths);
	errno = error;
	return result;
}

int
job_start(struct job *j, const struct batch *batch, const struct job_how *how,
    int64_t now)
{
	int error;

	if (start(j, batch, how, how->any, now) == 0 ||
	    (errno == E2BIG && !how->any &&
		start(j, batch, how, true, now) == 0))
		return 0;
	error = errno;
	j->broken = true;
	snprintf(j->why, sizeof j->why, "%.60s: %.50s", j->rule->command[0],
	    strerror(error));
	errno = error;
	return error == ENOENT ? 127 : 126;
}

bool
job_ended(struct job *j)
{
	const char *name;
	int status;

	name = j->rule->command[0];
	status = process_status(j->process);
	j->broken = !process_succeeded(j->process);
	if (process_timed_out(j->process))
		snprintf(j->why, sizeof j->why,
		    "%.60s: took longer than %.3g seconds", name,
		    (double)j->rule->limit / 1000);
	else if (process_killed(j->process))
		snprintf(j->why, sizeof j->why, "%.60s: killed by SIG%s", name,
		    sig_name(status - 128));
	else
		snprintf(j->why, sizeof j->why, "%.60s: exit status %d", name,
		    status);
	return j->broken;
}
