/* connection.c - tests of a peer from its first byte to its last */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "push/connection.h"

#define ASK "GET /reload HTTP/1.1\r\nHost: localhost\r\n"
#define UPGRADE \
	ASK "Upgrade: websocket\r\nConnection: Upgrade\r\n" \
	    "Sec-WebSocket-Version: 13\r\n" \
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ZERO "\0\0\0\0" /* a mask that keeps the tests legible */
#define FEED(bytes) feed(bytes, sizeof(bytes) - 1)

static const struct access closed = { .n = 0 };
static struct generation generation;
static int rings;
static void ring(struct update *update);
static struct world w = {
	.access = &closed, .generation = &generation, .ring = ring, .now = 1000
};
static struct connection c;
static char out[8192]; /* what the peer has got since the last look */
static size_t nout;

static void
ring(struct update *update)
{
	rings++;
	generation_add(&generation, update, w.now);
}

static void
add(const char *list)
{
	struct update update;
	char copy[1000];

	update_init(&update);
	snprintf(copy, sizeof copy, "%s", list);
	update_read(&update, copy, strlen(copy));
	ring(&update);
}

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
		connection_sent(&c, &w, n);
	}
	out[nout] = '\0';
}

static void
feed(const char *bytes, size_t n)
{
	char copy[8192];

	nout = 0;
	memcpy(copy, bytes, n);
	connection_feed(&c, &w, copy, n);
	drain();
}

static void
fresh(void)
{
	connection_free(&c);
	w.now = 1000;
	connection_init(&c, w.now);
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
	rings = 0;
	FEED(one);
	ok(rings == 1 && times("200 OK") == 2 && times("\"ok\":true") == 1 &&
		generation.reload == 0,
	    "the body of a POST is read, and what follows answered");
	for (i = 0, got = 0; i < sizeof one - 1; i++) {
		feed(one + i, 1);
		got += nout > 0;
	}
	ok(rings == 2 && got == 2, "byte by byte, too");
	FEED(
	    POST "Transfer-Encoding: chunked\r\n\r\n6\r\nb.css\n\r\n0\r\n\r\n");
	ok(starts("HTTP/1.1 411 ") && c.state == CONNECTION_CLOSING &&
		rings == 2,
	    "it may not come in chunks");
	fresh();
	FEED(POST "Expect: 100-continue\r\nContent-Length: 6\r\n\r\n");
	ok(strcmp(out, "HTTP/1.1 100 Continue\r\n\r\n") == 0 && rings == 2,
	    "who waits for it is told to go on");
	FEED("a.css\n");
	ok(starts("HTTP/1.1 200 OK") && rings == 3, "and does");
	FEED(POST "Content-Length: 6\r\n\r\na.c");
	w.now = c.deadline;
	connection_tick(&c, &w);
	drain();
	ok(starts("HTTP/1.1 408 ") && rings == 3,
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
		w.now = c.deadline;
		connection_tick(&c, &w);
		drain();
	}
	ok(strcmp(out, ":\n\n") == 0 && !c.over,
	    "as long as it takes comments it stays");
	connection_told(&c, &w, "x", 1);
	for (i = 0; i <= CONNECTION_PINGS; i++) {
		w.now = c.deadline;
		connection_tick(&c, &w);
	}
	ok(c.over, "when it does not it is gone");
	add("a.css\n");
	fresh();
	FEED(EVENTS "Last-Event-ID: 00009f3c-0\r\n\r\n");
	ok(times("event: hello\n") == 1 &&
		times("event: reload\n") + times("event: style\n") == 1,
	    "who tells what it heard last is told the rest");
	fresh();
	FEED(EVENTS "Last-Event-ID: 00009f3d-0\r\n\r\n");
	ok(times("event: ") == 1, "unless that was of another server");
	nout = 0;
	connection_leave(&c, &w);
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
	ok(starts("HTTP/1.1 200 OK") && times("generation") == 0,
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
	connection_feed(&c, &w, copy, sizeof copy - 1);
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
	w.now += 5000;
	FEED("\r");
	w.now += 1000;
	FEED("\n");
	FEED("\r");
	ok(c.deadline == deadline, "empty lines give no time");
	fresh();
	connection_feed(&c, &w, copy, sizeof copy - 1);
	for (n = 0; n < 20 && w.now < c.deadline; n++) {
		connection_sent(&c, &w, 1);
		w.now += CONNECTION_RESPONSE_MS - 1;
	}
	ok(n == 2 && c.out.len > 0, "a reply is to be taken as a whole");
	connection_tick(&c, &w);
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
	ok(starts("HTTP/1.1 405 ") && times("Allow: GET, HEAD") == 1 &&
		c.state == CONNECTION_REQUEST,
	    "another method is 405, and not the end");
	FEED("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
	ok(starts("HTTP/1.1 403 "), "another Host is 403");
}

static void
test_deadlines(void)
{
	fresh();
	w.now = c.deadline;
	connection_tick(&c, &w);
	ok(c.over && c.out.len == 0, "who never asks is dropped silently");
	fresh();
	w.now += 5000;
	FEED("GET /");
	ok(c.deadline == w.now + CONNECTION_REQUEST_MS,
	    "a request has its time from its first byte");
	w.now += 5000;
	FEED(" HTTP");
	ok(c.deadline == w.now - 5000 + CONNECTION_REQUEST_MS,
	    "and no more however it drips");
	w.now = c.deadline;
	connection_tick(&c, &w);
	drain();
	ok(starts("HTTP/1.1 408 "), "one that does not end is 408");
	w.now = c.deadline;
	connection_tick(&c, &w);
	ok(c.over, "who does not hang up is hung up on");
}

static void
test_listener(void)
{
	listener("Sec-WebSocket-Protocol: reload.v1");
	ok(starts("HTTP/1.1 101 ") &&
		times("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 1 &&
		times("Sec-WebSocket-Protocol: reload.v1\r\n") == 1 &&
		times("\"kind\":\"hello\"") == 1 &&
		c.state == CONNECTION_CLIENT,
	    "a page becomes a listener and is greeted");
	FEED("\x89\x82" ZERO "hi");
	ok(nout == 4 && starts("\x8a\x02hi"), "its ping is answered");
	FEED("\x81\x82" ZERO "{}");
	ok(nout == 0 && !c.over, "what it says is taken");
	FEED("\x88\x82" ZERO "\x03\xe8");
	ok(nout == 4 && starts("\x88\x02\x03\xe8") && connection_shuts(&c),
	    "its close is answered with its code");
	listener("");
	ok(starts("HTTP/1.1 101 ") && times("hello") == 0 &&
		strcmp(out + nout - 4, "\r\n\r\n") == 0 &&
		times("Sec-WebSocket-Protocol") == 0,
	    "a plain listener is told nothing");
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
		w.now = c.deadline;
		connection_tick(&c, &w);
		drain();
		ok(nout == 2 && starts("\x89") && !c.over,
		    "a silent listener is pinged");
	}
	w.now = c.deadline;
	connection_tick(&c, &w);
	ok(c.over && w.now - 1000 == 3 * CONNECTION_PING_MS,
	    "after two without an answer it is gone");
	listener("");
	for (i = 0; i < 10; i++) {
		w.now = c.deadline;
		connection_tick(&c, &w);
		drain();
		FEED("\x8a\x80" ZERO);
	}
	ok(!c.over, "one that answers stays");
}

static void
test_news(void)
{
	generation_free(&generation);
	generation_init(&generation, 0x9f3c, 0);
	listener("Sec-WebSocket-Protocol: reload.v1");
	nout = 0;
	ok(connection_ready(&c), "an idle listener is ready for update");
	add("x.html\n");
	connection_told(&c, &w, "\x81\x01x", 3);
	ok(!connection_ready(&c), "one with bytes to take is not");
	add("a.html\n");
	add("b.css\n! bad\n");
	drain();
	ok(times("\"kind\":\"reload\"") == 1 && times("style") == 0 &&
		times("-3\"") == 2 && times("\"paths\":[]") == 2,
	    "it is owed one piece of update, the weightiest and newest");
	ok(times("\"kind\":\"report\"") == 1 && times("bad\\n") == 1,
	    "and the report");
	ok(connection_ready(&c) && c.out.data == NULL,
	    "then it is ready again");
	nout = 0;
	connection_told(&c, &w, "", 0);
	drain();
	ok(nout == 0, "who took it all is owed nothing");
	connection_told(&c, &w, "\x81\x01x", 3);
	w.now = c.deadline;
	connection_tick(&c, &w);
	ok(c.out.len == 3, "no ping goes behind what is not taken");
	drain();
	nout = 0;
	connection_leave(&c, &w);
	drain();
	ok(nout == 4 && starts("\x88\x02\x03\xe9") &&
		c.state == CONNECTION_CLOSING && connection_shuts(&c),
	    "at the end it is told so");
	fresh();
	connection_leave(&c, &w);
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
		connection_feed(&c, &w, copy, sizeof copy);
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
	generation_init(&generation, 0x9f3c, 0);
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
	test_news();
	test_ceiling();
	test_names();
	test_streams();
	connection_free(&c);
	generation_free(&generation);
	return test_end();
}
