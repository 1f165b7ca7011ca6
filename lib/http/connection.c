/* connection.c - a connection from its first byte to its last, without its socket */
#include <string.h>

#include "http/connection.h"

enum { PIECE = 65536, TEXT_MAX = 64, PAUSE = 16384 };

const char *
connection_state_name(enum connection_state state)
{
	static const char *const names[] = { [CONNECTION_REQUEST] = "request",
		[CONNECTION_RESPONSE] = "response",
		[CONNECTION_CLIENT] = "client",
		[CONNECTION_CLOSING] = "closing" };

	return names[state];
}

void
connection_init(struct connection *c, int64_t now)
{
	*c = (struct connection){ .in = { .max = REQUEST_HEAD_MAX +
					  REQUEST_BODY_MAX + CONNECTION_READ },
		.out = { .max = CONNECTION_OUT },
		.deadline = now + CONNECTION_REQUEST_MS,
		.fd = -1 };
}

static void
file_free(struct connection *c)
{
	struct response file = { .fd = c->fd };

	response_free(&file);
	c->fd = -1;
	c->left = 0;
}

/* what it has for what it does now */
static void
let_go(struct connection *c)
{
	buf_free(&c->in);
	if (c->state == CONNECTION_CLIENT)
		frame_free(&c->ws);
	else if (c->state != CONNECTION_CLOSING)
		file_free(c);
}

void
connection_free(struct connection *c)
{
	let_go(c);
	buf_free(&c->out);
}

static void
tidy(struct buf *b)
{
	if (b->len == 0)
		buf_free(b);
}

/* nothing more is asked or told; what is in out is still to go */
static void
closing(struct connection *c, const struct handler *h)
{
	let_go(c);
	c->state = CONNECTION_CLOSING;
	c->skip = CONNECTION_DISCARD;
	c->deadline = h->now + CONNECTION_CLOSING_MS;
	c->over = c->over || (c->eof && c->out.len == 0);
}

/* the next bytes of the file, when those before them are gone */
static void
fill(struct connection *c)
{
	size_t want;
	ssize_t n;
	void *room;

	if (c->left == 0 || c->out.len > 0)
		return;
	want = c->left < PIECE ? (size_t)c->left : PIECE;
	room = buf_room(&c->out, want);
	n = room == NULL ? -1 : response_read(c->fd, room, want, c->off);
	if (n <= 0) { /* it has shrunk: the peer must see that this isn't all */
		c->over = true;
		return;
	}
	buf_added(&c->out, (size_t)n);
	c->off += n;
	c->left -= n;
}

/* take the response over, the file with it */
static void
begin_response(struct connection *c, const struct handler *h,
    struct response *response, bool head_only)
{
	c->state = CONNECTION_RESPONSE;
	c->deadline = h->now + CONNECTION_RESPONSE_MS;
	c->asked = true;
	if (response_head(&c->out, response, c->keep, h->wall) < 0)
		c->over = true;
	if (!head_only) {
		if (buf_put(&c->out, buf_head(&response->body),
			response->body.len) < 0)
			c->over = true;
		c->fd = response->fd;
		c->off = response->off;
		c->left = response->fd < 0 ? 0 : response->len;
		response->fd = -1;
		fill(c);
	}
	c->end = c->deadline +
	    ((int64_t)c->out.len + c->left) / CONNECTION_RATE;
	response_free(response);
}

/* Answer a request that cannot be read, and close. */
static void
refuse(struct connection *c, const struct handler *h, int status)
{
	struct response response;

	response_init(&response, status);
	response_text(&response, status, "");
	if (h->log != NULL)
		h->log("a malformed request: %d", status);
	buf_free(&c->in);
	c->keep = false;
	begin_response(c, h, &response, false);
}

static void take_frames(
    struct connection *c, const struct handler *h, unsigned char *p, size_t n);

/* The bytes after the request are frames. */
static void
begin_client(struct connection *c, const struct handler *h,
    struct response *response, const struct client *client, bool is_stream)
{
	struct buf rest;

	c->state = CONNECTION_CLIENT;
	c->is_stream = is_stream;
	c->ws = (struct frame_reader){ .max = CONNECTION_MESSAGE };
	c->client = *client;
	c->deadline = h->now + CONNECTION_PING_MS;
	c->asked = true;
	if (response_head(&c->out, response, true, h->wall) < 0 ||
	    h->hello(h->arg, &c->client, &c->out) < 0)
		c->over = true;
	response_free(response);
	rest = c->in;
	c->in = (struct buf){ .max = c->in.max };
	take_frames(c, h, buf_head(&rest), rest.len);
	buf_free(&rest);
}

static void
log_response(const struct handler *h, const struct request *r, int status)
{
	if (h->log != NULL)
		h->log("%.*s %.*s: %d", (int)r->verb.n, r->verb.p,
		    (int)r->path.n, r->path.p, status);
}

static void
drop(struct connection *c, size_t n)
{
	buf_drop(&c->in, n);
	tidy(&c->in);
}

/* A complete request is at the front of `in`, with its body. */
static void
take_request(
    struct connection *c, const struct handler *h, const struct request *r)
{
	enum handler_result result;
	struct response response;
	struct client client;

	response_init(&response, 200);
	result = h->respond(
	    h->arg, r, buf_head(&c->in) + c->head, c->body, &response, &client);
	c->seen = 0;
	if (result == HANDLER_LATER) {
		response_free(&response);
		c->head = 0;
		c->state = CONNECTION_RESPONSE;
		c->deadline = h->now + CONNECTION_LATER_MS;
		return;
	}
	log_response(h, r, response.status);
	c->keep = r->keep && !c->eof && response.len != RESPONSE_ENDLESS;
	if (r->method != METHOD_POST) {
		c->skip = (uint32_t)r->length;
		/* A client that waits for a 100 may never send the body. */
		c->keep = c->keep && !r->expect;
	}
	if (result == HANDLER_DONE)
		begin_response(c, h, &response, r->method == METHOD_HEAD);
	buf_drop(&c->in, c->head + c->body);
	c->head = c->body = 0;
	if (result != HANDLER_DONE)
		begin_client(
		    c, h, &response, &client, result == HANDLER_STREAM);
}

/* Is the head of a request whole, and good?  Then its body is next. */
static bool
take_head(struct connection *c, const struct handler *h, struct request *r)
{
	long n;

	/* An empty line may come before it, and gives no time. */
	if (c->seen == 0 && *(char *)buf_head(&c->in) != '\r')
		c->deadline = h->now + CONNECTION_REQUEST_MS;
	n = request_head_size((char *)buf_head(&c->in), c->in.len, &c->seen);
	if (n == 0)
		return false;
	if (n > 0) {
		c->head = (uint32_t)n;
		n = request_parse((char *)buf_head(&c->in), c->head, r);
	}
	if (n < 0) {
		refuse(c, h, (int)-n);
		return false;
	}
	if (r->method != METHOD_POST)
		return true;
	c->body = (uint32_t)r->length;
	if (r->expect && c->in.len == c->head &&
	    buf_puts(&c->out, "HTTP/1.1 100 Continue\r\n\r\n") < 0)
		c->over = true;
	return true;
}

/* Is the body whole? */
static bool
has_body(const struct connection *c)
{
	return c->in.len - c->head >= c->body;
}

/* answer what is whole, one request at a time */
static void
take_requests(struct connection *c, const struct handler *h)
{
	struct request r;
	size_t n;

	if (c->skip > 0) {
		n = c->skip < c->in.len ? c->skip : c->in.len;
		c->skip -= (uint32_t)n;
		drop(c, n);
	}
	if (c->seen == 0 && c->in.len > 0)
		drop(c, request_blank((char *)buf_head(&c->in), c->in.len));
	if (c->in.len == 0)
		return;
	if (c->head == 0) {
		if (take_head(c, h, &r) && has_body(c))
			take_request(c, h, &r);
	} else if (has_body(c) &&
	    request_parse((char *)buf_head(&c->in), c->head, &r) == 0)
		take_request(c, h, &r);
}

/* the response is out */
static void
end_response(struct connection *c, const struct handler *h)
{
	file_free(c);
	if (!c->keep) {
		closing(c, h);
		return;
	}
	c->state = CONNECTION_REQUEST;
	c->deadline = h->now + CONNECTION_REQUEST_MS;
	take_requests(c, h);
	if (c->eof && c->state == CONNECTION_REQUEST)
		c->over = true;
}

/* A text is collected up to its end, and ignored if it is a long one. */
static void
take_text(struct connection *c, const struct handler *h,
    const struct frame_piece *piece)
{
	size_t room;

	if (h->text == NULL)
		return;
	room = TEXT_MAX - c->in.len;
	buf_put(&c->in, piece->data, piece->n < room ? piece->n : room);
	if (!piece->last)
		return;
	if (c->in.len > 0 && c->in.len < TEXT_MAX)
		h->text(
		    h->arg, &c->client, (char *)buf_head(&c->in), c->in.len);
	buf_free(&c->in);
}

static void
take_piece(struct connection *c, const struct handler *h,
    const struct frame_piece *piece)
{
	int code;

	switch (piece->opcode) {
	case FRAME_PING:
		if (frame_put(&c->out, FRAME_PONG, piece->data, piece->n) < 0)
			c->over = true;
		break;
	case FRAME_CLOSE:
		code = frame_close_code(piece);
		if (frame_put_close(&c->out,
			code < 0           ? -code
			    : code == 1005 ? 1000
					   : code) < 0)
			c->over = true;
		closing(c, h);
		break;
	case FRAME_TEXT:
		take_text(c, h, piece);
		break;
	default:
		break;
	}
}

static void
take_frames(
    struct connection *c, const struct handler *h, unsigned char *p, size_t n)
{
	struct frame_piece piece;
	long used;

	if (c->is_stream)
		return;
	if (n > 0)
		c->silent = 0;
	while (n > 0 && c->state == CONNECTION_CLIENT) {
		used = frame_feed(&c->ws, p, n, &piece);
		if (used < 0) {
			if (h->log != NULL)
				h->log(
				    "a client broke the protocol: %ld", -used);
			frame_put_close(&c->out, (int)-used);
			closing(c, h);
			return;
		}
		p += used;
		n -= (size_t)used;
		take_piece(c, h, &piece);
	}
	if (!c->ws.inside)
		frame_free(&c->ws);
}

void
connection_feed(
    struct connection *c, const struct handler *h, void *bytes, size_t n)
{
	if (c->state == CONNECTION_CLOSING) {
		c->over = c->over || n >= c->skip;
		c->skip -= (uint32_t)n;
		return;
	}
	if (n == 0)
		return;
	if (c->state == CONNECTION_CLIENT) {
		take_frames(c, h, bytes, n);
		return;
	}
	if (buf_put(&c->in, bytes, n) < 0)
		c->over = true;
	else if (c->state == CONNECTION_REQUEST)
		take_requests(c, h);
}

/* A peer that shuts down its side after a request still gets the response. */
void
connection_eof(struct connection *c)
{
	c->eof = true;
	c->over = c->over || c->state == CONNECTION_REQUEST ||
	    c->state == CONNECTION_CLIENT ||
	    (c->state == CONNECTION_CLOSING && c->out.len == 0);
}

static void
send_owed(struct connection *c, const struct handler *h)
{
	if (h->owed(h->arg, &c->client, &c->out) < 0)
		c->over = true;
}

void
connection_sent(struct connection *c, const struct handler *h, size_t n)
{
	buf_drop(&c->out, n);
	if (n > 0 && c->state == CONNECTION_RESPONSE) {
		c->deadline = h->now + CONNECTION_RESPONSE_MS;
		if (c->deadline > c->end)
			c->deadline = c->end;
	}
	if (c->state == CONNECTION_RESPONSE)
		fill(c);
	if (c->out.len > 0)
		return;
	buf_free(&c->out);
	if (c->state == CONNECTION_CLIENT)
		send_owed(c, h);
	else if (c->state == CONNECTION_RESPONSE)
		end_response(c, h);
	else if (c->state == CONNECTION_CLOSING && c->eof)
		c->over = true;
}

/* A client that does not take its bytes is as good as one that does not answer. */
static void
ping(struct connection *c, const struct handler *h)
{
	int result;

	/* There are no answers in a stream, so taking the bytes is one. */
	if (c->out.len == 0 && c->is_stream)
		c->silent = 0;
	if (c->silent == CONNECTION_PINGS) {
		c->over = true;
		return;
	}
	c->silent++;
	c->deadline = h->now + CONNECTION_PING_MS;
	if (c->out.len > 0)
		return;
	result = c->is_stream ? buf_puts(&c->out, ":\n\n")
			      : frame_put(&c->out, FRAME_PING, NULL, 0);
	if (result < 0)
		c->over = true;
}

void
connection_tick(struct connection *c, const struct handler *h)
{
	if (c->state == CONNECTION_CLIENT) {
		ping(c, h);
	} else if (c->state == CONNECTION_REQUEST && c->in.len > 0) {
		refuse(c, h, 408);
	} else if (c->state == CONNECTION_RESPONSE && c->out.len == 0) {
		c->state = CONNECTION_REQUEST; /* after HANDLER_LATER */
		c->seen = 0;
		take_requests(c, h);
	} else {
		c->over = true;
	}
}

size_t
connection_memory(const struct connection *c)
{
	return c->in.cap + c->out.cap;
}

/* A peer that asks and does not take the answers is not asked for more. */
bool
connection_reads(const struct connection *c)
{
	return !c->eof && c->state != CONNECTION_RESPONSE &&
	    (c->state != CONNECTION_CLIENT || c->out.len < PAUSE);
}

bool
connection_shuts(struct connection *c)
{
	if (c->state != CONNECTION_CLOSING || c->shut || c->out.len > 0)
		return false;
	c->shut = true;
	return true;
}

bool
connection_ready(const struct connection *c)
{
	return c->state == CONNECTION_CLIENT && c->out.len == 0;
}

void
connection_broadcast(struct connection *c, const struct client *latest,
    const void *rest, size_t n)
{
	c->client.sent = latest->sent;
	c->client.reported = latest->reported;
	if (n > 0 && buf_put(&c->out, rest, n) < 0)
		c->over = true;
}

void
connection_leave(struct connection *c, const struct handler *h)
{
	c->keep = false;
	if (c->state == CONNECTION_REQUEST)
		c->over = true;
	if (c->state != CONNECTION_CLIENT)
		return;
	if (!c->is_stream && frame_put_close(&c->out, 1001) < 0)
		c->over = true;
	closing(c, h);
}
