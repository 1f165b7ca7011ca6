#define _POSIX_C_SOURCE 200809L
/* capture.c - copies a command's output and keeps the end of it */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/capture.h"

enum {
	PIECE = PIPE_BUF, /* bytes that fit if poll(2) reports POLLOUT */
	LEFT = CAPTURE_PIPE + PIECE,
	/* One byte more shows whether the first line is whole. */
	KEPT = CAPTURE_KEPT + 1
};

/* ---- the ends ---- */

/*
 * Other processes share our standard output, so it cannot be made non-blocking.
 * A pipe or a terminal is opened once more instead.
 */
static void
set_to(struct capture *c, int to)
{
	char path[40];
	struct stat st;
	int fd;

	c->to = to;
	if (fstat(to, &st) < 0 || !(S_ISFIFO(st.st_mode) || isatty(to)))
		return;
	snprintf(path, sizeof path, "/dev/fd/%d", to);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		c->to = fd;
}

int
capture_open(struct capture *c, int to)
{
	int ends[2];

	*c = (struct capture){ .into = -1, .from = -1, .to = -1 };
	c->kept = malloc(KEPT);
	c->left = malloc(LEFT);
	if (c->kept == NULL || c->left == NULL || pipe(ends) < 0)
		return -1;
	c->from = ends[0];
	c->into = ends[1];
	fcntl(c->from, F_SETFD, FD_CLOEXEC);
	fcntl(c->into, F_SETFD, FD_CLOEXEC);
	fcntl(c->from, F_SETFL, O_NONBLOCK);
	set_to(c, to);
	return 0;
}

/* ---- to copy ---- */

static void
keep(struct capture *c, const char *bytes, size_t n)
{
	size_t over;

	if (n > KEPT - c->nkept) {
		over = n - (KEPT - c->nkept);
		c->nkept -= over;
		memmove(c->kept, c->kept + over, c->nkept);
		c->cut = true;
	}
	memcpy(c->kept + c->nkept, bytes, n);
	c->nkept += n;
}

/* Read a piece from the pipe.  Returns false if it is empty or no room is left. */
static bool
take(struct capture *c)
{
	ssize_t n;

	if (PIECE > LEFT - c->nleft)
		return false;
	do
		n = read(c->from, c->left + c->nleft, PIECE);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	keep(c, c->left + c->nleft, (size_t)n);
	c->nleft += (size_t)n;
	return true;
}

/* Write a piece; on an error it is dropped.  Returns false if it has to wait. */
static bool
give(struct capture *c)
{
	size_t piece;
	ssize_t n;

	piece = c->nleft < PIECE ? c->nleft : PIECE;
	n = write(c->to, c->left, piece);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n < 0)
		n = (ssize_t)piece;
	c->nleft -= (size_t)n;
	memmove(c->left, c->left + n, c->nleft);
	return true;
}

void
capture_poll(const struct capture *c, struct pollfd fds[2])
{
	bool left;

	left = c->nleft > 0;
	fds[0] = (struct pollfd){ .fd = left ? -1 : c->from, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = left ? c->to : -1, .events = POLLOUT };
}

void
capture_copy(struct capture *c, const struct pollfd fds[2])
{
	if (fds[0].fd >= 0 && fds[0].revents != 0 && c->nleft == 0)
		take(c);
	else if (fds[1].fd >= 0 && fds[1].revents != 0 && c->nleft > 0)
		give(c);
}

/* ---- a run ---- */

/* A daemon may write for ever: take() stops when no room is left. */
void
capture_end(struct capture *c)
{
	struct pollfd fd = { .fd = c->to, .events = POLLOUT };

	while (take(c))
		;
	while (c->nleft > 0 && poll(&fd, 1, 0) == 1 && give(c))
		;
}

void
capture_begin(struct capture *c)
{
	capture_end(c);
	c->nkept = 0;
	c->cut = false;
}

/* If bytes were dropped, the first line is incomplete. */
const char *
capture_text(const struct capture *c, size_t *n)
{
	const char *text, *end, *newline;

	text = c->kept;
	end = text + c->nkept;
	if (c->cut) {
		newline = memchr(text, '\n', c->nkept);
		text = newline == NULL || newline + 1 == end ? text + 1
							     : newline + 1;
	}
	*n = (size_t)(end - text);
	return text;
}
