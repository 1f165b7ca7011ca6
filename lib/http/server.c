#define _POSIX_C_SOURCE 200809L
/* server.c - the sockets of all peers: who comes, is served, told and let go */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/net.h"
#include "http/server.h"

int
server_init(struct server *s, struct handler *handler)
{
	size_t i;

	*s = (struct server){ .handler = handler,
		.base = SERVER_OWN,
		.most = SERVER_MEMORY,
		.soon = INT64_MAX,
		.beat = INT64_MAX };
	s->fds = calloc(SERVER_OWN + SERVER_SOCKETS, sizeof *s->fds);
	if (s->fds == NULL)
		return -1;
	for (i = 0; i < SERVER_OWN; i++)
		s->fds[i].fd = -1;
	return 0;
}

int
server_listen(struct server *s, int fd, bool wildcard)
{
	if (s->base == SERVER_OWN + SERVER_SOCKETS)
		return -1;
	s->fds[s->base++] = (struct pollfd){ .fd = fd };
	s->wildcard = s->wildcard || wildcard;
	return 0;
}

/* room for one more; 0, or -1 */
static int
reserve(struct server *s)
{
	struct pollfd *fds;
	struct connection **conns;
	size_t cap;

	if (s->n < s->cap)
		return 0;
	cap = s->cap == 0 ? 16 : s->cap * 2;
	fds = realloc(s->fds, (s->base + cap) * sizeof *fds);
	if (fds == NULL)
		return -1;
	s->fds = fds;
	conns = realloc(s->conns, cap * sizeof *conns);
	if (conns == NULL)
		return -1;
	s->conns = conns;
	s->cap = cap;
	return 0;
}

static void
swap(struct server *s, size_t i, size_t j)
{
	struct pollfd fd;
	struct connection *c;

	fd = s->fds[s->base + i];
	s->fds[s->base + i] = s->fds[s->base + j];
	s->fds[s->base + j] = fd;
	c = s->conns[i];
	s->conns[i] = s->conns[j];
	s->conns[j] = c;
}

/*
 * What to wait for, after anything that was done for the peer at i.  Who is to
 * be let go can be written to at once, or is in trouble at once.
 */
static void
expect(struct server *s, size_t i)
{
	const struct connection *c;

	c = s->conns[i];
	s->fds[s->base + i].events = (short)((connection_reads(c) ? POLLIN
								  : 0) |
	    (c->over || c->out.len > 0 ? POLLOUT : 0));
}

static bool
listens(const struct server *s, size_t i)
{
	return s->conns[i]->state == CONNECTION_CLIENT;
}

/* Among its like, and no deadline is forgotten. */
static void
settle(struct server *s, size_t i)
{
	int64_t *next;

	expect(s, i);
	next = listens(s, i) ? &s->beat : &s->soon;
	if (s->conns[i]->deadline < *next)
		*next = s->conns[i]->deadline;
	if (listens(s, i) && i < s->active)
		swap(s, i, --s->active);
	else if (!listens(s, i) && i >= s->active)
		swap(s, i, s->active++);
	if (s->active == 0)
		s->soon = INT64_MAX;
	s->handler->clients = s->n - s->active;
}

/* a new peer; takes fd over; where it is, or -1 */
static long
add(struct server *s, int fd)
{
	struct connection *c;

	c = reserve(s) < 0 ? NULL : malloc(sizeof *c);
	if (c == NULL) {
		close(fd);
		return -1;
	}
	connection_init(c, s->handler->now);
	s->fds[s->base + s->n] = (struct pollfd){ .fd = fd };
	s->conns[s->n++] = c;
	settle(s, s->n - 1);
	if (s->handler->log != NULL)
		s->handler->log("connection %d: open", fd);
	return (long)s->active - 1;
}

/* The last of its like takes the place of the one that goes. */
static void
drop(struct server *s, size_t i)
{
	struct connection *c;
	int fd;

	fd = s->fds[s->base + i].fd;
	c = s->conns[i];
	s->memory -= connection_memory(c);
	if (s->handler->log != NULL)
		s->handler->log("connection %d: closed, was in state %s", fd,
		    connection_state_name(c->state));
	close(fd);
	connection_free(c);
	free(c);
	s->resting = 0;
	if (i < s->active) {
		swap(s, i, --s->active);
		i = s->active;
	}
	swap(s, i, --s->n);
	s->handler->clients = s->n - s->active;
	if (s->active == 0)
		s->soon = INT64_MAX;
	if (s->active == s->n)
		s->beat = INT64_MAX;
}

/* false when it takes nothing of what there is */
static bool
write_out(struct connection *c, const struct handler *h, int fd)
{
	ssize_t n;
	int i;

	n = 1;
	for (i = 0; i < SERVER_WRITES && c->out.len > 0 && !c->over; i++) {
		n = net_write(fd, buf_head(&c->out), c->out.len);
		if (n < 0) {
			c->over = errno != EAGAIN && errno != EWOULDBLOCK;
			break;
		}
		connection_sent(c, h, (size_t)n);
	}
	if (!c->over && connection_shuts(c))
		net_shut(fd);
	return n > 0 || i > 0;
}

static void
read_in(struct server *s, struct connection *c, int fd)
{
	ssize_t n;

	n = net_read(fd, s->bytes, sizeof s->bytes);
	if (n > 0)
		connection_feed(c, s->handler, s->bytes, (size_t)n);
	else if (n == 0)
		connection_eof(c);
	else
		c->over = c->over || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/*
 * Count the memory of a connection, which had `before` bytes.  If all connections
 * together have too much, close the one that grew.
 */
static void
account(struct server *s, struct connection *c, size_t before)
{
	size_t now;

	now = connection_memory(c);
	s->memory += now - before;
	if (now > before && s->memory > s->most)
		c->over = true;
}

/* whatever one peer has for us, and we for it, whose time may have come */
static void
serve(struct server *s, size_t i, bool due)
{
	struct net_end end;
	struct pollfd *fd;
	struct connection *c;
	bool trouble;
	size_t before;

	c = s->conns[i];
	fd = &s->fds[s->base + i];
	before = connection_memory(c);
	s->handler->local = NULL;
	if (s->wildcard &&
	    (c->state == CONNECTION_REQUEST ||
		c->state == CONNECTION_RESPONSE) &&
	    net_local(fd->fd, &end) == 0)
		s->handler->local = end.address;
	trouble = (fd->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
	if (!c->over && connection_reads(c) &&
	    (trouble || (fd->revents & POLLIN) != 0))
		read_in(s, c, fd->fd);
	else if (trouble)
		c->over = true;
	if (!c->over && due)
		connection_tick(c, s->handler);
	if (!c->over && !write_out(c, s->handler, fd->fd) &&
	    (fd->revents & POLLOUT) != 0)
		s->stuck = true;
	fd->revents = 0;
	account(s, c, before);
	if (c->over)
		drop(s, i);
	else
		settle(s, i);
}

/* Close a connection without a request, the oldest that never made one first. */
static bool
make_room(struct server *s)
{
	struct connection **c;
	size_t i, which;

	c = s->conns;
	which = s->active;
	for (i = 0; i < s->active; i++)
		if (c[i]->state == CONNECTION_REQUEST &&
		    (which == s->active || c[i]->asked < c[which]->asked ||
			(c[i]->asked == c[which]->asked &&
			    c[i]->deadline < c[which]->deadline)))
			which = i;
	if (which == s->active)
		return false;
	drop(s, which);
	return true;
}

/* Nobody else now: what is wrong with one would be wrong with the next. */
static void
rest(struct server *s)
{
	if (s->handler->log != NULL)
		s->handler->log("no room for another connection");
	s->resting = s->handler->now + SERVER_REST_MS;
}

static void
accept_from(struct server *s, int fd)
{
	long i;
	int n, peer, error;

	error = 0;
	for (n = 0; n < SERVER_ACCEPTS; n++) {
		peer = net_accept(fd);
		error = peer < 0 ? errno : 0;
		if (error == EAGAIN || error == EWOULDBLOCK)
			return;
		if (error == ECONNABORTED) /* it has gone, the next may not */
			continue;
		i = peer < 0 ? -1 : add(s, peer);
		if (i >= 0) { /* what it asks has often come along */
			s->fds[s->base + (size_t)i].revents = POLLIN;
			serve(s, (size_t)i, false);
			continue;
		}
		if (error == EMFILE && !net_pending(fd))
			return;
		if (error != EMFILE || !make_room(s)) {
			rest(s);
			return;
		}
	}
	if (error != 0)
		rest(s);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* until when to wait, and whether for new peers */
static int64_t
prepare(struct server *s, int64_t first)
{
	bool rest;
	size_t i;

	rest = s->resting > s->handler->now;
	if (rest)
		first = least(first, s->resting);
	for (i = SERVER_OWN; i < s->base; i++)
		s->fds[i].events = rest ? 0 : POLLIN;
	return least(first, least(s->soon, s->beat));
}

/*
 * A look at 10,000 listeners takes longer than anything that is done for a
 * peer: while others keep us busy they are looked at by themselves.
 */
static int
look(struct server *s, int64_t ms)
{
	int64_t rest;
	int n;

	rest = s->looking - s->handler->now;
	if (s->busy > s->handler->now && rest > 0 && s->active < s->n) {
		s->looked = s->base + s->active;
		n = poll(s->fds, s->looked, (int)least(ms, rest));
		if (n != 0)
			return n;
		if (ms != INT64_MAX)
			ms = ms > rest ? ms - rest : 0;
	}
	s->looking = s->handler->now + SERVER_BUSY_MS;
	s->looked = s->base + s->n;
	return poll(
	    s->fds, s->looked, ms == INT64_MAX ? -1 : (int)least(ms, INT_MAX));
}

int
server_wait(struct server *s, int64_t end)
{
	int64_t until;
	size_t i;

	if (s->stuck) /* poll() promised what write() did not keep */
		poll(s->fds, SERVER_OWN, SERVER_STUCK_MS);
	s->stuck = false;
	until = prepare(s, end);
	if (until != INT64_MAX)
		until = until > s->handler->now ? until - s->handler->now : 0;
	if (look(s, until) >= 0)
		return 0;
	for (i = 0; i < s->looked; i++)
		s->fds[i].revents = 0;
	return errno == EINTR ? 0 : -1;
}

/* those whose time has come */
static void
serve_late(struct server *s)
{
	size_t i;

	for (i = s->active; i-- > 0;)
		if (s->conns[i]->deadline <= s->handler->now)
			serve(s, i, true);
	s->soon = INT64_MAX;
	for (i = 0; i < s->active; i++)
		s->soon = least(s->soon, s->conns[i]->deadline);
}

/* When it is time for one listener's ping, all get theirs: we wake up once. */
static void
serve_beat(struct server *s)
{
	size_t i;

	s->beat = INT64_MAX;
	for (i = s->n; i-- > s->active;)
		serve(s, i, true);
}

/*
 * A peer that goes, or is no listener any more, lets another have its place:
 * one that so escapes us is found again by the next poll().
 */
void
server_serve(struct server *s)
{
	size_t i;

	for (i = s->looked - s->base; i-- > 0;)
		if (s->fds[s->base + i].revents != 0) {
			if (i < s->active)
				s->busy = s->handler->now + SERVER_BUSY_MS;
			serve(s, i, false);
		}
	if (s->soon <= s->handler->now)
		serve_late(s);
	if (s->beat <= s->handler->now)
		serve_beat(s);
	for (i = SERVER_OWN; i < s->base; i++)
		if (s->fds[i].fd >= 0 && s->fds[i].revents != 0) {
			s->busy = s->handler->now + SERVER_BUSY_MS;
			accept_from(s, s->fds[i].fd);
		}
}

/* One write a client; what it cannot take now is sent later. */
static void
write_broadcast(struct connection *c, int fd, const struct buf *frame,
    const struct client *latest)
{
	size_t done;
	ssize_t n;

	n = frame->len == 0 ? 0 : net_write(fd, buf_head(frame), frame->len);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		c->over = true;
	done = n < 0 ? 0 : (size_t)n;
	connection_broadcast(
	    c, latest, buf_head(frame) + done, frame->len - done);
}

void
server_broadcast(struct server *s, server_frame *frame_of, void *arg,
    const struct client *latest)
{
	const struct buf *frame;
	struct connection *c;
	size_t i, before;

	for (i = s->active; i < s->n; i++) {
		c = s->conns[i];
		frame = frame_of(arg, c->client.protocol);
		if (frame == NULL) /* it comes back and compares */
			c->over = true;
		else if (connection_ready(c)) {
			before = connection_memory(c);
			write_broadcast(
			    c, s->fds[s->base + i].fd, frame, latest);
			account(s, c, before);
		}
		if (c->over || c->out.len > 0)
			expect(s, i);
	}
}

void
server_leave(struct server *s)
{
	size_t i, before;

	for (i = SERVER_OWN; i < s->base; i++) {
		close(s->fds[i].fd);
		s->fds[i].fd = -1;
	}
	/* Upwards, so that one that is no listener any more keeps its place. */
	for (i = 0; i < s->n; i++) {
		before = connection_memory(s->conns[i]);
		connection_leave(s->conns[i], s->handler);
		account(s, s->conns[i], before);
		settle(s, i);
	}
}
