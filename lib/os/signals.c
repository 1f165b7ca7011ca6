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

static const struct {
	int signo;
	const char *name;
} names[] = {
	{ SIGHUP, "HUP" },
	{ SIGINT, "INT" },
	{ SIGQUIT, "QUIT" },
	{ SIGILL, "ILL" },
	{ SIGTRAP, "TRAP" },
	{ SIGABRT, "ABRT" },
	{ SIGBUS, "BUS" },
	{ SIGFPE, "FPE" },
	{ SIGKILL, "KILL" },
	{ SIGUSR1, "USR1" },
	{ SIGSEGV, "SEGV" },
	{ SIGUSR2, "USR2" },
	{ SIGPIPE, "PIPE" },
	{ SIGALRM, "ALRM" },
	{ SIGTERM, "TERM" },
	{ SIGCHLD, "CHLD" },
	{ SIGCONT, "CONT" },
	{ SIGSTOP, "STOP" },
	{ SIGTSTP, "TSTP" },
	{ SIGTTIN, "TTIN" },
	{ SIGTTOU, "TTOU" },
	{ SIGURG, "URG" },
	{ SIGXCPU, "XCPU" },
	{ SIGXFSZ, "XFSZ" },
	{ SIGVTALRM, "VTALRM" },
	{ SIGPROF, "PROF" },
	{ SIGSYS, "SYS" },
#ifdef SIGWINCH
	{ SIGWINCH, "WINCH" },
#endif
};

static int ends[2] = { -1, -1 };
static volatile sig_atomic_t came[SIG_LAST + 1]; /* by number */
static uint64_t caught; /* by sig_catch, bit n - 1 for signal n */
static uint64_t ignored; /* by sig_ignore */
static uint64_t spared; /* of these, ignored already when we started */

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
sig_open(void)
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
sig_ignored(int signo)
{
	struct sigaction act;

	return sigaction(signo, NULL, &act) == 0 && act.sa_handler == SIG_IGN;
}

/* Before the first change of a signal: how was it when we started? */
static void
remember(int signo)
{
	if (((caught | ignored) & bit(signo)) == 0 && sig_ignored(signo))
		spared |= bit(signo);
}

int
sig_catch(int signo)
{
	struct sigaction act;
	sigset_t set;

	act = (struct sigaction){ .sa_handler = on_signal,
		.sa_flags = SA_RESTART };
	sigemptyset(&act.sa_mask);
	remember(signo);
	caught |= bit(signo);
	if (sigaction(signo, &act, NULL) < 0)
		return -1;
	/* The mask is inherited: the parent may have had it blocked. */
	sigemptyset(&set);
	sigaddset(&set, signo);
	return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void
sig_ignore(int signo)
{
	struct sigaction act;

	act = (struct sigaction){ .sa_handler = SIG_IGN };
	remember(signo);
	sigaction(signo, &act, NULL);
	ignored |= bit(signo);
}

/* The pipe is emptied first: what comes after that wakes the loop again. */
uint64_t
sig_take(void)
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
sig_has(uint64_t taken, int signo)
{
	return (taken & bit(signo)) != 0;
}

void
sig_reset(void)
{
	struct sigaction act;
	sigset_t none;
	int i;

	for (i = 1; i <= SIG_LAST; i++) {
		act = (struct sigaction){
			.sa_handler = sig_has(spared, i) ? SIG_IGN : SIG_DFL
		};
		if (((caught | ignored) & bit(i)) != 0)
			sigaction(i, &act, NULL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
sig_default(int signo)
{
	struct sigaction act;

	act = (struct sigaction){ .sa_handler = SIG_DFL };
	sigaction(signo, &act, NULL);
}

/*
 * The whole group, since it may be a pipeline; its other members have got the
 * signal already where it came from the terminal, and do not mind.
 */
void
sig_suspend(void)
{
	struct sigaction act, old;

	act = (struct sigaction){ .sa_handler = SIG_DFL };
	sigaction(SIGTSTP, &act, &old);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &old, NULL);
}

void
sig_die(int signo)
{
	struct sigaction act;
	sigset_t set;

	act = (struct sigaction){ .sa_handler = SIG_DFL };
	sigaction(signo, &act, NULL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
	_exit(128 + signo);
}

int
sig_number(const char *name)
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
sig_name(int signo)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].signo == signo)
			return names[i].name;
	return "?";
}
