#define _XOPEN_SOURCE 700
/* process.c - tests of a command in a process group of its own */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "os/signals.h"
#include "processes.h"

static void
test_status(void)
{
	struct process r;

	r = start("exit 0");
	ok(process_busy(&r) && ended(&r), "a command that exits has ended");
	ok(process_status(&r) == 0 && !WIFSIGNALED(r.status), "0 is success");
	r = start("exit 42");
	ok(ended(&r) && process_status(&r) == 42 && !WIFSIGNALED(r.status),
	    "a failure keeps its status");
	r = start("kill -9 $$");
	ok(ended(&r) && process_status(&r) == 137 && WIFSIGNALED(r.status),
	    "death by a signal is 128 plus its number");
	r = start("exit 130");
	ok(ended(&r) && !r.interrupted,
	    "130 without the terminal is no Ctrl-C");
	r = start("exit 255");
	ok(ended(&r) && process_status(&r) == 255 && !WIFSIGNALED(r.status),
	    "255 is a status like any other");
}

static void
test_exec(void)
{
	struct process r = none();
	char missing[] = "./missing", plain[] = "./plain", dir[] = ".",
	     bare[] = "no-such-command-anywhere", empty[] = "";
	char *command[] = { missing, NULL };
	const char *odd = "a b\n\"'$HOME\\*\xff";
	char printf_[] = "printf", format[] = "%s", arg[40], more[] = "",
	     *words[] = { sh, c, NULL, printf_, format, arg, more, NULL };
	char script[] = "\"$0\" \"$@\" >out", text[60];
	FILE *f;
	size_t n;

	ok(start_argv(&r, command) == -1 && errno == ENOENT &&
		!process_busy(&r),
	    "a command that does not exist: ENOENT");
	command[0] = bare;
	ok(start_argv(&r, command) == -1 && errno == ENOENT,
	    "a command in no directory of PATH: ENOENT");
	command[0] = empty;
	ok(start_argv(&r, command) == -1 && errno == ENOENT,
	    "an empty name: ENOENT");
	scratch_put("plain", "echo\n");
	command[0] = plain;
	ok(start_argv(&r, command) == -1 && errno == EACCES,
	    "a file that is not executable: EACCES");
	command[0] = dir;
	ok(start_argv(&r, command) == -1 && errno == EACCES,
	    "a directory: EACCES");
	ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
	    "a failed start leaves no child behind");
	scratch_sh("printf '#!/bin/sh\\n: >ready\\n' >plain && chmod +x plain");
	command[0] = plain;
	ok(start_argv(&r, command) == 0 && ended(&r) && ready(),
	    "a script is run by the interpreter of its first line");
	snprintf(arg, sizeof arg, "%s", odd);
	words[2] = script;
	ok(start_argv(&r, words) == 0 && ended(&r) && process_status(&r) == 0,
	    "arguments are passed on");
	f = fopen("out", "r");
	n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	ok(strcmp(text, odd) == 0, "arguments keep each byte");
	if (f != NULL)
		fclose(f);
}

static void
test_surroundings(void)
{
	struct process r;
	sigset_t set, old;

	r = start(": >ready; exec sleep 1000");
	ok(ready() && getpgid(r.pid) == r.pid && r.pid != getpgrp(),
	    "a command has a group of its own");
	process_stop(&r, SIGKILL, 1);
	ok(ended(&r) && process_status(&r) == 137, "KILL ends it");
	signals_ignore(SIGPIPE);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	r = start("kill -PIPE $$; exit 3");
	ok(ended(&r) && process_status(&r) == 128 + SIGPIPE,
	    "signals that only watchrun ignores are not ignored");
	r = start("kill -TERM $$; exit 3");
	ok(ended(&r) && process_status(&r) == 128 + SIGTERM,
	    "signals that only watchrun blocks are not blocked");
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void
test_idle(void)
{
	struct process r = none();

	ok(!process_busy(&r) && process_due(&r, 5) == PROCESS_NEVER,
	    "nothing is due while nothing runs");
	process_stop(&r, 0, 5);
	process_stop(&r, SIGKILL, 1);
	reap(&r, 1);
	process_continue(&all);
	ok(!process_busy(&r) && news(&r, 5) == PROCESS_NOTHING &&
		process_due(&r, 5) == PROCESS_NEVER,
	    "stopping nothing does nothing");
}

static void
test_stop(void)
{
	struct process r;

	r = start(": >ready; sleep 1000 & wait");
	ready();
	ok(process_due(&r, 1000) == PROCESS_NEVER &&
		news(&r, 1000000) == PROCESS_NOTHING && alive(r.pid),
	    "without a limit a command may run for ever");
	process_stop(&r, 0, 1000);
	ok(process_busy(&r) && process_due(&r, 1000) <= 6000,
	    "a command that is stopped has a deadline");
	until(news(&r, 1001) == PROCESS_ENDED);
	ok(!process_busy(&r) && process_status(&r) == 128 + SIGTERM,
	    "TERM ends the command");
	ok(process_due(&r, 1000) == PROCESS_NEVER,
	    "nothing is due after the end");

	r = start("trap 'exit 7' TERM; : >ready; while :; do sleep 0.01; done");
	ready();
	process_stop(&r, 0, 1000);
	until(news(&r, 1001) == PROCESS_ENDED);
	ok(process_status(&r) == 7,
	    "a command may clean up and exit with its own status");
}

static void
test_stubborn(void)
{
	struct process r;

	r = start("trap '' TERM; : >ready; while :; do sleep 0.01; done");
	ready();
	process_stop(&r, 0, 1000);
	ok(process_due(&r, 1000) == 1000 + PROCESS_GRACE,
	    "a command that ignores TERM has the grace");
	process_stop(&r, 0, 4000);
	ok(process_due(&r, 4000) == 1000 + PROCESS_GRACE,
	    "a second stop does not prolong the grace");
	ok(news(&r, 5999) == PROCESS_NOTHING && alive(r.pid),
	    "until then the command lives");
	process_tick(&r, 6000);
	until(news(&r, 6001) == PROCESS_ENDED);
	ok(!process_busy(&r) && process_status(&r) == 128 + SIGKILL &&
		WIFSIGNALED(r.status),
	    "then KILL ends the command");
}

static void
test_members(void)
{
	struct process r;
	pid_t member;

	r = start("(trap '' TERM; sh -c 'echo $PPID >member'; : >ready; "
		  "while :; do sleep 0.01; done) & wait");
	ready();
	member = number("member");
	ok(member > 1 && member != r.pid && getpgid(member) == r.pid,
	    "children of a command are in its group");
	process_stop(&r, 0, 1000);
	leaderless(&r);
	ok(process_busy(&r) && alive(member),
	    "while a member of the group lives, the stop is not over");
	ok(process_tick(&r, 2000) == PROCESS_NOTHING &&
		process_due(&r, 2000) == 2000 + PROCESS_LINGER &&
		process_tick(&r, 2100) == PROCESS_NOTHING &&
		process_due(&r, 2100) == 2100 + 2 * PROCESS_LINGER &&
		process_tick(&r, 5990) == PROCESS_NOTHING &&
		process_due(&r, 5990) == 6000,
	    "the group is checked now and then until the grace is over");
	process_tick(&r, 6000);
	until(news(&r, 6020) == PROCESS_ENDED);
	ok(!process_busy(&r) && !alive(member), "no member outlives the grace");
	ok(process_status(&r) == 128 + SIGTERM,
	    "the status is that of the command itself");

	r = start("sleep 1000 & echo $! >member; exit 0");
	ok(ended(&r) && process_status(&r) == 0,
	    "a command has ended though it leaves a daemon");
	member = number("member");
	ok(member > 1 && alive(member), "the daemon lives on");
	kill(member, SIGKILL);
}

/* Put a dead child into the group; if it is not ours, its parent never reaps. */
static void
add_dead_member(const struct process *r, bool ours)
{
	siginfo_t info;
	pid_t dead;

	dead = fork();
	if (dead == 0) {
		setpgid(0, r->pid);
		_exit(0);
	}
	waitid(P_PID, (id_t)dead, &info, WEXITED | WNOWAIT);
	if (!ours) {
		scratch_put("ready", "");
		for (;;)
			pause();
	}
}

/*
 * Start a command, and a process that keeps a dead member of its group.  That
 * process is older than the command, so it is none that the command left.
 */
static pid_t
keep_a_dead_member(struct process *r)
{
	pid_t keeper;

	keeper = fork();
	if (keeper == 0) {
		until(number("group") > 0);
		r->pid = number("group");
		add_dead_member(r, false);
	}
	*r = start("echo $$ >group; exec sleep 1000");
	ready();
	unlink("group");
	return keeper;
}

static void
test_dead(void)
{
	struct process r;
	pid_t keeper;

	r = start("sleep 1000");
	add_dead_member(&r, true);
	process_stop(&r, 0, 1000);
	until(news(&r, 1001) == PROCESS_ENDED);
	ok(!process_busy(&r) && waitpid(-1, NULL, WNOHANG) == -1,
	    "a dead member that is our child is waited for");

	keeper = keep_a_dead_member(&r);
	process_stop(&r, 0, 1000);
	leaderless(&r);
	ok(process_tick(&r, 6000) == PROCESS_NOTHING && process_busy(&r) &&
		process_tick(&r, 6000 + PROCESS_DYING) == PROCESS_ENDED &&
		!process_busy(&r),
	    "a dead member that is not reaped is given up");
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);

	keeper = keep_a_dead_member(&r);
	process_stop(&r, 0, 1000);
	process_stop(&r, SIGKILL, 1);
	leaderless(&r);
	ok(process_tick(&r, 6000) == PROCESS_ENDED,
	    "it is given up after an explicit KILL, too");
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
}

static void
test_stopped(void)
{
	struct process r;

	r = start(": >ready; kill -STOP $$; exit 5");
	ready();
	ok(news(&r, 1) == PROCESS_NOTHING,
	    "a command that stops itself has not ended");
	until(news(&r, 1) == PROCESS_ENDED || (process_continue(&all), false));
	ok(!process_busy(&r) && process_status(&r) == 5,
	    "it goes on when watchrun is continued");
	r = start("sleep 1000 & echo $! >member; : >ready; kill -STOP $$");
	ready();
	process_stop(&r, 0, 0);
	until(news(&r, 1) == PROCESS_ENDED);
	ok(!process_busy(&r) && !alive(number("member")),
	    "a stopped command gets TERM as well");
	r = start("kill -TTIN $$; exit 6");
	ok(ended(&r) && process_status(&r) == 6,
	    "a command that asks for a missing terminal goes on without it");
}

/* Each end of a command frees the run for the next. */
static void
test_again(void)
{
	struct process r = none();
	char text[20], *command[] = { sh, c, text, NULL };
	int i, well;

	well = 1;
	for (i = 0; i < 50; i++) {
		snprintf(text, sizeof text, "exit %d", i);
		well = well && start_argv(&r, command) == 0 && ended(&r) &&
		    process_status(&r) == i;
	}
	ok(well, "fifty commands in a row have their own status each");
	snprintf(text, sizeof text, "exit 0");
	start_argv(&r, command);
	process_stop(&r, 0, 0);
	until(news(&r, 1) == PROCESS_ENDED);
	ok(start_argv(&r, command) == 0 &&
		process_due(&r, 0) == PROCESS_NEVER && ended(&r) &&
		process_status(&r) == 0,
	    "a stop does not touch the next command");
}

static int
tests(void)
{
	scratch_begin();
	setenv("PATH", "/usr/bin:/bin", 1);
	test_status();
	test_exec();
	test_surroundings();
	test_idle();
	test_stop();
	test_stubborn();
	test_members();
	test_dead();
	test_stopped();
	test_again();
	scratch_end();
	return test_end();
}

/* In a session of their own, so that there is no terminal to take. */
int
main(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		setsid();
		return tests();
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}
