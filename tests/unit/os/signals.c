#define _POSIX_C_SOURCE 200809L
/* signals.c - tests of signals as bytes in a pipe */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "os/signals.h"

static int pipe_fd;

static int
readable(int timeout)
{
	struct pollfd pfd = { .fd = pipe_fd, .events = POLLIN };
	int n;

	do
		n = poll(&pfd, 1, timeout);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

/* The wait status of a child that runs this. */
static int
child(void (*run)(void))
{
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0) {
		run();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
test_pipe(void)
{
	uint64_t taken;
	int i;

	pipe_fd = signals_open();
	ok(pipe_fd >= 0 && (fcntl(pipe_fd, F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(pipe_fd, F_GETFL) & O_NONBLOCK) != 0,
	    "the pipe closes at exec and never blocks");
	ok(signals_take() == 0 && !readable(0), "at first, no signal has come");
	ok(signals_catch(SIGUSR1) == 0 && signals_catch(SIGUSR2) == 0 &&
		signals_catch(SIGHUP) == 0,
	    "signals can be caught");
	ok(signals_catch(SIGKILL) == -1, "KILL cannot be caught");
	raise(SIGUSR1);
	ok(readable(0), "a signal makes the pipe readable");
	taken = signals_take();
	ok(signals_has(taken, SIGUSR1) && !signals_has(taken, SIGUSR2),
	    "the signal that came is taken");
	ok(signals_take() == 0 && !readable(0), "a signal is taken once");
	raise(SIGUSR2);
	raise(SIGHUP);
	raise(SIGUSR2);
	taken = signals_take();
	ok(signals_has(taken, SIGUSR2) && signals_has(taken, SIGHUP) &&
		!signals_has(taken, SIGUSR1) && signals_take() == 0,
	    "several signals are taken at once, equal ones as one");
	for (i = 0; i < 100000; i++)
		raise(SIGUSR1);
	ok(signals_has(signals_take(), SIGUSR1) && signals_take() == 0,
	    "more signals than the pipe holds do not block");
	errno = EDOM;
	for (i = 0; i < 100000; i++)
		raise(SIGUSR1);
	ok(errno == EDOM, "the handler keeps errno");
	signals_take();
}

static void
test_numbers(void)
{
	static const char *const bad[] = { "", "SIG", "0", "65", "-1", "HU",
		"HUPP", "SIGSIGHUP", "SIG1", " HUP", "HUP ", "?", "1x" };
	char name[60];
	size_t i;
	int n, same;

	ok(signals_number("HUP") == SIGHUP &&
		signals_number("SIGHUP") == SIGHUP && signals_number("1") == 1,
	    "a signal has a name, a long name and a number");
	ok(signals_number("usr1") == SIGUSR1 &&
		signals_number("sigUsr2") == SIGUSR2,
	    "names are read in upper and lower case");
	ok(signals_number("64") == 64, "the last number is 64");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(name, sizeof name, "'%s' is not a signal", bad[i]);
		ok(signals_number(bad[i]) == -1, name);
	}
	same = 1;
	for (n = 1; n <= 64; n++)
		same = same &&
		    (strcmp(signals_name(n), "?") == 0 ||
			signals_number(signals_name(n)) == n);
	ok(same, "each name stands for its own number");
	ok(strcmp(signals_name(SIGTERM), "TERM") == 0, "15 is TERM");
	ok(strcmp(signals_name(SIGWINCH), "WINCH") == 0, "WINCH has a name");
	ok(strcmp(signals_name(0), "?") == 0 &&
		strcmp(signals_name(1000), "?") == 0,
	    "other numbers have no name");
}

/* ---- in children ---- */

static void
ignore_then_ask(void)
{
	if (signals_ignored(SIGPIPE))
		_exit(1);
	signals_ignore(SIGPIPE);
	if (!signals_ignored(SIGPIPE))
		_exit(2);
	raise(SIGPIPE);
}

static void
reset_then_ask(void)
{
	struct sigaction act = { .sa_handler = SIG_IGN };
	sigset_t mask;

	sigaction(SIGALRM, &act, NULL); /* as our parent may do */
	sigaction(SIGQUIT, &act, NULL);
	signals_catch(SIGQUIT);
	signals_catch(SIGQUIT);
	signals_ignore(SIGPIPE);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signals_reset();
	sigaction(SIGUSR1, NULL, &act);
	if (act.sa_handler != SIG_DFL)
		_exit(1);
	sigaction(SIGPIPE, NULL, &act);
	if (act.sa_handler != SIG_DFL)
		_exit(2);
	sigaction(SIGALRM, NULL, &act);
	if (act.sa_handler != SIG_IGN)
		_exit(3);
	sigaction(SIGQUIT, NULL, &act);
	if (act.sa_handler != SIG_IGN)
		_exit(5);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (sigismember(&mask, SIGTERM))
		_exit(4);
}

static void
die_of_term(void)
{
	sigset_t mask;

	signals_catch(SIGTERM);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signals_die(SIGTERM);
}

static void
die_of_nothing(void)
{
	signals_die(SIGURG);
}

static void
suspend(void)
{
	struct sigaction act;

	setpgid(0, 0);
	signals_catch(SIGTSTP);
	signals_suspend();
	sigaction(SIGTSTP, NULL, &act);
	_exit(act.sa_handler == SIG_DFL);
}

static void
test_suspend(void)
{
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0)
		suspend();
	ok(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		WSTOPSIG(status) == SIGTSTP,
	    "suspending stops the process as Ctrl-Z does");
	kill(pid, SIGCONT);
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == 0,
	    "when continued, it goes on and catches Ctrl-Z again");
}

/* Send more of one signal than the pipe holds, then another. */
static void
test_flood(void)
{
	uint64_t taken;
	long i;

	for (i = 0; i < 200000; i++)
		raise(SIGUSR1);
	raise(SIGUSR2);
	taken = signals_take();
	ok(signals_has(taken, SIGUSR1) && signals_has(taken, SIGUSR2),
	    "many signals of one kind do not hide another");
}

/* The signal mask is inherited. */
static void
test_blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGXCPU);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals_catch(SIGXCPU);
	raise(SIGXCPU);
	ok(signals_has(signals_take(), SIGXCPU),
	    "a signal that was blocked at the start is caught");
}

int
main(void)
{
	int status;

	test_pipe();
	test_blocked();
	test_numbers();
	test_flood();
	ok(child(ignore_then_ask) == 0, "an ignored signal does nothing");
	ok(child(reset_then_ask) == 0,
	    "a child gets the actions that we were started with");
	status = child(die_of_term);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	    "a process dies of a signal that it catches and blocks");
	status = child(die_of_nothing);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGURG,
	    "of a harmless signal it exits with 128 + its number");
	test_suspend();
	return test_end();
}
