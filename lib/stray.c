#define _XOPEN_SOURCE 700 /* getpgid */
/* stray.c - what a command started that has left its process group */
#include <signal.h>
#include <unistd.h>

#include "os.h"
#include "stray.h"

static bool
among(const pid_t *pids, size_t n, pid_t pid)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

void
stray_spare(struct strays *s)
{
	int n;

	n = os_children(getpid(), s->spared, STRAY_MAX);
	s->nspared = n < 0 ? 0 : (size_t)n;
	s->ntold = 0;
}

static void
tell(struct strays *s, pid_t pid, int signo, bool again)
{
	if (!again && among(s->told, s->ntold, pid))
		return;
	if (s->ntold < STRAY_MAX)
		s->told[s->ntold++] = pid;
	kill(pid, signo);
	kill(pid, SIGCONT);
}

/* Members of the group have been signalled as such, but may have strays. */
size_t
stray_signal(struct strays *s, pid_t group, int signo, bool again)
{
	pid_t pids[STRAY_MAX];
	size_t i, n, strays;
	int more;

	pids[0] = getpid();
	strays = 0;
	for (i = 0, n = 1; i < n; i++) {
		if (i > 0 && getpgid(pids[i]) != group) {
			tell(s, pids[i], signo, again);
			strays++;
		}
		more = os_children(pids[i], pids + n, STRAY_MAX - n);
		for (; more > 0; more--)
			if (i > 0 || !among(s->spared, s->nspared, pids[n]))
				n++;
			else
				pids[n] = pids[n + (size_t)more - 1];
	}
	return strays;
}
