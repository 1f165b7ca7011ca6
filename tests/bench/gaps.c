#define _GNU_SOURCE /* d_type, pipe2 */
/* gaps.c - the events of a tree, and when each was heard
 *
 * usage: gaps dir
 *
 * It says "watching" on standard error, and at USR1 what it has heard so far,
 * then a line with a dot: a line for each event with ns of a clock that only
 * goes forward, a letter, and the path.  The letters: n made, w written, c closed
 * after writing, t moved there, d gone, a other.  What watchrun leaves out by
 * itself is left out here.
 */
#include <sys/inotify.h>

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DIRS = 100000, EVENTS = 1 << 20 };

static const uint32_t mask = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE |
    IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;
static const char *const ignored[] = { "4913", "*~", "#*#", ".#*", ".*.sw?",
	"*___jb_*___", "sed??????", "flycheck_*", "*.pid", ".git",
	"node_modules" };

static struct {
	int64_t ns;
	char *path;
	char kind;
} heard[EVENTS];
static size_t nheard;
static char *dirs[DIRS];
static int fd;
static volatile sig_atomic_t asked;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
on_signal(int signo)
{
	(void)signo;
	asked = 1;
}

static bool
counts(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		if (fnmatch(ignored[i], name, 0) == 0)
			return false;
	return true;
}

static char *
join(const char *dir, const char *name)
{
	char *path;
	size_t n;

	n = strlen(dir) + strlen(name) + 2;
	path = malloc(n);
	if (path == NULL)
		die("memory");
	snprintf(path, n, "%s/%s", dir, name);
	return path;
}

static void
note(char kind, char *path)
{
	if (nheard < EVENTS) {
		heard[nheard].ns = now();
		heard[nheard].kind = kind;
		heard[nheard++].path = path;
	}
}

/* A new one may hold files already: these are news as well. */
static void
watch(char *dir, bool fresh)
{
	const struct dirent *entry;
	char *path;
	DIR *d;
	int wd;

	wd = inotify_add_watch(fd, dir, mask);
	if (wd < 0 || wd >= DIRS || (d = opendir(dir)) == NULL)
		return;
	dirs[wd] = dir;
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 || !counts(entry->d_name))
			continue;
		path = join(dir, entry->d_name);
		if (entry->d_type == DT_DIR)
			watch(path, fresh);
		else if (fresh)
			note('n', path);
	}
	closedir(d);
}

static char
kind_of(uint32_t bits)
{
	if (bits & IN_CREATE)
		return 'n';
	if (bits & IN_MODIFY)
		return 'w';
	if (bits & IN_CLOSE_WRITE)
		return 'c';
	if (bits & IN_MOVED_TO)
		return 't';
	return bits & (IN_DELETE | IN_MOVED_FROM) ? 'd' : 'a';
}

static void
take(const struct inotify_event *e)
{
	char *path;

	if (e->wd < 0 || e->wd >= DIRS || dirs[e->wd] == NULL || e->len == 0 ||
	    !counts(e->name))
		return;
	path = join(dirs[e->wd], e->name);
	if ((e->mask & IN_ISDIR) == 0)
		note(kind_of(e->mask), path);
	else if (e->mask & (IN_CREATE | IN_MOVED_TO))
		watch(path, true);
}

static void
take_all(void)
{
	_Alignas(struct inotify_event) static char events[65536];
	const struct inotify_event *e;
	ssize_t n, at;

	n = read(fd, events, sizeof events);
	for (at = 0; at < n; at += (ssize_t)(sizeof *e + e->len)) {
		e = (const void *)(events + at);
		take(e);
	}
}

static void
tell(void)
{
	size_t i;

	for (i = 0; i < nheard; i++) {
		printf("%lld %c %s\n", (long long)heard[i].ns, heard[i].kind,
		    heard[i].path);
		free(heard[i].path);
	}
	puts(".");
	fflush(stdout);
	nheard = 0;
	asked = 0;
}

int
main(int argc, char *argv[])
{
	struct sigaction action = { .sa_handler = on_signal };
	struct pollfd p;

	if (argc != 2)
		return 2;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		die("inotify");
	sigaction(SIGUSR1, &action, NULL);
	watch(argv[1], false);
	fputs("watching\n", stderr);
	for (p = (struct pollfd){ .fd = fd, .events = POLLIN };;) {
		if (poll(&p, 1, asked ? 0 : 1000) > 0)
			take_all();
		else if (asked)
			tell();
	}
}
