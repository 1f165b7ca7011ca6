#define _XOPEN_SOURCE 700
/* tree_random.c - tests of the tree: any names, many files, random changes */
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

/* tree_random_polled.c and tree_random_short.c define these otherwise. */
#ifndef HAS_HINTS
#define HAS_HINTS true
#endif
#ifndef POLLS
#define POLLS false
static void
disturb(unsigned number)
{
	(void)number;
}
static void
settle_all(void)
{
	settle();
}
#endif

/* ---- names of any bytes ---- */

static void
test_bytes(void)
{
	char path[20], want[40];
	int c, made, removed, count;

	set_scene("mkdir d");
	watch_or_poll(POLLS, "**");
	made = removed = count = 0;
	for (c = 1; c < 256; c++) {
		if (c == '/' || c == '~')
			continue;
		count++;
		snprintf(path, sizeof path, "d/x%c", c);
		mkdir(path, 0777);
		snprintf(path, sizeof path, "d/x%c/%cy", c, c);
		scratch_put(path, "1");
		settle();
		snprintf(want, sizeof want, "+%s", path);
		made += c == '.' ? sent("") : sent(want);
		want[0] = '-';
		unlink(path);
		settle();
		removed += c == '.' ? sent("") : sent(want);
	}
	ok(made == count, "a file with any byte in its name is created");
	ok(removed == count, "and deleted");
	unwatch();
}

/* ---- many ---- */

static void
test_many(void)
{
	char path[40];
	int i;

	set_scene(":");
	watch_or_poll(POLLS, "**");
	mkdir("d", 0777);
	for (i = 0; i < 3000; i++) {
		snprintf(path, sizeof path, "d/%d", i * 7919 % 3000);
		scratch_put(path, "1");
	}
	settle();
	ok(w.n == 3000 && is_true(), "a directory is filled with many files");
	for (i = 0; i < 3000; i += 3) {
		snprintf(path, sizeof path, "d/%d", i);
		unlink(path);
	}
	settle();
	ok(w.n == 1000 && is_true(), "each of many that are deleted is sent");
	scratch_sh("rm -r d");
	settle();
	ok(w.n == 2000 && w.tree->dirs.n == 1 && w.tree->nfiles == 0,
	    "when all are gone nothing is remembered");
	unwatch();
}

/* ---- a model: what the events add up to ---- */

enum { PATHS = 1000 };

static struct {
	struct {
		char path[100];
		struct stat st; /* when its last event came */
		bool unsettled;
	} files[PATHS];
	int n;
	bool is_right; /* no event contradicts those before */
} model;

static int
find_path(const char *path)
{
	int i;

	for (i = 0; i < model.n && strcmp(model.files[i].path, path) != 0; i++)
		;
	return i;
}

/* As the tree has it: a link to a file is that file. */
static struct stat
stat_path(const char *path)
{
	struct stat st;

	if ((stat(path, &st) < 0 || !S_ISREG(st.st_mode)) &&
	    lstat(path, &st) < 0)
		memset(&st, 0, sizeof st);
	return st;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size && os_mtime_ns(a) == os_mtime_ns(b) &&
	    ((a->st_mode ^ b->st_mode) & 0111) == 0;
}

static void
add_path(const char *path)
{
	if (model.n == PATHS)
		exit(2);
	snprintf(
	    model.files[model.n].path, sizeof model.files[0].path, "%s", path);
	model.files[model.n].unsettled = false;
	model.files[model.n++].st = stat_path(path);
}

static void
expect(bool fact, const char *path, const char *what)
{
	if (!fact)
		printf("%s: %s\n", path, what);
	model.is_right = model.is_right && fact;
}

static void
apply(void *arg, const char *path, enum tree_event event, uint64_t rules,
    const char *by)
{
	int i;

	(void)arg;
	(void)rules;
	(void)by;
	i = find_path(path);
	if (event == TREE_CREATED) {
		expect(i == model.n, path, "created twice");
		if (i == model.n)
			add_path(path);
		return;
	}
	/* TREE_CLOSED may also be about a file that has gone since. */
	if (event == TREE_CLOSED || event == TREE_LOST || event == TREE_POLLED)
		return;
	expect(i < model.n, path, "an event of a file that was not created");
	if (i == model.n)
		return;
	switch (event) {
	case TREE_CHANGED:
		model.files[i].st = stat_path(path);
		break;
	case TREE_GONE:
		model.files[i] = model.files[--model.n];
		break;
	case TREE_UNSETTLED:
		model.files[i].unsettled = true;
		break;
	case TREE_SETTLED:
		expect(model.files[i].unsettled, path, "settled twice");
		model.files[i].unsettled = false;
		break;
	default:
		expect(event == TREE_WRITTEN, path, "an unexpected event");
	}
}

static void
add_visited(
    void *arg, const char *path, bool is_dir, uint64_t rules, const char *by)
{
	(void)arg;
	(void)rules;
	(void)by;
	if (!is_dir)
		add_path(path);
}

static void
check_visited(
    void *arg, const char *path, bool is_dir, uint64_t rules, const char *by)
{
	struct stat st;
	int i;

	(void)rules;
	(void)by;
	if (is_dir)
		return;
	++*(int *)arg;
	i = find_path(path);
	expect(i < model.n, path, "was not reported as created");
	if (i == model.n)
		return;
	st = stat_path(path);
	expect(is_same(&st, &model.files[i].st), path, "has changed since");
	expect(!model.files[i].unsettled, path, "has not settled");
}

/* Do the events add up to the files that there are, as they are now? */
static bool
adds_up(void)
{
	int n;

	n = 0;
	tree_each(w.tree, check_visited, &n);
	expect(n == model.n, "a file", "was not reported as gone");
	return model.is_right;
}

/* ---- random changes ---- */

static unsigned long seed;
static bool shows; /* what is done */

static unsigned
dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* Make a path of up to four names of three. */
static const char *
somewhere(char path[20])
{
	size_t i, n;

	n = 1 + dice(4);
	for (i = 0; i < n; i++) {
		path[2 * i] = (char)('a' + dice(3));
		path[2 * i + 1] = '/';
	}
	path[2 * n - 1] = '\0';
	return path;
}

static void
write_to(const char *path)
{
	char text[40] = "0123456789012345678901234567890123456";
	int fd;

	fd = open(path,
	    O_WRONLY | O_CREAT | O_NONBLOCK | (dice(3) == 0 ? O_TRUNC : 0),
	    0666);
	if (fd < 0)
		return;
	if (write(fd, text, 1 + dice(30)) < 0)
		perror(path);
	close(fd);
}

/*
 * A link leads to a path beside it or above, or to an absolute one, or to
 * nothing; but never further than one directory above the scene, where other
 * programs may be at work.
 */
static void
link_to(const char *path)
{
	static const char *const starts[] = { "", "", "../", "@/s/" };
	char start[100], target[120], to[20];

	expand(starts[dice(4)], start, sizeof start);
	snprintf(target, sizeof target, "%s%s", start,
	    dice(3) == 0 ? "t" : somewhere(to));
	if (shows)
		printf("symlink %s -> %s\n", path, target);
	if (symlink(target, path) < 0 || dice(2) == 0)
		write_to(path);
}

static void
change_anything(void)
{
	char a[20], b[20];
	unsigned what;

	somewhere(a);
	somewhere(b);
	what = dice(13);
	if (shows)
		printf("do %u %s %s\n", what, a, b);
	switch (what) {
	case 0:
		nftw(a, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
		break;
	case 1:
	case 2:
		rename(a, b);
		break;
	case 3:
	case 4:
	case 5:
		mkdir(a, 0777);
		break;
	case 6:
	case 7:
		link_to(a);
		break;
	case 8:
		/* There is no hint about the other name of a hard link. */
		if (!POLLS || (unlink(a), link(b, a) < 0))
			chmod(b, dice(2) == 0 ? 0755 : 0644);
		break;
	case 9:
		set_time(a, 1500000000000000000 + (int64_t)dice(3));
		break;
	default:
		write_to(a);
		break;
	}
}

/* Take in hints and scan now and then, as far as that comes. */
static void
change_and_scan(int changes)
{
	while (changes-- > 0) {
		change_anything();
		disturb(dice(1000000));
		if (dice(4) == 0) {
			if (shows)
				printf("hear\n");
			tree_hear(w.tree);
		}
		if (dice(20) == 0)
			w.tree->poll.ended = -FAR;
		if (dice(3) == 0) {
			if (shows)
				printf("scan\n");
			tree_scan(w.tree, dice(10) == 0 ? TREE_NEVER - 1 : 0);
		}
	}
}

static bool
try_round(unsigned long number)
{
	bool is_right;

	seed = number;
	change_and_scan(1 + (int)dice(40));
	if (shows)
		printf("settle\n");
	settle_all();
	is_right = adds_up();
	is_right = is_true() && is_right;
	if (!is_right)
		printf("round %lu\n", number);
	return is_right;
}

static void
test_anything(unsigned long first, unsigned long rounds)
{
	static const char *const patterns[] = { "**", "a/** b/*/c -b",
		"*/*/c a/b/c/** -*/a/", "a b/c/* ./**/a @/s/c/**",
		"a/b/../* ../s/a/*" };
	char name[100];
	unsigned long i, round;
	bool is_right;

	for (i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		set_scene(":");
		watch_or_poll(POLLS, patterns[i]);
		memset(&model, 0, sizeof model);
		model.is_right = is_right = true;
		tree_each(w.tree, add_visited, NULL);
		w.model = apply;
		for (round = first; round < first + rounds && is_right; round++)
			is_right = try_round(round * 1000 + i);
		snprintf(name, sizeof name,
		    "random changes: %s sends and remembers what is there",
		    patterns[i]);
		ok(is_right, name);
		w.model = NULL;
		unwatch();
	}
}

/* For more than the suite does: the first round, and how many. */
int
main(int argc, char **argv)
{
	unsigned long first, rounds;

	first = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 150;
	shows = argc > 3;
	scratch_begin();
	if (argc == 1 && HAS_HINTS) {
		test_bytes();
		test_many();
	}
	test_anything(first, rounds);
	scratch_end();
	return test_end();
}
