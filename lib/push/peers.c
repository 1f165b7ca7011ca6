#define _POSIX_C_SOURCE 200809L
/* peers.c - the sockets of all peers: who comes, is served, told and let go */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/net.h"
#include "push/peers.h"

int
peers_init(struct peers *p, struct world *world)
{
	size_t i;

	*p = (struct peers){ .world = world,
		.base = PEERS_OWN,
		.most = PEERS_MEMORY,
		.soon = INT64_MAX,
		.beat = INT64_MAX };
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

static bool
listens(const struct peers *p, size_t i)
{
	return p->conns[i]->state == CONN_LISTENING;
}

/* Among its like, and no deadline is forgotten. */
static void
settle(struct peers *p, size_t i)
{
	int64_t *next;

	expect(p, i);
	next = listens(p, i) ? &p->beat : &p->soon;
	if (p->conns[i]->deadline < *next)
		*next = p->conns[i]->deadline;
	if (listens(p, i) && i < p->active)
		swap(p, i, --p->active);
	else if (!listens(p, i) && i >= p->active)
		swap(p, i, p->active++);
	if (p->active == 0)
		p->soon = INT64_MAX;
	p->world->listeners = p->n - p->active;
}

/* a new peer; takes fd over; where it is, or -1 */
static long
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
	settle(p, p->n - 1);
	if (p->world->why != NULL)
		p->world->why("connection %d: open", fd);
	return (long)p->active - 1;
}

/* The last of its like takes the place of the one that goes. */
static void
drop(struct peers *p, size_t i)
{
	struct conn *c;
	int fd;

	fd = p->fds[p->base + i].fd;
	c = p->conns[i];
	p->memory -= conn_memory(c);
	if (p->world->why != NULL)
		p->world->why("connection %d: closed, was in state %s", fd,
		    conn_state_name(c->state));
	close(fd);
	conn_free(c);
	free(c);
	p->resting = 0;
	if (i < p->active) {
		swap(p, i, --p->active);
		i = p->active;
	}
	swap(p, i, --p->n);
	p->world->listeners = p->n - p->active;
	if (p->active == 0)
		p->soon = INT64_MAX;
	if (p->active == p->n)
		p->beat = INT64_MAX;
}

/* false when it takes nothing of what there is */
static bool
write_out(struct conn *c, const struct world *w, int fd)
{
	ssize_t n;
	int i;

	n = 1;
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
	return n > 0 || i > 0;
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

/* What it has was so much before.  If all have too much, the one that grew goes. */
static void
account(struct peers *p, struct conn *c, size_t before)
{
	size_t now;

	now = conn_memory(c);
	p->memory += now - before;
	if (now > before && p->memory > p->most)
		c->over = true;
}

/* whatever one peer has for us, and we for it, whose time may have come */
static void
serve(struct peers *p, size_t i, bool due)
{
	struct net_end end;
	struct pollfd *fd;
	struct conn *c;
	bool trouble;
	size_t before;

	c = p->conns[i];
	fd = &p->fds[p->base + i];
	before = conn_memory(c);
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
	if (!c->over && due)
		conn_tick(c, p->world);
	if (!c->over && !write_out(c, p->world, fd->fd) &&
	    (fd->revents & POLLOUT) != 0)
		p->stuck = true;
	fd->revents = 0;
	account(p, c, before);
	if (c->over)
		drop(p, i);
	else
		settle(p, i);
}

/* Who has not asked for anything goes first, the one that came first first. */
static bool
make_room(struct peers *p)
{
	struct conn **c;
	size_t i, which;

	c = p->conns;
	which = p->active;
	for (i = 0; i < p->active; i++)
		if (c[i]->state == CONN_REQUEST &&
		    (which == p->active || c[i]->asked < c[which]->asked ||
			(c[i]->asked == c[which]->asked &&
			    c[i]->deadline < c[which]->deadline)))
			which = i;
	if (which == p->active)
		return false;
	drop(p, which);
	return true;
}

/* Nobody else now: what is wrong with one would be wrong with the next. */
static void
rest(struct peers *p)
{
	if (p->world->why != NULL)
		p->world->why("no room for another connection");
	p->resting = p->world->now + PEERS_REST_MS;
}

static void
accept_from(struct peers *p, int fd)
{
	long i;
	int n, peer, error;

	error = 0;
	for (n = 0; n < PEERS_ACCEPTS; n++) {
		peer = net_accept(fd);
		error = peer < 0 ? errno : 0;
		if (error == EAGAIN || error == EWOULDBLOCK)
			return;
		if (error == ECONNABORTED) /* it has gone, the next may not */
			continue;
		i = peer < 0 ? -1 : add(p, peer);
		if (i >= 0) { /* what it asks has often come along */
			p->fds[p->base + (size_t)i].revents = POLLIN;
			serve(p, (size_t)i, false);
			continue;
		}
		if (error == EMFILE && !net_pending(fd))
			return;
		if (error != EMFILE || !make_room(p)) {
			rest(p);
			return;
		}
	}
	if (error != 0)
		rest(p);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* until when to wait, and whether for new peers */
static int64_t
prepare(struct peers *p, int64_t first)
{
	bool rest;
	size_t i;

	rest = p->resting > p->world->now;
	if (rest)
		first = least(first, p->resting);
	for (i = PEERS_OWN; i < p->base; i++)
		p->fds[i].events = rest ? 0 : POLLIN;
	return least(first, least(p->soon, p->beat));
}

/*
 * A look at 10,000 listeners takes longer than anything that is done for a
 * peer: while others keep us busy they are looked at by themselves.
 */
static int
look(struct peers *p, int64_t ms)
{
	int64_t rest;
	int n;

	rest = p->looking - p->world->now;
	if (p->busy > p->world->now && rest > 0 && p->active < p->n) {
		p->looked = p->base + p->active;
		n = poll(p->fds, p->looked, (int)least(ms, rest));
		if (n != 0)
			return n;
		if (ms != INT64_MAX)
			ms = ms > rest ? ms - rest : 0;
	}
	p->looking = p->world->now + PEERS_BUSY_MS;
	p->looked = p->base + p->n;
	return poll(
	    p->fds, p->looked, ms == INT64_MAX ? -1 : (int)least(ms, INT_MAX));
}

int
peers_wait(struct peers *p, int64_t end)
{
	int64_t until;
	size_t i;

	if (p->stuck) /* poll() promised what write() did not keep */
		poll(p->fds, PEERS_OWN, PEERS_STUCK_MS);
	p->stuck = false;
	until = prepare(p, end);
	if (until != INT64_MAX)
		until = until > p->world->now ? until - p->world->now : 0;
	if (look(p, until) >= 0)
		return 0;
	for (i = 0; i < p->looked; i++)
		p->fds[i].revents = 0;
	return errno == EINTR ? 0 : -1;
}

/* those whose time has come */
static void
serve_late(struct peers *p)
{
	size_t i;

	for (i = p->active; i-- > 0;)
		if (p->conns[i]->deadline <= p->world->now)
			serve(p, i, true);
	p->soon = INT64_MAX;
	for (i = 0; i < p->active; i++)
		p->soon = least(p->soon, p->conns[i]->deadline);
}

/* When it is time for one listener's ping, all get theirs: we wake up once. */
static void
serve_beat(struct peers *p)
{
	size_t i;

	p->beat = INT64_MAX;
	for (i = p->n; i-- > p->active;)
		serve(p, i, true);
}

/*
 * A peer that goes, or is no listener any more, lets another have its place:
 * one that so escapes us is found again by the next poll().
 */
void
peers_serve(struct peers *p)
{
	size_t i;

	for (i = p->looked - p->base; i-- > 0;)
		if (p->fds[p->base + i].revents != 0) {
			if (i < p->active)
				p->busy = p->world->now + PEERS_BUSY_MS;
			serve(p, i, false);
		}
	if (p->soon <= p->world->now)
		serve_late(p);
	if (p->beat <= p->world->now)
		serve_beat(p);
	for (i = PEERS_OWN; i < p->base; i++)
		if (p->fds[i].fd >= 0 && p->fds[i].revents != 0) {
			p->busy = p->world->now + PEERS_BUSY_MS;
			accept_from(p, p->fds[i].fd);
		}
}

/* What the peers of each protocol are told, made when the first of them is. */
struct frames {
	bool update, report;
	bool made[PROTOCOLS];
	struct buf frame[PROTOCOLS]; /* one that can't be made stays empty */
};

/* NULL where memory is out */
static const struct buf *
frame_of(struct frames *f, enum protocol d, const struct generation *h)
{
	struct buf *frame;

	frame = &f->frame[d];
	if (f->made[d])
		return frame->max == 0 ? NULL : frame;
	f->made[d] = true;
	*frame = (struct buf){ .max = CONN_OUT };
	if ((!f->update || protocol_update(d, frame, h, &h->last) == 0) &&
	    (!f->report || protocol_report(d, frame, h) == 0))
		return frame;
	buf_free(frame);
	frame->max = 0;
	return NULL;
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
peers_tell(struct peers *p, bool update, bool report, size_t *pages)
{
	struct frames frames = { .update = update, .report = report };
	const struct buf *frame;
	struct conn *c;
	size_t i, told, before;

	*pages = 0;
	for (i = p->active, told = p->n - i; i < p->n; i++) {
		c = p->conns[i];
		*pages += protocol_talks((enum protocol)c->protocol);
		frame = frame_of(
		    &frames, (enum protocol)c->protocol, p->world->generation);
		if (frame == NULL) /* when it is back it will see */
			c->over = true;
		else if (conn_ready(c)) {
			before = conn_memory(c);
			tell(c, p->world, p->fds[p->base + i].fd, frame);
			account(p, c, before);
		}
		if (c->over || c->out.len > 0)
			expect(p, i);
	}
	for (i = 0; i < PROTOCOLS; i++)
		buf_free(&frames.frame[i]);
	return told;
}

void
peers_leave(struct peers *p)
{
	size_t i, before;

	for (i = PEERS_OWN; i < p->base; i++) {
		close(p->fds[i].fd);
		p->fds[i].fd = -1;
	}
	/* Upwards, so that one that is no listener any more keeps its place. */
	for (i = 0; i < p->n; i++) {
		before = conn_memory(p->conns[i]);
		conn_leave(p->conns[i], p->world);
		account(p, p->conns[i], before);
		settle(p, i);
	}
}
