#define _POSIX_C_SOURCE 200809L
/* peers.c - the sockets of all peers: who comes, is served, told and let go */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "net.h"
#include "peers.h"

int
peers_init(struct peers *p, struct world *world)
{
	size_t i;

	*p = (struct peers){ .world = world, .base = PEERS_OWN };
	p->fds = calloc(PEERS_OWN + PEERS_LISTENING, sizeof *p->fds);
	if (p->fds == NULL)
		return -1;
	for (i = 0; i < PEERS_OWN; i++)
		p->fds[i].fd = -1;
	return 0;
}

int
peers_listen(struct peers *p, int fd, bool wildcard)
{
	if (p->base == PEERS_OWN + PEERS_LISTENING)
		return -1;
	p->fds[p->base++] = (struct pollfd){ .fd = fd };
	p->wildcard = p->wildcard || wildcard;
	return 0;
}

/* room for one more; 0, or -1 */
static int
reserve(struct peers *p)
{
	struct pollfd *fds;
	struct conn **conns;
	size_t cap;

	if (p->n < p->cap)
		return 0;
	cap = p->cap == 0 ? 16 : p->cap * 2;
	fds = realloc(p->fds, (p->base + cap) * sizeof *fds);
	if (fds == NULL)
		return -1;
	p->fds = fds;
	conns = realloc(p->conns, cap * sizeof *conns);
	if (conns == NULL)
		return -1;
	p->conns = conns;
	p->cap = cap;
	return 0;
}

static void
swap(struct peers *p, size_t i, size_t j)
{
	struct pollfd fd;
	struct conn *c;

	fd = p->fds[p->base + i];
	p->fds[p->base + i] = p->fds[p->base + j];
	p->fds[p->base + j] = fd;
	c = p->conns[i];
	p->conns[i] = p->conns[j];
	p->conns[j] = c;
}

static bool
sooner(const struct peers *p, size_t i, size_t j)
{
	return p->conns[i]->deadline < p->conns[j]->deadline;
}

/* to where those before it are as soon; where that is */
static size_t
rise(struct peers *p, size_t i)
{
	for (; i > 0 && sooner(p, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(p, i, (i - 1) / 2);
	return i;
}

/* to where those behind it are as late */
static void
sink(struct peers *p, size_t i)
{
	size_t child;

	while ((child = 2 * i + 1) < p->n) {
		if (child + 1 < p->n && sooner(p, child + 1, child))
			child++;
		if (!sooner(p, child, i))
			break;
		swap(p, i, child);
		i = child;
	}
}

/*
 * What to wait for, after anything that was done for the peer at i.  Who is to
 * be let go can be written to at once, or is in trouble at once.
 */
static void
expect(struct peers *p, size_t i)
{
	const struct conn *c;

	c = p->conns[i];
	p->fds[p->base + i].events = (short)((conn_reads(c) ? POLLIN : 0) |
	    (c->over || c->out.len > 0 ? POLLOUT : 0));
}

/* a new peer, the last of all for now; takes fd over */
static int
add(struct peers *p, int fd)
{
	struct conn *c;

	c = reserve(p) < 0 ? NULL : malloc(sizeof *c);
	if (c == NULL) {
		close(fd);
		return -1;
	}
	conn_init(c, p->world->now);
	p->fds[p->base + p->n] = (struct pollfd){ .fd = fd };
	p->conns[p->n++] = c;
	if (p->world->why != NULL)
		p->world->why("connection %d: open", fd);
	return 0;
}

/* The last takes the place of the one that goes. */
static void
drop(struct peers *p, size_t i)
{
	struct conn *c;
	int fd;

	fd = p->fds[p->base + i].fd;
	c = p->conns[i];
	if (p->world->why != NULL)
		p->world->why("connection %d: closed, was in state %s", fd,
		    conn_state_name(c->state));
	if (c->state == CONN_LISTENING)
		p->world->listeners--;
	close(fd);
	conn_free(c);
	free(c);
	p->resting = 0;
	p->n--;
	if (i == p->n)
		return;
	p->conns[i] = p->conns[p->n];
	p->fds[p->base + i] = p->fds[p->base + p->n];
	sink(p, rise(p, i));
}

static void
write_out(struct conn *c, const struct world *w, int fd)
{
	ssize_t n;
	int i;

	for (i = 0; i < PEERS_WRITES && c->out.len > 0 && !c->over; i++) {
		n = net_write(fd, buf_head(&c->out), c->out.len);
		if (n < 0) {
			c->over = errno != EAGAIN && errno != EWOULDBLOCK;
			break;
		}
		conn_sent(c, w, (size_t)n);
	}
	if (!c->over && conn_shuts(c))
		net_shut(fd);
}

static void
read_in(struct peers *p, struct conn *c, int fd)
{
	ssize_t n;

	n = net_read(fd, p->bytes, sizeof p->bytes);
	if (n > 0)
		conn_feed(c, p->world, p->bytes, (size_t)n);
	else if (n == 0)
		conn_eof(c);
	else
		c->over = c->over || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* whatever one peer has for us, and we for it */
static void
serve(struct peers *p, size_t i)
{
	struct net_end end;
	struct pollfd *fd;
	struct conn *c;
	bool trouble, listened;

	c = p->conns[i];
	listened = c->state == CONN_LISTENING;
	fd = &p->fds[p->base + i];
	p->world->local = NULL;
	if (p->wildcard &&
	    (c->state == CONN_REQUEST || c->state == CONN_REPLY) &&
	    net_local(fd->fd, &end) == 0)
		p->world->local = end.address;
	trouble = (fd->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
	if (!c->over && conn_reads(c) &&
	    (trouble || (fd->revents & POLLIN) != 0))
		read_in(p, c, fd->fd);
	else if (trouble)
		c->over = true;
	if (!c->over && p->world->now >= c->deadline)
		conn_tick(c, p->world);
	if (!c->over)
		write_out(c, p->world, fd->fd);
	fd->revents = 0;
	p->world->listeners += (c->state == CONN_LISTENING) - listened;
	if (c->over) {
		drop(p, i);
	} else {
		expect(p, i);
		sink(p, rise(p, i));
	}
}

/* Who has not asked for anything goes first, the one that came first first. */
static bool
make_room(struct peers *p)
{
	struct conn **c;
	size_t i, which;

	c = p->conns;
	which = p->n;
	for (i = 0; i < p->n; i++)
		if (c[i]->state == CONN_REQUEST &&
		    (which == p->n || c[i]->asked < c[which]->asked ||
			(c[i]->asked == c[which]->asked &&
			    c[i]->deadline < c[which]->deadline)))
			which = i;
	if (which == p->n)
		return false;
	drop(p, which);
	return true;
}

static bool
short_of(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

static void
accept_from(struct peers *p, int fd)
{
	int peer;

	for (;;) {
		peer = net_accept(fd);
		if (peer >= 0 && add(p, peer) == 0) {
			/* what it asks has often come along */
			p->fds[p->base + p->n - 1].revents = POLLIN;
			serve(p, p->n - 1);
			continue;
		}
		if (peer < 0 && !short_of(errno))
			return;
		if (peer < 0 && errno == EMFILE && !net_pending(fd))
			return;
		if (peer < 0 && errno == EMFILE && make_room(p))
			continue;
		if (p->world->why != NULL)
			p->world->why("no room for another connection");
		p->resting = p->world->now + PEERS_REST_MS;
		return;
	}
}

/* until when to wait, and whether for new peers */
static int64_t
prepare(struct peers *p, int64_t first)
{
	bool rest;
	size_t i;

	rest = p->resting > p->world->now;
	if (rest && p->resting < first)
		first = p->resting;
	if (p->n > 0 && p->conns[0]->deadline < first)
		first = p->conns[0]->deadline;
	for (i = PEERS_OWN; i < p->base; i++)
		p->fds[i].events = rest ? 0 : POLLIN;
	return first;
}

int
peers_wait(struct peers *p, int64_t end)
{
	int64_t ms;
	size_t i;

	ms = prepare(p, end);
	if (ms != INT64_MAX)
		ms -= p->world->now;
	if (ms < 0)
		ms = 0;
	if (poll(p->fds, p->base + p->n,
		ms == INT64_MAX    ? -1
		    : ms > INT_MAX ? INT_MAX
				   : (int)ms) >= 0)
		return 0;
	for (i = 0; i < p->base + p->n; i++)
		p->fds[i].revents = 0;
	return errno == EINTR ? 0 : -1;
}

/*
 * A peer that goes or has another deadline lets others move: one that so comes
 * to a place that was passed already is found again by the next poll().
 */
void
peers_serve(struct peers *p)
{
	size_t i;

	for (i = p->n; i-- > 0;)
		if (p->fds[p->base + i].revents != 0)
			serve(p, i);
	for (i = p->n;
	     i > 0 && p->n > 0 && p->conns[0]->deadline <= p->world->now; i--)
		serve(p, 0);
	for (i = PEERS_OWN; i < p->base; i++)
		if (p->fds[i].fd >= 0 && p->fds[i].revents != 0)
			accept_from(p, p->fds[i].fd);
}

/* Each frame is made once; one that there is no memory for stays empty. */
static bool
put_frames(const struct world *w, struct buf frame[DIALECT_ROWS], bool news,
    bool report)
{
	const struct history *h;
	enum dialect d;
	bool good;

	h = w->history;
	for (d = 0, good = true; d < DIALECT_ROWS; d++) {
		frame[d] = (struct buf){ .max = CONN_OUT };
		if ((news &&
			dialect_news(d, &frame[d], h,
			    &h->recent[h->n % HISTORY_LENGTH]) < 0) ||
		    (report && dialect_report(d, &frame[d], h) < 0))
			good = false;
	}
	return good;
}

/* One write a listener; what it can't take now it gets later, as one piece. */
static void
tell(struct conn *c, const struct world *w, int fd, const struct buf *frame)
{
	size_t done;
	ssize_t n;

	n = frame->len == 0 ? 0 : net_write(fd, buf_head(frame), frame->len);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		c->over = true;
	done = n < 0 ? 0 : (size_t)n;
	conn_told(c, w, buf_head(frame) + done, frame->len - done);
}

size_t
peers_tell(struct peers *p, bool news, bool report)
{
	struct buf frame[DIALECT_ROWS];
	struct conn *c;
	size_t i, told;
	bool good;

	good = put_frames(p->world, frame, news, report);
	for (i = told = 0; i < p->n; i++) {
		c = p->conns[i];
		if (c->state != CONN_LISTENING)
			continue;
		told++;
		if (!good) /* when it is back it will see */
			c->over = true;
		else if (conn_ready(c))
			tell(c, p->world, p->fds[p->base + i].fd,
			    &frame[c->dialect]);
		if (c->over || c->out.len > 0)
			expect(p, i);
	}
	for (i = 0; i < DIALECT_ROWS; i++)
		buf_free(&frame[i]);
	return told;
}

void
peers_leave(struct peers *p)
{
	size_t i;

	for (i = PEERS_OWN; i < p->base; i++) {
		close(p->fds[i].fd);
		p->fds[i].fd = -1;
	}
	for (i = 0; i < p->n; i++) {
		conn_leave(p->conns[i], p->world);
		expect(p, i);
	}
	p->world->listeners = 0;
	for (i = p->n / 2; i-- > 0;)
		sink(p, i);
}
