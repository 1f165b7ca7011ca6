#define _XOPEN_SOURCE 700
/* process_several.c - tests of several commands at once, and one terminal */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../test.h"
#include "os/os.h"
#include "processes.h"

enum { BOTH = 2 };

static int slave, master; /* the terminal, in test_terminal */

static void
reap_both(struct process *processes)
{
	int i;

	reap(processes, BOTH);
	for (i = 0; i < BOTH; i++)
		processes[i].look_at = 0;
}

static int
over(struct process *processes, int i)
{
	enum process_news last;

	last = PROCESS_NOTHING;
	until((reap_both(processes), last = process_tick(&processes[i], 1)) !=
	    PROCESS_NOTHING);
	return last == PROCESS_ENDED;
}

static void
test_several(void)
{
	struct process processes[BOTH] = { none(), none() };

	start_in(&processes[0], "exit 1");
	start_in(&processes[1], ": >ready; exec sleep 1000");
	ready();
	ok(over(processes, 0) && process_status(&processes[0]) == 1 &&
		process_tick(&processes[1], 1) == PROCESS_NOTHING &&
		process_busy(&processes[1]),
	    "each of several commands ends on its own");
	start_in(&processes[0], ": >ready; exec sleep 1000");
	ready();
	process_stop(&processes[0], 0, 0);
	ok(over(processes, 0) && process_busy(&processes[1]) &&
		alive(processes[1].pid) && processes[1].phase == PROCESS_RUNS,
	    "stopping one command does not stop another");
	start_in(&processes[0], "exit 5");
	process_stop(&processes[1], 0, 0);
	ok(over(processes, 1) && over(processes, 0) &&
		process_status(&processes[0]) == 5,
	    "it does not touch a command that starts meanwhile");
	start_in(&processes[0], "exit 6");
	start_in(&processes[1], "exit 7");
	ok(over(processes, 1) && over(processes, 0) &&
		process_status(&processes[0]) == 6 &&
		process_status(&processes[1]) == 7,
	    "the ends may be noticed in any order");
}

static void
test_limit(void)
{
	struct process r = none();

	rule.limit = 100;
	start_in(&r, "exit 0");
	ok(process_due(&r, 0) == 100 && ended(&r) && process_status(&r) == 0 &&
		!r.timed_out,
	    "within its limit a command succeeds");
	start_in(&r, "exit 0");
	leaderless(&r);
	ok(process_tick(&r, 100) == PROCESS_ENDED && process_status(&r) == 0,
	    "it succeeds even if its end is noticed later");
	start_in(&r, ": >ready; exec sleep 1000");
	ready();
	ok(news(&r, 99) == PROCESS_NOTHING && r.phase == PROCESS_RUNS,
	    "a command may use all of its limit");
	process_tick(&r, 100);
	ok(r.phase == PROCESS_STOPS && r.timed_out &&
		process_due(&r, 100) <= 5100,
	    "then it is stopped");
	until(news(&r, 101) == PROCESS_ENDED);
	ok(process_status(&r) == 128 + SIGTERM && r.timed_out,
	    "a command that takes too long has failed");
	start_in(
	    &r, "trap 'exit 0' TERM; : >ready; while :; do sleep 0.01; done");
	ready();
	process_tick(&r, 100);
	until(news(&r, 101) == PROCESS_ENDED);
	ok(process_status(&r) == PROCESS_LATE && !WIFSIGNALED(r.status),
	    "it has failed even if it exits with 0");
	start_in(&r, "trap '' TERM; : >ready; while :; do sleep 0.01; done");
	ready();
	process_tick(&r, 100);
	ok(process_tick(&r, 5099) == PROCESS_NOTHING &&
		r.phase == PROCESS_STOPS,
	    "it has the grace");
	process_tick(&r, 5100);
	until(news(&r, 5101) == PROCESS_ENDED);
	ok(WIFSIGNALED(r.status) && process_status(&r) == 128 + SIGKILL,
	    "it is killed after the grace");
	start_in(&r, "exit 0");
	ok(ended(&r) && process_status(&r) == 0,
	    "the next command may succeed");
	rule.limit = INT64_MAX;
	start_in(&r, "exit 0");
	ok(process_due(&r, 0) == PROCESS_NEVER && ended(&r),
	    "the longest limit never passes");
}

static void
test_stop_signal(void)
{
	struct process r = none();

	rule.stop = SIGINT;
	rule.grace = 70;
	signal(SIGINT, SIG_IGN); /* as in the background of a shell */
	start_in(&r,
	    "trap 'exit 9' INT; trap '' TERM; : >ready; "
	    "while :; do sleep 0.01; done");
	ready();
	process_stop(&r, 0, 0);
	ok(process_due(&r, 0) == 70, "a rule has its own grace");
	until(news(&r, 1) == PROCESS_ENDED);
	ok(process_status(&r) == 9,
	    "a rule has its own stop signal, even if watchrun ignores it");
	signal(SIGINT, SIG_DFL);
	rule.grace = 0;
	start_in(&r, "trap '' INT; : >ready; while :; do sleep 0.01; done");
	ready();
	process_stop(&r, 0, 5);
	ok(process_due(&r, 5) == 5, "the grace may be 0");
	until(news(&r, 5) == PROCESS_ENDED);
	ok(WIFSIGNALED(r.status), "a grace of 0 kills at once");
}

/* ---- how a command is started ---- */

static int
holds(const char *path, const char *text)
{
	char its[80];
	size_t n;
	FILE *f;

	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	n = fread(its, 1, sizeof its - 1, f);
	fclose(f);
	its[n] = '\0';
	return strcmp(its, text) == 0;
}

static int
ran(const struct process_how *how)
{
	struct process r = none();

	return process_start(&r, how, 0) == 0 && ended(&r);
}

static void
test_how(void)
{
	char says[] = "echo out; echo err >&2; cat; echo \"<$WATCHRUN_ALL>\"";
	char *argv[] = { sh, c, says, NULL }, *big[3] = { sh, NULL, NULL };
	struct process_how how = { .argv = argv, .deaf = true };
	struct process r = none();
	int saved, failed;

	how.out = open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	how.err = open("err", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	setenv("WATCHRUN_ALL", "of others", 1);
	ok(ran(&how) && holds("out", "out\n<>\n") && holds("err", "err\n"),
	    "output goes to the given descriptors, and input is empty");
	saved = dup(2);
	dup2(how.err, 2);
	how.out = 2;
	how.all = true;
	ok(ran(&how) && holds("err", "err\nout\nerr\n<1>\n"),
	    "output may go to our standard error; WATCHRUN_ALL is set");
	how.err = open("new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ok(ran(&how) && holds("err", "err\nout\nerr\n<1>\nout\n<1>\n") &&
		holds("new", "err\n"),
	    "output and errors are not mixed up");
	dup2(saved, 2);
	close(saved);
	how.out = 1000;
	ok(process_start(&r, &how, 0) == -1 && errno == EBADF &&
		!process_busy(&r),
	    "a closed descriptor fails the start");
	how.out = -1;
	big[1] = malloc(4000001);
	memset(big[1], 'x', 4000000);
	big[1][4000000] = '\0';
	how.argv = big;
	failed = process_start(&r, &how, 0) == -1 && errno == E2BIG;
	ok(failed && !process_busy(&r), "arguments that are too long: E2BIG");
	free(big[1]);
	unsetenv("WATCHRUN_ALL");
}

/* ---- the terminal ---- */

static int
has_it(struct process *processes, int i)
{
	until((reap_both(processes), all.front == &processes[i]));
	return tcgetpgrp(slave) == processes[i].pid;
}

static int
echoes(void)
{
	struct termios modes;

	return tcgetattr(slave, &modes) == 0 && (modes.c_lflag & ECHO) != 0;
}

static void
type(const char *text)
{
	if (write(master, text, strlen(text)) < 0)
		exit(2);
}

static void
test_asks(void)
{
	struct process processes[BOTH] = { none(), none() };

	start_in(&processes[0],
	    "stty -echo </dev/tty; : >ready; until test -e go; do "
	    "sleep 0.01; done; read -r x </dev/tty; echo $x >a");
	ok(has_it(processes, 0),
	    "a command that sets the modes of the terminal gets it");
	ready();
	ok(!echoes(), "its modes are set");
	start_in(&processes[1], "read -r x </dev/tty; echo $x >b");
	ok(has_it(processes, 1),
	    "a second command that asks gets the terminal");
	ok(echoes(), "the second command finds the original modes");
	type("one\n");
	ok(over(processes, 1) && holds("b", "one\n") &&
		processes[1].had_terminal,
	    "the second command gets the input");
	ok(has_it(processes, 0) && !echoes(),
	    "then the first command has the terminal and its modes again");
	scratch_put("go", "");
	type("two\n");
	ok(over(processes, 0) && holds("a", "two\n") &&
		process_status(&processes[0]) == 0,
	    "the first command reads from the terminal");
	ok(all.front == NULL && tcgetpgrp(slave) == getpgrp() && echoes(),
	    "at the end watchrun has the terminal, with its modes");
	ok(!processes[0].interrupted, "a success is no interruption");
	start_in(&processes[0], "stty echo </dev/tty; exit 130");
	ok(over(processes, 0) && processes[0].interrupted == SIGINT,
	    "status 130 with the terminal is Ctrl-C");
	rule.stop = SIGINT;
	start_in(
	    &processes[0], "stty echo </dev/tty; : >ready; exec sleep 1000");
	ok(has_it(processes, 0), "a third command has the terminal");
	ready();
	process_stop(&processes[0], 0, 0);
	ok(over(processes, 0) && process_status(&processes[0]) == 130 &&
		processes[0].interrupted == 0,
	    "INT from watchrun is no Ctrl-C");
	unlink("go");
	unlink("a");
}

/* A command that is stopped, waiting for the terminal, dies with its run. */
static void
test_loser(void)
{
	struct process processes[BOTH] = { none(), none() };

	start_in(
	    &processes[0], "stty -echo </dev/tty; : >ready; exec sleep 1000");
	has_it(processes, 0);
	ready();
	start_in(&processes[1], "stty echo </dev/tty; exit 0");
	ok(over(processes, 1) && has_it(processes, 0),
	    "a command that ends gives the terminal back");
	start_in(&processes[1], "read -r x </dev/tty");
	has_it(processes, 1);
	process_stop(&processes[0], 0, 0);
	ok(over(processes, 0) && all.front == &processes[1],
	    "stopping a command does not take the terminal from another");
	process_stop(&processes[1], SIGKILL, 0);
	ok(over(processes, 1) && tcgetpgrp(slave) == getpgrp() && echoes(),
	    "a killed command leaves the terminal to watchrun");
}

/* A command that restores the terminal when it is stopped must not be killed. */
static void
test_tidy(void)
{
	struct process processes[BOTH] = { none(), none() };

	start_in(&processes[0],
	    "trap 'stty -echo </dev/tty; exit 4' TERM; : >ready; "
	    "while :; do sleep 0.01; done");
	ready();
	process_stop(&processes[0], 0, 0);
	ok(over(processes, 0) && process_status(&processes[0]) == 4,
	    "a command may use the terminal while it is stopped");
	ok(tcgetpgrp(slave) == getpgrp() && echoes(),
	    "it loses the terminal after that");
}

static void
set_front(pid_t group)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	tcsetpgrp(slave, group);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void
test_background(void)
{
	struct process processes[BOTH] = { none(), none() };
	pid_t shell;

	shell = fork();
	if (shell == 0)
		for (;;)
			pause();
	setpgid(shell, shell);
	set_front(shell);
	start_in(&processes[1],
	    "while :; do test -e go && echo >going; "
	    "sleep 0.01; done");
	start_in(&processes[0], "read -r x </dev/tty; echo $x >a");
	until((reap_both(processes), processes[0].suspended));
	ok(process_due(&processes[0], 5) == 5 &&
		process_tick(&processes[0], 5) == PROCESS_SUSPENDED &&
		process_tick(&processes[0], 5) == PROCESS_NOTHING,
	    "in the background a command that asks suspends watchrun, once");
	ok(tcgetpgrp(slave) == shell && all.front == NULL,
	    "the shell keeps the terminal");
	process_continue(&all);
	scratch_put("go", "");
	until(is_there("going"));
	ok(is_there("going") && (reap_both(processes), !processes[0].suspended),
	    "watchrun continues without the terminal, the command does not");
	set_front(getpgrp());
	process_continue(&all);
	ok(has_it(processes, 0),
	    "the command gets the terminal together with watchrun");
	type("three\n");
	ok(over(processes, 0) && holds("a", "three\n"),
	    "the command reads from the terminal");
	process_stop(&processes[1], SIGKILL, 0);
	over(processes, 1);
	kill(shell, SIGKILL);
	waitpid(shell, NULL, 0);
	unlink("a");
}

/* Return true if a process is stopped: its state is T. */
static int
is_stopped(pid_t pid)
{
	char path[60], state;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	f = fopen(path, "r");
	if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
		state = '?';
	if (f != NULL)
		fclose(f);
	return state == 'T';
}

static void
put_pid(const char *path, pid_t pid)
{
	char text[40];

	snprintf(text, sizeof text, "%ld\n", (long)pid);
	scratch_put(path, text);
}

static void
test_suspend(void)
{
	struct process processes[BOTH] = { none(), none() };
	int64_t before;

	rule.limit = 1000;
	start_in(&processes[0],
	    "stty -echo </dev/tty; read -r x </dev/tty; echo $x >a");
	/* No shell: one that is about to start a program may not be stopped. */
	start_in(&processes[1], "exec sleep 1000");
	has_it(processes, 0);
	until(!echoes());
	until((reap_both(processes), is_stopped(processes[0].pid) == 0));
	put_pid("pid0", processes[0].pid);
	put_pid("pid1", processes[1].pid);
	kill(processes[0].pid, SIGTSTP);
	until((reap_both(processes), processes[0].suspended));
	ok(process_tick(&processes[1], 1) == PROCESS_NOTHING &&
		process_tick(&processes[0], 1) == PROCESS_SUSPENDED,
	    "a command that is suspended with the terminal suspends watchrun");
	before = processes[1].limit_at;
	process_suspend(&all);
	ok(is_there("stopped"), "all commands are stopped with us");
	ok(is_there("cooked"), "the terminal has its original modes");
	ok(processes[1].limit_at > before && processes[0].limit_at > before,
	    "the time of the commands stands still");
	until(!is_stopped(processes[1].pid));
	ok(has_it(processes, 0) && !is_stopped(processes[1].pid) && !echoes(),
	    "the commands continue with watchrun, with the terminal");
	type("four\n");
	ok(over(processes, 0) && holds("a", "four\n"),
	    "the command reads on as before");
	process_stop(&processes[1], SIGKILL, 0);
	ok(over(processes, 1) && tcgetpgrp(slave) == getpgrp() && echoes(),
	    "the end leaves the terminal to watchrun");
}

static int
in_terminal(void)
{
	test_asks();
	test_loser();
	test_tidy();
	test_background();
	test_suspend();
	return test_end();
}

/* As a shell does: the job that is stopped goes on a little later. */
static int
wait_for_job(pid_t job)
{
	int i, status;

	while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
		until(is_stopped(number("pid0")) && is_stopped(number("pid1")));
		if (is_stopped(number("pid0")) && is_stopped(number("pid1")))
			scratch_put("stopped", "");
		if (echoes() && tcgetpgrp(slave) == job)
			scratch_put("cooked", "");
		for (i = 0; i < 20; i++)
			scratch_nap();
		set_front(job);
		kill(-job, SIGCONT);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Like a shell's job: the leader of the session is another process. */
static int
test_terminal(void)
{
	pid_t job;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return 1;
	setsid();
	slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
	if (slave < 0 || tcgetpgrp(slave) != getpgrp())
		return 1;
	job = fork();
	if (job == 0) {
		setpgid(0, 0);
		os_adopt();
		set_front(getpgrp());
		exit(in_terminal());
	}
	setpgid(job, job);
	return wait_for_job(job);
}

/* The status of a child, in which tests are. */
static int
apart(int (*tests)(void))
{
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0) {
		os_adopt();
		exit(tests());
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}

static int
without_terminal(void)
{
	setsid();
	test_several();
	test_limit();
	test_stop_signal();
	test_how();
	return test_end();
}

int
main(void)
{
	int failed;

	scratch_begin();
	setenv("PATH", "/usr/bin:/bin", 1);
	failed = apart(without_terminal);
	failed |= apart(test_terminal);
	scratch_end();
	return failed;
}
