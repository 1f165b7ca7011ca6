#define _XOPEN_SOURCE 700
/* tree_polled.c - tests of the tree: what is polled, why and when */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "base/clock.h"
#include "watched.h"

/* one sweep, or a second look; then is just this told, in this order? */
static int
sweeps(const char *want)
{
	int same;

	sweep();
	w.all = true;
	same = told(want);
	w.all = false;
	return same;
}

/* likewise, after a script */
static int
finds(const char *script, const char *want)
{
	scratch_sh(script);
	w.all = true;
	return sweeps(want);
}

static void
test_due(void)
{
	int looks;

	int64_t now;

	set_scene("echo 1 >a");
	watch(&watch_inotify, "*");
	ok(tree_due(&w.tree) == TREE_NEVER && tree_slack(&w.tree) == 0,
	    "where hints tell all nothing is ever due");
	ok(tree_fd(&w.tree) >= 0 &&
		strcmp(tree_how(&w.tree, w.tree.roots[0]), "inotify") == 0,
	    "which is said in words");
	unwatch();
	watch(NULL, "*");
	ok(tree_fd(&w.tree) == -1, "without a backend there are no hints");
	ok(strcmp(tree_how(&w.tree, w.tree.roots[0]), "polling") == 0,
	    "and that is said");
	now = clock_ms();
	ok(tree_due(&w.tree) > now && tree_due(&w.tree) <= now + TREE_INTERVAL,
	    "a sweep is due in a second");
	ok(tree_slack(&w.tree) >= TREE_INTERVAL &&
		tree_slack(&w.tree) < 2 * TREE_INTERVAL,
	    "so a change may be told a second late");
	w.tree.interval = 5000;
	ok(tree_due(&w.tree) > now + TREE_INTERVAL &&
		tree_due(&w.tree) <= now + 5000,
	    "or when one is asked for");
	w.tree.sweep.took = 400;
	ok(tree_due(&w.tree) > now + 5000 && tree_slack(&w.tree) == 8400,
	    "or later, where it takes long");
	w.tree.sweep.took = 0;
	w.tree.interval = 0;
	ok(tree_due(&w.tree) > w.tree.sweep.ended, "but never all the time");
	scratch_sh("echo 22 >a");
	tree_tick(&w.tree, tree_due(&w.tree) - 1);
	ok(tree_look(&w.tree) == 0, "before its time nothing is looked at");
	tree_tick(&w.tree, tree_due(&w.tree));
	looks = tree_look(&w.tree);
	ok(looks == 1 && tree_look(&w.tree) == 0 && told("+a"),
	    "when it is due it finds what has changed");
	unwatch();
}

/* A writer that is looked at while it writes. */
static void
test_held(void)
{
	int64_t now;
	int fd;

	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a b");
	watch(NULL, "*");
	w.all = true;
	news();
	fd = open("a", O_WRONLY | O_TRUNC);
	ok(finds(":", "+a wa"), "what is found changed may be half-written");
	now = clock_ms();
	ok(tree_due(&w.tree) > now && tree_due(&w.tree) <= now + TREE_AGAIN,
	    "it is looked at once more in a moment");
	ok(write(fd, "1", 1) == 1 && finds(":", "+a wa"),
	    "and once more if it has changed again");
	ok(close(fd) == 0 && finds(":", "ca"), "then it is whole");
	ok(finds(":", "") && tree_due(&w.tree) > clock_ms() + TREE_AGAIN,
	    "and all is at rest");
	ok(finds("rm b", "-b") && tree_due(&w.tree) <= clock_ms() + TREE_AGAIN,
	    "what is gone may come back in a moment");
	ok(finds("echo 22 >b", "+b wb") && finds(":", "cb"), "and does");
	ok(finds("ln -s nowhere l", "+l") && finds("rm l", "-l"),
	    "a link to nothing is no half of anything");
	ok(finds("echo 1 >c", "+c wc") && finds("rm c", "-c") && finds(":", ""),
	    "what goes while it is held is gone");
	ok(finds("mkdir d; echo 1 >d/e", "") && w.tree.ndirs == 1,
	    "where no pattern reaches nothing is polled");
	unwatch();

	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(NULL, "-u *");
	ok(finds("echo 1 >a", "=a"), "what holds the same is whole at once");
	ok(finds(": >a", "+a wa") && finds("echo 1 >a", "<a ca"),
	    "what holds the same again, too");
	ok(finds("echo 2 >a", "+a wa") && finds(":", "ca") &&
		finds("touch a", "=a"),
	    "what it holds is known when it is whole");
	unwatch();
}

/* The same size, and the same time as at the last look. */
static void
test_fresh(void)
{
	struct timespec times[2];
	int64_t ns;

	ns = clock_wall_ns() + 1000000000;
	times[0].tv_sec = times[1].tv_sec = (time_t)(ns / 1000000000);
	times[0].tv_nsec = times[1].tv_nsec = 123456789;
	set_scene("echo 1 >a");
	utimensat(AT_FDCWD, "a", times, 0);
	watch(NULL, "*");
	scratch_put("a", "2\n");
	utimensat(AT_FDCWD, "a", times, 0);
	settle();
	ok(told("+a"), "a fresh file is compared by what it holds");
	settle();
	ok(told(""), "and if that is the same it is the same");
	scratch_put("a", "3\n");
	utimensat(AT_FDCWD, "a", times, 0);
	settle();
	ok(told("+a"), "each time");
	unwatch();
}

/* A sweep may come sooner than the second look, which is what counts. */
static void
test_early(void)
{
	int64_t now;

	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(NULL, "*");
	w.tree.interval = 10;
	ok(finds("echo 22 >a", "+a wa"), "something is found changed");
	w.tree.sweep.took = 0;
	now = w.tree.sweep.ended + 10;
	tree_tick(&w.tree, now);
	ok(tree_look(&w.tree) == 1, "the next sweep looks at it");
	w.all = true;
	ok(told(""), "but that is too early");
	ok(finds(":", "ca"), "the second look finds it whole");
	unwatch();
}

/* Some watches are left, but not enough. */
static void
test_short(void)
{
	set_scene("mkdir -p d/e f g; echo 1 >d/a; echo 1 >d/e/b; echo 1 >f/c");
	fake.max = 2;
	fake.refused = 0;
	watch(&fake_backend, "**");
	ok(w.n == 1 && strncmp(news(), "~", 1) == 0 &&
		strstr(w.why, "fs.inotify.max_user_watches") != NULL,
	    "the first directory for which no watch is left is told, and why");
	ok(w.tree.sweep.n == 3 && fake.live == 2 && fake.refused == 1,
	    "it and what comes after it is polled, and only that");
	ok(w.tree.nfiles == 3 && w.tree.ndirs == 5, "but known all the same");
	scratch_sh("echo 22 >d/a; echo 22 >d/e/b; echo 22 >f/c; echo 1 >g/n");
	hint("d", "a", WATCH_CLOSED);
	hint("f", "c", WATCH_CLOSED);
	hint("g", "n", WATCH_CREATED);
	settle();
	do
		sweep();
	while (w.tree.sweep.nagain > 0);
	ok(told("+d/a +d/e/b +f/c +g/n"), "what changes there is found");
	fake.refused = 0;
	sweep();
	ok(fake.refused == 1, "a sweep tries once if there is one again");
	ok(told(""), "and does not complain again");
	fake.max = 3;
	sweep();
	ok(w.tree.sweep.n == 2 && fake.live == 3, "one that is left is taken");
	fake.max = 0;
	sweep();
	ok(w.tree.sweep.n == 0 && fake.live == 5 &&
		tree_due(&w.tree) == TREE_NEVER,
	    "when all have one there is an end of polling");
	ok(is_true(), "and nothing was missed");
	fake.max = 5;
	scratch_sh("mkdir h; echo 1 >h/a");
	hint(".", "h", WATCH_CREATED | WATCH_ISDIR);
	settle();
	ok(told("+h/a ~h"), "when they run short again that is told again");
	scratch_sh("rm -r h");
	hint(".", "h", WATCH_CLOSED | WATCH_ISDIR);
	settle();
	ok(told("-h/a") && tree_due(&w.tree) == TREE_NEVER,
	    "one that goes is polled no more");
	unwatch();
	fake.max = 0;
}

/* What changes just as a watch is had again. */
static void
test_taken_up(void)
{
	set_scene("mkdir d; echo 1 >d/a; touch -d 2020-01-01 d/a");
	fake.max = 1;
	watch(&fake_backend, "**");
	news();
	fake.max = 0;
	scratch_sh("echo 22 >d/a; echo 1 >d/b");
	sweep();
	ok(told("+d/a +d/b") && w.tree.sweep.n == 0,
	    "a sweep that takes a watch up finds what changed before");
	ok(is_true(), "all of it");
	unwatch();
}

static void
test_not_opened(void)
{
	set_scene("mkdir d; echo 1 >d/a");
	fake.error = EMFILE;
	watch(&fake_backend, "**");
	ok(told("~.") && strstr(w.why, "fs.inotify.max_user_instances") != NULL,
	    "a backend that does not open is told once");
	ok(tree_fd(&w.tree) == -1 && w.tree.sweep.n == 2, "all is polled then");
	scratch_sh("echo 22 >d/a");
	do
		sweep();
	while (w.tree.sweep.nagain > 0);
	ok(told("+d/a"), "and changes are found");
	fake.error = 0;
	scratch_sh("echo 333 >d/a");
	do
		sweep();
	while (w.tree.sweep.nagain > 0);
	ok(told("+d/a") && tree_fd(&w.tree) >= 0 && w.tree.sweep.n == 0,
	    "when it opens later on there is an end of that");
	unwatch();
	fake.error = ENOSYS;
	watch(&fake_backend, "**");
	fake.error = 0;
	sweep();
	ok(told("~.") && w.tree.sweep.n == 2,
	    "one that this system has not is not tried again");
	unwatch();
	fake.error = ENOMEM;
	set_rules("**");
	ok(tree_open(&w.tree, &fake_backend, &w.rules, on_news, NULL) == -1,
	    "for want of memory nothing goes");
	fake.error = 0;
	free_rules();
}

/* A link may lead to where no watch is left. */
static void
test_links(void)
{
	set_scene("mkdir -p in out; echo 1 >out/t; ln -s ../out/t in/l");
	fake.max = 2;
	watch(&fake_backend, "in/*");
	ok(told("~in") && w.tree.sweep.n == 1,
	    "where a link's way can't be watched the link is polled");
	scratch_sh("echo 22 >out/t");
	do
		sweep();
	while (w.tree.sweep.nagain > 0);
	ok(told("+in/l"), "and its file's changes found");
	unwatch();
	fake.max = 0;
}

/* What can't be read for want of something is not taken for empty. */
static void
test_kept(void)
{
	struct rlimit was, none;

	set_scene("mkdir d; echo 1 >d/a");
	watch(&fake_backend, "**");
	getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 0;
	scratch_sh("echo 1 >d/b; rm d/a");
	hint("d", "b", WATCH_CREATED);
	setrlimit(RLIMIT_NOFILE, &none);
	settle();
	sweep();
	setrlimit(RLIMIT_NOFILE, &was);
	ok(told("!d") && w.error == EMFILE && w.tree.nfiles == 1,
	    "a directory that can't be read for a while is told, once");
	ok(tree_due(&w.tree) <= clock_ms() + TREE_INTERVAL,
	    "and looked at later");
	sweep();
	ok(told("+d/b -d/a") && is_true(), "when it is read");
	ok(tree_due(&w.tree) == TREE_NEVER, "and that is that");
	unwatch();
}

static void
test_mounts(void)
{
	set_scene("echo 1 >a");
	watch(&watch_inotify, "*");
	if (tree_mounts_fd(&w.tree) >= 0) {
		tree_mounted(&w.tree);
		ok(tree_look(&w.tree) == 0,
		    "mounts that don't concern us make nothing due");
	}
	unwatch();
}

int
main(void)
{
	scratch_begin();
	test_due();
	test_held();
	test_early();
	test_fresh();
	test_short();
	test_taken_up();
	test_not_opened();
	test_links();
	test_kept();
	test_mounts();
	scratch_end();
	return test_end();
}
