#define _XOPEN_SOURCE 700
/* tree_polled.c - tests of the tree: what is polled, why and when */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../../fake/inotify.h"
#include "../test.h"
#include "base/clock.h"
#include "watched.h"

/*
 * After a script, are just these the events of an action, in this order?  A
 * file is also suspect if it was written less than a tick before a look, which
 * is left to other tests.
 */
static int
sends(void (*action)(void), const char *script, const char *want)
{
	int same;

	scratch_sh(script);
	w.also = "fcusL";
	w.in_order = true;
	action();
	same = sent(want);
	w.also = NULL;
	w.in_order = false;
	return same;
}

static void
sweep_and_recheck(void)
{
	sweep();
	while (count_again() > 0)
		recheck();
}

/* ---- when ---- */

static void
keep_how(
    void *arg, const char *path, bool is_dir, uint64_t rules, const char *by)
{
	(void)path;
	(void)rules;
	if (is_dir)
		*(const char **)arg = by;
}

static const char *
how_watched(void)
{
	const char *how;

	how = "";
	tree_each(w.tree, keep_how, &how);
	return how;
}

static void
test_no_polling(void)
{
	set_scene("echo 1 >a");
	watch("*");
	ok(tree_due(w.tree) == TREE_NEVER && tree_slack(w.tree) == 0,
	    "with hints nothing is ever due");
	ok(tree_fd(w.tree) >= 0 && strcmp(how_watched(), "inotify") == 0,
	    "and a directory is watched by inotify");
	unwatch();
}

static void
test_due(void)
{
	int64_t now;

	set_scene("echo 1 >a");
	watch_or_poll(true, "*");
	ok(tree_fd(w.tree) == -1 && strcmp(how_watched(), "polling") == 0,
	    "with an interval all is polled");
	now = w.tree->poll.ended;
	ok(tree_due(w.tree) == now + TREE_INTERVAL &&
		tree_slack(w.tree) == TREE_INTERVAL + w.tree->poll.took,
	    "a sweep is due after the interval");
	w.tree->options.interval = 5000;
	ok(tree_due(w.tree) == now + 5000, "whatever the interval is");
	w.tree->poll.took = 400;
	ok(tree_due(w.tree) == now + 8000 && tree_slack(w.tree) == 8400,
	    "or later, if sweeps take long");
	w.tree->poll.took = 0;
	w.tree->options.interval = 1;
	ok(tree_due(w.tree) == now + 10, "but never all the time");
	scratch_sh("echo 22 >a");
	ok(tree_scan(w.tree, now + 9) == 0, "before its time there is none");
	ok(tree_scan(w.tree, now + 10) == 1 && tree_due(w.tree) == 0 &&
		tree_scan(w.tree, now + 10) == 0 && sent("*a"),
	    "a sweep finds what has changed");
	unwatch();
}

/* ---- files that are being written ---- */

static void
test_unsettled(void)
{
	int64_t now;
	int fd;

	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a b");
	grow_old();
	watch_or_poll(true, "*");
	fd = open("a", O_WRONLY | O_TRUNC);
	ok(sends(sweep, ":", "*a ua"), "a changed file may be half-written");
	now = clock_ms();
	ok(tree_due(w.tree) > now && tree_due(w.tree) <= now + TREE_RECHECK,
	    "it is compared again in a moment");
	ok(sends(sweep, ":", ""), "an earlier sweep does not count for that");
	ok(write(fd, "1", 1) == 1 && sends(recheck, ":", "*a ua"),
	    "it changes again and is not settled");
	grow_old();
	ok(close(fd) == 0 && sends(sweep, ":", "") && sends(recheck, ":", "sa"),
	    "it settles when two looks agree");
	ok(sends(recheck, ":", "") && count_again() == 0, "and that is all");
	unwatch();
}

static void
test_gone(void)
{
	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a b");
	grow_old();
	watch_or_poll(true, "*");
	ok(sends(sweep, "rm b", "-b") && count_again() == 1,
	    "a deleted file may come back in a moment");
	ok(sends(recheck, "echo 22 >b", "+b ub"), "and does");
	grow_old();
	ok(sends(sweep_and_recheck, ":", "sb"), "then it settles");
	ok(sends(sweep, "ln -s nowhere l", "+l") && sends(sweep, "rm l", "-l"),
	    "a link to nothing is never half-written");
	ok(sends(sweep, "echo 1 >c", "+c uc") && sends(sweep, "rm c", "-c"),
	    "an unsettled file is deleted");
	while (count_again() > 0)
		recheck();
	ok(sends(sweep_and_recheck, "mkdir d; echo 1 >d/e", "") &&
		w.tree->dirs.n == 1,
	    "a directory that no pattern enters is not polled");
	unwatch();
}

/* Its size and mtime are the same, so that only the ctime may show it. */
static void
test_same_signature(void)
{
	int64_t mtime;

	mtime = 1500000000123456789;
	set_scene("echo 1 >a; echo 1 >b");
	set_time("a", mtime);
	grow_old();
	watch_or_poll(true, "*");
	grow_old();
	w.also = "w";
	sweep();
	ok(sent(""), "old files send nothing");
	scratch_put("a", "2\n");
	set_time("a", mtime);
	sweep();
	ok(sent("wa"), "a file written since the last sweep is suspect");
	grow_old();
	sweep();
	events();
	sweep();
	ok(sent(""), "but not at later sweeps");
	w.also = NULL;
	unwatch();
}

static void
test_future(void)
{
	set_scene("echo 1 >a");
	set_time("a", 4070908800000000001); /* in 2099 */
	grow_old();
	watch_or_poll(true, "*");
	ok(sends(sweep, ":", "") && sends(sweep, ":", ""),
	    "a mtime in the future is no event");
	set_time("a", 4070908800000000000);
	ok(sends(sweep, ":", "*a ua"), "but its change is");
	grow_old();
	while (count_again() > 0)
		recheck();
	ok(sends(sweep_and_recheck, ":", ""), "once");
	unwatch();
}

/* ---- sweeps ---- */

enum { DIRS = 40 };

static void
write_all(const char *text)
{
	char name[20];
	int i;

	for (i = 0; i < DIRS; i++) {
		snprintf(name, sizeof name, "%d", i);
		mkdir(name, 0777);
		snprintf(name, sizeof name, "%d/f", i);
		scratch_put(name, text);
	}
}

/* Sweep some directories, delete ten, and go on. */
static void
sweep_and_delete(int swept, int step)
{
	static char names[DIRS][12];
	char script[40];
	int i, n;

	w.tree->poll.ended = -FAR;
	for (i = 0; i < swept; i++)
		tree_scan(w.tree, 0);
	for (i = n = 0; n < 10; i = (i + step) % DIRS, n++) {
		snprintf(names[i], sizeof names[i], "%d", i);
		snprintf(script, sizeof script, "rm -r %d", i);
		scratch_sh(script);
		fake_hint(".", names[i], HINT_CLOSED | HINT_ISDIR);
	}
	tree_hear(w.tree);
	scan_due(w.tree);
}

/* Is each file sent once: as changed, unless it was deleted before? */
static bool
all_are_sent(void)
{
	char name[20], *lines, sign;
	bool is_right;
	int i;

	add_line(
	    "~"); /* sorted to the end, so that a blank follows each line */
	lines = strdup(events());
	is_right = true;
	for (i = 0; i < DIRS; i++) {
		snprintf(name, sizeof name, "%d/f", i);
		sign = access(name, F_OK) == 0 ? '*' : '-';
		snprintf(name, sizeof name, "%c%d/f ", sign, i);
		is_right = is_right && strstr(lines, name) != NULL;
	}
	free(lines);
	return is_right;
}

static void
test_removals(void)
{
	int swept, rounds, right;

	rounds = right = 0;
	for (swept = 0; swept < DIRS; swept += 3) {
		set_scene(":");
		write_all("1");
		fake.max = 1;
		watch("**");
		events();
		write_all("22");
		sweep_and_delete(swept, swept % 2 == 0 ? 1 : 3);
		rounds++;
		right += w.tree->poll.dirs.n == DIRS - 10 && all_are_sent() &&
		    is_true();
		unwatch();
		fake.max = 0;
	}
	ok(right == rounds,
	    "directories are deleted during a sweep, which comes to the rest");
}

/* ---- why ---- */

/* Some watches are left, but not enough. */
static void
test_short(void)
{
	set_scene("mkdir -p d/e f g; echo 1 >d/a; echo 1 >d/e/b; echo 1 >f/c");
	fake.max = 2;
	fake.refused = 0;
	watch("**");
	ok(w.n == 1 && *events() == '~' &&
		strstr(w.why, "fs.inotify.max_user_watches") != NULL,
	    "the first directory without a watch is reported, with the reason");
	ok(w.tree->poll.dirs.n == 3 && fake.live == 2 && fake.refused == 1,
	    "it and those after it are polled, and only those");
	ok(w.tree->nfiles == 3 && w.tree->dirs.n == 5, "but all are known");
	scratch_sh("echo 22 >d/a; echo 22 >d/e/b; echo 22 >f/c; echo 1 >g/n");
	fake_hint("d", "a", HINT_WRITTEN);
	fake_hint("f", "c", HINT_WRITTEN);
	fake_hint("g", "n", HINT_CREATED);
	settle();
	sweep_and_recheck();
	ok(sent("*d/a *d/e/b *f/c +g/n"), "their changes are found");
	fake.refused = 0;
	sweep();
	ok(fake.refused == 1 && sent(""),
	    "each sweep tries once to get a watch");
	fake.max = 3;
	sweep();
	ok(w.tree->poll.dirs.n == 2 && fake.live == 3,
	    "a watch that is left is used");
	fake.max = 0;
	sweep();
	ok(w.tree->poll.dirs.n == 0 && fake.live == 5 &&
		tree_due(w.tree) == TREE_NEVER && is_true(),
	    "when all have one, polling ends");
	fake.max = 5;
	scratch_sh("mkdir h; echo 1 >h/a");
	fake_hint(".", "h", HINT_CREATED | HINT_ISDIR);
	settle();
	ok(sent("+h/a ~h"), "when none is left again that is reported again");
	scratch_sh("rm -r h");
	fake_hint(".", "h", HINT_CLOSED | HINT_ISDIR);
	settle();
	ok(sent("-h/a") && tree_due(w.tree) == TREE_NEVER,
	    "a deleted directory is not polled");
	unwatch();
	fake.max = 0;
}

static void
test_taken_up(void)
{
	set_scene("mkdir d; echo 1 >d/a; touch -d 2020-01-01 d/a");
	fake.max = 1;
	watch("**");
	events();
	fake.max = 0;
	scratch_sh("echo 22 >d/a; echo 1 >d/b");
	sweep();
	ok(sent("*d/a +d/b") && w.tree->poll.dirs.n == 0 && is_true(),
	    "changes before a directory gets a watch are found");
	ok(strcmp(how_watched(), "inotify") == 0, "and it is no longer polled");
	unwatch();
}

static void
test_not_opened(void)
{
	set_scene("mkdir d; echo 1 >d/a");
	fake.error = EMFILE;
	watch("**");
	ok(sent("~.") && strstr(w.why, "fs.inotify.max_user_instances") != NULL,
	    "it is reported once that inotify cannot be used");
	ok(tree_fd(w.tree) == -1 && w.tree->poll.dirs.n == 2,
	    "all is polled then");
	scratch_sh("echo 22 >d/a");
	sweep_and_recheck();
	ok(sent("*d/a"), "and changes are found");
	fake.error = 0;
	scratch_sh("echo 333 >d/a");
	sweep_and_recheck();
	ok(sent("*d/a") && tree_fd(w.tree) >= 0 && w.tree->poll.dirs.n == 0,
	    "when it can be used later, polling ends");
	unwatch();
	fake.error = ENOSYS;
	watch("**");
	fake.error = 0;
	sweep();
	ok(sent("~.") && w.tree->poll.dirs.n == 2,
	    "if the system has none that is not tried again");
	unwatch();
}

/* A link may lead to where no watch is left. */
static void
test_links(void)
{
	set_scene("mkdir -p in out; echo 1 >out/t; ln -s ../out/t in/l");
	fake.max = 2;
	watch("in/*");
	ok(sent("~in") && w.tree->poll.dirs.n == 1,
	    "if no watch is left for a link's way its directory is polled");
	scratch_sh("echo 22 >out/t");
	sweep_and_recheck();
	ok(sent("*in/l"), "and changes of its file are found");
	unwatch();
	fake.max = 0;
}

/* A directory that cannot be read for want of a descriptor is not empty. */
static void
test_kept(void)
{
	struct rlimit was, none;

	set_scene("mkdir d; echo 1 >d/a");
	watch("**");
	getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 0;
	scratch_sh("echo 1 >d/b; rm d/a");
	fake_hint("d", NULL, HINT_SELF);
	setrlimit(RLIMIT_NOFILE, &none);
	tree_hear(w.tree);
	scan_due(w.tree);
	setrlimit(RLIMIT_NOFILE, &was);
	events();
	ok(w.error == EMFILE && w.tree->nfiles == 1,
	    "a directory that cannot be read for a while keeps its files");
	ok(tree_due(w.tree) <= clock_ms() + TREE_INTERVAL,
	    "it is read again later");
	recheck();
	ok(sent("+d/b -d/a") && is_true(), "then changes are found");
	ok(tree_due(w.tree) == TREE_NEVER, "and nothing more is due");
	unwatch();
}

static void
test_mounts(void)
{
	set_scene("echo 1 >a");
	watch("*");
	if (tree_mounts_fd(w.tree) >= 0) {
		tree_mounted(w.tree);
		ok(tree_scan(w.tree, 0) == 0,
		    "mounts elsewhere make nothing due");
	}
	unwatch();
}

int
main(void)
{
	scratch_begin();
	test_no_polling();
	test_due();
	test_unsettled();
	test_gone();
	test_same_signature();
	test_future();
	test_removals();
	test_short();
	test_taken_up();
	test_not_opened();
	test_links();
	test_kept();
	test_mounts();
	scratch_end();
	return test_end();
}
