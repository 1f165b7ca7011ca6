#define _POSIX_C_SOURCE 200809L
/* report.c - a command's output, copied on, and the end of it kept */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/report.h"

enum {
	PIECE = PIPE_BUF, /* of which poll(2) says that it can be written */
	LEFT = REPORT_PIPE + PIECE,
	/* One byte more tells whether the first line is whole. */
	KEPT = REPORT_KEPT + 1
};

/* ---- the ends ---- */

/*
 * Others have our standard output, too, so it can't be made non-blocking; but
 * a pipe or a terminal can be opened once more.
 */
static void
set_to(struct report *r, int to)
{
	char path[40];
	struct stat st;
	int fd;

	r->to = to;
	if (fstat(to, &st) < 0 || !(S_ISFIFO(st.st_mode) || isatty(to)))
		return;
	snprintf(path, sizeof path, "/dev/fd/%d", to);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	r->to = fd;
	r->own = true;
}

int
report_open(struct report *r, int to)
{
	int ends[2];

	*r = (struct report){ .into = -1, .from = -1, .to = -1 };
	r->kept = malloc(KEPT);
	r->left = malloc(LEFT);
	if (r->kept == NULL || r->left == NULL || pipe(ends) < 0)
		return -1;
	r->from = ends[0];
	r->into = ends[1];
	fcntl(r->from, F_SETFD, FD_CLOEXEC);
	fcntl(r->into, F_SETFD, FD_CLOEXEC);
	fcntl(r->from, F_SETFL, O_NONBLOCK);
	set_to(r, to);
	return 0;
}

void
report_close(struct report *r)
{
	free(r->kept);
	free(r->left);
	if (r->from >= 0)
		close(r->from);
	if (r->into >= 0)
		close(r->into);
	if (r->own)
		close(r->to);
	*r = (struct report){ .into = -1, .from = -1, .to = -1 };
}

/* ---- to copy ---- */

static void
keep(struct report *r, const char *bytes, size_t n)
{
	size_t over;

	if (n > KEPT - r->nkept) {
		over = n - (KEPT - r->nkept);
		r->nkept -= over;
		memmove(r->kept, r->kept + over, r->nkept);
		r->cut = true;
	}
	memcpy(r->kept + r->nkept, bytes, n);
	r->nkept += n;
}

/* The next piece of what is in the pipe; was there one, and room for it? */
static bool
take(struct report *r)
{
	ssize_t n;

	if (r->nleft == 0)
		r->at = 0;
	if (PIECE > LEFT - (r->at + r->nleft)) {
		memmove(r->left, r->left + r->at, r->nleft);
		r->at = 0;
	}
	if (PIECE > LEFT - r->nleft)
		return false;
	do
		n = read(r->from, r->left + r->at + r->nleft, PIECE);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	keep(r, r->left + r->at + r->nleft, (size_t)n);
	r->nleft += (size_t)n;
	return true;
}

/* The next piece of what is left, which is lost when it can't be written. */
static bool
give(struct report *r)
{
	size_t piece;
	ssize_t n;

	piece = r->nleft < PIECE ? r->nleft : PIECE;
	n = write(r->to, r->left + r->at, piece);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n < 0)
		n = (ssize_t)piece;
	r->at += (size_t)n;
	r->nleft -= (size_t)n;
	return true;
}

void
report_flush(struct report *r, int ms)
{
	struct pollfd fd = { .fd = r->to, .events = POLLOUT };

	while (r->nleft > 0 && poll(&fd, 1, ms) == 1 && give(r))
		;
}

void
report_poll(const struct report *r, struct pollfd fds[2])
{
	bool left;

	left = r->nleft > 0;
	fds[0] = (struct pollfd){ .fd = left ? -1 : r->from, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = left ? r->to : -1, .events = POLLOUT };
}

void
report_copy(struct report *r, const struct pollfd fds[2])
{
	if (fds[0].fd >= 0 && fds[0].revents != 0 && r->nleft == 0)
		take(r);
	else if (fds[1].fd >= 0 && fds[1].revents != 0 && r->nleft > 0)
		give(r);
}

/* ---- a run ---- */

/* Others may write for ever: no more than there is room for. */
static void
drain(struct report *r)
{
	while (take(r))
		;
	report_flush(r, 0);
}

void
report_begin(struct report *r)
{
	drain(r);
	r->nkept = 0;
	r->cut = false;
}

void
report_end(struct report *r)
{
	drain(r);
}

/* Where more came, the first byte is of a line that is not all there. */
const char *
report_text(const struct report *r, size_t *n)
{
	const char *text, *end, *newline;

	text = r->kept;
	end = text + r->nkept;
	if (r->cut) {
		newline = memchr(text, '\n', r->nkept);
		text = newline == NULL || newline + 1 == end ? text + 1
							     : newline + 1;
	}
	*n = (size_t)(end - text);
	return text;
}
