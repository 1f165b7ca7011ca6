/* watched.h - a tree in a scratch directory, and the events that it sends */
#ifndef WATCHED_H
#define WATCHED_H

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "base/clock.h"
#include "match/rule.h"
#include "tree/dir.h"
#include "tree/tree.h"

/* For files that define _XOPEN_SOURCE 700 or more. */

enum { LINES = 40000 };

static const char signs[] = { [TREE_FOUND] = 'f',
	[TREE_CREATED] = '+',
	[TREE_CHANGED] = '*',
	[TREE_WRITTEN] = 'w',
	[TREE_CLOSED] = 'c',
	[TREE_GONE] = '-',
	[TREE_UNSETTLED] = 'u',
	[TREE_SETTLED] = 's',
	[TREE_LOST] = 'L',
	[TREE_UNREADABLE] = '!',
	[TREE_POLLED] = '~',
	[TREE_IGNORED] = '?' };

/* The tree of the test, and its events since the last call of `events`. */
static struct {
	struct rule rule[4];
	struct rules rules;
	struct tree *tree;
	char *lines[LINES];
	int n;
	int scans; /* since `settle` began */
	int error; /* of the last TREE_UNREADABLE */
	char why[100]; /* of the last TREE_POLLED */
	const char *also; /* signs of further events to keep */
	bool in_order; /* do not sort them */
	tree_notify *model; /* gets all events, or NULL */
} w;

static inline void
add_line(const char *line)
{
	if (w.n < LINES)
		w.lines[w.n++] = strdup(line);
}

/* Keep an event as a line: a sign and the path; with several rules, which. */
static inline void
on_event(void *arg, const char *path, enum tree_event event, uint64_t rules,
    const char *by)
{
	char line[PATH_MAX + 300];

	if (w.model != NULL)
		w.model(arg, path, event, rules, by);
	if (event == TREE_UNREADABLE)
		w.error = errno;
	if (event == TREE_POLLED)
		snprintf(w.why, sizeof w.why, "%s", by);
	if (strchr("+*-!~?", signs[event]) == NULL &&
	    (w.also == NULL || strchr(w.also, signs[event]) == NULL))
		return;
	if (event == TREE_IGNORED)
		snprintf(line, sizeof line, "?%s(%s)", path, by);
	else if (w.rules.n > 1)
		snprintf(line, sizeof line, "%c%s:%x", signs[event], path,
		    (unsigned)rules);
	else
		snprintf(line, sizeof line, "%c%s", signs[event], path);
	add_line(line);
}

static inline int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Return the lines since the last call: sorted, with blanks between. */
static inline const char *
events(void)
{
	static char text[4000000];
	size_t len;
	int i;

	if (!w.in_order)
		qsort(w.lines, (size_t)w.n, sizeof w.lines[0], compare_lines);
	text[0] = '\0';
	for (i = 0, len = 0; i < w.n; i++) {
		if (len < sizeof text)
			len += (size_t)snprintf(text + len, sizeof text - len,
			    "%s%s", len == 0 ? "" : " ", w.lines[i]);
		free(w.lines[i]);
	}
	w.n = 0;
	return text;
}

/* Are just these the events since the last call? */
static inline int
sent(const char *want)
{
	const char *got;

	got = events();
	if (strcmp(got, want) == 0)
		return 1;
	printf("sent: %s\nwant: %s\n", got, want);
	return 0;
}

/* ---- scans ---- */

enum { FAR = 1000000000 /* ms: further than any time of the test */ };

/* Scan all that is due because of hints, whatever the time is. */
static inline void
scan_due(struct tree *t)
{
	while (tree_scan(t, 0) > 0)
		w.scans++;
}

static inline int
has_hints(void)
{
	struct pollfd pfd = { .fd = tree_fd(w.tree), .events = POLLIN };

	return pfd.fd >= 0 && poll(&pfd, 1, 0) == 1;
}

/* A sweep, as if its time had come, but not that of rechecks. */
static inline void
sweep(void)
{
	w.tree->poll.ended = -FAR;
	w.tree->poll.took = 0;
	scan_due(w.tree);
	w.tree->poll.took = 0;
}

static inline int
count_again(void)
{
	size_t n;
	int kind;

	for (kind = 0, n = 0; kind < QUEUES; kind++)
		n += w.tree->queues[kind].n;
	return (int)n;
}

/* Scan each directory that is due again, as if its time had come; once. */
static inline void
recheck(void)
{
	int n;

	scan_due(w.tree);
	for (n = count_again(); n > 0 && count_again() > 0; n--)
		if (tree_scan(w.tree, TREE_NEVER - 1) > 0)
			w.scans++;
	scan_due(w.tree);
}

/* Take in hints and scan until nothing is left to do; if polling, sweep. */
static inline void
settle(void)
{
	w.scans = 0;
	do {
		tree_hear(w.tree);
		scan_due(w.tree);
	} while (has_hints());
	if (w.tree->options.interval == 0)
		return;
	sweep();
	while (count_again() > 0)
		recheck();
}

/* ---- the scene ---- */

/* `@` stands for the scratch directory. */
static inline void
expand(const char *from, char *to, size_t size)
{
	size_t n;

	for (n = 0; *from != '\0' && n + 1 < size; from++)
		if (*from == '@')
			n += (size_t)snprintf(to + n, size - n, "%s", scratch);
		else
			to[n++] = *from;
	to[n] = '\0';
}

static inline void
set_pattern(const char *text)
{
	char path[300];

	expand(text, path, sizeof path);
	if (*path == '-')
		rules_add(&w.rules, path + 1, GLOB_LEFT_OUT);
	else
		rules_add(&w.rules, path, GLOB_WANTED);
}

/*
 * Patterns with blanks between; `-x` leaves out x, `-a` ignores nothing, and
 * `;` starts the next rule.
 */
static inline void
set_rules(const char *patterns)
{
	struct rule *r;
	char one[200];
	size_t n;

	w.rules = (struct rules){ .v = w.rule };
	r = NULL;
	for (; *patterns != '\0'; patterns += n + (patterns[n] == ' ')) {
		n = strcspn(patterns, " ");
		snprintf(one, sizeof one, "%.*s", (int)n, patterns);
		if (r == NULL || strcmp(one, ";") == 0) {
			r = &w.rule[w.rules.n++];
			*r = (struct rule){ 0 };
		}
		if (strcmp(one, "-a") == 0)
			w.rules.ignore_nothing |= (uint64_t)1
			    << (w.rules.n - 1);
		else if (strcmp(one, ";") != 0)
			set_pattern(one);
	}
}

/* Go to an empty directory `s` in the scratch directory, with this in it. */
static inline void
set_scene(const char *script)
{
	if (chdir(scratch) < 0)
		exit(2);
	scratch_sh("rm -rf s out && mkdir s");
	if (chdir("s") < 0)
		exit(2);
	scratch_sh(script);
}

static inline struct tree *
open_tree(struct tree_options options)
{
	struct tree *t;

	options.rules = &w.rules;
	options.notify = on_event;
	t = tree_open(&options);
	if (t == NULL) {
		perror("tree_open");
		exit(2);
	}
	return t;
}

/* Watch the scene for these patterns, until `unwatch`. */
static inline void
watch_with(struct tree_options options, const char *patterns)
{
	set_rules(patterns);
	w.tree = open_tree(options);
	w.scans = 0;
	scan_due(w.tree);
	settle();
}

static inline void
watch(const char *patterns)
{
	watch_with((struct tree_options){ 0 }, patterns);
}

/* Watch it, or poll it. */
static inline void
watch_or_poll(bool polls, const char *patterns)
{
	watch_with(
	    (struct tree_options){ .interval = polls ? TREE_INTERVAL : 0 },
	    patterns);
}

static inline void
free_rules(void)
{
	rules_free(&w.rules);
}

static inline void
unwatch(void)
{
	tree_close(w.tree);
	free_rules();
	events();
}

/* Until all that was done so far is older than any grain of the clock. */
static inline void
grow_old(void)
{
	struct stat st;

	scratch_put("../clock", "");
	if (stat("../clock", &st) < 0)
		exit(2);
	until(clock_wall_ns() - os_ctime_ns(&st) > 20000000);
}

/* Set both times of a file. */
static inline void
set_time(const char *path, int64_t ns)
{
	struct timespec times[2];

	times[0].tv_sec = (time_t)(ns / 1000000000);
	times[0].tv_nsec = (long)(ns % 1000000000);
	times[1] = times[0];
	utimensat(AT_FDCWD, path, times, 0);
}

/* ---- what is remembered ---- */

static inline void
list_dir(const struct tree_dir *d)
{
	char line[PATH_MAX + 300];
	const struct tree_entry *e;
	uint32_t i;

	snprintf(line, sizeof line, "%s/", d->path);
	add_line(line);
	for (i = 0; i < d->n; i++) {
		e = d->entries[i];
		if (entry_is_dir(e))
			continue;
		snprintf(line, sizeof line, "%s/%s:%lx:%lu:%ld:%lld:%u%u",
		    d->path, e->name, (unsigned long)e->dev,
		    (unsigned long)e->ino, (long)e->size, (long long)e->mtime,
		    (unsigned)e->kind, (unsigned)e->executable);
		add_line(line);
	}
}

/* Return all that a tree remembers, as text; free it. */
static inline char *
list_tree(const struct tree *t)
{
	const struct tree_dir *d;

	events();
	for (d = list_first(&t->dirs); d != NULL; d = list_next(&d->node))
		list_dir(d);
	return strdup(events());
}

/* Does it remember just what a tree remembers that is made now? */
static inline int
is_true(void)
{
	struct tree *fresh;
	tree_notify *model;
	char *got, *want;
	int same;

	model = w.model;
	w.model = NULL;
	got = list_tree(w.tree);
	fresh = open_tree((struct tree_options){ .interval = TREE_INTERVAL });
	scan_due(fresh);
	want = list_tree(fresh);
	same = strcmp(got, want) == 0;
	if (!same)
		printf("remembers: %s\nthere is:  %s\n", got, want);
	same = same && fresh->dirs.n == w.tree->dirs.n &&
	    fresh->nfiles == w.tree->nfiles;
	tree_close(fresh);
	free(got);
	free(want);
	w.model = model;
	return same;
}

#endif
