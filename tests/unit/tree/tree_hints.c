#define _XOPEN_SOURCE 700
/* tree_hints.c - tests of the tree: what a hint costs, and what it may mean */
#include <sys/stat.h>

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "../../fake/inotify.h"
#include "../test.h"
#include "tree/scan.h"
#include "watched.h"

/* Settle; are just these the events, in this order, of all kinds? */
static int
settles(const char *want)
{
	int same;

	w.also = "fwcusL";
	w.in_order = true;
	fake.adds = 0;
	settle();
	same = sent(want);
	w.also = NULL;
	w.in_order = false;
	return same;
}

/* ---- what it costs ---- */

static void
set_cost_scene(void)
{
	set_scene("for i in 1 2 3 4 5 6 7 8 9; do mkdir -p $i/a $i/b; "
		  "echo 1 >$i/a/f; touch -d 2020-01-01 $i/a/f; done; "
		  "ln -s 1/a/f l");
	grow_old();
	watch("**/f l");
	ok(w.tree->dirs.n == 28 && fake.live == 28 && w.tree->nfiles == 10,
	    "each directory is watched once, also for links");
}

static void
test_names(void)
{
	fake_hint("5/a", "f", HINT_CLOSED);
	ok(settles("c5/a/f") && w.scans == 0 && fake.adds == 0,
	    "a hint about a file costs no scan");
	fake_hint("5/a", "g", HINT_CREATED | HINT_ISDIR);
	ok(settles("") && w.scans == 0, "nor does one about a missing name");
	scratch_sh("mkdir 5/a/g");
	fake_hint("5/a", "g", HINT_CREATED | HINT_ISDIR);
	fake_hint("5/a", "g", 0);
	ok(settles("") && w.scans == 1 && fake.adds == 1,
	    "a new directory is scanned once");
	fake_hint("5/a", "x", HINT_CREATED);
	fake_hint("5/a", "4913", HINT_CREATED | HINT_CLOSED);
	fake_hint("5", "f~", HINT_CLOSED);
	fake_hint("5", ".git", HINT_CREATED | HINT_ISDIR);
	ok(settles("") && w.scans == 0 && fake.adds == 0,
	    "hints about names that cannot count cost nothing");
	fake_hint("1/a", "f", HINT_CLOSED);
	ok(settles("c1/a/f cl") && w.scans == 0 && fake.adds == 3,
	    "a hint about a linked file follows its link");
	fake_hint("1/a", "x", HINT_CLOSED);
	ok(settles("") && fake.adds == 0,
	    "a hint about another name beside it does not");
}

static void
test_dirs(void)
{
	fake_hint("5/a", NULL, HINT_SELF);
	ok(settles("") && w.scans == 2,
	    "a directory that moved is scanned, and the one above");
	fake_hint(".", NULL, HINT_LOST);
	fake_hint(".", NULL, HINT_LOST);
	ok(settles("L L") && w.scans == 29,
	    "when hints were lost everything is scanned once");
	scratch_sh("mkdir 5/x; echo 1 >5/x/f");
	fake_hint("5/x", "f", HINT_CREATED);
	ok(settles(""), "hints of an unknown watch are ignored");
}

static void
test_cost(void)
{
	set_cost_scene();
	test_names();
	test_dirs();
	unwatch();
	ok(fake.live == 0, "a closed tree watches nothing");
}

/* Only the name of the hint is looked at, so other changes stay unknown. */
static void
test_large(void)
{
	char name[20];
	int i;

	set_scene(":");
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "%d", i);
		scratch_put(name, "1");
	}
	watch("*");
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "%d", i);
		scratch_put(name, "22");
	}
	fake_hint(".", "500", HINT_WRITTEN);
	ok(settles("*500") && w.scans == 0,
	    "beside 1,000 files a hint costs one look");
	fake_hint(".", NULL, HINT_LOST);
	settle();
	ok(w.n == 999, "and the others are found when hints were lost");
	unwatch();
}

/* Each link has two steps: a directory, and the file in it. */
static void
test_links(void)
{
	enum { LINKS = 16000 };
	char name[40];
	int i;

	set_scene("mkdir in out; echo 1 >out/t");
	for (i = 0; i < LINKS; i++) {
		snprintf(name, sizeof name, "in/l%d", i);
		if (symlink("../out/t", name) < 0)
			exit(2);
	}
	watch("in/*");
	ok(w.tree->nfiles == LINKS && fake.adds <= 2 * LINKS + 3,
	    "each of many links is followed once");
	fake.adds = 0;
	fake_hint(".", NULL, HINT_LOST);
	settle();
	ok(fake.adds <= 2 * LINKS + 3, "and once more when hints were lost");
	fake.adds = 0;
	scratch_sh("rm in/l77");
	fake_hint("in", "l77", HINT_CLOSED);
	ok(settles("-in/l77 cin/l77") && fake.adds == 0,
	    "a link beside many others is deleted at no cost");
	unwatch();
	ok(fake.live == 0, "their steps are watched no longer");
}

static void
test_replaced_link(void)
{
	set_scene("mkdir in out; echo 1 >out/t; ln -s ../out/t in/l");
	watch("in/*");
	ok(fake.live == 3, "a directory on the way of a link is watched");
	scratch_sh("rm in/l; echo 22 >in/l");
	fake_hint("in", "l", HINT_CREATED);
	settle();
	ok(sent("*in/l") && fake.live == 2,
	    "but no longer when a file takes the place of the link");
	unwatch();
}

static void
test_pruned(void)
{
	set_scene("mkdir -p .git/a node_modules/b tmp/c d/tmp/e x/y; "
		  "echo 1 >x/y/f");
	watch("** -tmp");
	ok(fake.ndirs == 4 && w.tree->dirs.n == 4,
	    "directories that are left out or ignored are not watched");
	unwatch();
	watch("x/*.c");
	ok(fake.ndirs == 2 && fake.dirs[0].level == INOTIFY_NAMES &&
		fake.dirs[1].level == INOTIFY_FILES,
	    "on the way to a base only names are watched");
	unwatch();
	watch("x/y/f");
	ok(fake.ndirs == 3 && fake.dirs[1].level == INOTIFY_NAMES &&
		fake.dirs[2].level == INOTIFY_FILES,
	    "beside a file that is named writes are watched");
	unwatch();
	set_scene("mkdir d");
	watch("d/* @/s/d/* d/../d/*");
	ok(w.tree->dirs.n > 6 && fake.dirs[fake_wd("d")].live,
	    "several paths may lead to one directory");
	scratch_sh("echo 1 >d/a");
	fake_hint("d", "a", HINT_CREATED);
	settle();
	ok(w.n == 3, "a hint about it is for each of them");
	unwatch();
	ok(fake.live == 0, "its watch ends with the last of them");
}

/* ---- what it may mean ---- */

static void
test_suspects(void)
{
	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a b");
	grow_old();
	watch("*");
	fake_hint(".", "a", HINT_WRITTEN);
	fake_hint(".", "a", HINT_CLOSED);
	ok(settles("wa ca"), "a written file with its signature is suspect");
	fake_hint(".", "a", HINT_CREATED | HINT_CLOSED);
	ok(settles("wa ca"), "so is one that was moved there");
	fake_hint(".", "a", 0);
	fake_hint(".", NULL, 0);
	ok(settles(""), "other hints about it mean nothing");
	scratch_sh("chmod +x a");
	fake_hint(".", "a", 0);
	ok(settles("*a"), "an executable bit is a change");
	scratch_sh("chmod 600 b");
	fake_hint(".", "b", 0);
	ok(settles(""), "another mode is none");
	scratch_sh("chmod 644 a");
	fake_hint(".", "a", 0);
	ok(settles("*a"), "the end of an executable bit is one");
	fake_hint(".", "a", HINT_CLOSED);
	ok(settles("ca"), "that a writer closed a file is no change");
	unlink("a");
	fake_hint(".", "a", HINT_CLOSED);
	ok(settles("-a ca"), "a deleted file is gone and closed");
	unwatch();
}

/* Without hints the ctime must show that a file was written. */
static void
test_lost(void)
{
	int64_t mtime;

	mtime = 1500000000123456789;
	set_scene("echo 1 >a; echo 1 >b; echo 1 >c");
	set_time("a", mtime);
	watch("*");
	grow_old();
	tree_hear(w.tree);
	fake_hint(".", NULL, HINT_LOST);
	ok(settles("L"), "lost hints change no file that is older");
	scratch_put("a", "2\n");
	set_time("a", mtime);
	scratch_put("c", "22\n");
	fake_hint(".", NULL, HINT_LOST);
	w.also = "w";
	settle();
	ok(sent("*c wa"), "a file written since then is suspect");
	w.also = NULL;
	grow_old();
	tree_hear(w.tree);
	fake_hint(".", NULL, HINT_LOST);
	ok(settles("L"), "but not when hints are lost again");
	scratch_put("a", "3\n");
	set_time("a", mtime);
	fake_hint(".", NULL, HINT_SELF);
	ok(settles(""), "a scan without lost hints relies on hints");
	unwatch();
}

static void
test_racy(void)
{
	int64_t second, ms;

	second = 1000000000;
	ms = 1000000;
	ok(compare_is_racy(100 * second + 9 * ms, 100 * second - 1) == 0 ||
		compare_is_racy(100 * second, 100 * second - 1),
	    "a stamp of the last tick is racy");
	ok(!compare_is_racy(100 * second + 10 * ms, 100 * second - 1),
	    "an older one is not");
	ok(compare_is_racy(101 * second, 100 * second) &&
		!compare_is_racy(102 * second, 100 * second),
	    "a stamp of whole seconds is racy for two");
	ok(compare_is_racy(100 * second, 100 * second + 1),
	    "a stamp of the future is racy");
	ok(!compare_is_racy(TREE_NEVER, second + 1),
	    "nothing is racy if all writes are known");
}

/* ---- what goes wrong ---- */

static void
test_unwatched(void)
{
	set_scene("mkdir -p d/e; echo 1 >d/a; echo 1 >d/e/b");
	fake.path = "d";
	fake.error = EACCES;
	watch("d/e/*");
	ok(sent("") && w.tree->nfiles == 1,
	    "a directory that only leads to others need not be readable");
	unwatch();
	fake.path = NULL;
	fake.error = 0;
}

/* A file system may reuse the inode of a deleted directory. */
static void
test_recreated(void)
{
	set_scene("mkdir d; echo 1 >d/a");
	watch("**");
	fake_hint("d", NULL, HINT_SELF | HINT_ENDED);
	scratch_sh("rm -r d");
	ok(tree_hear(w.tree) == 0 && tree_scan(w.tree, 0) == 1,
	    "a scan finds that the directory is gone");
	scratch_sh("mkdir d; echo 22 >d/b");
	settle();
	ok(sent("+d/b -d/a") && is_true(),
	    "a directory recreated before the next scan is scanned");
	unwatch();
}

static void
test_ended(void)
{
	set_scene("mkdir d; echo 1 >d/a");
	watch("**");
	fake_hint("d", NULL, HINT_SELF | HINT_ENDED);
	settle();
	scratch_sh("echo 22 >d/a");
	fake_hint("d", "a", HINT_WRITTEN);
	settle();
	ok(sent("*d/a"), "a directory whose watch ended is watched again");
	unwatch();
}

int
main(void)
{
	scratch_begin();
	test_cost();
	test_large();
	test_links();
	test_replaced_link();
	test_pruned();
	test_suspects();
	test_lost();
	test_racy();
	test_unwatched();
	test_recreated();
	test_ended();
	scratch_end();
	return test_end();
}
