#define _XOPEN_SOURCE 700
/* tree_hints.c - tests of the tree: the cost of hints, writers, troubles */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

/* ---- what it costs ---- */

static void
test_cost(void)
{
	set_scene(
	    "for i in 1 2 3 4 5 6 7 8 9; do "
	    "mkdir -p $i/a $i/b; echo 1 >$i/a/f; touch -d 2020-01-01 $i/a/f; done; "
	    "ln -s 1/a/f l");
	watch(&fake_backend, "**/f l");
	ok(w.tree.ndirs == 28 && fake.live == 28 && w.tree.nfiles == 10,
	    "each directory on the way is watched once, for a link as well");
	hint("5/a", "f", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(w.looks == 1 && fake.adds == 0,
	    "a hint costs a look at the file that it names");
	hint("5/a", "g", WATCH_CREATED | WATCH_ISDIR);
	settle();
	ok(w.looks == 1 && fake.adds == 1,
	    "one of what is not known costs a look at its directory");
	hint("5/a", "f", WATCH_WRITTEN);
	hint("5/a", "f", WATCH_CLOSED);
	hint("5/a", "g", WATCH_CREATED | WATCH_ISDIR);
	hint("5/b", "f", WATCH_CREATED);
	settle();
	ok(w.looks == 2, "many hints for a directory are one look");
	hint("5/a", "x", WATCH_CREATED);
	hint("5/a", "4913", WATCH_CREATED | WATCH_CLOSED);
	hint("5", "f~", WATCH_CLOSED);
	settle();
	ok(w.looks == 0, "names that can't count cost none");
	hint("5", ".git", WATCH_CREATED | WATCH_ISDIR);
	hint("5", ".cache", WATCH_CREATED | WATCH_ISDIR);
	settle();
	ok(w.looks == 0, "nor do directories that are not entered");
	hint("1/a", "f", WATCH_CLOSED);
	settle();
	ok(w.looks == 2, "a linked file's directory and the link's are due");
	hint("1/a", "x", WATCH_CLOSED);
	settle();
	ok(w.looks == 0 || w.looks == 1,
	    "another name beside a linked file does not touch the link");
	fake.hints[fake.nhints++] = (struct watch_hint){
		.id = 900, .what = WATCH_CLOSED, .name = "f"
	};
	settle();
	ok(w.looks == 0, "hints of an unknown id are nothing");
	hint("5/a", NULL, WATCH_SELF);
	settle();
	ok(w.looks == 2, "a directory that moved is due, and the one above");
	hint(".", NULL, WATCH_LOST);
	settle();
	ok(w.looks == 28, "when hints were lost everything is due, once");
	ok(told(""), "of all this there is nothing to tell");
	unwatch();
	ok(fake.live == 0, "a closed tree watches nothing");
}

static void
test_pruned(void)
{
	set_scene("mkdir -p .git/a node_modules/b tmp/c d/tmp/e x/y; "
		  "echo 1 >x/y/f");
	watch(&fake_backend, "** -tmp");
	ok(fake.ndirs == 4 && w.tree.ndirs == 4,
	    "what is left out or ignored is not even watched");
	unwatch();
	watch(&fake_backend, "x/*.c");
	ok(fake.ndirs == 2 && fake.dirs[0].level == WATCH_NAMES &&
		fake.dirs[1].level == WATCH_FILES,
	    "on the way to a base only names are heard of");
	unwatch();
	watch(&fake_backend, "x/y/f");
	ok(fake.ndirs == 3 && fake.dirs[1].level == WATCH_NAMES &&
		fake.dirs[2].level == WATCH_FILES,
	    "where a file is named its writing is");
	unwatch();
	set_scene("mkdir d");
	watch(&fake_backend, "d/* @/s/d/* d/../d/*");
	ok(w.tree.ndirs > 6 && fake.dirs[fake_id("d", true)].live,
	    "a directory may have several users");
	hint("d", "a", WATCH_CLOSED);
	scratch_sh("echo 1 >d/a");
	settle();
	ok(w.looks == 3, "a hint for it is one for each of them");
	unwatch();
	ok(fake.live == 0, "its watch ends with the last");
}

/* ---- writers ---- */

/* Told in the order of its coming, writers as well. */
static int
hears(const char *script, const char *want)
{
	int same;

	scratch_sh(script);
	settle();
	w.all = true;
	same = told(want);
	w.all = false;
	return same;
}

static void
test_writers(void)
{
	int fd;

	set_scene("echo 1 >a; touch -d 2020-01-01 a; mkdir d out; "
		  "echo 1 >out/f; ln -s ../out/t d/l; echo 1 >out/t");
	watch(&watch_inotify, "* d/*");
	w.all = true;
	ok(hears("echo 22 >>a", "wa ca +a"),
	    "a writer is told, and that it closes");
	w.all = true;
	ok(hears("echo 1 >b", "wb wb cb +b"),
	    "who makes a file is a writer at once");
	w.all = true;
	ok(hears(": >c", "wc cc +c"), "even if nothing is written");
	w.all = true;
	ok(hears("ln a h", "+h"), "a hard link has no writer");
	w.all = true;
	ok(hears("ln -s nowhere s", "+s"), "nor has a symbolic link");
	w.all = true;
	ok(hears("mv out/f f", "cf +f"), "what is moved in comes whole");
	w.all = true;
	ok(hears("rm f", "cf -f"), "what goes goes whole");
	w.all = true;
	ok(hears("mkdir e", ""), "a directory is no file");
	w.all = true;
	ok(hears("echo 22 >>d/l", "wd/l cd/l +d/l"),
	    "the writer of a linked file is the link's");
	w.all = true;
	ok(hears("echo 1 >.x; echo 1 >x~", ""), "what does not count has none");
	unlink("h");
	settle();
	news();
	fd = open("a", O_WRONLY | O_APPEND);
	w.all = true;
	ok(write(fd, "more", 4) == 4 && hears(":", "wa +a"),
	    "a change is told though the writer goes on");
	w.all = true;
	ok(close(fd) == 0 && hears(":", "ca"), "its end alone is no change");
	unwatch();
}

/* ---- what may change and look the same ---- */

static void
set_time(const char *path, int64_t ns)
{
	struct timespec times[2];

	times[0].tv_sec = (time_t)(ns / 1000000000);
	times[0].tv_nsec = (long)(ns % 1000000000);
	times[1] = times[0];
	utimensat(AT_FDCWD, path, times, 0);
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
test_fresh(void)
{
	int64_t now;

	set_scene("echo 1 >a");
	set_time("a", 1500000000123456789);
	watch(&fake_backend, "a");
	hint(".", "a", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(told(""), "an old file that looks the same has not changed");

	now = now_ns() + 1000000000;
	set_time("a", now);
	hint(".", "a", WATCH_CLOSED);
	settle();
	ok(told("+a"), "a file may be of the future");
	scratch_put("a", "2\n");
	set_time("a", now);
	hint(".", "a", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(told("+a"), "a fresh file that was written to has, seen or not");
	hint(".", "a", WATCH_CLOSED);
	settle();
	ok(told(""), "one that nobody wrote to has not");
	hint(".", NULL, 0);
	settle();
	ok(told("") && w.looks == 1, "nor when the hint names nothing");

	now = now_ns() / 1000000000 * 1000000000;
	set_time("a", now);
	hint(".", "a", WATCH_CLOSED);
	settle();
	ok(told("=a"), "a time of whole seconds is a time");
	scratch_put("a", "3\n");
	set_time("a", now);
	hint(".", "a", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(now_ns() - now > 1900000000 || told("+a"),
	    "where seconds are counted a file is fresh for two");
	unwatch();
}

/* ---- what goes wrong ---- */

static void
test_unwatched(void)
{
	set_scene("mkdir -p d/e; echo 1 >d/a; echo 1 >d/e/b");
	fake.path = "d";
	fake.error = EACCES;
	watch(&fake_backend, "d/e/*");
	ok(told("") && w.tree.nfiles == 1,
	    "where only names are spelled out nothing need be read");
	unwatch();
	fake.path = NULL;
	fake.error = 0;
}

/* A file system may give a directory the inode of the one before it. */
static void
test_made_again(void)
{
	set_scene("mkdir d; echo 1 >d/a");
	watch(&fake_backend, "**");
	hint("d", NULL, WATCH_SELF | WATCH_ENDED);
	scratch_sh("rm -r d");
	ok(tree_hear(&w.tree) == 0 && tree_look(&w.tree) == 1,
	    "a look may find that a directory is gone");
	scratch_sh("mkdir d; echo 22 >d/b");
	settle();
	ok(told("+d/b -d/a") && is_true(),
	    "one that is made before the next look is looked at");
	unwatch();
}

/* As a user who may not read everything, which root may. */
static int
unreadable(void)
{
	set_scene("mkdir -p d/e f; echo 1 >d/e/a; echo 1 >f/b; chmod 0 d; "
		  "chmod 311 f");
	watch(&watch_inotify, "**");
	ok(told("!d !f") && w.error == EACCES,
	    "directories that can't be read are told, once each");
	unwatch();
	watch(&watch_inotify, "f/b");
	ok(told("!f") && w.tree.nfiles == 1,
	    "a file that is named is found in one all the same");
	unwatch();
	watch(&watch_inotify, "**");
	told("!d !f");
	scratch_sh("echo 1 >g; echo 1 >h");
	settle();
	ok(told("+g +h"), "and not again with what changes beside them");
	scratch_sh("chmod 755 d");
	settle();
	ok(told("+d/e/a"), "one that can be read later is read then");
	scratch_sh("echo 22 >d/e/a");
	settle();
	ok(told("+d/e/a"), "and watched");
	scratch_sh("chmod 755 f");
	unwatch();
	return test_end();
}

static void
test_unreadable(void)
{
	int status;
	pid_t pid;

	if (chmod(scratch, 0777) < 0 || chdir(scratch) < 0)
		return;
	scratch_sh("rm -rf s out");
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(0);
		_exit(unreadable());
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "directories that can't be read are no trouble");
}

/* ---- why not ---- */

static void
test_explained(void)
{
	set_scene("mkdir d; echo 1 >d/p");
	watch(&watch_inotify, "**/*.c **/*.number -gen* ");
	w.rule[0].pidfiles = (char *[]){ (char[]){ "own.number" } };
	w.rule[0].npidfiles = 1;
	w.tree.explain = true;
	scratch_sh("ln d/p gen.c; ln d/p a.h; ln d/p a~; ln d/p d/a.c; "
		   "ln d/p own.number");
	settle();
	ok(told("+d/a.c ?a.h(no pattern matches) ?a~(built-in ignore *~) "
		"?gen.c(left out by -x gen*) ?own.number(our own)"),
	    "each name that does not count is told with its reason");
	unwatch();
}

int
main(void)
{
	scratch_begin();
	test_cost();
	test_pruned();
	test_writers();
	test_fresh();
	test_unwatched();
	test_made_again();
	test_unreadable();
	test_explained();
	scratch_end();
	return test_end();
}
