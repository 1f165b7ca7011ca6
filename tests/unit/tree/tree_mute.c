#define _XOPEN_SOURCE 700
#define WATCHED_BY watch_kqueue
/* tree_mute.c - tests of a tree whose hints don't say what was done */
#include <sys/resource.h>
#include <sys/wait.h>

#include <unistd.h>

#include "../test.h"
#include "watched.h"

/* hear and look, without the second look that comes a moment later */
static void
first_look(void)
{
	do {
		tree_hear(&w.tree);
		look(&w.tree);
	} while (has_hints());
}

static int
does(const char *script, const char *want)
{
	scratch_sh(script);
	settle();
	return told(want);
}

static void
test_writers(void)
{
	int fd;

	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	w.all = true;
	watch(&watch_kqueue, "*");
	fd = open("a", O_WRONLY | O_TRUNC);
	first_look();
	ok(told("+a wa") && tree_due(&w.tree) != TREE_NEVER,
	    "what is found changed may be half-written");
	ok(write(fd, "22", 2) == 2, "it is written to");
	first_look();
	ok(told("+a wa"), "a change before the second look is told");
	sweep();
	ok(told("ca"), "over two looks the same it is whole");
	ok(tree_due(&w.tree) == TREE_NEVER, "and then there is nothing to do");
	ok(write(fd, "33", 2) == 2 && close(fd) == 0, "it is written to again");
	settle();
	ok(told("+a wa ca"), "and once more it is whole");
	ok(does("cat a >/dev/null; : >>a", ""), "an end alone is no change");
	ok(does("echo 1 >b; ln b c", "+b wb +c wc cb cc") ||
		told("+c wc +b wb cc cb"),
	    "so are files that are made");
	ok(does("mv b d; rm c", "+d wd -b -c cd"), "moved and deleted");
	w.all = false;
	ok(is_true(), "all that is known is true");
	unwatch();
}

static void
test_content(void)
{
	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a b");
	watch(&watch_kqueue, "-u *");
	ok(does("echo 1 >a", "=a"), "what is rewritten as it was is the same");
	scratch_sh(": >a");
	first_look();
	ok(told("+a"), "a file that is emptied has changed");
	ok(does("echo 1 >a", "<a"), "until it is made what it was");
	ok(does("rm b", "-b") && does("echo 1 >b", "<b"),
	    "one that goes and is put back is back");
	ok(does("echo 2 >b", "+b") && is_true(), "all that is known is true");
	unwatch();
}

/* Two saves of the same size in one tick of the clock look the same. */
static void
test_fresh(void)
{
	char text[2] = "0";
	int i, seen;

	set_scene("echo 1 >a");
	watch(&watch_kqueue, "*");
	for (i = seen = 0; i < 200; i++) {
		text[0] = (char)('a' + i % 26);
		scratch_put("a", text);
		settle();
		seen += strstr(news(), "+a") != NULL;
	}
	ok(seen == 200, "no save is taken for the one before");
	unwatch();
}

static void
test_links(void)
{
	set_scene("mkdir -p ../out/x ../out/y in; echo 1 >../out/x/t; "
		  "echo 1 >../out/y/t; ln -s ../../out/x/t in/l; "
		  "ln -s x ../out/z; ln -s ../../out/z/t in/m");
	watch(&watch_kqueue, "in/*");
	ok(does("echo 22 >../out/x/t", "+in/l +in/m"),
	    "the writing of a file behind links is heard of");
	ok(does("ln -sfn ../../out/y/t in/l", "+in/l") &&
		does("echo 22 >../out/y/t", "+in/l"),
	    "and where a link leads to next");
	ok(does("ln -sfn y ../out/z", "=in/m") &&
		does("echo 333 >../out/y/t", "+in/l +in/m"),
	    "on whatever way");
	ok(does("rm ../out/y/t", "+in/l +in/m") &&
		does("echo 1 >../out/y/t", "+in/l +in/m"),
	    "what is behind them may go and come");
	ok(does("echo 1 >../out/x/t", ""), "what no longer is says nothing");
	ok(is_true(), "all that is known is true");
	unwatch();
}

/* ---- in a process of its own ---- */

static int
few(void)
{
	struct rlimit limit = { .rlim_cur = 90, .rlim_max = 90 };
	int i;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	set_scene("mkdir d e; for i in $(seq 40); do echo 1 >d/$i; done; "
		  "echo 1 >e/a");
	watch(&watch_kqueue, "**");
	ok(told("~d") && strstr(w.why, "ulimit -n") != NULL,
	    "where descriptors run short we poll, and say why");
	ok(tree_due(&w.tree) != TREE_NEVER, "that takes sweeps");
	for (i = 0; i < 11; i++)
		scratch_nap();
	scratch_sh("for i in $(seq 40); do echo 22 >d/$i; done; echo 22 >e/a");
	settle();
	sweep();
	sweep();
	ok(w.n == 41 && is_true(), "and finds what is not heard of");
	news();
	scratch_sh("rm -r d");
	settle();
	ok(w.n == 40 && w.tree.nfiles == 1, "what goes is seen to go");
	unwatch();
	return test_end();
}

/* As a user who may not read everything, which root may. */
static int
unreadable(void)
{
	if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 0;
	set_scene("mkdir d; echo 1 >d/a; echo 1 >b; chmod 0 d b");
	watch(&watch_kqueue, "**");
	ok(told("!d") && w.error == EACCES, "what can't be read is told");
	ok(does("chmod 755 d", "+d/a") && does("echo 22 >d/a", "+d/a"),
	    "one that can be read later is found, and watched");
	scratch_sh("chmod 600 b; echo 22 >b");
	settle();
	sweep();
	sweep();
	ok(told("+b"), "a file that can't be is polled");
	unwatch();
	return test_end();
}

static void
by_itself(int (*test)(void), const char *name)
{
	int status;
	pid_t pid;

	fflush(stdout);
	if (chdir(scratch) < 0)
		return;
	scratch_sh("rm -rf s out");
	pid = fork();
	if (pid == 0)
		_exit(test());
	ok(waitpid(pid, &status, 0) == pid && status == 0, name);
}

int
main(void)
{
	scratch_begin();
	test_writers();
	test_content();
	test_fresh();
	test_links();
	if (chmod(scratch, 0777) == 0)
		by_itself(unreadable, "what can't be read is no trouble");
	by_itself(few, "a lack of descriptors is no trouble");
	scratch_end();
	return test_end();
}
