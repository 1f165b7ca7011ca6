/* watched.h - a tree that is watched in a scratch directory, and its news */
#ifndef WATCHED_H
#define WATCHED_H

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "base/clock.h"
#include "base/content.h"
#include "fake.h"
#include "match/rule.h"
#include "tree/tree.h"

/* For files that define _XOPEN_SOURCE 700 or more. */

/* For files that define another one before they include others. */
#ifndef WATCHED_BY
#define WATCHED_BY watch_inotify
#endif

enum { LINES = 4000 };

/* the tree of the test, and what it told since the last `news` */
static struct {
	struct rule rule[4];
	struct rules rules;
	struct tree tree;
	char *lines[LINES];
	int n, looks;
	int error; /* of the last TREE_UNREAD */
	char why[100]; /* of the last TREE_POLLED */
	bool all; /* keep not only what changed */
	bool came; /* what came was not there: not only that it changed */
	bool plain; /* what is the same or back has changed, too */
} w;

/* keeps it as a line: a sign and the path; with several rules, which */
static inline void
on_news(void *arg, const char *path, enum tree_news news, uint64_t rules,
    const char *by)
{
	static const char signs[] = { [TREE_CHANGED] = '+',
		[TREE_CAME] = '*',
		[TREE_SAME] = '=',
		[TREE_BACK] = '<',
		[TREE_GONE] = '-',
		[TREE_WRITTEN] = 'w',
		[TREE_CLOSED] = 'c',
		[TREE_UNREAD] = '!',
		[TREE_POLLED] = '~',
		[TREE_NOT_COUNTED] = '?' };
	char line[1000];

	(void)arg;
	if (news == TREE_UNREAD)
		w.error = errno;
	if (news == TREE_POLLED)
		snprintf(w.why, sizeof w.why, "%s", by);
	if ((news == TREE_WRITTEN || news == TREE_CLOSED) && !w.all)
		return;
	if (news == TREE_NOT_COUNTED)
		snprintf(line, sizeof line, "?%s(%s)", path, by);
	else if (w.rules.n > 1)
		snprintf(line, sizeof line, "%c%s:%x", signs[news], path,
		    (unsigned)rules);
	else
		snprintf(line, sizeof line, "%c%s", signs[news], path);
	if ((w.plain && (news == TREE_SAME || news == TREE_BACK)) ||
	    (!w.came && news == TREE_CAME))
		line[0] = signs[TREE_CHANGED];
	if (w.n < LINES)
		w.lines[w.n++] = strdup(line);
}

/* what was told since the last call: sorted, blanks between */
static inline const char *
news(void)
{
	static char text[200000];
	char *line;
	size_t len;
	int i, j;

	for (i = 1; i < w.n && !w.all; i++)
		for (j = i; j > 0 && strcmp(w.lines[j - 1], w.lines[j]) > 0;
		     j--) {
			line = w.lines[j];
			w.lines[j] = w.lines[j - 1];
			w.lines[j - 1] = line;
		}
	text[0] = '\0';
	for (i = 0, len = 0; i < w.n; i++) {
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
		    len == 0 ? "" : " ", w.lines[i]);
		free(w.lines[i]);
	}
	w.n = 0;
	return text;
}

/* was just this told? shows what else it was */
static inline int
told(const char *want)
{
	const char *got;

	got = news();
	if (strcmp(got, want) == 0)
		return 1;
	printf("told: %s\nwant: %s\n", got, want);
	return 0;
}

/* look at all that is due */
static inline void
look(struct tree *t)
{
	while (tree_look(t) > 0)
		w.looks++;
}

static inline int
has_hints(void)
{
	struct pollfd pfd = { .fd = tree_fd(&w.tree), .events = POLLIN };

	if (w.tree.watch == &fake.it)
		return fake.heard < fake.nhints;
	return poll(&pfd, 1, 0) == 1;
}

/* as if it were time for a sweep */
static inline void
sweep(void)
{
	tree_tick(&w.tree, TREE_NEVER - 1);
	look(&w.tree);
}

/*
 * Hear and look until there is nothing more to hear; where we poll, until
 * all has been looked at once more, and what was found changed twice.
 */
static inline void
settle(void)
{
	int again;

	w.looks = 0;
	fake.adds = 0;
	do {
		tree_hear(&w.tree);
		look(&w.tree);
	} while (has_hints());
	if (w.tree.backend == NULL)
		do
			sweep();
		while (w.tree.sweep.nagain > 0);
	else if (w.tree.backend->add_file != NULL)
		for (again = 0; again < 3 && w.tree.sweep.nagain > 0; again++)
			sweep();
}

static inline void
count_vague(void *arg, const struct tree_dir *d, const struct tree_entry *entry)
{
	(void)d;
	*(size_t *)arg += entry != NULL && entry->vague;
}

/* of how many files no more than the name is known? */
static inline size_t
vague(const struct tree *t)
{
	size_t n;

	n = 0;
	tree_each(t, count_vague, &n);
	return n;
}

/* until all that was there before us is known */
static inline void
make_out(struct tree *t)
{
	while (vague(t) > 0) {
		poll(NULL, 0, 1);
		tree_tick(t, clock_ms() + TREE_AGAIN);
		tree_hear(t);
		look(t);
	}
}

/* `@` stands for the scratch directory */
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
 * Patterns with blanks between; those that start with `-` are left out, `-a`
 * ignores nothing, `-u` asks for content, `;` starts the next rule.
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
		else if (strcmp(one, "-u") == 0)
			r->same = true;
		else if (strcmp(one, ";") != 0)
			set_pattern(one);
	}
}

/* an empty directory `s` in the scratch directory, with this in it */
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

/* watch the scene for these patterns, until `unwatch` */
static inline void
begin_to_watch(const struct watch_backend *backend, const char *patterns)
{
	set_rules(patterns);
	if (tree_open(&w.tree, backend, &w.rules, on_news, NULL) < 0) {
		perror("tree_open");
		exit(2);
	}
	settle();
}

/* and know all that was there before us */
static inline void
watch(const struct watch_backend *backend, const char *patterns)
{
	begin_to_watch(backend, patterns);
	make_out(&w.tree);
}

static inline void
free_rules(void)
{
	rules_free(&w.rules);
}

static inline void
unwatch(void)
{
	tree_close(&w.tree);
	free_rules();
	news();
}

/* ---- what is remembered ---- */

static inline void
list_one(void *arg, const struct tree_dir *d, const struct tree_entry *entry)
{
	char line[1000];

	(void)arg;
	if (entry == NULL)
		snprintf(line, sizeof line, "%s/", d->path);
	else
		snprintf(line, sizeof line, "%s/%s:%ld:%ld:%ld:%ld", d->path,
		    entry->name, (long)entry->ino, (long)entry->size,
		    (long)entry->mtime, (long)entry->type);
	if (w.n < LINES)
		w.lines[w.n++] = strdup(line);
}

/* is what is known of a file's content what it holds? */
static inline void
check_content(
    void *arg, const struct tree_dir *d, const struct tree_entry *entry)
{
	char path[1000];

	if (entry == NULL || entry->content == 0 || entry->told || entry->open)
		return;
	snprintf(path, sizeof path, "%s%s%s", d->path,
	    *d->path == '\0' ? "" : "/", entry->name);
	if (content_of(AT_FDCWD, path, 0, entry->size) == entry->content)
		return;
	printf("%s: holds something else\n", path);
	*(int *)arg = 0;
}

/* does it remember just what a tree would that is made now? */
static inline int
is_true(void)
{
	struct tree fresh;
	char *was;
	int same, right;

	news();
	right = 1;
	tree_each(&w.tree, check_content, &right);
	tree_each(&w.tree, list_one, NULL);
	was = strdup(news());
	tree_open(&fresh, &WATCHED_BY, &w.rules, on_news, NULL);
	look(&fresh);
	make_out(&fresh);
	news();
	tree_each(&fresh, list_one, NULL);
	same = told(was) && right && fresh.ndirs == w.tree.ndirs &&
	    fresh.nfiles == w.tree.nfiles;
	tree_close(&fresh);
	free(was);
	return same;
}

#endif
