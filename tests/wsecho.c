#define _POSIX_C_SOURCE 200809L
/* wsecho.c - an echo server of reloadws's own modules, for conformance suites */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "http/net.h"
#include "http/request.h"
#include "ws/frame.h"
#include "ws/handshake.h"

/*
 * wsecho port
 *
 * Listens on both loopbacks, on any free port for 0, and prints where.  Each
 * message comes back, in frames of its own: what has arrived of it is sent on,
 * so that none is ever held, however long it is.
 */
enum {
	PEERS = 64,
	PIECE = 65536, /* bytes that are read at once, and wait to be written */
	MESSAGE = 16 << 20, /* bytes of a message, else 1009 */
	ASKING_MS = 10000,
	LEAVING_MS = 2000
};

enum state {
	ASKING, /* its request is not whole */
	TALKING,
	LEAVING /* it is to read what is in out, and to hang up */
};

struct peer {
	int fd;
	enum state state;
	struct buf in; /* the head of its request */
	size_t seen; /* for request_head_size */
	struct buf out;
	struct frame_reader ws;
	bool within; /* the message that it is told has begun */
	bool over;
	int64_t deadline; /* ms, unless talking */
};

static struct {
	int listening[2];
	size_t nlistening;
	struct peer peers[PEERS];
	size_t npeers;
} echo;

static void
leave(struct peer *p)
{
	p->state = LEAVING;
	p->deadline = clock_ms() + LEAVING_MS;
	buf_free(&p->in);
	frame_free(&p->ws);
}

static void
refuse(struct peer *p, int status)
{
	buf_printf(&p->out,
	    "HTTP/1.1 %d Refused\r\nContent-Length: 0\r\n"
	    "Connection: close\r\n\r\n",
	    status);
	leave(p);
}

/* RFC 6455, 4.2.1 */
static bool
handshake(const struct request *r)
{
	struct span key;

	key = request_field(r, "sec-websocket-key", 0);
	return r->method == METHOD_GET && !r->old && r->length == 0 &&
	    request_lists(r, "upgrade", "websocket") &&
	    request_lists(r, "connection", "upgrade") &&
	    span_is(request_field(r, "sec-websocket-version", 0), "13") &&
	    key.p != NULL && handshake_key_good(key.p, key.n);
}

/* Extensions are declined by not naming them. */
static void
welcome(struct peer *p, const struct request *r)
{
	char accept[HANDSHAKE_ACCEPT + 1];

	handshake_accept(request_field(r, "sec-websocket-key", 0).p, accept);
	buf_printf(&p->out,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
	    accept);
	p->state = TALKING;
}

static void
echo_part(struct peer *p, const struct frame_piece *piece)
{
	enum frame_opcode op;

	if (piece->n == 0 && !piece->last)
		return;
	op = p->within ? FRAME_MORE : piece->opcode;
	p->within = !piece->last;
	if (frame_part(&p->out, op, piece->last, piece->data, piece->n) < 0)
		p->over = true;
}

static void
take_close(struct peer *p, const struct frame_piece *piece)
{
	int code;

	code = frame_close_code(piece);
	if (code == 1005)
		frame_put(&p->out, FRAME_CLOSE, NULL, 0);
	else
		frame_put_close(&p->out, code < 0 ? -code : code);
	leave(p);
}

static void
take_piece(struct peer *p, const struct frame_piece *piece)
{
	switch (piece->opcode) {
	case FRAME_TEXT:
	case FRAME_BINARY:
		echo_part(p, piece);
		break;
	case FRAME_PING:
		if (frame_put(&p->out, FRAME_PONG, piece->data, piece->n) < 0)
			p->over = true;
		break;
	case FRAME_CLOSE:
		take_close(p, piece);
		break;
	case FRAME_PONG:
	case FRAME_MORE:
		break;
	}
}

static void
take_frames(struct peer *p, unsigned char *bytes, size_t n)
{
	struct frame_piece piece;
	long used;

	while (n > 0 && p->state == TALKING) {
		used = frame_feed(&p->ws, bytes, n, &piece);
		if (used < 0) {
			frame_put_close(&p->out, (int)-used);
			leave(p);
			return;
		}
		bytes += used;
		n -= (size_t)used;
		take_piece(p, &piece);
	}
}

static void
take_request(struct peer *p)
{
	struct request r;
	struct buf rest;
	long n;

	n = request_head_size((char *)buf_head(&p->in), p->in.len, &p->seen);
	if (n == 0)
		return;
	if (n > 0)
		n = request_parse((char *)buf_head(&p->in), (size_t)n, &r) == 0
		    ? n
		    : -400;
	if (n < 0 || !handshake(&r)) {
		refuse(p, 400);
		return;
	}
	welcome(p, &r);
	rest = p->in;
	p->in = (struct buf){ .max = p->in.max };
	buf_drop(&rest, (size_t)n);
	take_frames(p, buf_head(&rest), rest.len);
	buf_free(&rest);
}

static void
take_bytes(struct peer *p)
{
	static unsigned char bytes[PIECE];
	ssize_t n;

	n = net_read(p->fd, bytes, sizeof bytes);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		p->over = true;
	} else if (p->state == TALKING) {
		take_frames(p, bytes, (size_t)n);
	} else if (p->state == ASKING) {
		if (buf_put(&p->in, bytes, (size_t)n) < 0)
			p->over = true;
		else
			take_request(p);
	}
}

static void
give_bytes(struct peer *p)
{
	ssize_t n;

	if (p->over || p->out.len == 0)
		return;
	n = net_write(p->fd, buf_head(&p->out), p->out.len);
	if (n < 0 && errno != EAGAIN)
		p->over = true;
	if (n > 0)
		buf_drop(&p->out, (size_t)n);
	if (p->state == LEAVING && p->out.len == 0)
		net_shut(p->fd);
}

static void
greet(int listening)
{
	int fd;

	while (echo.npeers < PEERS && (fd = net_accept(listening)) >= 0)
		echo.peers[echo.npeers++] = (struct peer){ .fd = fd,
			.in = { .max = REQUEST_HEAD_MAX + PIECE },
			.out = { .max = 4 * PIECE },
			.ws = { .max = MESSAGE },
			.deadline = clock_ms() + ASKING_MS };
}

/* those who have gone, and those who take too long */
static void
sweep(int64_t now)
{
	struct peer *p;
	size_t i;

	for (i = 0; i < echo.npeers;) {
		p = &echo.peers[i];
		if (!p->over && (p->state == TALKING || p->deadline > now)) {
			i++;
			continue;
		}
		close(p->fd);
		buf_free(&p->in);
		buf_free(&p->out);
		frame_free(&p->ws);
		*p = echo.peers[--echo.npeers];
	}
}

/* Who does not take what is sent is not asked for more. */
static short
events(const struct peer *p)
{
	return (
	    short)((p->state == LEAVING || p->out.len < PIECE ? POLLIN : 0) |
	    (p->out.len > 0 ? POLLOUT : 0));
}

static void
turn(void)
{
	struct pollfd fds[2 + PEERS];
	int64_t now, wait;
	size_t i, n;

	now = clock_ms();
	wait = -1;
	for (i = 0; i < echo.nlistening; i++)
		fds[i] = (struct pollfd){ .fd = echo.listening[i],
			.events = echo.npeers < PEERS ? POLLIN : 0 };
	for (i = 0; i < echo.npeers; i++) {
		fds[echo.nlistening + i] = (struct pollfd){
			.fd = echo.peers[i].fd, .events = events(&echo.peers[i])
		};
		if (echo.peers[i].state != TALKING &&
		    (wait < 0 || echo.peers[i].deadline - now < wait))
			wait = echo.peers[i].deadline - now;
	}
	n = echo.nlistening + echo.npeers;
	if (poll(fds, (nfds_t)n, (int)wait) < 0)
		return;
	for (i = echo.nlistening; i < n; i++) {
		if ((fds[i].revents & ~POLLOUT) != 0)
			take_bytes(&echo.peers[i - echo.nlistening]);
		if (fds[i].revents != 0)
			give_bytes(&echo.peers[i - echo.nlistening]);
	}
	sweep(clock_ms());
	for (i = 0; i < echo.nlistening; i++)
		if (fds[i].revents != 0)
			greet(echo.listening[i]);
}

int
main(int argc, char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct net_place place;
	struct net_end end;
	int n;

	if (argc != 2 || net_place(&place, argv[1]) < 0) {
		fprintf(stderr, "usage: wsecho port\n");
		return 2;
	}
	sigaction(SIGPIPE, &ignore, NULL);
	n = net_listen(&place, echo.listening);
	if (n < 0 || net_local(echo.listening[0], &end) < 0) {
		perror(argv[1]);
		return 1;
	}
	echo.nlistening = (size_t)n;
	printf("http://127.0.0.1:%" PRIu16 "/\n", end.port);
	fflush(stdout);
	for (;;)
		turn();
}
