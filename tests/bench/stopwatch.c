#define _XOPEN_SOURCE 700
/* stopwatch.c - save files, and take the time until it is told who listens
 *
 * usage: stopwatch saves mode n ms     each ear's file saved n times by turns, or
 *                                      until that has taken so many ms of its own
 *        stopwatch burst n files quiet n writes over so many files, file0 and so on,
 *                                      beside each ear's file, with its suffix
 *        stopwatch hold                listen until it is ended
 *        stopwatch start command...    until the ear's handshake is accepted
 *
 * The ears (ear.h) are described on standard input.  Lines of the output:
 *   saves: name ns early more          ns from the last act of the save to the
 *                                      news, -1: lost; news before; news beyond
 *   burst: name writing during after ns  ns of all writes; news while they went
 *                                      on and after; from the last write to them
 *   start: name ns
 *   any:   name silent                 it could not be heard
 * Modes: place, rename, slow (half the file, 80 ms, the rest).
 */
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ear.h"

enum {
	TEXT = 4096, /* bytes of a file */
	HALF_MS = 80, /* while half of it is there */
	LOST_MS = 4000, /* then nobody tells any more */
	APART_MS =
	    70, /* from the news to the next save of that file, at least */
	REST_MS = 400, /* after the last */
	TRIES = 4, /* until an ear hears its first save */
	MOST = 1000, /* saves of an ear */
	START_MS = 60000, /* until a handshake */
	KNOCK_NS = 100000 /* between two tries of one */
};

struct sample {
	int64_t ns;
	uint64_t early, more;
};

static struct ear ears[EAR_MOST];
static size_t nears;
static struct sample samples[EAR_MOST][MOST];
static size_t nsamples[EAR_MOST];
static int64_t spent[EAR_MOST], saved_at[EAR_MOST];
static uint64_t heard[EAR_MOST]; /* news that are in a sample */
static unsigned long serial;

static int64_t
number(const char *text)
{
	return strtoll(text, NULL, 10);
}

/* A page that a generator takes as well, never twice the same. */
static void
compose(char *text)
{
	int n;

	n = snprintf(text, TEXT, "---\ntitle: %lu\n---\n", ++serial);
	memset(text + n, 'x', (size_t)(TEXT - n));
	text[TEXT / 2] = '\n';
	text[TEXT - 1] = '\n';
}

static int
begin(const char *file)
{
	int fd;

	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		ear_die(file);
	return fd;
}

static void
put(int fd, const char *text, size_t n)
{
	if (write(fd, text, n) != (ssize_t)n)
		ear_die("write");
}

/* Listen for so long, whatever comes. */
static void
listen_for(int64_t ms)
{
	int64_t end, left;

	end = ear_now() + ms * 1000000;
	while ((left = end - ear_now()) > 0)
		ear_listen(ears, nears, (int)(left / 1000000) + 1);
}

/* when its last act began; *early: what this ear was told before */
static int64_t
save(struct ear *e, const char *mode, uint64_t *early)
{
	char text[TEXT], other[EAR_FIELD + 8];
	uint64_t before;
	int64_t at;
	int fd;

	compose(text);
	before = e->told;
	snprintf(other, sizeof other, "%s.new", e->file);
	fd = begin(*mode == 'r' ? other : e->file);
	put(fd, text, TEXT / 2);
	if (*mode == 's')
		listen_for(HALF_MS);
	put(fd, text + TEXT / 2, TEXT / 2);
	*early = e->told - before;
	at = ear_now();
	close(fd);
	if (*mode != 'r')
		return at;
	at = ear_now();
	if (rename(other, e->file) < 0)
		ear_die(other);
	return at;
}

/* the news after that; -1 when none comes */
static int64_t
await(struct ear *e, uint64_t told, int64_t at)
{
	int64_t left;

	while (e->told == told && e->fd >= 0) {
		left = at + (int64_t)LOST_MS * 1000000 - ear_now();
		if (left <= 0)
			return -1;
		ear_listen(ears, nears, (int)(left / 1000000) + 1);
	}
	return e->told == told ? -1 : e->at - at;
}

/* What came since the last sample was taken belongs to that. */
static void
settle(size_t i)
{
	if (nsamples[i] > 0)
		samples[i][nsamples[i] - 1].more += ears[i].told - heard[i];
	heard[i] = ears[i].told;
}

static void
measure(size_t i, const char *mode)
{
	struct sample *s;
	int64_t began, at, left;

	left = saved_at[i] + (int64_t)APART_MS * 1000000 - ear_now();
	if (left > 0)
		listen_for(left / 1000000 + 1);
	ear_listen(ears, nears, 0);
	settle(i);
	began = ear_now();
	s = &samples[i][nsamples[i]++];
	*s = (struct sample){ .ns = -1 };
	at = save(&ears[i], mode, &s->early);
	heard[i] += s->early;
	s->ns = await(&ears[i], heard[i], at);
	heard[i] += s->ns >= 0;
	saved_at[i] = ear_now();
	spent[i] += saved_at[i] - began;
}

/* Keep those that can be heard, each of which has heard a save. */
static void
open_ears(const char *mode)
{
	uint64_t early, told;
	int64_t at;
	size_t i;
	int try;

	for (i = 0; i < nears; i++)
		if (!ear_open(&ears[i]))
			fprintf(stderr, "%s: no handshake\n", ears[i].name);
	listen_for(REST_MS);
	for (i = 0; mode != NULL && i < nears; i++) {
		for (try = 0; try < TRIES && ears[i].fd >= 0; try++) {
			at = save(&ears[i], mode, &early);
			told = ears[i].told;
			if (await(&ears[i], told, at) >= 0)
				break;
		}
		if (try < TRIES && ears[i].fd >= 0)
			continue;
		ears[i].fd = -1;
		printf("%s silent\n", ears[i].name);
	}
	listen_for(REST_MS);
	for (i = 0; i < nears; i++)
		heard[i] = ears[i].told;
}

static void
saves(const char *mode, int64_t n, int64_t ms)
{
	const struct sample *s;
	int64_t k;
	size_t i, j;

	open_ears(mode);
	for (k = 0; k < n && k < MOST; k++)
		for (i = 0; i < nears; i++)
			if (ears[i].fd >= 0 && spent[i] < ms * 1000000)
				measure(i, mode);
	listen_for(REST_MS);
	for (i = 0; i < nears; i++) {
		settle(i);
		for (j = 0; j < nsamples[i]; j++) {
			s = &samples[i][j];
			printf("%s %lld %llu %llu\n", ears[i].name,
			    (long long)s->ns, (unsigned long long)s->early,
			    (unsigned long long)s->more);
		}
	}
}

/* ---- a burst ---- */

static void
burst_one(struct ear *e, int64_t n, int64_t files, int64_t quiet)
{
	char text[TEXT], file[2 * EAR_FIELD], copy[EAR_FIELD];
	const char *dir, *suffix;
	uint64_t before, during;
	int64_t i, began, ended;
	int fd;

	snprintf(copy, sizeof copy, "%s", e->file);
	dir = dirname(copy);
	suffix = strrchr(e->file, '.');
	before = e->told;
	began = ear_now();
	for (i = 0; i < n; i++) {
		compose(text);
		snprintf(file, sizeof file, "%s/file%lld%s", dir,
		    (long long)(i % files), suffix != NULL ? suffix : "");
		fd = begin(file);
		put(fd, text, TEXT);
		close(fd);
		ear_listen(e, 1, 0);
	}
	ended = ear_now();
	during = e->told - before;
	while (ear_listen(e, 1, (int)quiet) > 0)
		if (ear_now() - ended > (int64_t)START_MS * 1000000)
			break;
	n = (int64_t)(e->told - before - during);
	printf("%s %lld %llu %lld %lld\n", e->name, (long long)(ended - began),
	    (unsigned long long)during, (long long)n,
	    (long long)(n > 0 ? e->at - ended : -1));
}

static void
burst(int64_t n, int64_t files, int64_t quiet)
{
	size_t i;

	open_ears(NULL);
	for (i = 0; i < nears; i++)
		if (ears[i].fd >= 0)
			burst_one(&ears[i], n, files, quiet);
		else
			printf("%s silent\n", ears[i].name);
}

/* ---- a start ---- */

static pid_t
run(char *argv[])
{
	pid_t pid;
	int fd;

	pid = fork();
	if (pid < 0)
		ear_die("fork");
	if (pid > 0)
		return pid;
	setpgid(0, 0);
	alarm(START_MS / 1000 + 30);
	fd = open("/dev/null", O_RDWR);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

/* Its group, which it leads, is asked to end, then made to. */
static void
end(pid_t pid)
{
	int i;

	kill(-pid, SIGTERM);
	for (i = 0; i < 100; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			break;
		poll(NULL, 0, 20);
	}
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
start(char *argv[])
{
	struct timespec knock = { .tv_nsec = KNOCK_NS };
	int64_t began;
	pid_t pid;

	began = ear_now();
	pid = run(argv);
	while (!ear_open(&ears[0])) {
		if (ear_now() - began > (int64_t)START_MS * 1000000 ||
		    waitpid(pid, NULL, WNOHANG) == pid) {
			printf("%s silent\n", ears[0].name);
			end(pid);
			return;
		}
		nanosleep(&knock, NULL);
	}
	printf("%s %lld\n", ears[0].name, (long long)(ear_now() - began));
	end(pid);
}

int
main(int argc, char *argv[])
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	nears = ear_read(ears);
	if (argc == 5 && strcmp(argv[1], "saves") == 0)
		saves(argv[2], number(argv[3]), number(argv[4]));
	else if (argc == 5 && strcmp(argv[1], "burst") == 0)
		burst(number(argv[2]), number(argv[3]), number(argv[4]));
	else if (argc == 2 && strcmp(argv[1], "hold") == 0) {
		open_ears(NULL);
		puts("holding");
		for (;;)
			ear_listen(ears, nears, -1);
	} else if (argc > 2 && strcmp(argv[1], "start") == 0 && nears == 1)
		start(argv + 2);
	else {
		fputs("usage: stopwatch saves|burst|hold|start ...\n", stderr);
		return 2;
	}
	return 0;
}
