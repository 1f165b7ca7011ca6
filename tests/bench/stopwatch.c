#define _XOPEN_SOURCE 700
/* stopwatch.c - save files, and take the time until it is told who listens
 *
 * usage: stopwatch saves mode n ms all each ear's file saved n times by turns, or
 *                                      until that has taken so many ms of its own,
 *                                      or all together ms of them all
 *        stopwatch burst n ms files quiet
 *                                      n writes, or as many as go into so many ms,
 *                                      over so many files, file0 and so on, beside
 *                                      each ear's file, with its suffix
 *        stopwatch hold                listen until it is ended
 *        stopwatch start command...    until the ear's handshake is accepted
 *
 * The ears (ear.h) are described on standard input.  Lines of the output:
 *   saves: name ns early more          ns from the last act of the save to the
 *                                      news, -1: lost, -2: it was half written
 *                                      for too long to count; news before; beyond
 *   burst: name n ns during after ns   how many writes, and ns of them all; news
 *                                      before the last and from it on; from the
 *                                      last write to the last news
 *   start: name ns
 *   any:   name silent                 it could not be heard
 * Modes: place, rename, slow (half the file, 80 ms, the rest), together (slow,
 * the first halves of all within the same 80 ms).
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
	HALF_MOST_MS = 130, /* should this be kept from running */
	LOST_MS = 3000, /* then nobody tells any more */
	APART_MS =
	    70, /* from the news to the next save of that file, at least */
	REST_MS = 400, /* after the last */
	TRIES = 2, /* until an ear hears its first save */
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
static int64_t half_at[EAR_MOST];
static int64_t deadline; /* of all saves */
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

/* Half of it is written to the file, or to one that takes its place. */
static void
save_half(struct ear *e, const char *mode)
{
	char text[TEXT];

	compose(text);
	snprintf(e->other, sizeof e->other, "%s%s", e->file,
	    *mode == 'r' ? ".new" : "");
	e->before = e->told;
	e->writing = begin(e->other);
	put(e->writing, text, TEXT / 2);
	if (*mode == 's')
		listen_for(HALF_MS);
}

/* when its last act began; *early: what this ear was told before */
static int64_t
save_rest(struct ear *e, const char *mode, uint64_t *early)
{
	char text[TEXT];
	int64_t at;

	compose(text);
	put(e->writing, text + TEXT / 2, TEXT / 2);
	*early = e->told - e->before;
	at = ear_now();
	close(e->writing);
	if (*mode != 'r')
		return at;
	at = ear_now();
	if (rename(e->other, e->file) < 0)
		ear_die(e->other);
	return at;
}

static int64_t
save(struct ear *e, const char *mode, uint64_t *early)
{
	save_half(e, mode);
	return save_rest(e, mode, early);
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
measure_half(size_t i, const char *mode)
{
	int64_t left;

	left = saved_at[i] + (int64_t)APART_MS * 1000000 - ear_now();
	if (left > 0)
		listen_for(left / 1000000 + 1);
	ear_listen(ears, nears, 0);
	settle(i);
	half_at[i] = saved_at[i] = ear_now();
	save_half(&ears[i], mode);
}

static void
measure_rest(size_t i, const char *mode)
{
	struct sample *s;
	int64_t at;

	s = &samples[i][nsamples[i]++];
	*s = (struct sample){ .ns = -1 };
	at = save_rest(&ears[i], mode, &s->early);
	heard[i] += s->early;
	s->ns = await(&ears[i], heard[i], at);
	heard[i] += s->ns >= 0;
	if (at - half_at[i] > (int64_t)HALF_MOST_MS * 1000000)
		s->ns = -2;
	spent[i] += ear_now() - saved_at[i];
	saved_at[i] = ear_now();
}

static bool
may_save(size_t i, int64_t ms)
{
	return ears[i].fd >= 0 && spent[i] < ms * 1000000 &&
	    ear_now() < deadline;
}

static void
measure(const char *mode, int64_t ms)
{
	size_t i;

	for (i = 0; i < nears; i++)
		if (may_save(i, ms)) {
			measure_half(i, mode);
			measure_rest(i, mode);
		}
}

static void
measure_together(const char *mode, int64_t ms)
{
	bool on[EAR_MOST] = { false };
	size_t i;

	for (i = 0; i < nears; i++) {
		on[i] = may_save(i, ms);
		if (on[i])
			measure_half(i, mode);
	}
	listen_for(HALF_MS);
	for (i = 0; i < nears; i++)
		if (on[i])
			measure_rest(i, mode);
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
saves(const char *mode, int64_t n, int64_t ms, int64_t all)
{
	const struct sample *s;
	int64_t k;
	size_t i, j;

	deadline = ear_now() + all * 1000000;
	open_ears(mode);
	for (k = 0; k < n && k < MOST && ear_now() < deadline; k++)
		if (*mode == 't')
			measure_together(mode, ms);
		else
			measure(mode, ms);
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

/* the file of a name beside the ear's, with the same suffix */
static void
beside(const struct ear *e, int64_t i, char *file, size_t size)
{
	const char *suffix;
	char copy[EAR_FIELD];

	snprintf(copy, sizeof copy, "%s", e->file);
	suffix = strrchr(e->file, '.');
	snprintf(file, size, "%s/file%lld%s", dirname(copy), (long long)i,
	    suffix != NULL ? suffix : "");
}

static void
write_whole(const struct ear *e, int64_t i)
{
	char text[TEXT], file[2 * EAR_FIELD];
	int fd;

	compose(text);
	beside(e, i, file, sizeof file);
	fd = begin(file);
	put(fd, text, TEXT);
	close(fd);
}

static void
burst_one(struct ear *e, const int64_t limit[4])
{
	uint64_t before, during, after;
	int64_t i, began, last, ended, quiet;

	before = e->told;
	began = ear_now();
	for (i = 1; i < limit[0] && ear_now() - began < limit[1] * 1000000;
	     i++) {
		write_whole(e, i % limit[2]);
		ear_listen(e, 1, 0);
	}
	during = e->told - before;
	last = ear_now();
	write_whole(e, i % limit[2]);
	ended = ear_now();
	for (quiet = ended; ear_now() - quiet < limit[3] * 1000000;)
		if (ear_listen(e, 1, (int)limit[3]) > 0)
			quiet = ear_now();
	after = e->told - before - during;
	printf("%s %lld %lld %llu %llu %lld\n", e->name, (long long)i,
	    (long long)(ended - began), (unsigned long long)during,
	    (unsigned long long)after,
	    (long long)(after > 0 ? e->at - last : -1));
}

static void
burst(char *limits[4])
{
	int64_t limit[4];
	size_t i;

	for (i = 0; i < 4; i++)
		limit[i] = number(limits[i]);
	open_ears(NULL);
	for (i = 0; i < nears; i++)
		if (ears[i].fd >= 0)
			burst_one(&ears[i], limit);
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
	if (argc == 6 && strcmp(argv[1], "saves") == 0)
		saves(
		    argv[2], number(argv[3]), number(argv[4]), number(argv[5]));
	else if (argc == 6 && strcmp(argv[1], "burst") == 0)
		burst(argv + 2);
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
