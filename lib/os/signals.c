#define _XOPEN_SOURCE 700
/* signals.c - signals as bytes in a pipe that poll() can wait for */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "os/signals.h"

enum { SIG_LAST = 64 };

#define NAMED(name) \
	{ \
		SIG##name, #name \
	}

static const struct {
	int signo;
	const char *name;
} names[] = { NAMED(HUP), NAMED(INT), NAMED(QUIT), NAMED(ILL), NAMED(TRAP),
	NAMED(ABRT), NAMED(BUS), NAMED(FPE), NAMED(KILL), NAMED(USR1),
	NAMED(SEGV), NAMED(USR2), NAMED(PIPE), NAMED(ALRM), NAMED(TERM),
	NAMED(CHLD), NAMED(CONT), NAMED(STOP), NAMED(TSTP), NAMED(TTIN),
	NAMED(TTOU), NAMED(URG), NAMED(XCPU), NAMED(XFSZ), NAMED(VTALRM),
	NAMED(PROF), NAMED(SYS),
#ifdef SIGWINCH
	NAMED(WINCH)
#endif
};

static int ends[2] = { -1, -1 };
static volatile sig_atomic_t came[SIG_LAST + 1]; /* by number */
/* Sets of signals: bit n - 1 stands for signal n. */
static uint64_t changed; /* by signals_catch and signals_ignore */
static uint64_t inherited; /* those of them that were ignored before */

static uint64_t
bit(int signo)
{
	return (uint64_t)1 << (signo - 1);
}

static void
on_signal(int signo)
{
	ssize_t n;
	int error;

	error = errno;
	came[signo] = 1;
	n = write(ends[1], "", 1);
	(void)n; /* A full pipe wakes the loop as well. */
	errno = error;
}

int
signals_open(void)
{
	int i;

	if (pipe(ends) < 0)
		return -1;
	for (i = 0; i < 2; i++)
		if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) < 0 ||
		    fcntl(ends[i], F_SETFL, O_NONBLOCK) < 0)
			return -1;
	return ends[0];
}

bool
signals_ignored(int signo)
{
	struct sigaction act;

	return sigaction(signo, NULL, &act) == 0 && act.sa_handler == SIG_IGN;
}

static int
set_action(int signo, void (*handler)(int))
{
	struct sigaction act;

	act = (struct sigaction){ .sa_handler = handler,
		.sa_flags = SA_RESTART };
	sigemptyset(&act.sa_mask);
	return sigaction(signo, &act, NULL);
}

/* Set an action until signals_reset. */
static int
change_action(int signo, void (*handler)(int))
{
	if ((changed & bit(signo)) == 0 && signals_ignored(signo))
		inherited |= bit(signo);
	changed |= bit(signo);
	return set_action(signo, handler);
}

static int
unblock(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* The signal mask is inherited: our parent may have blocked the signal. */
int
signals_catch(int signo)
{
	return change_action(signo, on_signal) < 0 ? -1 : unblock(signo);
}

void
signals_ignore(int signo)
{
	change_action(signo, SIG_IGN);
}

/* Empty the pipe first: a signal that comes after that wakes the loop again. */
uint64_t
signals_take(void)
{
	char bytes[256];
	uint64_t taken;
	ssize_t n;
	int i;

	do
		n = read(ends[0], bytes, sizeof bytes);
	while (n == (ssize_t)sizeof bytes || (n < 0 && errno == EINTR));
	taken = 0;
	for (i = 1; i <= SIG_LAST; i++)
		if (came[i]) {
			came[i] = 0;
			taken |= bit(i);
		}
	return taken;
}

bool
signals_has(uint64_t taken, int signo)
{
	return (taken & bit(signo)) != 0;
}

void
signals_reset(void)
{
	sigset_t none;
	int i;

	for (i = 1; i <= SIG_LAST; i++)
		if (signals_has(changed, i))
			set_action(
			    i, signals_has(inherited, i) ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
signals_default(int signo)
{
	set_action(signo, SIG_DFL);
}

/*
 * Stop the whole group, since it may be a pipeline.  If the signal came from
 * the terminal, the others have it already; a second one does no harm.
 */
void
signals_suspend(void)
{
	struct sigaction old;

	sigaction(SIGTSTP, NULL, &old);
	set_action(SIGTSTP, SIG_DFL);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &old, NULL);
}

void
signals_die(int signo)
{
	set_action(signo, SIG_DFL);
	unblock(signo);
	raise(signo);
	_exit(128 + signo);
}

int
signals_number(const char *name)
{
	int64_t n;
	size_t i;

	if (str_num(name, 1, SIG_LAST, &n) == 0)
		return (int)n;
	if (str_is(name, 3, "SIG"))
		name += 3;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_is(name, strlen(name), names[i].name))
			return names[i].signo;
	return -1;
}

const char *
signals_name(int signo)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].signo == signo)
			return names[i].name;
	return "?";
}
