#define _XOPEN_SOURCE 700
/* play.c - watchrun in a scene, with one of its calls made to fail */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "play.h"

enum {
	GRACE =
	    120000, /* ms to end: closing an inotify instance waits its turn */
	PAUSE_MAX = 16, /* ms between two looks at what must come */
	REST = 60, /* ms at rest are watched */
	RESTLESS = 2000, /* calls in these are too many */
	TICKS = 3 /* of a hundredth of a second, in these, too */
};

char play_shim[PATH_MAX];

/* ---- small things ---- */

void
play_nap(int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

void
play_pause(int *ms)
{
	play_nap(*ms);
	if (*ms < PAUSE_MAX)
		*ms *= 2;
}

int64_t
play_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
play_wrong(struct play *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, sizeof p->why, fmt, ap);
	va_end(ap);
	return false;
}

void
play_die(const char *what)
{
	perror(what);
	exit(2);
}

void
play_get(const char *path, char text[PLAY_TEXT])
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, text, PLAY_TEXT - 1);
	text[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
}

void
play_put(const char *path, const char *text)
{
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) < 0)
		play_die(path);
}

/* ---- to start ---- */

static struct fault_table *
map_table(void)
{
	struct fault_table *table;
	int fd;

	fd = open("table", O_RDWR | O_CREAT, 0644);
	if (fd < 0 || ftruncate(fd, sizeof *table) < 0)
		play_die("table");
	table = mmap(
	    NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (table == MAP_FAILED)
		play_die("table");
	close(fd);
	return table;
}

void
play_start(struct play *p)
{
	char plan[128];

	p->table = map_table();
	p->watchrun = fork();
	if (p->watchrun != 0)
		return;
	if (freopen("/dev/null", "r", stdin) == NULL ||
	    freopen("out", "w", stdout) == NULL ||
	    freopen("err", "w", stderr) == NULL)
		_exit(126);
	snprintf(plan, sizeof plan, "%s:%u-%u:%s", p->function, p->first,
	    p->last, p->error);
	if (p->first > 0)
		setenv("FAULT", plan, 1);
	setenv("FAULT_TABLE", "table", 1);
	setenv("LD_PRELOAD", play_shim, 1);
	execvp(p->scene->argv[0], (char *const *)p->scene->argv);
	_exit(127);
}

/* ---- to judge ---- */

bool
play_ended(struct play *p)
{
	if (!p->ended && waitpid(p->watchrun, &p->status, WNOHANG) > 0)
		p->ended = true;
	return p->ended;
}

static bool
muted(const struct play *p)
{
	return strcmp(p->function, "write") == 0 && p->table->hits > 0;
}

bool
play_said(const struct play *p)
{
	struct stat st;

	return muted(p) || (stat("err", &st) == 0 && st.st_size > 0);
}

/* a line `program: what: why` */
bool
play_ended_well(struct play *p)
{
	char err[PLAY_TEXT], name[32], *line;

	if (WIFSIGNALED(p->status))
		return play_wrong(p, "dies of signal %d", WTERMSIG(p->status));
	if (WEXITSTATUS(p->status) == 0)
		return play_wrong(p, "ends with status 0");
	play_get("err", err);
	snprintf(name, sizeof name, "%s: ", p->scene->argv[0]);
	line = strstr(err, name);
	if (!muted(p) &&
	    (line == NULL || strchr(line + strlen(name), ':') == NULL))
		return play_wrong(p, "ends with no line that says why");
	return true;
}

bool
play_until(struct play *p, bool (*fact)(void), int64_t ms)
{
	int64_t limit;
	int pause = 1;

	limit = play_now() + ms;
	while (!fact() && !play_ended(p) && play_now() < limit)
		play_pause(&pause);
	return fact();
}

/* proc(5): user and system time are fields 14 and 15 */
static long
ticks(pid_t pid)
{
	char path[64], text[PLAY_TEXT];
	unsigned long user, kernel;
	const char *s;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	play_get(path, text);
	s = strrchr(text, ')');
	if (s == NULL ||
	    sscanf(s + 1,
		" %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user,
		&kernel) != 2)
		return 0;
	return (long)(user + kernel);
}

bool
play_rests(struct play *p)
{
	unsigned calls;
	int64_t limit;
	long used;
	int pause = 1;

	limit = play_now() + PLAY_PATIENCE;
	while (p->table->timeout == FAULT_BUSY && play_now() < limit &&
	    !play_ended(p))
		play_pause(&pause);
	calls = p->table->all;
	used = ticks(p->watchrun);
	play_nap(REST);
	if (play_ended(p))
		return play_ended_well(p);
	calls = p->table->all - calls;
	used = ticks(p->watchrun) - used;
	if (calls > RESTLESS || used > TICKS)
		return play_wrong(p, "spins: %u calls and %ld ticks in %d ms",
		    calls, used, REST);
	return true;
}

bool
play_ends(struct play *p, int signo)
{
	int64_t limit;
	int pause = 1;

	kill(p->watchrun, signo);
	limit = play_now() + GRACE;
	while (!play_ended(p) && play_now() < limit)
		play_pause(&pause);
	if (!p->ended)
		return play_wrong(p, "hangs: signal %d does not end it", signo);
	if (WIFSIGNALED(p->status) ? WTERMSIG(p->status) == signo
				   : WEXITSTATUS(p->status) == 128 + signo)
		return true;
	/* Something else may have ended it just then. */
	return play_ended_well(p);
}
