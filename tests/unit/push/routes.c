/* routes.c - tests of what each request gets */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "push/protocols.h"
#include "push/reload_js.h"
#include "push/routes.h"

static const struct access closed = { .n = 0 };
static const struct access opened = { .any = true };
static struct generation generation;
static void ring(struct update *update);
static struct routes w = {
	.access = &closed, .generation = &generation, .broadcast = ring
};
static struct handler h = { .clients = 3, .now = 2234 };
static struct response response;
static struct client client;
static enum handler_result result;

static void
ring(struct update *update)
{
	generation_add(&generation, update, 1000);
}

static const char *body = "";

/* ask with this first line and these others; the status */
static int
ask(const char *line, const char *fields)
{
	struct request r;
	char head[2000], copy[2000];

	response_free(&response);
	response_init(&response, 200);
	snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
	    line, fields);
	if (request_parse(head, strlen(head), &r) < 0)
		return 0;
	snprintf(copy, sizeof copy, "%s", body);
	routes_handle(&w, &h);
	if (h.respond == NULL)
		exit(2);
	result = h.respond(h.arg, &r, copy, strlen(copy), &response, &client);
	buf_put(&response.fields, "", 1);
	response.fields.len--;
	buf_put(&response.body, "", 1);
	response.body.len--;
	return response.status;
}

static bool
says(const char *line)
{
	return strstr((char *)buf_head(&response.fields), line) != NULL;
}

static bool
holds(const char *text)
{
	return strstr((char *)buf_head(&response.body), text) != NULL;
}

/* who was last said to be refused */
static char stranger[100];

static void
refused(struct span who)
{
	snprintf(stranger, sizeof stranger, "%.*s", (int)who.n, who.p);
}

static void
test_refusing(void)
{
	w.refused = refused;
	ok(ask("GET http://dev.test:80/", "") == 403 &&
		strcmp(stranger, "dev.test:80") == 0,
	    "whose Host is another's is named by it");
	ok(ask("GET /", "Origin: http://evil\r\n") == 403 &&
		strcmp(stranger, "http://evil") == 0,
	    "who comes from elsewhere by its Origin");
	stranger[0] = '\0';
	ok(ask("POST /reload", "Sec-Fetch-Site: cross-site\r\n") == 403 &&
		stranger[0] == '\0',
	    "who does not say where from is not named");
	w.refused = NULL;
}

static void
test_state(void)
{
	ok(ask("GET /reload", "") == 200 &&
		strcmp((char *)buf_head(&response.body),
		    "{\"generation\":\"9f3c01d2-17\",\"age\":1234,\"reload\":16,"
		    "\"broken\":false,\"listeners\":3}\n") == 0 &&
		says("ETag: \"9f3c01d2-17\"\r\n"),
	    "the state is told, with the generation as its tag");
	ok(ask("GET /reload", "If-None-Match: \"9f3c01d2-17\"\r\n") == 304 &&
		response.body.len == 0,
	    "who knows it is not told again");
	ok(ask("GET /reload", "If-None-Match: \"9f3c01d2-16\"\r\n") == 200,
	    "who knows an older one is");
}

static void
test_broken(void)
{
	body = "! bad\n! \"x\"\n";
	ok(ask("POST /reload", "") == 200 && generation.n == 17 &&
		holds("{\"ok\":true,\"generation\":\"9f3c01d2-17\","
		      "\"listeners\":3}"),
	    "a report is taken");
	body = "";
	ok(ask("GET /reload", "If-None-Match: \"9f3c01d2-17\"\r\n") == 200 &&
		says("ETag: \"9f3c01d2-17.1\"\r\n") &&
		holds("\"broken\":true,\"listeners\":3,"
		      "\"text\":\"bad\\n\\\"x\\\"\\n\"}"),
	    "while the build is broken the state says how");
	ok(ask("GET /reload", "If-None-Match: \"9f3c01d2-17.1\"\r\n") == 304,
	    "to who does not know yet");
}

static void
test_triggers(void)
{
	body = "a.css\n";
	ok(ask("POST /reload", "") == 200 && generation.n == 18 &&
		generation.reload == 16 && generation.report.len == 0 &&
		holds("{\"ok\":true,\"generation\":\"9f3c01d2-18\","
		      "\"listeners\":3}") &&
		says("Content-Type: application/json\r\n"),
	    "POST rings, and says for which generation");
	body = "";
	ok(ask("GET /changed?files=a.html", "") == 200 && generation.n == 19 &&
		generation.reload == 19,
	    "so do the requests of others");
	ok(ask("POST /reload", "Origin: http://evil\r\n") == 403 &&
		ask("POST /reload", "Sec-Fetch-Site: cross-site\r\n") == 403 &&
		ask("GET /changed", "Sec-Fetch-Site: cross-site\r\n") == 403 &&
		generation.n == 19,
	    "strangers can't ring");
	w.access = &opened;
	ok(ask("GET http://dev.test/changed", "") == 403 &&
		ask("POST http://dev.test/changed", "") == 200 &&
		generation.n == 20,
	    "a GET rings at localhost only");
	w.access = &closed;
	ok(ask("POST /reload", "Origin: http://localhost:3000\r\n") == 200 &&
		generation.n == 21 && says("Access-Control-Allow-Origin: "),
	    "allowed origins can");
}

static void
test_events(void)
{
	ok(ask("GET /reload", "Accept: text/event-stream\r\n") == 200 &&
		result == HANDLER_STREAM &&
		client.protocol == PROTOCOL_RELOAD_EVENTS &&
		response.len == RESPONSE_ENDLESS &&
		says("Content-Type: text/event-stream\r\n") &&
		says("Cache-Control: no-store\r\n"),
	    "who wants events gets them");
	ok(ask("GET /reload",
	       "Accept: text/event-stream\r\n"
	       "Origin: http://localhost:3000\r\n") == 200 &&
		says("Access-Control-Allow-Origin: http://localhost:3000\r\n"),
	    "an allowed origin may read them");
	ok(ask("HEAD /reload", "Accept: text/event-stream\r\n") == 200 &&
		result == HANDLER_DONE,
	    "of HEAD there is no more than the head");
	ok(ask("GET /__bext/events", "") == 200 &&
		client.protocol == PROTOCOL_BEXT && result == HANDLER_STREAM,
	    "there is a stream for others, too");
	ok(ask("GET /reload",
	       "Accept: text/event-stream\r\nOrigin: http://evil\r\n") == 403,
	    "strangers hear nothing");
}

static void
test_script(void)
{
	ok(ask("GET /reload.js", "") == 200 &&
		says("Cache-Control: no-store\r\n") &&
		says("Content-Type: text/javascript; charset=utf-8\r\n"),
	    "the script is answered, and not to be kept");
	ok(holds("const served = {\"generation\":\"9f3c01d2-17\"} || {};") &&
		!holds("/*served*/"),
	    "with the generation in it, and nothing else");
	ok(ask("GET /livereload.js?snipver=1", "") == 200 &&
		holds("9f3c01d2-17"),
	    "by the name that others know it by, too");
	ok(ask("GET /reload.js?x", "Sec-Fetch-Site: cross-site\r\n") == 200 &&
		says("Cross-Origin-Resource-Policy: cross-origin\r\n"),
	    "to pages of other sites too");
	ok(ask("GET /reload", "") == 200 &&
		says("Cross-Origin-Resource-Policy: same-site\r\n") &&
		ask("GET /x", "") == 404 &&
		says("Cross-Origin-Resource-Policy: same-site\r\n"),
	    "which get nothing else");
	w.access = &opened;
	ok(ask("GET /reload", "") == 200 && !says("Cross-Origin"),
	    "unless they are let in");
	w.access = &closed;
}

static void
test_pages(void)
{
	ok(ask("GET /", "") == 200 && holds("/reload.js"),
	    "without files there is a page that says how to go on");
	ok(ask("GET /x", "") == 404, "and nothing else");
	ok(ask("PUT /reload", "") == 405 &&
		says("Allow: GET, HEAD, OPTIONS, POST\r\n") &&
		ask("POST /", "") == 405 &&
		says("Allow: GET, HEAD, OPTIONS\r\n") &&
		ask("GET /__bext/admin/api/bundle/reload", "") == 405 &&
		says("Allow: OPTIONS, POST\r\n") &&
		ask("HEAD /changed", "") == 405 &&
		says("Allow: GET, OPTIONS, POST\r\n"),
	    "other methods are 405, with those that there are");
	ok(ask("FOO /", "") == 501 && !says("Allow") && ask("get /", "") == 501,
	    "unknown ones are 501");
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
		says(
		    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS, POST\r\n") &&
		says("Access-Control-Allow-Headers: "),
	    "who asks first is told what is allowed");
	ok(ask("OPTIONS *", "") == 204 &&
		says("Allow: GET, HEAD, OPTIONS, POST\r\n"),
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
	ok(ask("GET /any", WS KEY V13) == 101 && result == HANDLER_WEBSOCKET &&
		client.protocol == PROTOCOL_PLAIN &&
		says("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
	    "a WebSocket is opened on any path");
	ok(ask("GET /reload",
	       WS KEY V13 "Sec-WebSocket-Protocol: reload.v1\r\n") == 101 &&
		client.protocol == PROTOCOL_RELOAD_V1 &&
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
		result == HANDLER_DONE,
	    "strangers are no listeners");
}

static struct buf out = { .max = 100000 };

/* what a client is sent: does it have this text? */
static bool
sends(int function(void *, struct client *, struct buf *), const char *text)
{
	bool good;

	buf_drop(&out, out.len);
	good = function != NULL && function(h.arg, &client, &out) == 0 &&
	    buf_put(&out, "", 1) == 0 &&
	    strstr((char *)buf_head(&out), text) != NULL;
	return good;
}

static char shown[GENERATION_NAME];
static int64_t shown_ms;

static void
on_shown(const char *name, int64_t ms)
{
	snprintf(shown, sizeof shown, "%s", name);
	shown_ms = ms;
}

static void
say(const char *text)
{
	if (h.text != NULL)
		h.text(h.arg, &client, text, strlen(text));
}

static void
test_clients(void)
{
	struct update update;
	uint64_t n;

	ask("GET /reload", "Accept: text/event-stream\r\n");
	n = generation.n;
	ok(client.sent == n && client.reported == generation.reports,
	    "a new client has missed nothing");
	ok(sends(h.hello, "event: hello\n"), "it is sent a hello");
	ok(sends(h.owed, "") && out.len == 1, "and then nothing");
	update_init(&update);
	update_path(&update, "a.css", 5);
	generation_add(&generation, &update, 1000);
	ok(sends(h.owed, "\"a.css\"") && client.sent == n + 1,
	    "until there is an update");
	ok(sends(h.owed, "") && out.len == 1, "once");
	client.sent = n - 1;
	ok(sends(h.owed, "\"paths\":[]"),
	    "who missed more is sent the kind alone");
	ask("GET /reload",
	    "Accept: text/event-stream\r\n"
	    "Last-Event-ID: 9f3c01d2-3\r\n");
	ok(client.sent == 3, "a client that comes back says what it has");
	ask("GET /reload",
	    "Accept: text/event-stream\r\n"
	    "Last-Event-ID: 9f3c01d3-3\r\n");
	ok(client.sent == generation.n, "of this server");
	client.protocol = PROTOCOL_RELOAD_V1;
	w.shown = on_shown;
	say("shown 9f3c01d2-4 26");
	ok(strcmp(shown, "9f3c01d2-4") == 0 && shown_ms == 26,
	    "a page says what it shows");
	client.protocol = PROTOCOL_PLAIN;
	say("shown 9f3c01d2-5 26");
	ok(strcmp(shown, "9f3c01d2-4") == 0, "and nobody else");
	buf_free(&out);
}

int
main(void)
{
	response_init(&response, 200);
	generation_init(&generation, 0x9f3c01d2, 1000);
	generation.n = 17;
	generation.reload = 16;
	test_refusing();
	test_state();
	test_script();
	test_pages();
	test_sharing();
	test_websocket();
	test_events();
	test_broken();
	test_triggers();
	test_clients();
	generation_free(&generation);
	response_free(&response);
	return test_end();
}
