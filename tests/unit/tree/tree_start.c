#define _XOPEN_SOURCE 700
/* tree_start.c - tests of the tree: while no more than names are known */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

enum { FILES = 12, ROUNDS = 200 };

/* Until what was done so far is older than any grain of the clock. */
static void
grow_old(void)
{
	struct stat st;

	scratch_put("../clock", "");
	if (stat("../clock", &st) < 0)
		exit(2);
	until(clock_wall_ns() - os_ctime_ns(&st) > 20000000);
}

/* What is known so far is names; all that was done was done before. */
static void
begin(const struct watch_backend *backend, const char *patterns,
    const char *before)
{
	set_scene(before);
	grow_old();
	begin_to_watch(backend, patterns);
	news();
}

/* Make files out, as far as it comes, without hearing of anything. */
static void
make_out_unheard(void)
{
	tree_tick(&w.tree, clock_ms());
	look(&w.tree);
}

/* ---- what is known ---- */

static void
test_known(void)
{
	begin(&watch_inotify, "**",
	    "mkdir -p d/e; echo 1 >a; echo 1 >d/e/b; echo 1 >d/c~; ln -s a l");
	ok(w.tree.nfiles == 3 && w.tree.ndirs == 3 && vague(&w.tree) == 2,
	    "at the start the names of files will do");
	ok(tree_due(&w.tree) <= clock_ms(), "more is to be found out at once");
	make_out_unheard();
	ok(vague(&w.tree) == 0 && tree_due(&w.tree) == TREE_NEVER,
	    "with a second look all is known, and nothing left to do");
	ok(told("") && is_true(), "which is no news");
	scratch_sh("mkdir x; echo 1 >x/f");
	settle();
	ok(vague(&w.tree) == 0 && told("+x/f"),
	    "what comes later is known at once");
	unwatch();
	begin(NULL, "**", "echo 1 >a");
	ok(vague(&w.tree) == 0, "where all is polled it is from the start on");
	unwatch();
	begin(&watch_inotify, "** -u", "echo 1 >a");
	ok(vague(&w.tree) == 0, "and where its content matters");
	unwatch();
	begin(&watch_inotify, "a d/*", "mkdir d; echo 1 >a; echo 1 >d/b");
	ok(vague(&w.tree) == 1, "and of what patterns spell out");
	unwatch();
	fake.path = ".";
	fake.error = ENOSPC;
	begin(&fake_backend, "*", "echo 1 >a");
	ok(vague(&w.tree) == 0, "and where no watch was left");
	fake.path = NULL;
	fake.error = 0;
	unwatch();
}

static void
test_young(void)
{
	set_scene("echo 1 >a");
	begin_to_watch(&watch_inotify, "*");
	while (vague(&w.tree) > 0) {
		tree_tick(&w.tree, clock_ms() + TREE_AGAIN);
		tree_hear(&w.tree);
		look(&w.tree);
	}
	ok(told("") && tree_due(&w.tree) == TREE_NEVER,
	    "what was written right before the start has not changed");
	scratch_sh("chmod 600 a");
	settle();
	ok(told(""), "nor does a chmod change it later");
	unwatch();
}

/* ---- what changes meanwhile ---- */

/* of a and b, which are of one size and time */
static const struct scene {
	const char *name, *act, *news;
} scenes[] = {
	{ "written in place", "echo 22 >a", "+a" },
	{ "appended to", "echo 2 >>a", "+a" },
	{ "written with what it held", "echo 1 >a", "+a" },
	{ "saved twice", "echo 22 >a; echo 1 >a", "+a" },
	{ "touched", "touch a", "+a" },
	{ "set back in time", "touch -d 2019-01-01 a", "+a" },
	{ "truncated", "truncate -s 0 a", "+a" },
	{ "replaced by a new file", "echo 1 >../x; mv ../x a", "+a" },
	{ "replaced by an older one", "mv ../old a", "+a" },
	{ "replaced by one that looks the same", "mv b a", "+a -b" },
	{ "replaced by a hard link", "ln -f ../old a", "+a" },
	{ "replaced with its time", "cp -p ../old a", "+a" },
	{ "made anew", "rm a; echo 1 >a", "+a" },
	{ "deleted", "rm a", "-a" },
	{ "renamed", "mv a c", "+c -a" },
	{ "moved out", "mv a ../x", "-a" },
	{ "written and deleted", "echo 2 >a; rm a", "-a" },
	{ "turned into a directory", "rm a; mkdir a; echo 1 >a/f", "+a/f -a" },
	{ "turned into a link", "ln -sf b a", "+a" },
	{ "turned into a FIFO", "rm a; mkfifo a", "-a" },
	{ "in a directory that is renamed", "mv d e", "+e/f -d/f" },
	{ "in a directory that is deleted", "rm -r d", "-d/f" },
	{ "in a directory replaced", "mv d ../d; mkdir d; echo 1 >d/f",
	    "+d/f -d/f" },
	{ "in a directory that goes away and comes back", "mv d e; mv e d",
	    "" },
	{ "not touched, beside one that is", "echo 22 >c; rm b", "+c -b" },
	{ "read", "cat a d/f >/dev/null; ls -l >/dev/null", "" },
};

/* When the files are made out: before we hear of it, or after. */
enum when { HEARD, UNHEARD, WHENS };

static void
try_scene(const struct scene *s, enum when when)
{
	static const char *const words[WHENS] = {
		[HEARD] = "heard of before it is known",
		[UNHEARD] = "heard of after that",
	};
	char name[120];

	begin(&watch_inotify, "**",
	    "rm -rf ../d ../x; mkdir d; echo 1 >a; echo 1 >b; echo 1 >d/f; "
	    "echo 1 >../old; touch -d 2020-01-01 a b ../old");
	scratch_sh(s->act);
	if (when == UNHEARD)
		make_out_unheard();
	settle();
	make_out(&w.tree);
	settle();
	snprintf(name, sizeof name, "a file %s, %s", s->name, words[when]);
	ok(told(s->news) && is_true(), name);
	unwatch();
}

static void
test_scenes(void)
{
	size_t i;

	for (i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		try_scene(&scenes[i], HEARD);
		try_scene(&scenes[i], UNHEARD);
	}
}

/* Of what happens nobody hears, but that hints were lost. */
static void
test_lost(void)
{
	begin(&fake_backend, "**",
	    "mkdir d; echo 1 >a; echo 1 >b; echo 1 >d/f; echo 1 >d/g");
	scratch_sh("echo 2 >a; rm d/f; echo 1 >c; touch -d 2020-01-01 d/g");
	hint(".", NULL, WATCH_LOST);
	settle();
	ok(told("+a +c +d/g -d/f") && is_true(),
	    "where hints were lost, what was changed since the start is told");
	unwatch();
	begin(&fake_backend, "**", "echo 1 >a; echo 1 >b");
	scratch_sh("echo 2 >a");
	make_out_unheard();
	hint(".", NULL, WATCH_LOST);
	settle();
	make_out(&w.tree);
	ok(told("+a") && is_true(), "even if it was lost sight of by then");
	unwatch();
}

/* A file so young that what was done to it may still be heard of. */
static void
test_unheard(void)
{
	int tries;

	set_scene(":");
	for (tries = 0; tries < SCRATCH_TRIES; tries++) {
		scratch_put("a", "1");
		begin_to_watch(&fake_backend, "*");
		make_out_unheard();
		if (vague(&w.tree) == 1)
			break;
		unwatch();
	}
	scratch_put("a", "22");
	make_out(&w.tree);
	ok(told("+a") && is_true(),
	    "what changes while that is waited for is told, heard of or not");
	unwatch();
}

/* A directory that can't be read is no reason to take all in it for new. */
static void
test_refused(void)
{
	begin(&watch_inotify, "**", "mkdir d; echo 1 >d/f; echo 1 >a");
	scratch_sh("chmod 0 d");
	settle();
	make_out(&w.tree);
	scratch_sh("chmod 755 d");
	settle();
	make_out(&w.tree);
	settle();
	ok(told("") && is_true(),
	    "a directory closed for a while has not changed");
	unwatch();
}

/* ---- at any moment ---- */

static unsigned long seed;

static unsigned
dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void
save(int file, char name[8])
{
	int fd;

	snprintf(name, 8, "d%d/%c", file % 3, 'a' + file);
	if (dice(3) == 0) {
		scratch_put("../new", "2");
		if (rename("../new", name) < 0)
			exit(2);
		return;
	}
	fd = open(name, O_WRONLY | (dice(2) == 0 ? O_TRUNC : O_APPEND));
	if (fd < 0 || write(fd, "2", 1) != 1)
		exit(2);
	close(fd);
}

static void
go_on(void)
{
	if (dice(3) == 0)
		tree_hear(&w.tree);
	if (dice(3) == 0)
		tree_tick(&w.tree, clock_ms() + dice(2 * TREE_AGAIN));
	if (dice(2) == 0)
		tree_look(&w.tree);
}

/* Each file is saved once, or not at all; is that what is told? */
static int
is_told(void)
{
	bool saved[FILES] = { false };
	char want[200], name[8];
	size_t len;
	int dir, file;

	for (file = dice(4); file < FILES; file += 1 + (int)dice(4)) {
		go_on();
		save(file, name);
		saved[file] = true;
	}
	go_on();
	settle();
	make_out(&w.tree);
	settle();
	want[0] = '\0';
	len = 0;
	for (dir = 0; dir < 3; dir++)
		for (file = 0; file < FILES; file++)
			if (saved[file] && file % 3 == dir)
				len += (size_t)snprintf(want + len,
				    sizeof want - len, "%s+d%d/%c",
				    len == 0 ? "" : " ", dir, 'a' + file);
	return told(want);
}

static void
test_anytime(void)
{
	int round, right;

	right = 1;
	for (round = 0; round < ROUNDS && right; round++) {
		seed = (unsigned long)round;
		set_scene("mkdir d0 d1 d2; for f in 0/a 1/b 2/c 0/d 1/e 2/f "
			  "0/g 1/h 2/i 0/j 1/k 2/l; do echo 1 >d$f; done");
		grow_old();
		begin_to_watch(&watch_inotify, "**");
		right = told("") && is_told();
		unwatch();
	}
	ok(right, "each save, whenever it comes, is told once");
}

int
main(void)
{
	w.plain = true;
	scratch_begin();
	test_known();
	test_young();
	test_scenes();
	test_lost();
	test_unheard();
	test_refused();
	test_anytime();
	scratch_end();
	return test_end();
}
