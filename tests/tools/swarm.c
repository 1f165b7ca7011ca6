#define _XOPEN_SOURCE 700
/* swarm.c - do with many WebSocket clients, step by step, what tests need */
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"

/*
 * swarm [-k pid] [-p protocol] port step...
 *
 * Clients of 127.0.0.1.  Each step says in a line of standard output that it
 * is done; the first that fails ends it with 1.
 *
 * open:N      N listeners more
 * hear:N      all listeners have got N news in all, or get them; none gets more
 * ring:N      ring the pid N times, each time all listeners are told; how long
 *             it took to the last, and what it cost, the middle of N
 * rate:N      N handshakes more, each cut off when it is done; a second
 * storm:N:M   N listeners more, and M rings in between; in the end they agree
 * flood:N     N rings as fast as it goes, while nobody reads
 * agree       all listeners are told the newest generation, none was told an
 *             old one, or one twice; for those of reload.v1
 * cycles:N    N connections, cut off or ended in all states by turns
 * drip:N      N requests, a letter at a time; how soon all are let go
 * end         wait until all are let go with 1001
 * back        wait until all were cut off, and have found back
 * -           steps from standard input, each a line
 */
static struct {
	struct crowd crowd;
	long pid;
	size_t every; /* handshakes between two rings */
} swarm;

enum { TRIES = 100, DRIP_MS = 100, BACK_MS = 20, RINGS = 1000 };

static void
nap(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
ring(void)
{
	if (kill((pid_t)swarm.pid, SIGUSR1) < 0)
		crowd_fail("kill %ld:", swarm.pid);
}

static unsigned long
take_number(const char **s)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = **s == ':' ? strtoul(*s + 1, &end, 10) : 0;
	if (**s != ':' || end == *s + 1 || errno != 0 || n > 10000000)
		crowd_fail("%s: not a number", *s);
	*s = end;
	return n;
}

static void
do_open(const char *arg)
{
	size_t from, n;

	n = take_number(&arg);
	from = swarm.crowd.n;
	crowd_grow(&swarm.crowd, n);
	crowd_join(&swarm.crowd, from, n, NULL);
	printf("open %lu\n", (unsigned long)swarm.crowd.n);
}

/* Whoever got one too many has it by the time that the next step ends. */
static void
do_hear(const char *arg)
{
	struct member *m;
	unsigned long n;
	size_t i;

	n = take_number(&arg);
	crowd_hear(&swarm.crowd, (uint32_t)n);
	for (i = 0; i < swarm.crowd.n; i++) {
		m = &swarm.crowd.member[i];
		if (!crowd_take(m))
			crowd_fail("%lu: cut off", (unsigned long)i);
		if (m->texts != n || m->wrong)
			crowd_fail("%lu: heard %lu, not %lu", (unsigned long)i,
			    (unsigned long)m->texts, n);
	}
	printf("heard %lu\n", n);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x, y;

	x = *(const int64_t *)a;
	y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static int64_t
middle(int64_t *times, size_t n)
{
	qsort(times, n, sizeof *times, by_size);
	return times[n / 2];
}

static void
do_ring(const char *arg)
{
	static int64_t took[RINGS], cost[RINGS];
	struct member *m;
	int64_t began, cpu;
	unsigned long n, i;
	size_t k;

	n = take_number(&arg);
	if (n == 0 || n > RINGS)
		crowd_fail("ring:%lu: 1 to %d", n, RINGS);
	for (i = 0; i < n; i++) {
		nap(20); /* until it has gone to sleep */
		cpu = crowd_cpu(swarm.pid);
		began = crowd_now();
		ring();
		crowd_hear(&swarm.crowd, swarm.crowd.member[0].texts + 1);
		for (k = 0; k < swarm.crowd.n; k++) {
			m = &swarm.crowd.member[k];
			if (m->at - began > took[i])
				took[i] = m->at - began;
		}
		nap(5);
		cost[i] = crowd_cpu(swarm.pid) - cpu;
	}
	printf("ring %lu: last %lld us, cpu %lld us\n", n,
	    (long long)middle(took, n) / 1000,
	    (long long)middle(cost, n) / 1000);
}

static void
cut_joined(struct crowd *c, size_t i, size_t done)
{
	(void)done;
	crowd_cut(&c->member[i]);
}

static void
do_rate(const char *arg)
{
	int64_t began, took, cpu;
	unsigned long n;
	size_t from;

	n = take_number(&arg);
	from = swarm.crowd.n;
	crowd_grow(&swarm.crowd, n);
	cpu = crowd_cpu(swarm.pid);
	began = crowd_now();
	crowd_join(&swarm.crowd, from, n, cut_joined);
	took = crowd_now() - began;
	cpu = crowd_cpu(swarm.pid) - cpu;
	swarm.crowd.n = from;
	printf("rate %lu: %lld a second, cpu %lld us each\n", n,
	    (long long)n * 1000000000 / (long long)took,
	    (long long)cpu / 1000 / (long long)n);
}

static void
ring_now_and_then(struct crowd *c, size_t i, size_t done)
{
	(void)c;
	(void)i;
	if (done % swarm.every == 0)
		ring();
}

/* wait until member i is told this number; the last that it was told */
static uint64_t
told(size_t i, uint64_t number)
{
	struct member *m;
	struct pollfd p;

	m = &swarm.crowd.member[i];
	while (m->last < number) {
		p = (struct pollfd){ .fd = m->fd, .events = POLLIN };
		if (poll(&p, 1, CROWD_WAIT_MS) != 1 || !crowd_take(m))
			crowd_fail("%lu: told up to %lu, not %lu",
			    (unsigned long)i, (unsigned long)m->last,
			    (unsigned long)number);
	}
	if (m->wrong)
		crowd_fail("%lu: told one twice", (unsigned long)i);
	return m->last;
}

/* the newest number, which one more listener is told first */
static uint64_t
newest(void)
{
	uint64_t number;
	size_t n;

	n = swarm.crowd.n;
	crowd_grow(&swarm.crowd, 1);
	crowd_join(&swarm.crowd, n, 1, NULL);
	number = swarm.crowd.member[n].first;
	crowd_cut(&swarm.crowd.member[n]);
	swarm.crowd.n = n;
	return number;
}

/*
 * All are told the newest number.  One that comes with the last ring may be
 * here before it is heard: then there is soon a newer one.
 */
static void
agree(void)
{
	uint64_t number, highest;
	size_t i;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		number = highest = newest();
		for (i = 0; i < swarm.crowd.n; i++)
			if (told(i, number) > highest)
				highest = swarm.crowd.member[i].last;
		if (number > 0 && number == highest)
			return;
		nap(DRIP_MS);
	}
	crowd_fail("no ring, or no -p reload.v1");
}

static void
do_storm(const char *arg)
{
	unsigned long n, rings;
	size_t from;

	n = take_number(&arg);
	rings = take_number(&arg);
	from = swarm.crowd.n;
	swarm.every = rings == 0 || rings > n ? 1 : n / rings;
	crowd_grow(&swarm.crowd, n);
	crowd_join(&swarm.crowd, from, n, ring_now_and_then);
	agree();
	printf("storm %lu\n", n);
}

static void
do_flood(const char *arg)
{
	unsigned long n, i;

	n = take_number(&arg);
	for (i = 0; i < n; i++)
		ring();
	printf("flood %lu\n", n);
}

static void
do_agree(const char *arg)
{
	(void)arg;
	agree();
	puts("agreed");
}

/* with the words of a server that leaves, or without */
static void
do_end(const char *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < swarm.crowd.n; i++)
		if (!crowd_ends(&swarm.crowd.member[i]))
			crowd_fail("%lu is not let go", (unsigned long)i);
	printf("end %lu\n", (unsigned long)swarm.crowd.n);
	swarm.crowd.n = 0;
}

static void
send_some(int fd, const void *bytes, size_t n)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (poll(&p, 1, CROWD_WAIT_MS) != 1 ||
	    write(fd, bytes, n) != (ssize_t)n)
		crowd_fail("write:");
}

static void
reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* wait until something comes, or the end */
static void
await(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, CROWD_WAIT_MS) != 1)
		crowd_fail("nothing comes");
}

enum { KINDS = 12 };

/* one connection, and its end, in one of the ways that there are */
static void
cycle(unsigned long kind)
{
	static const char get[] = "GET /big HTTP/1.1\r\n"
				  "Host: localhost\r\n\r\n";
	static const unsigned char half[] = { 0x81, 0xfe, 1 };
	static const unsigned char frames[] = { 0x89, 0x80, 1, 2, 3, 4, 0x88,
		0x80, 1, 2, 3, 4 };
	static const unsigned char wrong[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
	char text[512];
	size_t n;
	int fd;

	fd = crowd_dial(swarm.crowd.port);
	if (fd < 0)
		crowd_fail("connect:");
	n = crowd_request(&swarm.crowd, text, sizeof text);
	switch (kind % (KINDS / 2)) {
	case 0: /* not a word */
		break;
	case 1: /* half a request */
		send_some(fd, text, n / 2);
		break;
	case 2: /* an answer that nobody takes */
		send_some(fd, get, sizeof get - 1);
		break;
	case 3: /* half a frame */
		send_some(fd, text, n);
		await(fd);
		send_some(fd, half, sizeof half);
		break;
	case 4: /* a ping and a close */
		send_some(fd, text, n);
		send_some(fd, frames, sizeof frames);
		break;
	case 5: /* no frame at all */
		send_some(fd, text, n);
		send_some(fd, wrong, sizeof wrong);
		await(fd);
		break;
	}
	if (kind % KINDS < KINDS / 2)
		reset(fd);
	close(fd);
}

/* Who just closes may keep a port busy for a minute: one in eight does. */
static void
do_cycles(const char *arg)
{
	unsigned long n, i;

	n = take_number(&arg);
	for (i = 0; i < n; i++)
		cycle(i % 8 == 7 ? i / 8 % KINDS : i % (KINDS / 2));
	printf("cycles %lu\n", n);
}

/* has it been cut off, when one letter more has been sent? */
static bool
drips(int fd, char letter)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[256];

	if (write(fd, &letter, 1) < 0 && errno != EAGAIN)
		return false;
	if (poll(&p, 1, 0) != 1)
		return true;
	return read(fd, bytes, sizeof bytes) > 0;
}

static void
do_drip(const char *arg)
{
	unsigned long n, left, i;
	size_t size, sent;
	int64_t began;
	char text[512];
	int *fd;

	n = left = take_number(&arg);
	size = crowd_request(&swarm.crowd, text, sizeof text);
	fd = calloc(n + 1, sizeof *fd);
	if (fd == NULL)
		crowd_fail("out of memory");
	began = crowd_ms();
	for (i = 0; i < n; i++)
		if ((fd[i] = crowd_dial(swarm.crowd.port)) < 0)
			crowd_fail("connect:");
	for (sent = 0; left > 0 && sent < size; sent++, nap(DRIP_MS))
		for (i = 0; i < n; i++)
			if (fd[i] >= 0 && !drips(fd[i], text[sent])) {
				close(fd[i]);
				fd[i] = -1;
				left--;
			}
	if (left > 0)
		crowd_fail("%lu of %lu were not let go", left, n);
	free(fd);
	printf("drip %lu: all let go after %lld ms\n", n,
	    (long long)(crowd_ms() - began));
}

/* is it there, or on its way back? */
static bool
finds_back(size_t i)
{
	struct member *m;

	m = &swarm.crowd.member[i];
	if (m->phase == MEMBER_AWAY)
		return crowd_ask(&swarm.crowd, i) == 0;
	if (crowd_take(m))
		return true;
	if (m->phase == MEMBER_LISTENING)
		m->cuts++;
	crowd_cut(m);
	return false;
}

static void
do_back(const char *arg)
{
	int64_t end;
	size_t i, back;

	(void)arg;
	end = crowd_ms() + CROWD_WAIT_MS;
	back = 0;
	do {
		nap(BACK_MS);
		if (crowd_ms() > end)
			crowd_fail("%lu do not find back",
			    (unsigned long)(swarm.crowd.n - back));
		for (i = back = 0; i < swarm.crowd.n; i++)
			back += finds_back(i) &&
			    swarm.crowd.member[i].cuts > 0 &&
			    swarm.crowd.member[i].phase == MEMBER_LISTENING;
	} while (back < swarm.crowd.n);
	for (i = 0; i < swarm.crowd.n; i++)
		swarm.crowd.member[i].cuts = 0;
	printf("back %lu\n", (unsigned long)back);
}

static const struct {
	const char *name;
	void (*run)(const char *arg);
} steps[] = { { "open", do_open }, { "hear", do_hear }, { "ring", do_ring },
	{ "rate", do_rate }, { "storm", do_storm }, { "cycles", do_cycles },
	{ "drip", do_drip }, { "flood", do_flood }, { "agree", do_agree },
	{ "end", do_end }, { "back", do_back } };

static void
step(const char *what)
{
	size_t i, n;

	n = strcspn(what, ":");
	for (i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strlen(steps[i].name) == n &&
		    memcmp(steps[i].name, what, n) == 0) {
			steps[i].run(what + n);
			if (fflush(stdout) != 0)
				exit(1);
			return;
		}
	crowd_fail("%s: no such step", what);
}

static void
steps_from_input(void)
{
	char line[80];

	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		step(line);
	}
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "k:p:")) != -1)
		if (c == 'k')
			swarm.pid = strtol(optarg, NULL, 10);
		else if (c == 'p')
			swarm.crowd.protocol = optarg;
		else
			return 2;
	if (optind >= argc)
		return 2;
	swarm.crowd.port = (uint16_t)strtoul(argv[optind++], NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	for (; optind < argc; optind++)
		if (strcmp(argv[optind], "-") == 0)
			steps_from_input();
		else
			step(argv[optind]);
	return 0;
}
