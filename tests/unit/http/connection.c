/* connection.c - tests of a peer from its first byte to its last */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "http/connection.h"
#include "ws/handshake.h"

#define ASK "GET /reload HTTP/1.1\r\nHost: localhost\r\n"
#define UPGRADE \
	ASK "Upgrade: websocket\r\nConnection: Upgrade\r\n" \
	    "Sec-WebSocket-Version: 13\r\n" \
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ZERO "\0\0\0\0" /* a mask that keeps the tests legible */
#define FEED(bytes) feed(bytes, sizeof(bytes) - 1)

static struct connection c;
static char out[8192]; /* what the peer has got since the last look */
static size_t nout;

/* ---- a handler that knows no files and no updates, only how many there were ---- */

static uint64_t broadcasts;
static uint32_t reports;
static int posts;
static char posted[100]; /* the last body */

enum { SILENT, GREETED };

static enum handler_result
shake_hands(const struct request *r, struct response *response)
{
	char accept[HANDSHAKE_ACCEPT + 1];

	handshake_accept(request_field(r, "sec-websocket-key", 0).p, accept);
	response->status = 101;
	buf_printf(&response->fields, "Sec-WebSocket-Accept: %s\r\n", accept);
	return HANDLER_WEBSOCKET;
}

static enum handler_result
respond(void *arg, const struct request *r, void *body, size_t n,
    struct response *response, struct client *client)
{
	(void)arg;
	*client = (struct client){ .sent = broadcasts,
		.reported = reports,
		.protocol = request_lists(r, "x-protocol", "greeted") };
	if (request_field(r, "sec-websocket-key", 0).p != NULL)
		return shake_hands(r, response);
	if (request_lists(r, "accept", "text/event-stream")) {
		if (request_field(r, "last-event-id", 0).p != NULL)
			client->sent--;
		client->protocol = GREETED;
		response->len = RESPONSE_ENDLESS;
		return HANDLER_STREAM;
	}
	if (span_is(r->path, "/later") && posts == 0)
		return HANDLER_LATER;
	if (r->method == METHOD_POST) {
		posts++;
		snprintf(posted, sizeof posted, "%.*s", (int)n, (char *)body);
	}
	if (r->method == METHOD_PUT)
		response_text(response, 405, "");
	else
		buf_puts(&response->body, "a body\n");
	return HANDLER_DONE;
}

static int
send_text(bool is_stream, struct buf *to, const char *text)
{
	return is_stream ? buf_printf(to, "event: %s\n\n", text)
			 : frame_put(to, FRAME_TEXT, text, strlen(text));
}

static int
hello(void *arg, struct client *client, struct buf *to)
{
	(void)arg;
	return client->protocol == GREETED ? send_text(c.is_stream, to, "hello")
					   : 0;
}

static int
owed(void *arg, struct client *client, struct buf *to)
{
	(void)arg;
	if (client->sent != broadcasts)
		send_text(c.is_stream, to, "update");
	if (client->reported != reports)
		send_text(c.is_stream, to, "report");
	client->sent = broadcasts;
	client->reported = reports;
	return 0;
}

static char said[100]; /* the last text of a client */

static void
text(void *arg, const struct client *client, const char *bytes, size_t n)
{
	(void)arg;
	(void)client;
	snprintf(said, sizeof said, "%.*s", (int)n, bytes);
}

static struct handler h = { .respond = respond,
	.hello = hello,
	.owed = owed,
	.text = text,
	.now = 1000 };

/* A broadcast is written, but for n bytes. */
static void
written(const char *rest, size_t n)
{
	struct client latest = { .sent = broadcasts, .reported = reports };

	connection_broadcast(&c, &latest, rest, n);
}

/* ---- a peer ---- */

/* a peer that takes all that it gets */
static void
drain(void)
{
	size_t n;

	while (c.out.len > 0 && !c.over) {
		n = c.out.len < 7 ? c.out.len : 7;
		if (n > sizeof out - 1 - nout)
			nout = 0; /* too much to look at */
		memcpy(out + nout, buf_head(&c.out), n);
		nout += n;
		connection_sent(&c, &h, n);
	}
	out[nout] = '\0';
}

static void
feed(const char *bytes, size_t n)
{
	char copy[8192];

	nout = 0;
	memcpy(copy, bytes, n);
	connection_feed(&c, &h, copy, n);
	drain();
}

static void
fresh(void)
{
	connection_free(&c);
	h.now = 1000;
	connection_init(&c, h.now);
	nout = 0;
}

static void
listener(const char *protocol)
{
	char head[1000];

	fresh();
	snprintf(head, sizeof head, "%s%s%s\r\n", UPGRADE, protocol,
	    *protocol == '\0' ? "" : "\r\n");
	feed(head, strlen(head));
}

static bool
starts(const char *s)
{
	return strncmp(out, s, strlen(s)) == 0;
}

static int
times(const char *s)
{
	const char *p;
	int n;

	for (p = out, n = 0; (p = strstr(p, s)) != NULL; p++)
		n++;
	return n;
}

#define POST "POST /reload HTTP/1.1\r\nHost: localhost\r\n"
#define EVENTS ASK "Accept: text/event-stream\r\n"

static void
test_bodies(void)
{
	static const char one[] = POST "Content-Length: 6\r\n\r\na.css\n" ASK
				       "\r\n";
	size_t i, got;

	fresh();
	posts = 0;
	FEED(one);
	ok(posts == 1 && times("200 OK") == 2 && times("a body") == 2 &&
		strcmp(posted, "a.css\n") == 0,
	    "the body of a POST is read, and what follows answered");
	for (i = 0, got = 0; i < sizeof one - 1; i++) {
		feed(one + i, 1);
		got += nout > 0;
	}
	ok(posts == 2 && got == 2, "byte by byte, too");
	FEED(
	    POST "Transfer-Encoding: chunked\r\n\r\n6\r\nb.css\n\r\n0\r\n\r\n");
	ok(starts("HTTP/1.1 411 ") && c.state == CONNECTION_CLOSING &&
		posts == 2,
	    "it may not come in chunks");
	fresh();
	FEED(POST "Expect: 100-continue\r\nContent-Length: 6\r\n\r\n");
	ok(strcmp(out, "HTTP/1.1 100 Continue\r\n\r\n") == 0 && posts == 2,
	    "who waits for it is told to go on");
	FEED("a.css\n");
	ok(starts("HTTP/1.1 200 OK") && posts == 3, "and does");
	FEED(POST "Content-Length: 6\r\n\r\na.c");
	h.now = c.deadline;
	connection_tick(&c, &h);
	drain();
	ok(starts("HTTP/1.1 408 ") && posts == 3,
	    "who does not send it in time is turned away");
}

static void
test_streams(void)
{
	int i;

	fresh();
	FEED(EVENTS "\r\n");
	ok(starts("HTTP/1.1 200 OK\r\n") && times("Content-Length") == 0 &&
		times("Connection: close\r\n") == 1 &&
		times("event: hello\n") == 1 && c.state == CONNECTION_CLIENT &&
		c.out.data == NULL && c.in.data == NULL,
	    "a stream begins with a hello and has no end");
	FEED("anything");
	ok(nout == 0 && !c.over, "nothing that it sends is looked at");
	for (i = 0; i < 5; i++) {
		nout = 0;
		h.now = c.deadline;
		connection_tick(&c, &h);
		drain();
	}
	ok(strcmp(out, ":\n\n") == 0 && !c.over,
	    "as long as it takes comments it stays");
	written("x", 1);
	for (i = 0; i <= CONNECTION_PINGS; i++) {
		h.now = c.deadline;
		connection_tick(&c, &h);
	}
	ok(c.over, "when it does not it is gone");
	fresh();
	FEED(EVENTS "Last-Event-ID: x\r\n\r\n");
	ok(times("event: hello\n") == 1 && times("event: update\n") == 1,
	    "what it has missed comes after the hello");
	nout = 0;
	connection_leave(&c, &h);
	drain();
	ok(nout == 0 && connection_shuts(&c), "at the end it ends");
}

static void
test_requests(void)
{
	static const char two[] = ASK "\r\n" ASK "\r\n";
	size_t i, got;

	fresh();
	ok(c.state == CONNECTION_REQUEST && connection_reads(&c),
	    "a new peer is to ask");
	FEED(ASK "\r\n");
	ok(starts("HTTP/1.1 200 OK\r\n") && c.state == CONNECTION_REQUEST,
	    "it is answered, and may ask again");
	FEED(two);
	ok(times("HTTP/1.1 200 OK") == 2,
	    "two requests at once get two answers");
	fresh();
	for (i = 0, got = 0; i < sizeof two - 1; i++) {
		feed(two + i, 1);
		got += nout > 0;
	}
	ok(got == 2, "so do they byte by byte");
	FEED("\r\n\n" ASK "\r\n");
	ok(times("200 OK") == 1, "empty lines in front are skipped");
	FEED(ASK "Content-Length: 5\r\n\r\nGET /" ASK "\r\n");
	ok(times("200 OK") == 2, "the body of a request is skipped");
	FEED("HEAD /reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
	ok(starts("HTTP/1.1 200 OK") && times("a body") == 0,
	    "HEAD has no body");
	FEED(ASK "Connection: close\r\n\r\n" ASK "\r\n");
	ok(times("200 OK") == 1 && c.state == CONNECTION_CLOSING &&
		connection_shuts(&c) && !connection_shuts(&c),
	    "after close nothing is answered, and our end is shut once");
	connection_eof(&c);
	ok(c.over, "when it hangs up it is over");
	fresh();
	FEED(ASK "Transfer-Encoding: chunked\r\n\r\n" ASK "\r\n");
	ok(starts("HTTP/1.1 411 ") && times("HTTP/1.1") == 1 &&
		c.state == CONNECTION_CLOSING,
	    "a body in chunks is never taken for a request");
	fresh();
	FEED(
	    ASK "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n" ASK "\r\n");
	ok(times("200 OK") == 1 && c.state == CONNECTION_CLOSING,
	    "nor is one that may never come");
	fresh();
	feed(ASK "\r\n", 0);
	connection_eof(&c);
	ok(c.over, "who leaves without asking is gone");
}

static void
test_half_closed(void)
{
	char copy[] = ASK "\r\n";

	fresh();
	nout = 0;
	connection_feed(&c, &h, copy, sizeof copy - 1);
	connection_eof(&c);
	ok(!c.over && !connection_reads(&c),
	    "who asks and sends no more may wait");
	drain();
	ok(starts("HTTP/1.1 200 OK") && c.over, "and gets the answer");
}

/* Peers that keep a connection for as long as they can. */
static void
test_patience(void)
{
	static const char bytes[8192];
	char copy[] = ASK "\r\n";
	int64_t deadline;
	size_t n;

	fresh();
	FEED("nonsense\r\n\r\n");
	for (n = 0; n + sizeof bytes < CONNECTION_DISCARD; n += sizeof bytes)
		feed(bytes, sizeof bytes);
	ok(c.state == CONNECTION_CLOSING && !c.over,
	    "after an error some of what comes is dropped");
	feed(bytes, sizeof bytes);
	ok(c.over, "but not all of it");
	fresh();
	deadline = c.deadline;
	h.now += 5000;
	FEED("\r");
	h.now += 1000;
	FEED("\n");
	FEED("\r");
	ok(c.deadline == deadline, "empty lines give no time");
	fresh();
	connection_feed(&c, &h, copy, sizeof copy - 1);
	for (n = 0; n < 20 && h.now < c.deadline; n++) {
		connection_sent(&c, &h, 1);
		h.now += CONNECTION_RESPONSE_MS - 1;
	}
	ok(n == 2 && c.out.len > 0, "a reply is to be taken as a whole");
	connection_tick(&c, &h);
	ok(c.over, "in its time");
}

static void
test_refusals(void)
{
	char long_head[REQUEST_HEAD_MAX];

	fresh();
	FEED("nonsense\r\n\r\n" ASK "\r\n");
	ok(starts("HTTP/1.1 400 ") && times("HTTP/1.1") == 1 &&
		times("Connection: close") == 1 &&
		c.state == CONNECTION_CLOSING,
	    "nonsense is 400 and the end");
	fresh();
	memset(long_head, 'a', sizeof long_head);
	feed(long_head, sizeof long_head);
	ok(starts("HTTP/1.1 431 "), "a head without an end is 431");
	fresh();
	FEED(ASK "Content-Length: 70000\r\n\r\n");
	ok(starts("HTTP/1.1 413 "), "a large body is 413");
	fresh();
	FEED("PUT /reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
	ok(starts("HTTP/1.1 405 ") && c.state == CONNECTION_REQUEST,
	    "what the handler refuses is not the end");
}

static void
test_deadlines(void)
{
	fresh();
	h.now = c.deadline;
	connection_tick(&c, &h);
	ok(c.over && c.out.len == 0, "who never asks is dropped silently");
	fresh();
	h.now += 5000;
	FEED("GET /");
	ok(c.deadline == h.now + CONNECTION_REQUEST_MS,
	    "a request has its time from its first byte");
	h.now += 5000;
	FEED(" HTTP");
	ok(c.deadline == h.now - 5000 + CONNECTION_REQUEST_MS,
	    "and no more however it drips");
	h.now = c.deadline;
	connection_tick(&c, &h);
	drain();
	ok(starts("HTTP/1.1 408 "), "one that does not end is 408");
	h.now = c.deadline;
	connection_tick(&c, &h);
	ok(c.over, "who does not hang up is hung up on");
}

static void
test_listener(void)
{
	listener("X-Protocol: greeted");
	ok(starts("HTTP/1.1 101 ") &&
		times("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 1 &&
		times("\x81\x05hello") == 1 && c.state == CONNECTION_CLIENT,
	    "a page becomes a client and is greeted");
	FEED("\x89\x82" ZERO "hi");
	ok(nout == 4 && starts("\x8a\x02hi"), "its ping is answered");
	FEED("\x81\x82" ZERO "{}");
	ok(nout == 0 && !c.over && strcmp(said, "{}") == 0,
	    "the handler gets what it says");
	FEED("\x01\x81" ZERO "a\x80\x81" ZERO "b");
	ok(strcmp(said, "ab") == 0, "in one piece");
	FEED("\x81\xc1" ZERO "0123456789012345678901234567890123456789"
	     "0123456789012345678901234");
	ok(strcmp(said, "ab") == 0 && !c.over, "unless it is long");
	FEED("\x88\x82" ZERO "\x03\xe8");
	ok(nout == 4 && starts("\x88\x02\x03\xe8") && connection_shuts(&c),
	    "its close is answered with its code");
	listener("");
	ok(starts("HTTP/1.1 101 ") && times("hello") == 0 &&
		strcmp(out + nout - 4, "\r\n\r\n") == 0,
	    "or is not, if the handler has nothing to say");
	ok(c.in.data == NULL && c.out.data == NULL && c.ws.control == NULL,
	    "while it is silent it has no buffers");
	fresh();
	FEED(UPGRADE "\r\n\x89\x81" ZERO "x");
	ok(out[nout - 3] == '\x8a' && out[nout - 1] == 'x',
	    "frames may come right behind the request");
	FEED("\x88\x80" ZERO);
	ok(nout == 4 && starts("\x88\x02\x03\xe8"),
	    "a close without a code is answered with 1000");
}

static void
test_errors(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		int code;
	} errors[] = {
		{ "\x81\x01x", 3, 1002 },
		{ "\x81\x81" ZERO "\xff", 7, 1007 },
		{ "\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01", 14, 1009 },
		{ "\x88\x81" ZERO "x", 7, 1002 },
	};
	char bytes[20] = { 0 };
	size_t i;
	int code;

	for (i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		listener("");
		memset(bytes, 0, sizeof bytes);
		memcpy(bytes, errors[i].bytes,
		    errors[i].n == 14 ? 10 : errors[i].n);
		feed(bytes, errors[i].n);
		code = (unsigned char)out[2] << 8 | (unsigned char)out[3];
		ok(nout == 4 && out[0] == '\x88' && code == errors[i].code &&
			c.state == CONNECTION_CLOSING,
		    "a broken frame is answered with its code");
	}
	FEED("\x89\x80" ZERO);
	ok(nout == 0, "after that nothing is heard");
}

static void
test_pings(void)
{
	int i;

	listener("");
	for (i = 0; i < 2; i++) {
		nout = 0;
		h.now = c.deadline;
		connection_tick(&c, &h);
		drain();
		ok(nout == 2 && starts("\x89") && !c.over,
		    "a silent listener is pinged");
	}
	h.now = c.deadline;
	connection_tick(&c, &h);
	ok(c.over && h.now - 1000 == 3 * CONNECTION_PING_MS,
	    "after two without an answer it is gone");
	listener("");
	for (i = 0; i < 10; i++) {
		h.now = c.deadline;
		connection_tick(&c, &h);
		drain();
		FEED("\x8a\x80" ZERO);
	}
	ok(!c.over, "one that answers stays");
}

static void
test_broadcasts(void)
{
	listener("X-Protocol: greeted");
	nout = 0;
	ok(connection_ready(&c), "an idle client is ready for a broadcast");
	broadcasts++;
	written("\x81\x01x", 3);
	ok(!connection_ready(&c), "one with bytes to take is not");
	broadcasts += 2;
	reports++;
	drain();
	ok(times("update") == 1 && times("report") == 1,
	    "then it is sent what it has missed");
	ok(connection_ready(&c) && c.out.data == NULL,
	    "then it is ready again");
	nout = 0;
	written("", 0);
	drain();
	ok(nout == 0, "who took it all is owed nothing");
	written("\x81\x01x", 3);
	h.now = c.deadline;
	connection_tick(&c, &h);
	ok(c.out.len == 3, "no ping goes behind what is not taken");
	drain();
	nout = 0;
	connection_leave(&c, &h);
	drain();
	ok(nout == 4 && starts("\x88\x02\x03\xe9") &&
		c.state == CONNECTION_CLOSING && connection_shuts(&c),
	    "at the end it is told so");
	fresh();
	connection_leave(&c, &h);
	ok(c.over, "who has not asked is just dropped");
}

/* A peer that sends pings and reads nothing must not fill our memory. */
static void
test_ceiling(void)
{
	static char ping[131] = "\x89\xfd";
	char copy[131];
	int i;

	listener("");
	for (i = 0; i < 10000 && connection_reads(&c); i++) {
		memcpy(copy, ping, sizeof copy);
		connection_feed(&c, &h, copy, sizeof copy);
	}
	ok(i < 1000 && !c.over, "who does not read is not read from");
	drain();
	ok(connection_reads(&c), "until it does");
}

static void
test_names(void)
{
	int i;

	for (i = CONNECTION_REQUEST; i <= CONNECTION_CLOSING; i++)
		ok(*connection_state_name((enum connection_state)i) != '\0',
		    "a state has a name");
	ok(sizeof c <= 224, "a peer is small");
}

int
main(void)
{
	connection_init(&c, 0);
	test_requests();
	test_half_closed();
	test_patience();
	test_refusals();
	test_deadlines();
	test_bodies();
	test_listener();
	test_errors();
	test_pings();
	test_broadcasts();
	test_ceiling();
	test_names();
	test_streams();
	connection_free(&c);
	return test_end();
}
