#define _POSIX_C_SOURCE 200809L
/* process.c - commands in process groups of their own */
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

/* In the child: exec the command, or report errno to the parent. */
static _Noreturn void
become(const struct process_how *how, int stop, pid_t parent, int report)
{
	static const int passed_on[] = { SIGINT, SIGQUIT, SIGTERM };
	int error;
	ssize_t n;
	size_t i;

	signals_reset();
	/*
	 * A shell without job control starts jobs in the background with INT
	 * and QUIT ignored.  We catch them, so the command must get them.
	 */
	for (i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
		signals_default(passed_on[i]);
	signals_default(stop);
	os_die_with(parent, SIGTERM);
	if (setpgid(0, 0) == 0 && set_streams(how) == 0 &&
	    set_environment(how) == 0)
		execvp(how->argv[0], how->argv);
	error = errno;
	n = write(report, &error, sizeof error);
	(void)n;
	_exit(127);
}

/* The pipe closes at exec; if exec fails, it carries errno. */
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

/* Returns the pid of the command, or -1 with errno set. */
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
	/* The group is there as well, once the command has been executed. */
	if (pid > 0)
		error = exec_error(ends[0]);
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
process_start(struct process *p, const struct process_how *how, int64_t now)
{
	uint64_t number;
	pid_t pid;

	/* Processes adopted before do not belong to this command. */
	adopted_update(&p->all->adopted);
	pid = spawn(how, p->rule->stop);
	if (pid < 0)
		return -1;
	p->pid = pid;
	p->phase = PROCESS_RUNS;
	p->ended = p->timed_out = p->survived = false;
	p->suspended = p->asks = p->had_terminal = false;
	p->sent = p->interrupted = 0;
	p->limit_at = PROCESS_NEVER;
	if (p->rule->limit != 0)
		p->limit_at = later(now, p->rule->limit);
	p->all->running++;
	number = adopted_command(&p->all->adopted, pid);
	if (!p->rule->restart || !p->some_left)
		p->number = number;
	p->some_left = false;
	return 0;
}

int
process_status(const struct process *p)
{
	if (!WIFEXITED(p->status))
		return 128 + WTERMSIG(p->status);
	if (p->timed_out && WEXITSTATUS(p->status) == 0)
		return PROCESS_LATE;
	return WEXITSTATUS(p->status);
}

/* ---- the terminal ---- */

/* Block SIGTTOU, which would stop us if we are in the background. */
static void
set_front(const struct processes *all, pid_t group, const struct termios *modes)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	/* Output that is held back by Ctrl-S must not hold us. */
	tcsetattr(all->tty, TCSANOW, modes);
	tcsetpgrp(all->tty, group);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/*
 * Give the terminal to a command, if our group or another command has it.
 * Returns false otherwise.
 */
static bool
give_terminal(struct process *p)
{
	struct processes *all;
	struct process *last;
	pid_t group;

	all = p->all;
	last = all->front;
	group = all->tty < 0 ? -1 : tcgetpgrp(all->tty);
	if (group != getpgrp() && (last == NULL || group != last->pid))
		return false;
	if (last == NULL)
		tcgetattr(all->tty, &all->modes);
	else {
		tcgetattr(all->tty, &last->modes);
		last->asks = true;
	}
	set_front(all, p->pid, p->had_terminal ? &p->modes : &all->modes);
	all->front = p;
	p->had_terminal = true;
	p->asks = false;
	return true;
}

static void
take_terminal(struct processes *all)
{
	if (all->front == NULL)
		return;
	tcgetattr(all->tty, &all->front->modes);
	all->front = NULL;
	set_front(all, getpgrp(), &all->modes);
}

static void
hand_on_terminal(struct processes *all)
{
	struct process *p;

	for (p = all->v; p < all->v + all->n && all->front == NULL; p++)
		if (p->asks && give_terminal(p))
			kill(-p->pid, SIGCONT);
}

/* A group in the background is stopped when it reads, or sets, the terminal. */
static void
ask_terminal(struct process *p)
{
	struct processes *all;

	all = p->all;
	if (all->tty < 0)
		all->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (all->tty < 0 || tcgetpgrp(all->tty) == p->pid || give_terminal(p)) {
		kill(-p->pid, SIGCONT);
		return;
	}
	/* A command that is continued without it asks again at once. */
	p->asks = true;
	/* In the background ourselves, we stop with it as any job does. */
	p->suspended = all->front == NULL && p->phase == PROCESS_RUNS;
	if (all->front == p)
		all->front = NULL;
}

static void
leave_terminal(struct process *p)
{
	struct processes *all;

	all = p->all;
	p->suspended = p->asks = false;
	if (all->front != p)
		return;
	if (tcgetpgrp(all->tty) < 0)
		p->interrupted = SIGHUP;
	/* A command that watchrun stops with INT was not stopped by Ctrl-C. */
	else if (p->phase == PROCESS_RUNS && process_status(p) == 128 + SIGINT)
		p->interrupted = SIGINT;
	take_terminal(all);
}

/* ---- what becomes of it ---- */

static void
stopped(struct process *p, int signo)
{
	if (signo == SIGTTIN || signo == SIGTTOU)
		ask_terminal(p);
	else if (p->phase != PROCESS_RUNS)
		kill(-p->pid, SIGCONT);
	else
		p->suspended = p->all->front == p;
}

static void
set_ended(struct process *p, int status)
{
	p->status = status;
	p->ended = true;
	leave_terminal(p);
}

/* A child that was not started as a command is adopted: see os_adopt. */
static bool
reap_command(struct processes *all, pid_t pid, int status)
{
	struct process *p;

	for (p = all->v; p < all->v + all->n; p++)
		if (pid == p->pid && !p->ended) {
			if (WIFSTOPPED(status))
				stopped(p, WSTOPSIG(status));
			else
				set_ended(p, status);
			return true;
		}
	return false;
}

void
process_reap(struct processes *all)
{
	bool adopted;
	pid_t pid;
	int status;
	size_t i;

	adopted = false;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0 ||
	    (pid < 0 && errno == EINTR))
		if (pid > 0 && !reap_command(all, pid, status))
			adopted = true;
	for (i = 0; i < all->n; i++)
		all->v[i].look_at = 0;
	/* Their numbers may be reused from now on. */
	if (adopted)
		adopted_update(&all->adopted);
	hand_on_terminal(all);
}

bool
process_busy(const struct process *p)
{
	return p->phase != PROCESS_IDLE;
}

/* ---- to stop ---- */

/* Signal the group.  Returns true if it has a member, zombies included. */
static bool
signal_group(struct process *p, int signo)
{
	if (p->pid == 0)
		return false;
	if (p->sent != signo || signo == SIGKILL) {
		p->sent = signo;
		kill(-p->pid, signo);
		kill(-p->pid, SIGCONT);
	}
	return kill(-p->pid, 0) == 0 || errno == EPERM;
}

static bool
signal_all(struct process *p, int signo)
{
	bool group;

	group = signal_group(p, signo);
	p->some_left = p->all->running > 0;
	if (p->some_left)
		return group;
	return adopted_signal(&p->all->adopted, p->number, p->pid, signo) ||
	    group;
}

/* Returns true if there is something to stop, which has been signalled then. */
static bool
begin_stop(struct process *p, int signo)
{
	bool has_ended;

	has_ended = p->phase == PROCESS_IDLE ||
	    (p->phase == PROCESS_RUNS && p->ended);
	/* The daemons of a command that ended by itself live on. */
	if (has_ended && (!p->rule->restart || p->number == 0))
		return false;
	if (p->phase == PROCESS_RUNS) {
		p->all->running--;
		p->phase = PROCESS_STOPS;
	}
	return signal_all(p, signo) || p->phase != PROCESS_IDLE;
}

void
process_stop(struct process *p, int signo, int64_t now)
{
	enum process_phase before;

	if (signo == 0)
		signo = p->rule->stop;
	before = p->phase;
	if (before == PROCESS_DIES || !begin_stop(p, signo))
		return;
	p->with = signo;
	if (signo == SIGKILL) {
		p->phase = PROCESS_DIES;
		p->kill_at = now + PROCESS_DYING;
	} else if (before != PROCESS_STOPS) {
		p->phase = PROCESS_STOPS;
		p->kill_at = later(now, p->rule->grace);
	} else
		return;
	p->survived = false;
	p->linger = PROCESS_LINGER;
	p->look_at = now + p->linger;
}

/* All that had to be stopped is gone or given up. */
static enum process_news
over(struct process *p)
{
	if (p->phase == PROCESS_RUNS) {
		p->all->running--;
		if (!p->rule->restart)
			adopted_spare(&p->all->adopted, p->number);
	}
	p->pid = 0;
	p->phase = PROCESS_IDLE;
	return PROCESS_ENDED;
}

/* Return true if anything is left; new processes are signalled, too. */
static bool
is_left(struct process *p, int64_t now)
{
	if (now < p->look_at)
		return true;
	p->look_at = now + p->linger;
	if (p->linger < PROCESS_LINGER_MAX)
		p->linger *= 2;
	/* Shells start what is in the background with INT and QUIT ignored. */
	if (p->phase == PROCESS_STOPS && p->linger == PROCESS_LINGER_MAX)
		p->with = p->rule->stop;
	return signal_all(p, p->with);
}

/* KILL did not end it: it belongs to another user or hangs in the kernel. */
static enum process_news
give_up(struct process *p)
{
	p->survived = true;
	if (!p->ended)
		set_ended(p, SIGKILL);
	return over(p);
}

enum process_news
process_tick(struct process *p, int64_t now)
{
	if (p->suspended) {
		p->suspended = false;
		return PROCESS_SUSPENDED;
	}
	if (p->phase == PROCESS_RUNS && p->ended)
		return over(p);
	if (p->phase == PROCESS_RUNS && now >= p->limit_at) {
		p->timed_out = true;
		process_stop(p, 0, now);
	}
	if (p->phase < PROCESS_STOPS)
		return PROCESS_NOTHING;
	if (p->ended && !is_left(p, now))
		return over(p);
	if (now < p->kill_at)
		return PROCESS_NOTHING;
	if (p->phase == PROCESS_DIES)
		return give_up(p);
	process_stop(p, SIGKILL, now);
	return PROCESS_NOTHING;
}

int64_t
process_due(const struct process *p, int64_t now)
{
	if (p->suspended || (p->phase == PROCESS_RUNS && p->ended))
		return now;
	if (p->phase == PROCESS_IDLE)
		return PROCESS_NEVER;
	if (p->phase == PROCESS_RUNS)
		return p->limit_at;
	return p->ended && p->look_at < p->kill_at ? p->look_at : p->kill_at;
}

/* ---- to suspend ---- */

/*
 * A command that waits for the terminal stays stopped until our group has it:
 * it would only ask again.
 */
void
process_continue(struct processes *all)
{
	struct process *p;
	bool home;

	hand_on_terminal(all);
	home = all->tty < 0 || all->front != NULL ||
	    tcgetpgrp(all->tty) == getpgrp();
	for (p = all->v; p < all->v + all->n; p++)
		if (p->pid != 0 && (home || !p->asks))
			kill(-p->pid, SIGCONT);
}

void
process_suspend(struct processes *all)
{
	struct process *p, *front;
	int64_t from, passed;

	front = all->front;
	take_terminal(all);
	for (p = all->v; p < all->v + all->n; p++)
		if (p->pid != 0)
			kill(-p->pid, SIGTSTP);
	from = clock_ms();
	signals_suspend();
	passed = clock_ms() - from;
	for (p = all->v; p < all->v + all->n; p++) {
		p->suspended = false;
		p->limit_at = later(p->limit_at, passed);
		p->kill_at = later(p->kill_at, passed);
	}
	if (front != NULL)
		front->asks = !give_terminal(front);
	process_continue(all);
}
