#define _POSIX_C_SOURCE 200809L
/* terminal.c - the terminal, which commands get one at a time when they ask */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/signals.h"
#include "run/terminal.h"

static bool
open_tty(struct process_shared *s)
{
	if (s->tty < 0)
		s->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return s->tty >= 0;
}

/* Block SIGTTOU, which would stop us if we are in the background. */
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

/*
 * Give the terminal to a command, if our group or another command has it.
 * Returns false otherwise.
 */
static bool
give_terminal(struct process *p)
{
	struct process_shared *s;
	struct process *last;
	pid_t group;

	s = p->shared;
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
	set_front(s, p->pid, p->had_terminal ? &p->modes : &s->modes);
	s->front = p;
	p->had_terminal = true;
	p->asks = false;
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

void
terminal_hand_on(struct process *processes, size_t n)
{
	size_t i;

	for (i = 0; i < n && processes->shared->front == NULL; i++)
		if (processes[i].asks && give_terminal(&processes[i]))
			kill(-processes[i].pid, SIGCONT);
}

/* A group in the background is stopped when it reads, or sets, the terminal. */
void
terminal_asked(struct process *p)
{
	struct process_shared *s;

	s = p->shared;
	if (!open_tty(s) || tcgetpgrp(s->tty) == p->pid || give_terminal(p)) {
		kill(-p->pid, SIGCONT);
		return;
	}
	/* A command that is continued without it asks again at once. */
	p->asks = true;
	/* In the background ourselves, we stop with it as any job does. */
	p->suspended = s->front == NULL && !p->stopping;
	if (s->front == p)
		s->front = NULL;
}

void
terminal_leave(struct process *p)
{
	struct process_shared *s;

	s = p->shared;
	p->suspended = p->asks = false;
	if (s->front != p)
		return;
	if (tcgetpgrp(s->tty) < 0)
		p->interrupted = SIGHUP;
	/* A command that watchrun stops with INT was not stopped by Ctrl-C. */
	else if (!p->stopping && process_status(p) == 128 + SIGINT)
		p->interrupted = SIGINT;
	take_terminal(s);
}

/*
 * A command that waits for the terminal stays stopped until our group has it:
 * it would only ask again.
 */
void
terminal_continue(struct process *processes, size_t n)
{
	struct process_shared *s;
	bool home;
	size_t i;

	if (n == 0)
		return;
	s = processes->shared;
	terminal_hand_on(processes, n);
	home = s->tty < 0 || s->front != NULL || tcgetpgrp(s->tty) == getpgrp();
	for (i = 0; i < n; i++)
		if (processes[i].pid != 0 && (home || !processes[i].asks))
			kill(-processes[i].pid, SIGCONT);
}

void
terminal_suspend(struct process *processes, size_t n)
{
	struct process *front;
	int64_t from;
	size_t i;

	if (n == 0) {
		signals_suspend();
		return;
	}
	front = processes->shared->front;
	take_terminal(processes->shared);
	for (i = 0; i < n; i++)
		if (processes[i].pid != 0)
			kill(-processes[i].pid, SIGTSTP);
	from = clock_ms();
	signals_suspend();
	for (i = 0; i < n; i++) {
		processes[i].suspended = false;
		process_shift(&processes[i], clock_ms() - from);
	}
	if (front != NULL)
		front->asks = !give_terminal(front);
	terminal_continue(processes, n);
}
