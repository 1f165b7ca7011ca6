#define _XOPEN_SOURCE 700
/* tree_random.c - tests of the tree: any names, many files, whatever happens */
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

/* ---- names of any bytes ---- */

static void
test_bytes(const struct watch_backend *backend)
{
	char path[20], want[40];
	int c, made, removed, count;

	set_scene("mkdir d");
	watch(backend, "**");
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
		made += c == '.' ? told("") : told(want);
		want[0] = '-';
		unlink(path);
		settle();
		removed += c == '.' ? told("") : told(want);
	}
	ok(made == count, "files with any byte in their names are seen");
	ok(removed == count, "and are seen to go");
	unwatch();
}

/* ---- many ---- */

static void
test_many(const struct watch_backend *backend)
{
	char path[40];
	int i;

	set_scene(":");
	watch(backend, "**");
	mkdir("d", 0777);
	for (i = 0; i < 3000; i++) {
		snprintf(path, sizeof path, "d/%d", i * 7919 % 3000);
		scratch_put(path, "1");
	}
	settle();
	ok(w.n == 3000 && is_true(),
	    "a directory filled at once is seen whole");
	for (i = 0; i < 3000; i += 3) {
		snprintf(path, sizeof path, "d/%d", i);
		unlink(path);
	}
	settle();
	ok(w.n == 1000 && is_true(), "each of many that go is told");
	scratch_sh("rm -r d");
	settle();
	ok(w.n == 2000 && w.tree.ndirs == 1 && w.tree.nfiles == 0,
	    "when all are gone nothing is remembered");
	unwatch();
}

/* ---- whatever happens ---- */

static unsigned long seed;

static unsigned
dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* a path of up to four names of three */
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

	fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0666);
	if (fd < 0)
		return;
	if (write(fd, text, 1 + dice(30)) < 0)
		perror(path);
	close(fd);
}

/*
 * Links lead to a file `t` beside them, which comes and goes: what happens on
 * a longer way from a link to its file may pass unheard.
 */
static void
link_to_file(const char *path)
{
	char target[20];

	snprintf(target, sizeof target, "%s", path);
	target[strlen(target) - 1] = 't';
	if (symlink("t", path) < 0 || dice(2) == 0)
		write_to(target);
	else if (dice(2) == 0)
		unlink(target);
}

static void
anything(void)
{
	char a[20], b[20];

	somewhere(a);
	somewhere(b);
	switch (dice(10)) {
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
		link_to_file(a);
		break;
	default:
		write_to(a);
		break;
	}
}

/* Hear and look now and then, as far as it comes. */
static void
anything_at_all(int changes)
{
	while (changes-- > 0) {
		anything();
		if (dice(4) == 0)
			tree_hear(&w.tree);
		if (dice(20) == 0)
			tree_tick(&w.tree, TREE_NEVER - 1);
		if (dice(3) == 0)
			w.looks += tree_look(&w.tree);
	}
}

static void
test_anything(const struct watch_backend *backend)
{
	static const char *const patterns[] = { "**", "a/** b/*/c -b",
		"*/*/c a/b/c/** -*/a/", "a b/c/* ./**/a @/s/c/**",
		"a/b/../* ../s/a/*" };
	char name[100];
	int round, right;
	size_t i;

	for (i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		set_scene(":");
		watch(backend, patterns[i]);
		right = 1;
		for (round = 0; round < 150 && right; round++) {
			seed = (unsigned long)round * 1000 + i;
			anything_at_all(1 + (int)dice(40));
			settle();
			right = is_true();
			if (!right)
				printf("round %d\n", round);
		}
		snprintf(name, sizeof name,
		    "whatever happens, %s remembers what is there",
		    patterns[i]);
		ok(right, name);
		unwatch();
	}
}

/* tree_random_polled.c has none: everything is polled. */
#ifndef BACKEND
#define BACKEND (&WATCHED_BY)
#endif

int
main(void)
{
	scratch_begin();
	test_bytes(BACKEND);
	test_many(BACKEND);
	test_anything(BACKEND);
	scratch_end();
	return test_end();
}
