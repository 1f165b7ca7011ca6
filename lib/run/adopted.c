#define _XOPEN_SOURCE 700 /* getpgid */
/* adopted.c - processes that commands left behind and this process adopted */
#include <sys/types.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "os/os.h"
#include "run/adopted.h"

/* The list of children keeps its order, so that the next one is mostly right. */
static const struct adopted_child *
find_child(const struct adopted *a, pid_t pid, size_t *from)
{
	size_t i;

	for (i = *from; i < a->n; i++)
		if (a->children[i].pid == pid) {
			*from = i + 1;
			return &a->children[i];
		}
	return NULL;
}

/* A child in the group of an adopted one belongs where that one does. */
static struct adopted_child
new_child(const struct adopted *a, pid_t pid)
{
	struct adopted_child child = {
		.pid = pid, .group = getpgid(pid), .since = a->starts
	};
	const struct adopted_child *other;
	size_t i;

	for (i = 0; i < a->n; i++) {
		other = &a->children[i];
		if (!other->is_command &&
		    (other->group == child.group ||
			other->pid == child.group)) {
			child.since = other->since;
			child.sent = other->sent;
			break;
		}
	}
	return child;
}

int
adopted_update(struct adopted *a)
{
	const struct adopted_child *known;
	pid_t pids[ADOPTED_MAX];
	struct adopted before;
	size_t i, from;
	int n;

	n = os_children(getpid(), pids, ADOPTED_MAX);
	if (n < 0)
		return -1;
	before = *a;
	from = 0;
	for (i = 0; i < (size_t)n; i++) {
		known = find_child(&before, pids[i], &from);
		a->children[i] = known != NULL ? *known
					       : new_child(&before, pids[i]);
		a->children[i].group = getpgid(pids[i]);
	}
	a->n = (size_t)n;
	return 0;
}

uint64_t
adopted_command(struct adopted *a, pid_t pid)
{
	size_t i;

	a->starts++;
	adopted_update(a);
	for (i = 0; i < a->n; i++)
		if (a->children[i].pid == pid)
			a->children[i].is_command = true;
	return a->starts;
}

void
adopted_spare(struct adopted *a, uint64_t since)
{
	size_t i;

	adopted_update(a);
	for (i = 0; i < a->n; i++)
		if (a->children[i].since >= since)
			a->children[i].since = 0;
}

/* Signal its group, but itself alone if it is in our own group. */
static void
signal_child(struct adopted *a, struct adopted_child *child, int signo)
{
	pid_t group;
	size_t i;

	group = child->group;
	child->sent = signo;
	if (group <= 1 || group == getpgrp())
		group = -child->pid;
	for (i = 0; i < a->n; i++)
		if (a->children[i].group == group)
			a->children[i].sent = signo;
	kill(-group, signo);
	kill(-group, SIGCONT);
}

bool
adopted_signal(struct adopted *a, uint64_t since, pid_t except, int signo)
{
	struct adopted_child *child;
	bool any;

	if (adopted_update(a) < 0)
		return errno != ENOSYS;
	any = false;
	for (child = a->children; child < a->children + a->n; child++) {
		if (child->is_command || child->since < since)
			continue;
		any = true;
		if (child->sent != signo && child->group != except)
			signal_child(a, child, signo);
	}
	return any;
}
