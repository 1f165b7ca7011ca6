#define _GNU_SOURCE /* d_type, clock_getcpuclockid */
/* walk.c - the least that can be done with a tree, and what watchrun takes for it
 *
 * usage: walk make dir dirs files   so many directories, with so many files in all
 *        walk watch dir             watch each directory; "watching", then wait
 *        walk stat dir n            n times a stat of each file: ns of CPU each
 *        walk write dir             rewrite each file: ns of it all
 *        walk ready command...      until it says "watching" or
 *                                   "established" on standard error:
 *                                   its pid, which lives on, ns, and ns of CPU
 *        walk save n file command...
 *                                   n saves, each told by a line and an empty
 *                                   one on standard output: ns of CPU of one
 *        walk cpu pid               ns of CPU that it has taken so far
 */
#include <sys/inotify.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	FAN = 25, /* directories in one that holds directories */
	LIFE = 900, /* seconds, also of what lives on */
	PATIENCE = 100 /* ms for a line, then the file is saved again */
};

static char path[PATH_MAX];
static char *files; /* paths, each with a NUL after it */
static size_t nfiles, used, room;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
put(const char *file, const char *text)
{
	int fd;

	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(file);
	close(fd);
}

/* ---- to make a tree ---- */

static void
fill(size_t n)
{
	size_t len, i;

	len = strlen(path);
	for (i = 0; i < n; i++) {
		snprintf(path + len, sizeof path - len, "/file%zu.html", i);
		put(path, "one\n");
	}
	path[len] = '\0';
}

/* So many directories, this one among them, with so many files in each. */
static void
grow(size_t dirs, size_t each)
{
	size_t len, i, n;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die(path);
	fill(each);
	len = strlen(path);
	dirs--;
	for (i = 0; i < FAN && dirs > 0; i++) {
		n = (dirs + FAN - 1 - i) / (FAN - i);
		dirs -= n;
		snprintf(path + len, sizeof path - len, "/dir%zu", i);
		grow(n, each);
	}
	path[len] = '\0';
}

/* ---- to walk through it ---- */

static void
remember(void)
{
	size_t n;

	n = strlen(path) + 1;
	if (used + n > room) {
		room = 2 * room + PATH_MAX;
		files = realloc(files, room);
		if (files == NULL)
			die("memory");
	}
	memcpy(files + used, path, n);
	used += n;
	nfiles++;
}

static void
walk(int watch)
{
	const struct dirent *entry;
	size_t len;
	DIR *dir;

	if (watch >= 0 &&
	    inotify_add_watch(watch, path, IN_MODIFY | IN_CREATE | IN_DELETE) <
		0)
		die(path);
	dir = opendir(path);
	if (dir == NULL)
		die(path);
	len = strlen(path);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path + len, sizeof path - len, "/%s", entry->d_name);
		if (entry->d_type == DT_DIR)
			walk(watch);
		else if (watch < 0)
			remember();
	}
	path[len] = '\0';
	closedir(dir);
}

static void
stat_all(void)
{
	struct stat st;
	const char *p;

	for (p = files; p < files + used; p += strlen(p) + 1)
		if (fstatat(AT_FDCWD, p, &st, AT_SYMLINK_NOFOLLOW) < 0)
			die(p);
}

static void
write_all(void)
{
	const char *p;

	for (p = files; p < files + used; p += strlen(p) + 1)
		put(p, "two\n");
}

/* ---- what others take ---- */

static int64_t
cpu(pid_t pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0)
		die("its clock");
	return now(clock);
}

/* What it writes there comes out of *end. */
static pid_t
start(char *argv[], int fd, int *end)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		alarm(LIFE);
		/* Who waits for our end must not wait for its own. */
		if (fd != STDOUT_FILENO)
			dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		dup2(ends[1], fd);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	close(ends[1]);
	*end = ends[0];
	return pid;
}

static void
ready(char *argv[])
{
	static char text[65536];
	int64_t began;
	size_t used_up;
	ssize_t n;
	pid_t pid;
	int end;

	began = now(CLOCK_MONOTONIC);
	pid = start(argv, STDERR_FILENO, &end);
	used_up = 0;
	do {
		n = read(end, text + used_up, sizeof text - 1 - used_up);
		if (n <= 0)
			die(argv[0]);
		used_up += (size_t)n;
		text[used_up] = '\0';
	} while (strstr(text, "watching") == NULL &&
	    strstr(text, "established") == NULL);
	printf("%ld %lld %lld\n", (long)pid,
	    (long long)(now(CLOCK_MONOTONIC) - began), (long long)cpu(pid));
}

/* Save it until that is told. */
static void
save(const char *file, int end)
{
	struct pollfd fd = { .fd = end, .events = POLLIN };
	char text[PATH_MAX];
	ssize_t n;

	do
		put(file, "two\n");
	while (poll(&fd, 1, PATIENCE) == 0);
	do {
		n = read(end, text, sizeof text);
		if (n <= 0)
			die(file);
	} while (n < 2 ? *text != '\n' : strncmp(text + n - 2, "\n\n", 2) != 0);
}

static void
saves(int64_t n, const char *file, char *argv[])
{
	int64_t i, began;
	pid_t pid;
	int end;

	pid = start(argv, STDOUT_FILENO, &end);
	save(file, end);
	/* What there is at the start is still being found out. */
	do {
		began = cpu(pid);
		poll(NULL, 0, PATIENCE);
	} while (cpu(pid) != began);
	for (i = 0; i < n; i++)
		save(file, end);
	printf("%lld\n", (long long)((cpu(pid) - began) / n));
	kill(pid, SIGTERM);
}

static void
stat_often(int64_t n)
{
	int64_t began, i;

	walk(-1);
	stat_all();
	began = now(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < n; i++)
		stat_all();
	printf(
	    "%lld\n", (long long)((now(CLOCK_PROCESS_CPUTIME_ID) - began) / n));
}

static void
write_once(void)
{
	int64_t began;

	walk(-1);
	began = now(CLOCK_MONOTONIC);
	write_all();
	printf("%lld\n", (long long)(now(CLOCK_MONOTONIC) - began));
}

static int64_t
count(const char *text)
{
	return strtoll(text, NULL, 10);
}

int
main(int argc, char *argv[])
{
	if (argc < 3 || strlen(argv[2]) > PATH_MAX / 2) {
		fputs("usage: walk make|watch|stat|write|ready|save|cpu ...\n",
		    stderr);
		return 2;
	}
	snprintf(path, sizeof path, "%s", argv[2]);
	if (strcmp(argv[1], "make") == 0 && argc == 5)
		grow((size_t)count(argv[3]),
		    (size_t)(count(argv[4]) / count(argv[3])));
	else if (strcmp(argv[1], "watch") == 0) {
		walk(inotify_init1(IN_CLOEXEC));
		fputs("watching\n", stderr);
		pause();
	} else if (strcmp(argv[1], "stat") == 0 && argc == 4)
		stat_often(count(argv[3]));
	else if (strcmp(argv[1], "write") == 0)
		write_once();
	else if (strcmp(argv[1], "ready") == 0)
		ready(argv + 2);
	else if (strcmp(argv[1], "save") == 0 && argc > 4)
		saves(count(argv[2]), argv[3], argv + 4);
	else if (strcmp(argv[1], "cpu") == 0)
		printf("%lld\n", (long long)cpu((pid_t)count(argv[2])));
	return 0;
}
