#define _XOPEN_SOURCE 700
/* crowd.c - many WebSocket clients in one process, for tests and benchmarks */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"

void
crowd_fail(const char *fmt, ...)
{
	va_list ap;
	int error;

	error = errno;
	fputs("swarm: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (fmt[strlen(fmt) - 1] == ':')
		fprintf(stderr, " %s", strerror(error));
	fputc('\n', stderr);
	exit(1);
}

static int64_t
ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
crowd_now(void)
{
	return ns(CLOCK_REALTIME);
}

int64_t
crowd_ms(void)
{
	return ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t
crowd_cpu(long pid)
{
	clockid_t clock;

	if (pid <= 0 || clock_getcpuclockid((pid_t)pid, &clock) != 0)
		return 0;
	return ns(clock);
}

int
crowd_dial(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd, error;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	    (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ||
		errno == EINPROGRESS))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

size_t
crowd_request(const struct crowd *c, char *text, size_t room)
{
	int n;

	n = snprintf(text, room,
	    "GET /%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
	    c->protocol == NULL ? "" : "reload",
	    c->protocol == NULL ? "" : "Sec-WebSocket-Protocol: ",
	    c->protocol == NULL ? "" : c->protocol,
	    c->protocol == NULL ? "" : "\r\n");
	if (n < 0 || (size_t)n >= room)
		crowd_fail("the request is too long");
	return (size_t)n;
}

/* Where there are stamps, how busy we are does not count. */
static void
want_stamps(int fd)
{
#ifdef SO_TIMESTAMPNS
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
#else
	(void)fd;
#endif
}

static int64_t
stamp(struct msghdr *message)
{
#ifdef SCM_TIMESTAMPNS
	struct cmsghdr *c;
	struct timespec t;

	for (c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof t);
			return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
		}
#else
	(void)message;
#endif
	return crowd_now();
}

int
crowd_ask(struct crowd *c, size_t i)
{
	struct pollfd p;
	struct member *m;
	char text[512];
	ssize_t sent;
	size_t n;

	m = &c->member[i];
	m->fd = crowd_dial(c->port);
	if (m->fd < 0)
		return -1;
	m->phase = MEMBER_ASKING;
	m->len = 0;
	m->first = m->last = m->code = 0;
	want_stamps(m->fd);
	n = crowd_request(c, text, sizeof text);
	sent = write(m->fd, text, n);
	p = (struct pollfd){ .fd = m->fd, .events = POLLOUT };
	if (sent < 0 && errno == EAGAIN && poll(&p, 1, CROWD_WAIT_MS) == 1)
		sent = write(m->fd, text, n);
	if (sent == (ssize_t)n)
		return 0;
	crowd_cut(m);
	return -1;
}

void
crowd_cut(struct member *m)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(m->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(m->fd);
	m->fd = -1;
	m->phase = MEMBER_AWAY;
}

static bool
starts(const unsigned char *p, size_t n, const char *s)
{
	return n >= strlen(s) && memcmp(p, s, strlen(s)) == 0;
}

/* what is behind these words, or NULL; text[n] is a NUL */
static const char *
behind(const char *text, const char *words)
{
	text = strstr(text, words);
	return text == NULL ? NULL : text + strlen(words);
}

/* {"kind":"...","generation":"boot-n",... or any other text */
static void
take_text(struct member *m, const unsigned char *p, size_t n)
{
	char text[CROWD_IN + 1];
	const char *number;
	uint64_t last;

	memcpy(text, p, n);
	text[n] = '\0';
	number = behind(text, "\"generation\":\"");
	number = number == NULL ? NULL : behind(number, "-");
	last = number == NULL ? 0 : strtoull(number, NULL, 10);
	if (behind(text, "\"kind\":\"hello\"") != NULL) {
		m->first = m->last = last;
		return;
	}
	m->texts++;
	m->wrong = m->wrong || (number != NULL && last <= m->last);
	m->last = last;
}

/* one whole frame at p; its size, or 0 if it is not whole */
static size_t
take_frame(struct member *m, const unsigned char *p, size_t n)
{
	static const unsigned char pong[] = { 0x8a, 0x80, 0, 0, 0, 0 };
	size_t head, size;

	if (n < 2)
		return 0;
	size = p[1] & 127;
	head = size == 126 ? 4 : 2;
	if (size == 127)
		crowd_fail("a message of more than 64 KiB");
	if (n < head)
		return 0;
	if (size == 126)
		size = (size_t)p[2] << 8 | p[3];
	if (n - head < size)
		return 0;
	if ((p[0] & 15) == 8 && size >= 2)
		m->code = (unsigned)p[head] << 8 | p[head + 1];
	if ((p[0] & 15) == 1)
		take_text(m, p + head, size);
	else if ((p[0] & 15) == 9 && write(m->fd, pong, sizeof pong) < 0)
		return head + size; /* it will be told that we are gone */
	return head + size;
}

/* what has come is the 101, perhaps with frames behind it, or frames */
static void
take_in(struct member *m)
{
	size_t used, one;

	used = 0;
	if (m->phase == MEMBER_ASKING) {
		while (used + 4 <= m->len &&
		    memcmp(m->in + used, "\r\n\r\n", 4) != 0)
			used++;
		if (used + 4 > m->len)
			return;
		used += 4;
		if (!starts(m->in, m->len, "HTTP/1.1 101 "))
			crowd_fail("refused: %.12s", (char *)m->in);
		m->phase = MEMBER_LISTENING;
	}
	while ((one = take_frame(m, m->in + used, m->len - used)) > 0)
		used += one;
	m->len -= used;
	memmove(m->in, m->in + used, m->len);
}

bool
crowd_take(struct member *m)
{
	union {
		char bytes[256];
		struct cmsghdr align;
	} control;
	struct iovec into;
	struct msghdr message;
	ssize_t n;

	for (;;) {
		into = (struct iovec){ m->in + m->len, sizeof m->in - m->len };
		message = (struct msghdr){ .msg_iov = &into,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof control.bytes };
		n = recvmsg(m->fd, &message, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return true;
		if (n <= 0)
			return false;
		m->at = stamp(&message);
		m->len += (size_t)n;
		take_in(m);
		if (m->len == sizeof m->in)
			crowd_fail("a message that is too long");
		if ((size_t)n < into.iov_len)
			return true;
	}
}

bool
crowd_ends(struct member *m)
{
	struct pollfd p;

	do {
		p = (struct pollfd){ .fd = m->fd, .events = POLLIN };
		if (poll(&p, 1, CROWD_WAIT_MS) != 1)
			return false;
	} while (crowd_take(m));
	crowd_cut(m);
	return m->code == 1001;
}

void
crowd_grow(struct crowd *c, size_t n)
{
	struct member *grown;

	grown = realloc(c->member, (c->n + n) * sizeof *grown);
	if (grown == NULL)
		crowd_fail("out of memory");
	c->member = grown;
	for (; n > 0; n--)
		c->member[c->n++] = (struct member){ .fd = -1 };
}

static bool
wait_for(struct pollfd *p, size_t n)
{
	int r;

	do
		r = poll(p, n, CROWD_WAIT_MS);
	while (r < 0 && errno == EINTR);
	return r > 0;
}

void
crowd_join(struct crowd *c, size_t from, size_t n, crowd_joined *joined)
{
	struct pollfd p[CROWD_WINDOW];
	size_t who[CROWD_WINDOW];
	size_t i, inside, asked, done;

	inside = asked = done = 0;
	while (done < n) {
		for (; inside < CROWD_WINDOW && asked < n; asked++, inside++) {
			if (crowd_ask(c, from + asked) < 0)
				crowd_fail(
				    "connection %lu:", (unsigned long)asked);
			who[inside] = from + asked;
			p[inside] = (struct pollfd){
				.fd = c->member[from + asked].fd,
				.events = POLLIN
			};
		}
		if (!wait_for(p, inside))
			crowd_fail(
			    "%lu handshakes don't end", (unsigned long)inside);
		for (i = inside; i-- > 0;) {
			if (p[i].revents == 0)
				continue;
			if (!crowd_take(&c->member[who[i]]))
				crowd_fail("cut off in the handshake");
			if (c->member[who[i]].phase != MEMBER_LISTENING)
				continue;
			done++;
			if (joined != NULL)
				joined(c, who[i], done);
			inside--;
			p[i] = p[inside];
			who[i] = who[inside];
		}
	}
}

void
crowd_hear(struct crowd *c, uint32_t texts)
{
	struct pollfd p;
	struct member *m;
	size_t i;

	for (i = 0; i < c->n; i++) {
		m = &c->member[i];
		while (m->texts < texts) {
			p = (struct pollfd){ .fd = m->fd, .events = POLLIN };
			if (!wait_for(&p, 1))
				crowd_fail("%lu: heard %lu, not %lu",
				    (unsigned long)i, (unsigned long)m->texts,
				    (unsigned long)texts);
			if (!crowd_take(m))
				crowd_fail("%lu: cut off", (unsigned long)i);
		}
	}
}
