#define _XOPEN_SOURCE 700 /* getpgid */
/* stray.c - what a command started that has left its process group */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "run/stray.h"

enum { ROOM = 64 /* for processes, at first */ };

/* Descendants of ours: parents before their children. */
struct walk {
	pid_t *pids; /* n of them; below 0: belongs to the command */
	size_t n, room;
	bool unsure; /* some could not be looked at, and may belong to it */
};

/* Does this say nothing of a process, but of us? */
static bool
our_own(int error)
{
	return error != ESRCH && error != ENOSYS && error != EACCES &&
	    error != EPERM;
}

void
stray_begin(struct strays *s, uint64_t number)
{
	stray_end(s);
	*s = (struct strays){ .led = true };
	snprintf(s->mark, sizeof s->mark, "%ld.%llu", (long)getpid(),
	    (unsigned long long)number);
}

static bool
was_told(const struct strays *s, pid_t pid)
{
	size_t i;

	for (i = 0; i < s->ntold; i++)
		if (s->told[i] == pid)
			return true;
	return false;
}

/* Not to be remembered means to be told twice, which is better than never. */
static void
remember(struct strays *s, pid_t pid)
{
	pid_t *told;

	if (s->ntold == STRAY_MAX)
		return;
	told = realloc(s->told, (s->ntold + 1) * sizeof *told);
	if (told == NULL)
		return;
	s->told = told;
	s->told[s->ntold++] = pid;
}

void
stray_forget(struct strays *s, pid_t pid)
{
	size_t i;

	for (i = 0; i < s->ntold; i++)
		if (s->told[i] == pid)
			s->told[i--] = s->told[--s->ntold];
}

void
stray_again(struct strays *s)
{
	s->group_told = false;
	s->ntold = 0;
}

void
stray_end(struct strays *s)
{
	free(s->told);
	s->led = false;
	s->told = NULL;
	s->ntold = 0;
}

/*
 * Whoever has the mark of another command of ours is none of this one, though
 * its number was one's of this before.  One that was told and has no mark was
 * found by its parent, which has ended since.
 */
static bool
belongs(struct walk *w, const struct strays *s, pid_t pid)
{
	char mark[STRAY_MARK];
	size_t ours;
	int found;

	found = os_environ(pid, STRAY_NAME, mark, sizeof mark);
	if (found < 0 && our_own(errno))
		w->unsure = true;
	if (found == 1) {
		if (strcmp(mark, s->mark) == 0)
			return true;
		ours = strcspn(s->mark, ".") + 1;
		if (strncmp(mark, s->mark, ours) == 0)
			return false;
	}
	return getpgid(pid) == s->group || was_told(s, pid);
}

static bool
grow(struct walk *w)
{
	size_t room;
	pid_t *pids;

	room = w->room == 0 ? ROOM : 2 * w->room;
	if (room > STRAY_MAX)
		return false;
	pids = realloc(w->pids, room * sizeof *pids);
	if (pids == NULL)
		return false;
	w->pids = pids;
	w->room = room;
	return true;
}

/* Without memory for all of them, some have to wait for the next look. */
static size_t
children(struct walk *w, pid_t parent)
{
	int n;

	do {
		n = os_children(parent, w->pids + w->n, w->room - w->n);
		if (n < 0) {
			w->unsure = w->unsure || our_own(errno);
			return 0;
		}
	} while ((size_t)n == w->room - w->n && grow(w));
	return (size_t)n;
}

static void
add(struct walk *w, const struct strays *s, pid_t parent, bool all)
{
	size_t more;

	for (more = children(w, parent); more > 0; more--, w->n++)
		if (all || belongs(w, s, w->pids[w->n]))
			w->pids[w->n] = -w->pids[w->n];
}

/*
 * A member of the group hears what that is told.  When there is no command any
 * more, one that only waits for its parent to ask how it ended is gone.
 */
static bool
apart(const struct strays *s, pid_t pid)
{
	int64_t started;

	if (s->led)
		return getpgid(pid) != s->group;
	return os_started(pid, &started) == 0 || errno != ESRCH;
}

static bool
tell_strays(struct strays *s, const struct walk *w, int signo)
{
	bool any;
	size_t i;
	pid_t pid;

	any = false;
	for (i = 0; i < w->n; i++) {
		pid = -w->pids[i];
		if (pid < 0 || !apart(s, pid))
			continue;
		any = true;
		if (signo != SIGKILL) {
			if (was_told(s, pid))
				continue;
			remember(s, pid);
		}
		kill(pid, signo);
		kill(pid, SIGCONT);
	}
	return any;
}

static bool
tell_group(struct strays *s, int signo)
{
	if (!s->led)
		return false;
	if (!s->group_told || signo == SIGKILL) {
		s->group_told = true;
		kill(-s->group, signo);
		kill(-s->group, SIGCONT);
	}
	/* The dead count as long as they are kept. */
	return kill(-s->group, 0) == 0 || errno == EPERM;
}

/* All are found before any is told: who loses a parent is harder to find. */
bool
stray_signal(struct strays *s, int signo)
{
	struct walk w = { .n = 0 };
	bool group, strays;
	size_t i;

	if (s->group == 0)
		return false;
	if (grow(&w))
		add(&w, s, getpid(), false);
	else
		w.unsure = true;
	for (i = 0; i < w.n; i++)
		if (w.pids[i] < 0)
			add(&w, s, -w.pids[i], true);
		else
			add(&w, s, w.pids[i], false);
	group = tell_group(s, signo);
	strays = tell_strays(s, &w, signo);
	free(w.pids);
	return group || strays || w.unsure;
}

bool
stray_kill(struct strays *s)
{
	return stray_signal(s, SIGKILL);
}
