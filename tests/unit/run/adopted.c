#define _XOPEN_SOURCE 700
/* adopted.c - tests of processes that commands leave behind */
#include <sys/resource.h>

#include <errno.h>

#include "../test.h"
#include "os/os.h"
#include "processes.h"

/* A process that leaves the group writes its number and waits; in a session of its own. */
#define ESCAPED(file) "setsid sh -c 'echo $$ >" file "; exec sleep 1000' & "
#define WRITTEN(file) "until [ -s " file " ]; do sleep 0.01; done; "

/* Wait for a pid in a file, and return it. */
static pid_t
there(const char *file)
{
	until(number(file) > 1);
	return number(file);
}

static void
gone(struct process *r)
{
	until(news(r, 1) == PROCESS_ENDED);
}

/* Kill a child of ours, and reap it. */
static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
test_escaped(void)
{
	struct process r;
	pid_t pid;

	unlink("a");
	r = start(ESCAPED("a") "wait");
	pid = there("a");
	ok(pid > 1 && getpgid(pid) != r.pid,
	    "a child may leave the command's group");
	process_stop(&r, 0, 0);
	gone(&r);
	ok(!alive(pid), "the child is stopped with the command");
	unlink("a");
	r = start("(" ESCAPED("a") ") & wait; sleep 1000");
	pid = there("a");
	until(getpgid(pid) == pid);
	process_stop(&r, 0, 0);
	gone(&r);
	ok(!alive(pid), "it is stopped even if its parents have ended");
}

/* Wait until two commands are gone: to reap for one takes the other's end. */
static void
gone_both(struct process *both)
{
	bool is_over[2] = { false, false };
	int i;

	for (i = 0; !is_over[0] || !is_over[1]; i = !i) {
		reap(both, 2);
		if (process_tick(&both[i], 1) == PROCESS_ENDED)
			is_over[i] = true;
		scratch_nap();
	}
}

static void
test_shared(void)
{
	struct process both[2];
	pid_t pid;

	unlink("a");
	both[0] = start("(" ESCAPED("a") ") & wait; exec sleep 1000");
	pid = there("a");
	both[1] = start(": >ready; exec sleep 1000");
	ready();
	process_stop(&both[0], 0, 0);
	gone(&both[0]);
	ok(alive(pid),
	    "adopted processes are left alone while another command runs");
	process_stop(&both[1], 0, 0);
	gone(&both[1]);
	end(pid);
	unlink("a");
	both[0] = start("(" ESCAPED("a") ") & wait; exec sleep 1000");
	pid = there("a");
	both[1] = start(": >ready; exec sleep 1000");
	ready();
	process_stop(&both[0], 0, 0);
	process_stop(&both[1], 0, 0);
	gone_both(both);
	ok(!alive(pid),
	    "they are stopped if the other command is being stopped, too");
}

static void
test_stubborn(void)
{
	struct process r;
	pid_t pid;
	int i;

	unlink("a");
	r = start("setsid sh -c 'exec 2>&-; trap : TERM; echo $$ >a; "
		  "while :; do sleep 0.01; done' & wait");
	pid = there("a");
	process_stop(&r, 0, 0);
	leaderless(&r);
	ok(news(&r, 1) == PROCESS_NOTHING &&
		news(&r, 4999) == PROCESS_NOTHING && alive(pid),
	    "an adopted process has the grace of a command");
	process_tick(&r, 5000);
	gone(&r);
	ok(!alive(pid) && !r.survived, "after the grace it is killed");

	unlink("a");
	r = start(
	    "setsid sh -c 'exec 2>&-; trap \"printf 1 >>heard\" TERM; echo $$ >a; "
	    "while :; do sleep 0.01; done' & wait");
	pid = there("a");
	process_stop(&r, 0, 0);
	leaderless(&r);
	until((news(&r, 1), is_there("heard")));
	for (i = 0; i < 50; i++, scratch_nap())
		news(&r, 1);
	ok(number("heard") == 1, "it gets the stop signal once");
	process_stop(&r, SIGKILL, 3);
	gone(&r);
	ok(!alive(pid), "an explicit KILL ends it before the grace is over");
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
	process_stop(&r, 0, 0);
	until((news(&r, 1), number("b") > 0));
	pid = number("b");
	gone(&r);
	ok(!alive(pid), "processes that it starts meanwhile are stopped, too");
}

/* ---- processes that are left alone ---- */

static void
test_daemons(void)
{
	struct process r, other;
	pid_t pid, its;

	unlink("a");
	r = start(ESCAPED("a") WRITTEN("a") "exit 0");
	ok(ended(&r) && process_status(&r) == 0, "a command leaves a daemon");
	pid = there("a");
	process_stop(&r, 0, 0);
	ok(!process_busy(&r) && alive(pid), "the daemon is not stopped later");
	unlink("b");
	other = start(ESCAPED("b") "wait");
	its = there("b");
	start_in(&r, ": >ready; exec sleep 1000");
	ready();
	process_stop(&r, 0, 0);
	gone(&r);
	ok(alive(pid),
	    "the daemon is not stopped with the next command of its rule");
	ok(alive(its) && alive(other.pid),
	    "the command of another rule is not stopped");
	process_stop(&r, SIGKILL, 0);
	ok(!process_busy(&r), "killing nothing does nothing");
	process_stop(&other, 0, 0);
	gone(&other);
	ok(!alive(its) && alive(pid), "each command has its own processes");
	end(pid);
}

/* ---- servers ---- */

static struct process
server(const char *script)
{
	struct process r;

	r = none();
	rule.restart = true;
	start_in(&r, script);
	return r;
}

static void
test_server(void)
{
	enum process_news first;
	struct process r;
	pid_t pids[3];

	unlink("a");
	unlink("b");
	unlink("c");
	r = server(ESCAPED("a") "sleep 1000 & echo $! >b; "
				"env -i sleep 1000 & echo $! >c; " WRITTEN(
				    "a") "exit 3");
	ok(ended(&r) && process_status(&r) == 3 && !process_busy(&r),
	    "a server may end by itself");
	pids[0] = there("a");
	pids[1] = there("b");
	pids[2] = there("c");
	ok(alive(pids[0]) && alive(pids[1]) && alive(pids[2]),
	    "a server may leave processes behind");
	process_stop(&r, 0, 0);
	ok(process_busy(&r) && process_due(&r, 0) <= PROCESS_LINGER,
	    "stopping it then stops these processes");
	gone(&r);
	ok(!alive(pids[0]) && !alive(pids[1]) && !alive(pids[2]) &&
		!process_busy(&r),
	    "they end, in its group or not");
	process_stop(&r, 0, 0);
	ok(!process_busy(&r) && news(&r, 1) == PROCESS_NOTHING,
	    "stopping without leftovers does nothing");

	unlink("a");
	r = server("setsid sh -c 'exec 2>&-; trap : TERM; echo $$ >a; "
		   "while :; do sleep 0.01; done' & " WRITTEN("a"));
	ended(&r);
	pids[0] = there("a");
	process_stop(&r, 0, 0);
	ok(news(&r, 4999) == PROCESS_NOTHING && alive(pids[0]),
	    "leftovers have the grace");
	process_tick(&r, 5000);
	gone(&r);
	ok(!alive(pids[0]), "leftovers are killed after the grace");

	unlink("a");
	r = server(ESCAPED("a") WRITTEN("a"));
	leaderless(&r);
	process_stop(&r, 0, 0);
	gone(&r);
	ok(!alive(there("a")) && process_tick(&r, 1) == PROCESS_NOTHING,
	    "a server that ends just then is stopped with its leftovers");
	r = start("exit 0");
	leaderless(&r);
	process_stop(&r, 0, 0);
	first = process_tick(&r, 0);
	ok(first == PROCESS_ENDED && process_tick(&r, 0) == PROCESS_NOTHING &&
		process_status(&r) == 0,
	    "a command that ended before the stop has ended once");
}

/* Without a descriptor nothing can be read of any process. */
static void
test_unread(void)
{
	struct rlimit limit, less;
	struct process r;
	pid_t pid;
	int next;

	unlink("a");
	r = start(ESCAPED("a") "wait");
	pid = there("a");
	next = dup(0);
	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	less = limit;
	less.rlim_cur = (rlim_t)next;
	setrlimit(RLIMIT_NOFILE, &less);
	process_stop(&r, 0, 0);
	leaderless(&r);
	ok(process_tick(&r, 1) == PROCESS_NOTHING && process_busy(&r),
	    "processes that cannot be listed are not taken for gone");
	setrlimit(RLIMIT_NOFILE, &limit);
	gone(&r);
	ok(!alive(pid), "they are stopped once they can be listed");
}

static int
tests(void)
{
	scratch_begin();
	setenv("PATH", "/usr/bin:/bin", 1);
	test_escaped();
	test_shared();
	test_stubborn();
	test_daemons();
	test_server();
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

	/* Without a list of children a command is its group alone. */
	if (os_children(getpid(), pids, 1) < 0 || os_adopt() < 0) {
		ok(errno == ENOSYS, "this system does not list children");
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
