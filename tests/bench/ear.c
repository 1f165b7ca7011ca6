#define _XOPEN_SOURCE 700
/* ear.c - who hears that something changed: a WebSocket, or lines of a pipe */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ear.h"

enum {
	OP_TEXT = 1,
	OP_CLOSE = 8,
	OP_PING = 9,
	OP_PONG = 10,
	SMALL = 125 /* bytes of the longest frame that it sends */
};

int64_t
ear_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

_Noreturn void
ear_die(const char *what)
{
	perror(what);
	exit(1);
}

/* the next field of the line, cut to fit */
static char *
field(char *line, char *to)
{
	size_t n, keep;

	n = strcspn(line, "\t\n");
	keep = n < EAR_FIELD - 1 ? n : EAR_FIELD - 1;
	memcpy(to, line, keep);
	to[keep] = '\0';
	return line[n] == '\t' ? line + n + 1 : line + n;
}

size_t
ear_read(struct ear *ears)
{
	static char line[8 * EAR_FIELD];
	struct ear *e;
	char *p;
	size_t n;

	for (n = 0; n < EAR_MOST; n++) {
		if (fgets(line, sizeof line, stdin) == NULL)
			break;
		e = &ears[n];
		*e = (struct ear){ .fd = -1, .in = malloc(EAR_IN) };
		if (e->in == NULL)
			ear_die("memory");
		p = field(line, e->name);
		p = field(p, e->file);
		p = field(p, e->kind);
		p = field(p, e->where);
		p = field(p, e->protocol);
		p = field(p, e->hello);
		field(p, e->news);
		e->ws = strcmp(e->kind, "ws") == 0;
	}
	return n;
}

/* ---- a WebSocket ---- */

/* Whoever asks must mask; a mask of zeros leaves the bytes as they are. */
static void
say(struct ear *e, int op, const char *text, size_t n)
{
	char frame[SMALL + 6];

	if (n > SMALL)
		ear_die("a frame that is too long");
	memset(frame, 0, 6);
	frame[0] = (char)(0x80 | op);
	frame[1] = (char)(0x80 | n);
	memcpy(frame + 6, text, n);
	if (write(e->fd, frame, n + 6) < 0)
		perror(e->name);
}

static void
cut(struct ear *e)
{
	close(e->fd);
	e->fd = -1;
}

/* Not every text ends in NUL, so this is no strstr(). */
static bool
holds(const char *text, size_t n, const char *part)
{
	size_t len, i;

	len = strlen(part);
	for (i = 0; i + len <= n; i++)
		if (memcmp(text + i, part, len) == 0)
			return true;
	return false;
}

static void
hear(struct ear *e, int op, const char *text, size_t n)
{
	if (op == OP_PING)
		say(e, OP_PONG, text, n > SMALL ? SMALL : n);
	else if (op == OP_CLOSE)
		cut(e);
	else if (op == OP_TEXT && n == 1 && *text == '2')
		say(e, OP_TEXT, "3", 1); /* the ping of socket.io */
	else if (op == OP_TEXT && holds(text, n, e->news)) {
		e->told++;
		e->at = ear_now();
	}
}

/* bytes of the frame at p, head included; 0 when it is not whole */
static size_t
frame_size(const unsigned char *p, size_t n, size_t *head)
{
	size_t len, i;

	*head = 2;
	if (n < 2)
		return 0;
	len = p[1] & 0x7f;
	if (len >= 126) {
		*head = len == 126 ? 4 : 10;
		if (n < *head)
			return 0;
		for (len = 0, i = 2; i < *head; i++)
			len = len << 8 | p[i];
	}
	if (len > EAR_IN - 10)
		ear_die("a frame that is too long");
	return n < *head + len ? 0 : *head + len;
}

static void
take_frames(struct ear *e)
{
	size_t size, head, at;

	at = 0;
	while (e->fd >= 0 &&
	    (size = frame_size(
		 (unsigned char *)e->in + at, e->used - at, &head)) > 0) {
		hear(e, e->in[at] & 0xf, e->in + at + head, size - head);
		at += size;
	}
	e->used -= at;
	memmove(e->in, e->in + at, e->used);
}

static void
take(struct ear *e)
{
	ssize_t n;

	n = read(e->fd, e->in + e->used, EAR_IN - e->used);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		cut(e);
		return;
	}
	if (e->ws) {
		e->used += (size_t)n;
		take_frames(e);
	} else if (holds(e->in, (size_t)n, e->news)) {
		e->told++;
		e->at = ear_now();
	}
}

/* ---- to begin ---- */

static int
dial(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		ear_die("socket");
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
ask(const struct ear *e)
{
	char text[4 * EAR_FIELD];
	const char *path;
	int n;

	path = strchr(e->where, '/');
	n = snprintf(text, sizeof text,
	    "GET %s HTTP/1.1\r\nHost: localhost:%.*s\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
	    path != NULL ? path : "/", (int)strcspn(e->where, "/"), e->where,
	    e->protocol[0] != '\0' ? "Sec-WebSocket-Protocol: " : "",
	    e->protocol, e->protocol[0] != '\0' ? "\r\n" : "");
	if (write(e->fd, text, (size_t)n) != n)
		perror(e->name);
}

/* The end of the head; what comes after it are frames already. */
static char *
head_end(struct ear *e)
{
	size_t i;

	for (i = 4; i <= e->used; i++)
		if (memcmp(e->in + i - 4, "\r\n\r\n", 4) == 0)
			return e->in + i;
	return NULL;
}

static bool
shake(struct ear *e)
{
	struct pollfd p = { .fd = e->fd, .events = POLLIN };
	char *end;
	ssize_t n;

	ask(e);
	e->used = 0;
	while ((end = head_end(e)) == NULL) {
		if (poll(&p, 1, EAR_WAIT_MS) != 1)
			return false;
		n = read(e->fd, e->in + e->used, EAR_IN - e->used);
		if (n <= 0)
			return false;
		e->used += (size_t)n;
	}
	if (memcmp(e->in, "HTTP/1.1 101", 12) != 0)
		return false;
	e->used -= (size_t)(end - e->in);
	memmove(e->in, end, e->used);
	take_frames(e);
	return true;
}

/* Some are to be told more than one thing. */
static void
greet(struct ear *e)
{
	const char *p;
	size_t n;

	for (p = e->hello; *p != '\0'; p += n + (p[n] == '|')) {
		n = strcspn(p, "|");
		say(e, OP_TEXT, p, n);
	}
}

bool
ear_open(struct ear *e)
{
	e->fd = e->ws ? dial(e->where) : open(e->where, O_RDWR | O_NONBLOCK);
	if (e->fd < 0)
		return false;
	if (!e->ws)
		return true;
	if (!shake(e)) {
		cut(e);
		return false;
	}
	fcntl(e->fd, F_SETFL, O_NONBLOCK);
	greet(e);
	return true;
}

uint64_t
ear_listen(struct ear *ears, size_t n, int ms)
{
	static struct pollfd fds[EAR_MOST];
	uint64_t before, after;
	size_t i;

	before = after = 0;
	for (i = 0; i < n; i++) {
		fds[i] = (struct pollfd){ .fd = ears[i].fd, .events = POLLIN };
		before += ears[i].told;
	}
	if (poll(fds, n, ms) < 0 && errno != EINTR)
		ear_die("poll");
	for (i = 0; i < n; i++) {
		if (fds[i].revents != 0 && ears[i].fd >= 0)
			take(&ears[i]);
		after += ears[i].told;
	}
	return after - before;
}
