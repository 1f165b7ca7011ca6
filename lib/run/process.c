#define _POSIX_C_SOURCE 200809L
/* process.c - commands in process groups of their own, and the terminal they ask for */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/os.h"
#include "os/signals.h"
#include "run/process.h"

/* ---- to start ---- */

static int
set_streams(const struct process_how *how)
{
	int null;

	if (how->deaf) {
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (null < 0 || (null != 0 && dup2(null, 0) < 0))
			return -1;
		fcntl(0, F_SETFD, 0);
	}
	/* The output may go to our standard error: that is replaced last. */
	if (how->out >= 0 && dup2(how->out, 1) < 0)
		return -1;
	if (how->err >= 0 && dup2(how->err, 2) < 0)
		return -1;
	return 0;
}

static int
set_environment(const struct process_how *how)
{
	if (how->all)
		return setenv("WATCHRUN_ALL", "1", 1);
	return unsetenv("WATCHRUN_ALL");
}

/* In the child: become the command, or tell the parent why not. */
static _Noreturn void
become(const struct process_how *how, int stop, pid_t parent, int report)
{
	static const int passed_on[] = { SIGINT, SIGQUIT, SIGTERM };
	int error;
	ssize_t n;
	size_t i;

	setpgid(0, 0);
	sig_reset();
	/*
	 * A shell without job control starts jobs in the background with INT
	 * and QUIT ignored.  We catch them, so the command must get them.
	 */
	for (i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
		sig_default(passed_on[i]);
	sig_default(stop);
	os_die_with(parent, SIGTERM);
	if (set_streams(how) == 0 && set_environment(how) == 0)
		execvp(how->argv[0], how->argv);
	error = errno;
	n = write(report, &error, sizeof error);
	(void)n;
	_exit(127);
}

/* The pipe closes at exec; what comes through it before is exec's errno. */
static int
exec_error(int fd)
{
	int error;
	ssize_t n;

	do
		n = read(fd, &error, sizeof error);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof error ? error : 0;
}

/* Start it; its pid, or -1 and errno. */
static pid_t
spawn(const struct process_how *how, int stop)
{
	int ends[2], error;
	pid_t pid, parent;

	if (pipe(ends) < 0)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	parent = getpid();
	pid = fork();
	if (pid == 0)
		become(how, stop, parent, ends[1]);
	error = errno;
	close(ends[1]);
	if (pid > 0) {
		/* Both do it, so that it is done whoever comes first. */
		setpgid(pid, pid);
		error = exec_error(ends[0]);
	}
	close(ends[0]);
	if (pid > 0 && error != 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pid = -1;
	}
	errno = error;
	return pid;
}

static int64_t
later(int64_t now, int64_t ms)
{
	return ms > PROCESS_NEVER - now ? PROCESS_NEVER : now + ms;
}

int
process_start(struct process *r, const struct process_how *how, int64_t now)
{
	uint64_t number;
	pid_t pid;

	/* What was adopted before is not of this command. */
	adopted_update(&r->shared->adopted);
	pid = spawn(how, r->stop);
	if (pid < 0)
		return -1;
	r->pid = pid;
	r->ended = r->stopping = r->killed = false;
	r->timed_out = r->survived = false;
	r->suspended = r->asks = r->had_terminal = false;
	r->held_terminal = r->hung_up = false;
	r->sent = 0;
	r->limit_at = r->limit == 0 ? PROCESS_NEVER : later(now, r->limit);
	r->shared->running++;
	number = adopted_command(&r->shared->adopted, pid);
	if (!r->server || !r->some_left)
		r->number = number;
	r->some_left = false;
	return 0;
}

/* ---- the terminal ---- */

static bool
open_tty(struct process_shared *s)
{
	if (s->tty < 0)
		s->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return s->tty >= 0;
}

/* Only who is in the background is stopped for this, and we may be. */
static void
set_front(
    const struct process_shared *s, pid_t group, const struct termios *modes)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	/* Output that is held back by Ctrl-S must not hold us. */
	if (modes != NULL)
		tcsetattr(s->tty, TCSANOW, modes);
	tcsetpgrp(s->tty, group);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* Take it from whoever has it, be it us or another command; can we? */
static bool
give_terminal(struct process *r)
{
	struct process_shared *s;
	struct process *last;
	pid_t group;

	s = r->shared;
	last = s->front;
	group = s->tty < 0 ? -1 : tcgetpgrp(s->tty);
	if (group != getpgrp() && (last == NULL || group != last->pid))
		return false;
	if (last == NULL)
		tcgetattr(s->tty, &s->modes);
	else {
		tcgetattr(s->tty, &last->modes);
		last->asks = true;
	}
	set_front(s, r->pid, r->had_terminal ? &r->modes : &s->modes);
	s->front = r;
	r->had_terminal = true;
	r->asks = false;
	return true;
}

static void
take_terminal(struct process_shared *s)
{
	if (s->front == NULL)
		return;
	tcgetattr(s->tty, &s->front->modes);
	s->front = NULL;
	set_front(s, getpgrp(), &s->modes);
}

/* Who waits for the terminal gets it when nobody has. */
static void
hand_on(struct process *processes, size_t n)
{
	size_t i;

	for (i = 0; i < n && processes->shared->front == NULL; i++)
		if (processes[i].asks && give_terminal(&processes[i]))
			kill(-processes[i].pid, SIGCONT);
}

/* ---- what becomes of it ---- */

/* A group in the background is stopped when it reads, or sets, the terminal. */
static void
asked(struct process *r)
{
	struct process_shared *s;

	s = r->shared;
	if (!open_tty(s) || tcgetpgrp(s->tty) == r->pid || give_terminal(r)) {
		kill(-r->pid, SIGCONT);
		return;
	}
	/* To go on without it would be to ask again, and so for ever. */
	r->asks = true;
	/* In the background ourselves, we stop with it as any job does. */
	r->suspended = s->front == NULL && !r->stopping;
	if (s->front == r)
		s->front = NULL;
}

static void
stopped(struct process *r, int signo)
{
	if (signo == SIGTTIN || signo == SIGTTOU)
		asked(r);
	else if (r->stopping)
		kill(-r->pid, SIGCONT);
	else
		r->suspended = r->shared->front == r;
}

static void
leave_terminal(struct process *r)
{
	struct process_shared *s;

	s = r->shared;
	r->suspended = r->asks = false;
	if (s->front != r)
		return;
	/* That we end a command with INT is no Ctrl-C. */
	r->held_terminal = !r->stopping;
	r->hung_up = tcgetpgrp(s->tty) < 0;
	take_terminal(s);
}

static void
changed(struct process *r, int status)
{
	if (WIFSTOPPED(status)) {
		stopped(r, WSTOPSIG(status));
		return;
	}
	r->status = status;
	r->ended = true;
	leave_terminal(r);
}

/* A child that was not started as a command is adopted: see os_adopt. */
static bool
reap_command(struct process *processes, size_t n, pid_t pid, int status)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (pid == processes[i].pid && !processes[i].ended) {
			changed(&processes[i], status);
			return true;
		}
	return false;
}

void
process_reap(struct process *processes, size_t n)
{
	bool adopted;
	pid_t pid;
	int status;
	size_t i;

	adopted = false;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0 ||
	    (pid < 0 && errno == EINTR))
		if (pid > 0 && !reap_command(processes, n, pid, status))
			adopted = true;
	for (i = 0; i < n; i++)
		processes[i].look_at = 0;
	/* Their numbers may be reused from now on. */
	if (adopted && n > 0)
		adopted_update(&processes->shared->adopted);
	hand_on(processes, n);
}

bool
process_busy(const struct process *r)
{
	return r->pid != 0 || r->stopping;
}

/* ---- to stop ---- */

/* Signal the group; is any member there?  The dead count until they are reaped. */
static bool
signal_group(struct process *r, int signo)
{
	if (r->pid == 0)
		return false;
	if (r->sent != signo || signo == SIGKILL) {
		r->sent = signo;
		kill(-r->pid, signo);
		kill(-r->pid, SIGCONT);
	}
	return kill(-r->pid, 0) == 0 || errno == EPERM;
}

static bool
signal_all(struct process *r, int signo)
{
	bool group;

	group = signal_group(r, signo);
	r->some_left = r->shared->running > 0;
	if (r->some_left)
		return group;
	return adopted_signal(&r->shared->adopted, r->number, r->pid, signo) ||
	    group;
}

/* Returns true if there is something to stop, which has been signalled then. */
static bool
begin_stop(struct process *r, int signo)
{
	/* What has ended by itself leaves daemons that live on. */
	if (!r->stopping && (r->pid == 0 || r->ended) &&
	    (!r->server || r->number == 0))
		return false;
	if (r->pid != 0 && !r->stopping) {
		r->shared->running--;
		r->stopping = true;
	}
	return signal_all(r, signo) || r->stopping;
}

static void
set_deadline(struct process *r, int64_t now, int64_t kill_at)
{
	r->stopping = true;
	r->survived = false;
	r->kill_at = kill_at;
	r->linger = PROCESS_LINGER;
	r->look_at = now + r->linger;
}

void
process_stop(struct process *r, int64_t now)
{
	if (!r->stopping)
		process_end(r, r->stop, now);
}

void
process_end(struct process *r, int signo, int64_t now)
{
	bool stopping;

	stopping = r->stopping;
	if (r->killed || !begin_stop(r, signo))
		return;
	r->with = signo;
	if (!stopping)
		set_deadline(r, now, later(now, r->grace));
}

/* A process in the kernel dies when it returns from it. */
void
process_kill(struct process *r, int64_t now)
{
	if (!begin_stop(r, SIGKILL) || r->killed)
		return;
	r->killed = true;
	set_deadline(r, now, now + PROCESS_DYING);
}

/* All is gone that was to go, or we wait for it no more. */
static enum process_news
over(struct process *r)
{
	if (!r->stopping) {
		r->shared->running--;
		if (!r->server)
			adopted_spare(&r->shared->adopted, r->number);
	}
	r->pid = 0;
	r->stopping = r->killed = false;
	return PROCESS_ENDED;
}

/* Is anything left?  What it started meanwhile is signalled as well. */
static bool
look(struct process *r, int64_t now)
{
	if (now < r->look_at)
		return true;
	r->look_at = now + r->linger;
	if (r->linger < PROCESS_LINGER_MAX)
		r->linger *= 2;
	if (r->killed)
		return signal_all(r, SIGKILL);
	/* Shells start what is in the background with INT and QUIT ignored. */
	return signal_all(
	    r, r->linger < PROCESS_LINGER_MAX ? r->with : r->stop);
}

/* Not even KILL ended it: it is another user's, or hangs in the kernel. */
static enum process_news
give_up(struct process *r)
{
	r->survived = true;
	if (!r->ended) {
		r->status = SIGKILL;
		r->ended = true;
		leave_terminal(r);
	}
	return over(r);
}

enum process_news
process_tick(struct process *r, int64_t now)
{
	if (r->suspended) {
		r->suspended = false;
		return PROCESS_SUSPENDED;
	}
	if (!process_busy(r))
		return PROCESS_NOTHING;
	if (!r->stopping && r->ended)
		return over(r);
	if (!r->stopping && now >= r->limit_at) {
		r->timed_out = true;
		process_stop(r, now);
	}
	if (r->stopping && r->ended && !look(r, now))
		return over(r);
	if (!r->stopping || now < r->kill_at)
		return PROCESS_NOTHING;
	if (r->killed)
		return give_up(r);
	process_kill(r, now);
	return PROCESS_NOTHING;
}

int64_t
process_due(const struct process *r, int64_t now)
{
	if (r->suspended || (r->pid != 0 && r->ended && !r->stopping))
		return now;
	if (!process_busy(r))
		return PROCESS_NEVER;
	if (!r->stopping)
		return r->limit_at;
	return r->ended && r->look_at < r->kill_at ? r->look_at : r->kill_at;
}

/* ---- to suspend ---- */

/*
 * A command that wants a terminal which we do not have stays stopped until
 * we have: it would only ask again.
 */
void
process_continue(struct process *processes, size_t n)
{
	struct process_shared *s;
	bool home;
	size_t i;

	if (n == 0)
		return;
	s = processes->shared;
	hand_on(processes, n);
	home = s->tty < 0 || s->front != NULL || tcgetpgrp(s->tty) == getpgrp();
	for (i = 0; i < n; i++)
		if (processes[i].pid != 0 && (home || !processes[i].asks))
			kill(-processes[i].pid, SIGCONT);
}

/* The clocks of limit and grace have stood still for so long. */
static void
shift(struct process *r, int64_t ms)
{
	r->limit_at = later(r->limit_at, ms);
	r->kill_at = later(r->kill_at, ms);
}

void
process_suspend(struct process *processes, size_t n)
{
	struct process *front;
	int64_t from;
	size_t i;

	if (n == 0) {
		sig_suspend();
		return;
	}
	front = processes->shared->front;
	take_terminal(processes->shared);
	for (i = 0; i < n; i++)
		if (processes[i].pid != 0)
			kill(-processes[i].pid, SIGTSTP);
	from = clock_ms();
	sig_suspend();
	for (i = 0; i < n; i++) {
		processes[i].suspended = false;
		shift(&processes[i], clock_ms() - from);
	}
	if (front != NULL)
		front->asks = !give_terminal(front);
	process_continue(processes, n);
}

/* ---- how it ended ---- */

bool
process_succeeded(const struct process *r)
{
	return !r->timed_out && WIFEXITED(r->status) &&
	    WEXITSTATUS(r->status) == 0;
}

bool
process_killed(const struct process *r)
{
	return WIFSIGNALED(r->status);
}

bool
process_timed_out(const struct process *r)
{
	return r->timed_out;
}

bool
process_survived(const struct process *r)
{
	return r->survived;
}

int
process_status(const struct process *r)
{
	if (!WIFEXITED(r->status))
		return 128 + WTERMSIG(r->status);
	if (r->timed_out && WEXITSTATUS(r->status) == 0)
		return PROCESS_LATE;
	return WEXITSTATUS(r->status);
}

int
process_interrupted(const struct process *r)
{
	if (r->hung_up)
		return SIGHUP;
	return r->held_terminal && process_status(r) == 128 + SIGINT ? SIGINT
								     : 0;
}
