#define _XOPEN_SOURCE 700
/* stray.c - tests of what a command leaves behind, and whose that is */
#include <sys/resource.h>

#include <errno.h>
#include <string.h>

#include "../test.h"
#include "os/os.h"
#include "runs.h"

/* A stray writes its number and waits; in a session of its own. */
#define STRAY(file) "setsid sh -c 'echo $$ >" file "; exec sleep 1000' & "
#define BARE(file) \
	"env -i PATH=\"$PATH\" setsid sh -c 'echo $$ >" file \
	"; exec sleep 1000' & "
#define WRITTEN(file) "until [ -s " file " ]; do sleep 0.01; done; "

/* wait for the number that is written there */
static pid_t
there(const char *file)
{
	until(number(file) > 1);
	return number(file);
}

static void
gone(struct run *r)
{
	until(news(r, 1) == RUN_ENDED);
}

/* end it, and wait for it, as it is our child */
static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
test_escaped(void)
{
	struct run r;
	pid_t pid;

	unlink("a");
	r = start(STRAY("a") "wait");
	pid = there("a");
	ok(pid > 1 && getpgid(pid) != r.pid, "a command's child may leave it");
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(pid), "it is stopped with the command");
	unlink("a");
	r = start("(" STRAY("a") ") & wait; sleep 1000");
	pid = there("a");
	until(getpgid(pid) == pid);
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(pid), "also when its parents have ended before");
	unlink("a");
	r = start(BARE("a") "wait");
	pid = there("a");
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(pid), "also with another environment, while it has a parent");
	unlink("a");
	r = start("env -i sleep 1000 & echo $! >a; wait");
	pid = there("a");
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(pid), "also in the group with another environment");
	unlink("a");
	unlink("b");
	r = start(BARE("a") "export B=1; " STRAY("b") "sleep 1000");
	pid = there("b");
	end(there("a"));
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(pid), "also when another one was gone before");
}

static void
test_stubborn(void)
{
	struct run r;
	pid_t pid;
	int i;

	unlink("a");
	r = start("setsid sh -c 'exec 2>&-; trap : TERM; echo $$ >a; "
		  "while :; do sleep 0.01; done' & wait");
	pid = there("a");
	run_stop(&r, 0);
	leaderless(&r);
	ok(news(&r, 1) == RUN_NOTHING && news(&r, 4999) == RUN_NOTHING &&
		alive(pid),
	    "a stubborn one has the grace of a command");
	run_tick(&r, 5000);
	gone(&r);
	ok(!alive(pid) && !run_survived(&r), "then it is killed");

	unlink("a");
	r = start(
	    "setsid sh -c 'exec 2>&-; trap \"printf 1 >>heard\" TERM; echo $$ >a; "
	    "while :; do sleep 0.01; done' & wait");
	pid = there("a");
	run_stop(&r, 0);
	leaderless(&r);
	until(is_there("heard"));
	for (i = 0; i < 50; i++, scratch_nap())
		news(&r, 1);
	ok(number("heard") == 1, "it is asked once");
	run_kill(&r, 3);
	gone(&r);
	ok(!alive(pid) && r.strays.told == NULL,
	    "KILL ends it before the grace is over");
	unlink("heard");

	/* What it starts when it is asked to end must end as well. */
	unlink("a");
	unlink("b");
	scratch_put("parent",
	    "exec 2>&-; trap '"
	    "setsid sh -c \"echo \\$\\$ >b; exec sleep 1000\" & "
	    "until [ -s b ]; do sleep 0.01; done; exit' TERM; echo $$ >a; "
	    "while :; do sleep 0.01; done");
	r = start("setsid sh parent & wait");
	there("a");
	run_stop(&r, 0);
	pid = there("b");
	gone(&r);
	ok(!alive(pid), "so is what it starts meanwhile");
}

/* Nothing but its parent, which ends first, tells whose it is. */
static void
test_orphan(void)
{
	struct run r;
	pid_t pid;

	unlink("a");
	r = start("env -i PATH=\"$PATH\" setsid sh -c "
		  "'trap \"\" TERM; echo $$ >a; exec sleep 1000' & wait");
	pid = there("a");
	run_stop(&r, 0);
	leaderless(&r);
	ok(news(&r, 1) == RUN_NOTHING && alive(pid),
	    "who was found by a parent is remembered without");
	run_tick(&r, 5000);
	gone(&r);
	ok(!alive(pid), "and killed");
}

/* ---- what is not its own ---- */

static void
test_daemons(void)
{
	struct run r, other;
	pid_t pid, its, bare;

	unlink("a");
	r = start(STRAY("a") WRITTEN("a") "exit 0");
	ok(ended(&r) && run_succeeded(&r), "a command leaves a daemon");
	pid = there("a");
	run_stop(&r, 0);
	ok(!run_busy(&r) && alive(pid), "which is not stopped later on");
	bare = fork();
	if (bare == 0) {
		setsid();
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	unlink("b");
	other = start(STRAY("b") "wait");
	its = there("b");
	start_in(&r, ": >ready; exec sleep 1000");
	ready();
	run_stop(&r, 0);
	gone(&r);
	ok(alive(pid), "nor with the next command of its rule");
	ok(alive(its) && alive(other.pid), "nor is what another rule runs");
	ok(alive(bare), "nor a child that is no command's");
	run_kill(&r, 0);
	ok(!run_busy(&r), "where nothing runs there is nothing to kill");
	run_stop(&other, 0);
	gone(&other);
	ok(!alive(its) && alive(pid), "each run has its own");
	end(pid);
	end(bare);
}

static void
test_marks(void)
{
	static const char *const not [] = { "%s0", "0%s", "", "%s\n" };
	struct run r;
	char mark[80], value[80];
	pid_t pids[4];
	int i, all;

	r = start(": >ready; exec sleep 1000");
	ready();
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] > 0)
			continue;
		snprintf(mark, sizeof mark, not [i], r.strays.mark);
		snprintf(
		    value, sizeof value, "X=%s=%s", STRAY_NAME, r.strays.mark);
		setenv(STRAY_NAME, mark, 1);
		setenv("X" STRAY_NAME, r.strays.mark, 1);
		setenv("X", value, 1);
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	for (i = 0; i < 4; i++)
		until(os_environ(pids[i], "X", value, sizeof value) == 1);
	run_stop(&r, 0);
	gone(&r);
	all = 1;
	for (i = 0; i < 4; i++) {
		all = all && alive(pids[i]);
		end(pids[i]);
	}
	ok(all, "a mark that only looks like its own is another's");

	r = start("env | grep -c '^" STRAY_NAME "=' >count; "
		  "echo \"$" STRAY_NAME "\" >mark");
	snprintf(mark, sizeof mark, "%ld.", (long)getpid());
	ok(ended(&r) && number("count") == 1 &&
		strncmp(r.strays.mark, mark, strlen(mark)) == 0,
	    "the mark is our number and another one");
	snprintf(mark, sizeof mark, "%s", r.strays.mark);
	start_in(&r, "exit 0");
	ok(ended(&r) && strcmp(mark, r.strays.mark) != 0,
	    "which no two commands share");
}

/* ---- servers ---- */

static struct run
server(const char *script)
{
	struct run r;

	r = none();
	r.server = true;
	start_in(&r, script);
	return r;
}

static void
test_server(void)
{
	enum run_news first;
	struct run r;
	pid_t pids[3];

	unlink("a");
	unlink("b");
	unlink("c");
	r = server(STRAY("a") "sleep 1000 & echo $! >b; "
			      "env -i sleep 1000 & echo $! >c; " WRITTEN(
				  "a") "exit 3");
	ok(ended(&r) && run_status(&r) == 3 && !run_busy(&r),
	    "a server may end by itself");
	pids[0] = there("a");
	pids[1] = there("b");
	pids[2] = there("c");
	ok(alive(pids[0]) && alive(pids[1]) && alive(pids[2]),
	    "and leave others behind");
	run_stop(&r, 0);
	ok(run_busy(&r) && run_due(&r, 0) <= RUN_LINGER,
	    "to stop it then means these");
	gone(&r);
	ok(!alive(pids[0]) && !alive(pids[1]) && !alive(pids[2]) &&
		!run_busy(&r),
	    "whether they are in its group or have left it");
	run_stop(&r, 0);
	ok(!run_busy(&r) && news(&r, 1) == RUN_NOTHING,
	    "where nothing is left nothing is stopped");

	unlink("a");
	r = server("setsid sh -c 'exec 2>&-; trap : TERM; echo $$ >a; "
		   "while :; do sleep 0.01; done' & " WRITTEN("a"));
	ended(&r);
	pids[0] = there("a");
	run_stop(&r, 0);
	ok(news(&r, 4999) == RUN_NOTHING && alive(pids[0]),
	    "what it left has the grace");
	run_tick(&r, 5000);
	gone(&r);
	ok(!alive(pids[0]), "but not more");

	unlink("a");
	r = server(STRAY("a") WRITTEN("a"));
	leaderless(&r);
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(there("a")) && run_tick(&r, 1) == RUN_NOTHING,
	    "one that ends as it is stopped is stopped whole");
	r = start("exit 0");
	leaderless(&r);
	run_stop(&r, 0);
	first = run_tick(&r, 0);
	ok(first == RUN_ENDED && run_tick(&r, 0) == RUN_NOTHING &&
		run_succeeded(&r),
	    "a command that has ended before that has ended once");
}

/* What is left of its group is told from one that has its number by now. */
static void
test_reused(void)
{
	char mark[60];
	struct run r;
	pid_t left, other;

	unlink("a");
	r = server("sleep 1000 & echo $! >a");
	ended(&r);
	left = there("a");
	other = fork();
	if (other == 0) {
		setpgid(0, r.strays.group);
		snprintf(mark, sizeof mark, "%ld.x", (long)getppid());
		setenv(STRAY_NAME, mark, 1);
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	until(os_environ(other, STRAY_NAME, mark, sizeof mark) == 1 &&
	    mark[strlen(mark) - 1] == 'x');
	ok(getpgid(other) == getpgid(left), "two are in one group");
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(left) && alive(other), "each is stopped by its mark");
	end(other);
}

/* Its parent is a daemon of before, which does not ask how it ended. */
static void
test_kept(void)
{
	struct run r;
	pid_t keeper, kept;

	unlink("a");
	unlink("b");
	r = server("sleep 1000 & echo $! >a");
	ended(&r);
	keeper = fork();
	if (keeper == 0) {
		kept = fork();
		if (kept == 0) {
			setpgid(0, r.strays.group);
			_exit(0);
		}
		/* The group is its own when that has ended. */
		until(!alive(kept));
		scratch_put("b", "2");
		for (;;)
			pause();
	}
	there("b");
	end(there("a"));
	run_stop(&r, 0);
	ok(!run_busy(&r), "the dead are nothing that a server left");
	end(keeper);
}

static void
test_hidden(void)
{
	char mark[STRAY_MARK];
	struct run r;
	pid_t pid;

	unlink("a");
	r = server("m=$" STRAY_NAME "; env -u " STRAY_NAME
		   " setsid sh -c \"" STRAY_NAME
		   "=$m sleep 1000 & echo \\$! >a; wait\" & " WRITTEN("a"));
	ended(&r);
	/* Only the program that it becomes has the mark. */
	pid = there("a");
	until(os_environ(pid, STRAY_NAME, mark, sizeof mark) == 1);
	run_stop(&r, 0);
	gone(&r);
	ok(!alive(pid), "its own is found beneath others, too");
}

static void
test_forgotten(void)
{
	struct run r;
	pid_t stubborn;

	unlink("a");
	unlink("b");
	r = server(STRAY("a") "setsid sh -c 'trap \"\" TERM; echo $$ >b; "
			      "exec sleep 1000' & " WRITTEN("a") WRITTEN("b"));
	ended(&r);
	stubborn = there("b");
	until(getpgid(there("a")) == there("a"));
	run_stop(&r, 0);
	ok(r.strays.ntold == 2, "who was told is remembered");
	until((news(&r, 1), r.strays.ntold == 1));
	ok(r.strays.ntold == 1 && r.strays.told[0] == stubborn,
	    "but not who is gone: its number may be another's");
	run_kill(&r, 1);
	gone(&r);
	ok(!alive(stubborn), "until all are");
}

/* Without a descriptor nothing can be read of any process. */
static void
test_unread(void)
{
	struct rlimit limit, less;
	struct run r;
	pid_t pid;
	int next;

	unlink("a");
	r = start(STRAY("a") "wait");
	pid = there("a");
	next = dup(0);
	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	less = limit;
	less.rlim_cur = (rlim_t)next;
	setrlimit(RLIMIT_NOFILE, &less);
	run_stop(&r, 0);
	leaderless(&r);
	ok(run_tick(&r, 1) == RUN_NOTHING && run_busy(&r),
	    "what can't be looked for is not taken for gone");
	setrlimit(RLIMIT_NOFILE, &limit);
	gone(&r);
	ok(!alive(pid), "and is stopped when it can");
}

static int
tests(void)
{
	scratch_begin();
	setenv("PATH", "/usr/bin:/bin", 1);
	test_escaped();
	test_stubborn();
	test_orphan();
	test_daemons();
	test_marks();
	test_server();
	test_reused();
	test_kept();
	test_hidden();
	test_forgotten();
	test_unread();
	scratch_end();
	return test_end();
}

/* In a session of their own, so that there is no terminal to take. */
int
main(void)
{
	int status;
	pid_t pid, pids[1];

	/* Where nobody tells, the group is all; see run.c. */
	if (os_children(getpid(), pids, 1) < 0 || os_adopt() < 0) {
		ok(errno == ENOSYS, "this system does not tell of children");
		return test_end();
	}
	pid = fork();
	if (pid == 0) {
		setsid();
		os_adopt();
		return tests();
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}
