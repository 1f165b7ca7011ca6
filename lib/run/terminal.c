#define _POSIX_C_SOURCE 200809L
/* terminal.c - the terminal, which commands get one at a time when they ask */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/signals.h"
#include "run/terminal.h"

static bool
open_tty(struct processes *all)
{
	if (all->tty < 0)
		all->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return all->tty >= 0;
}

/* Block SIGTTOU, which would stop us if we are in the background. */
static void
set_front(const struct processes *all, pid_t group, const struct termios *modes)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	/* Output that is held back by Ctrl-S must not hold us. */
	if (modes != NULL)
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

void
terminal_hand_on(struct processes *all)
{
	struct process *p;

	for (p = all->v; p < all->v + all->n && all->front == NULL; p++)
		if (p->asks && give_terminal(p))
			kill(-p->pid, SIGCONT);
}

/* A group in the background is stopped when it reads, or sets, the terminal. */
void
terminal_asked(struct process *p)
{
	struct processes *all;

	all = p->all;
	if (!open_tty(all) || tcgetpgrp(all->tty) == p->pid ||
	    give_terminal(p)) {
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

void
terminal_leave(struct process *p)
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

/*
 * A command that waits for the terminal stays stopped until our group has it:
 * it would only ask again.
 */
void
terminal_continue(struct processes *all)
{
	struct process *p;
	bool home;

	terminal_hand_on(all);
	home = all->tty < 0 || all->front != NULL ||
	    tcgetpgrp(all->tty) == getpgrp();
	for (p = all->v; p < all->v + all->n; p++)
		if (p->pid != 0 && (home || !p->asks))
			kill(-p->pid, SIGCONT);
}

void
terminal_suspend(struct processes *all)
{
	struct process *p, *front;
	int64_t from;

	front = all->front;
	take_terminal(all);
	for (p = all->v; p < all->v + all->n; p++)
		if (p->pid != 0)
			kill(-p->pid, SIGTSTP);
	from = clock_ms();
	signals_suspend();
	for (p = all->v; p < all->v + all->n; p++) {
		p->suspended = false;
		process_shift(p, clock_ms() - from);
	}
	if (front != NULL)
		front->asks = !give_terminal(front);
	terminal_continue(all);
}
