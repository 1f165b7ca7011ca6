#define _POSIX_C_SOURCE 200809L
/* run.c - a command in a process group of its own, and the terminal it asks for */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "run.h"
#include "sig.h"

/* ---- to start ---- */

/* In the child: become the command, or tell the parent why not. */
static _Noreturn void
become(char *const command[], int report)
{
	int error;
	ssize_t n;

	setpgid(0, 0);
	sig_reset();
	execvp(command[0], command);
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

int
run_start(struct run *r, char *const command[])
{
	int ends[2], error;
	pid_t pid;

	stray_spare(&r->strays);
	if (pipe(ends) < 0)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid == 0)
		become(command, ends[1]);
	error = errno;
	close(ends[1]);
	if (pid > 0) {
		/* Both do it, so that it is done whoever comes first. */
		setpgid(pid, pid);
		error = exec_error(ends[0]);
	}
	close(ends[0]);
	if (pid > 0 && error != 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	if (pid < 0 || error != 0) {
		errno = error;
		return -1;
	}
	r->pid = pid;
	r->ended = r->stopping = r->front = false;
	r->held_terminal = r->hung_up = false;
	return 0;
}

/* ---- the terminal ---- */

static bool
open_tty(struct run *r)
{
	if (r->tty < 0)
		r->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return r->tty >= 0;
}

/* Only who is in the background is stopped for this, and we may be. */
static void
set_front(const struct run *r, pid_t group)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	tcsetpgrp(r->tty, group);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static bool
give_terminal(struct run *r)
{
	if (!open_tty(r) || tcgetpgrp(r->tty) != getpgrp())
		return false;
	tcgetattr(r->tty, &r->modes);
	set_front(r, r->pid);
	r->front = true;
	return true;
}

static void
take_terminal(struct run *r)
{
	sigset_t ttou, old;

	if (!r->front)
		return;
	r->front = false;
	set_front(r, getpgrp());
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	tcsetattr(r->tty, TCSADRAIN, &r->modes);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* ---- what becomes of it ---- */

/* A group in the background is stopped when it reads, or sets, the terminal. */
static enum run_news
stopped(struct run *r, int signo)
{
	if (r->stopping) {
		kill(-r->pid, SIGCONT);
		return RUN_NOTHING;
	}
	if (signo == SIGTTIN || signo == SIGTTOU) {
		/* In the background ourselves, we stop with it as any job does. */
		if (!r->front && open_tty(r) && !give_terminal(r))
			return RUN_SUSPENDED;
		kill(-r->pid, SIGCONT);
		return RUN_NOTHING;
	}
	return r->front ? RUN_SUSPENDED : RUN_NOTHING;
}

/* Whom it orphaned may be our children now; the dead count as long as kept. */
static bool
group_lives(const struct run *r)
{
	while (waitpid(-r->pid, NULL, WNOHANG) > 0)
		;
	return kill(-r->pid, 0) == 0 || errno == EPERM;
}

/* Is anything left of a command that is being stopped? */
static bool
lives(struct run *r)
{
	bool group;

	group = group_lives(r);
	return stray_signal(&r->strays, r->pid, SIGTERM, false) > 0 || group;
}

static enum run_news
changed(struct run *r, int status)
{
	if (WIFSTOPPED(status))
		return stopped(r, WSTOPSIG(status));
	r->status = status;
	r->ended = true;
	r->held_terminal = r->front;
	r->hung_up = r->front && tcgetpgrp(r->tty) < 0;
	take_terminal(r);
	if (r->stopping && lives(r))
		return RUN_NOTHING;
	r->pid = 0;
	return RUN_ENDED;
}

/* Among our children are those that a command left behind, see os_adopt. */
enum run_news
run_reap(struct run *r)
{
	enum run_news news;
	pid_t pid;
	int status;

	news = RUN_NOTHING;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
		if (pid == r->pid && !r->ended)
			news = changed(r, status);
	return news;
}

bool
run_busy(const struct run *r)
{
	return r->pid != 0;
}

/* ---- to stop ---- */

void
run_stop(struct run *r, int64_t now)
{
	if (r->pid == 0 || r->stopping)
		return;
	r->stopping = true;
	r->killed = false;
	r->kill_at = now + RUN_GRACE;
	kill(-r->pid, SIGTERM);
	kill(-r->pid, SIGCONT);
	stray_signal(&r->strays, r->pid, SIGTERM, false);
}

void
run_kill(struct run *r)
{
	if (r->pid == 0)
		return;
	r->killed = true;
	kill(-r->pid, SIGKILL);
	stray_signal(&r->strays, r->pid, SIGKILL, true);
}

int64_t
run_due(const struct run *r, int64_t now)
{
	if (r->pid == 0 || !r->stopping)
		return RUN_NEVER;
	if (r->ended && now + RUN_LINGER < r->kill_at)
		return now + RUN_LINGER;
	return r->kill_at;
}

enum run_news
run_tick(struct run *r, int64_t now)
{
	if (r->pid == 0 || !r->stopping)
		return RUN_NOTHING;
	if (r->ended && (!lives(r) || (r->killed && now >= r->kill_at))) {
		r->pid = 0;
		return RUN_ENDED;
	}
	if (now >= r->kill_at) {
		run_kill(r);
		/* A process in the kernel dies when it returns from it. */
		r->kill_at = now + RUN_DYING;
	}
	return RUN_NOTHING;
}

/* ---- to suspend ---- */

void
run_continue(struct run *r)
{
	if (r->pid != 0)
		kill(-r->pid, SIGCONT);
}

/*
 * A command that wants a terminal which we do not have stays stopped until
 * somebody continues us: it would only ask again.
 */
void
run_suspend(struct run *r)
{
	bool front;

	front = r->front;
	take_terminal(r);
	if (r->pid != 0)
		kill(-r->pid, SIGTSTP);
	sig_suspend();
	if (r->pid == 0)
		return;
	if (front)
		give_terminal(r);
	if (r->front || r->tty < 0 || tcgetpgrp(r->tty) == getpgrp())
		run_continue(r);
}

/* ---- how it ended ---- */

bool
run_succeeded(const struct run *r)
{
	return WIFEXITED(r->status) && WEXITSTATUS(r->status) == 0;
}

bool
run_killed(const struct run *r)
{
	return WIFSIGNALED(r->status);
}

int
run_status(const struct run *r)
{
	return WIFEXITED(r->status) ? WEXITSTATUS(r->status)
				    : 128 + WTERMSIG(r->status);
}

int
run_interrupted(const struct run *r)
{
	if (r->hung_up)
		return SIGHUP;
	return r->held_terminal && run_status(r) == 128 + SIGINT ? SIGINT : 0;
}
