/* answer.c - tests of what each request gets */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "reload_js.h"
#include "test.h"

static const struct access closed = { .n = 0 };
static struct world w = { .access = &closed,
	.generation = { .boot = 0x9f3c01d2,
	    .n = 17,
	    .reload = 16,
	    .since = 1000 },
	.listeners = 3,
	.now = 2234 };
static struct reply reply;
static enum dialect dialect;
static enum answer_result result;

/* ask with this first line and these others; the status */
static int
ask(const char *line, const char *fields)
{
	struct http_request r;
	char head[2000];

	reply_free(&reply);
	reply_init(&reply, 200);
	snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
	    line, fields);
	if (http_parse(head, strlen(head), &r) < 0)
		return 0;
	result = answer(&w, &r, &reply, &dialect);
	buf_put(&reply.fields, "", 1);
	reply.fields.len--;
	buf_put(&reply.body, "", 1);
	reply.body.len--;
	return reply.status;
}

static bool
says(const char *line)
{
	return strstr((char *)buf_head(&reply.fields), line) != NULL;
}

static bool
holds(const char *text)
{
	return strstr((char *)buf_head(&reply.body), text) != NULL;
}

static void
test_state(void)
{
	ok(ask("GET /reload", "") == 200 &&
		strcmp((char *)buf_head(&reply.body),
		    "{\"generation\":\"9f3c01d2-17\",\"age\":1234,\"reload\":16,"
		    "\"listeners\":3}\n") == 0 &&
		says("ETag: \"9f3c01d2-17\"\r\n"),
	    "the state is told, with the generation as its tag");
	ok(ask("GET /reload", "If-None-Match: \"9f3c01d2-17\"\r\n") == 304 &&
		reply.body.len == 0,
	    "who knows it is not told again");
	ok(ask("GET /reload", "If-None-Match: \"9f3c01d2-16\"\r\n") == 200,
	    "who knows an older one is");
}

static void
test_script(void)
{
	ok(ask("GET /reload.js", "") == 200 &&
		says("Cache-Control: no-store\r\n") &&
		says("Content-Type: text/javascript; charset=utf-8\r\n"),
	    "the script is answered, and not to be kept");
	ok(holds(
	       "{\"generation\":\"9f3c01d2-17\",\"age\":1234,\"reload\":16}") &&
		!holds("/*served*/"),
	    "with what is true at this moment in it");
	ok(ask("GET /reload.js?x", "Sec-Fetch-Site: cross-site\r\n") == 200,
	    "to pages of other sites too");
}

static void
test_pages(void)
{
	ok(ask("GET /", "") == 200 && holds("/reload.js"),
	    "without files there is a page that says how to go on");
	ok(ask("GET /x", "") == 404, "and nothing else");
	ok(ask("POST /reload", "") == 405 && says("Allow: GET"),
	    "other methods are 405");
	ok(ask("GET /", "Origin: http://evil\r\n") == 403 && !says("Access-"),
	    "strangers are 403 and may not read it");
}

static void
test_sharing(void)
{
	ok(ask("GET /reload", "Origin: http://localhost:3000\r\n") == 200 &&
		says(
		    "Access-Control-Allow-Origin: http://localhost:3000\r\n") &&
		says("Access-Control-Expose-Headers: ETag\r\n") &&
		says("Vary: Origin\r\n"),
	    "an allowed origin may read the answer and its tag");
	ok(ask("GET /reload", "") == 200 && !says("Access-Control") &&
		says("Vary: Origin\r\n"),
	    "nobody else is named");
	ok(ask("OPTIONS /reload",
	       "Origin: http://localhost:3000\r\n"
	       "Access-Control-Request-Method: GET\r\n") == 204 &&
		says("Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n") &&
		says("Access-Control-Allow-Headers: "),
	    "who asks first is told what is allowed");
	ok(ask("OPTIONS *", "") == 204 && says("Allow: GET, HEAD, OPTIONS\r\n"),
	    "so is who asks about everything");
	ok(ask("OPTIONS /", "Origin: http://evil\r\n") == 403,
	    "strangers are told nothing");
}

#define WS "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"

static void
test_websocket(void)
{
	ok(ask("GET /any", WS KEY V13) == 101 && result == ANSWER_LISTEN &&
		dialect == DIALECT_PLAIN &&
		says("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
	    "a WebSocket is opened on any path");
	ok(ask("GET /reload",
	       WS KEY V13 "Sec-WebSocket-Protocol: reload.v1\r\n") == 101 &&
		dialect == DIALECT_RELOAD_V1 &&
		says("Sec-WebSocket-Protocol: reload.v1\r\n"),
	    "with its subprotocol");
	ok(ask("GET /", WS KEY "Sec-WebSocket-Version: 8\r\n") == 426 &&
		says("Sec-WebSocket-Version: 13\r\n") &&
		says("Connection: Upgrade\r\n") && ask("GET /", WS KEY) == 426,
	    "another version is 426, which names ours");
	ok(ask("GET /", WS V13) == 400 &&
		ask("GET /", WS V13 "Sec-WebSocket-Key: abc\r\n") == 400,
	    "a bad key is 400");
	ok(ask("GET /", WS KEY V13 "Content-Length: 4\r\n") == 400 &&
		ask("GET /", WS KEY V13 "Transfer-Encoding: chunked\r\n") ==
		    400 &&
		ask("GET /", WS KEY V13 "Content-Length: 0\r\n") == 101,
	    "so is a body, whose bytes could be taken for frames");
	ok(ask("GET /",
	       WS KEY V13 "Sec-WebSocket-Extensions: permessage-deflate; "
			  "client_max_window_bits\r\n") == 101 &&
		!says("Sec-WebSocket-Extensions"),
	    "no extension is agreed to");
	ok(ask("GET /", "Upgrade: websocket\r\n" KEY V13) == 200 &&
		ask("HEAD /", WS KEY V13) == 200,
	    "without Connection: Upgrade, or with HEAD, it is no upgrade");
	ok(ask("GET /", WS KEY V13 "Origin: http://evil\r\n") == 403 &&
		result == ANSWER_READY,
	    "strangers are no listeners");
}

int
main(void)
{
	reply_init(&reply, 200);
	test_state();
	test_script();
	test_pages();
	test_sharing();
	test_websocket();
	reply_free(&reply);
	return test_end();
}
