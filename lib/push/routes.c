/* routes.c - what requests get, and what clients are owed: files, updates, reports */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "push/ingest.h"
#include "push/protocols.h"
#include "push/reload_js.h"
#include "push/routes.h"
#include "ws/handshake.h"

static const char welcome[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>reloadws</title>\n"
    "<style>\n"
    "body { max-width: 40em; margin: 3em auto; padding: 0 1em;\n"
    "  font: 1em/1.5 sans-serif; color-scheme: light dark; }\n"
    "code { overflow-wrap: anywhere; }\n"
    "</style>\n"
    "</head>\n"
    "<body>\n"
    "<h1>reloadws</h1>\n"
    "<p>A page that has this in its head reloads when this server is told\n"
    "to:</p>\n"
    "<p><code id=\"tag\">&lt;script src=\"/reload.js\"&gt;"
    "&lt;/script&gt;</code></p>\n"
    "<p>Generation <code id=\"generation\">?</code>, listeners\n"
    "<code id=\"listeners\">?</code>.</p>\n"
    "<script>\n"
    "const by = (id) => document.getElementById(id);\n"
    "const show = async () => {\n"
    "  try {\n"
    "    const state = await (await fetch('/reload')).json();\n"
    "    by('generation').textContent = state.generation;\n"
    "    by('listeners').textContent = state.listeners;\n"
    "  } catch {\n"
    "    by('generation').textContent = by('listeners').textContent = '?';\n"
    "  }\n"
    "  setTimeout(show, 1000);\n"
    "};\n"
    "by('tag').textContent =\n"
    "  `<script src=\"${location.origin}/reload.js\"></` + 'script>';\n"
    "show();\n"
    "</script>\n"
    "</body>\n"
    "</html>\n";

static void
field(struct response *response, const char *name, const char *value)
{
	buf_puts(&response->fields, name);
	buf_puts(&response->fields, ": ");
	buf_puts(&response->fields, value);
	buf_puts(&response->fields, "\r\n");
}

/* "boot-n" in quotes; a report that goes, or comes, makes it another */
static void
state_tag(const struct generation *h, struct buf *b)
{
	char name[GENERATION_NAME];

	generation_name(h, name);
	buf_printf(b, "\"%s", name);
	if (h->report.len > 0)
		buf_printf(b, ".%lu", (unsigned long)h->reports);
	buf_put(b, "\"", 2);
	b->len--;
}

static void
put_state(const struct routes *w, struct buf *b)
{
	const struct buf *report;

	buf_puts(b, "{");
	generation_put(w->generation, b, w->handler->now);
	buf_printf(b, ",\"listeners\":%lu", (unsigned long)w->handler->clients);
	report = &w->generation->report;
	if (report->len > 0) {
		buf_puts(b, ",\"text\":");
		json_string(b, buf_head(report), report->len);
	}
	buf_puts(b, "}\n");
}

static void
answer_state(
    const struct routes *w, const struct request *r, struct response *response)
{
	struct buf tag = { .max = 2 * GENERATION_NAME };

	field(response, "Content-Type", "application/json");
	field(response, "Cache-Control", "no-cache");
	state_tag(w->generation, &tag);
	if (tag.len == 0) {
		response_text(response, 503, "out of memory");
		return;
	}
	field(response, "ETag", (char *)buf_head(&tag));
	if (request_none_match(r, (char *)buf_head(&tag)))
		response->status = 304;
	else
		put_state(w, &response->body);
	buf_free(&tag);
}

/* The generation goes into the script; nothing else, since any page may read it. */
static void
answer_script(const struct routes *w, struct response *response)
{
	static const char marker[] = "/*served*/null";
	const size_t len = sizeof marker - 1;
	char name[GENERATION_NAME];
	size_t i;

	generation_name(w->generation, name);
	field(response, "Content-Type", "text/javascript; charset=utf-8");
	field(response, "Cache-Control", "no-store");
	for (i = 0; i + len < reload_js_size; i++)
		if (memcmp(reload_js + i, marker, len) == 0)
			break;
	if (i + len >= reload_js_size) {
		buf_put(&response->body, reload_js, reload_js_size);
		return;
	}
	buf_put(&response->body, reload_js, i);
	buf_printf(&response->body, "{\"generation\":\"%s\"}", name);
	i += len;
	buf_put(&response->body, reload_js + i, reload_js_size - i);
}

/* the methods of a resource, as Allow has them */
static const char *
methods_of(const struct request *r)
{
	const char *methods;

	methods = ingest_methods(r);
	if (methods == NULL && span_is(r->path, "*"))
		return "GET, HEAD, OPTIONS, POST";
	return methods == NULL ? "GET, HEAD, OPTIONS" : methods;
}

static bool
is_read(const struct request *r)
{
	return (r->method == METHOD_GET || r->method == METHOD_HEAD) &&
	    strstr(methods_of(r), r->method == METHOD_GET ? "GET" : "HEAD") !=
	    NULL;
}

static void
answer_options(const struct request *r, struct response *response)
{
	const char *methods;

	methods = methods_of(r);
	response->status = 204;
	field(response, "Allow", methods);
	if (request_field(r, "access-control-request-method", 0).p == NULL)
		return;
	field(response, "Access-Control-Allow-Methods", methods);
	field(response, "Access-Control-Allow-Headers",
	    "Cache-Control, Content-Type, If-Modified-Since, If-None-Match, "
	    "Last-Event-ID");
}

static bool
wants_websocket(const struct request *r)
{
	return r->method == METHOD_GET && !r->old &&
	    request_lists(r, "upgrade", "websocket") &&
	    request_lists(r, "connection", "upgrade");
}

/* RFC 6455, 4.2 */
static enum handler_result
answer_websocket(
    const struct request *r, struct response *response, enum protocol *protocol)
{
	char accept[HANDSHAKE_ACCEPT + 1];
	struct span key;

	if (!span_is(request_field(r, "sec-websocket-version", 0), "13")) {
		response_text(response, 426, "WebSocket version 13 only");
		field(response, "Sec-WebSocket-Version", "13");
		field(response, "Upgrade", "websocket");
		field(response, "Connection", "Upgrade");
		return HANDLER_DONE;
	}
	key = request_field(r, "sec-websocket-key", 0);
	if (key.p == NULL || !handshake_key_good(key.p, key.n) ||
	    r->length > 0) {
		response_text(response, 400, "no good Sec-WebSocket-Key");
		return HANDLER_DONE;
	}
	*protocol = protocol_websocket(r);
	handshake_accept(key.p, accept);
	response->status = 101;
	field(response, "Upgrade", "websocket");
	field(response, "Connection", "Upgrade");
	field(response, "Sec-WebSocket-Accept", accept);
	if (protocol_subprotocol(*protocol) != NULL)
		field(response, "Sec-WebSocket-Protocol",
		    protocol_subprotocol(*protocol));
	return HANDLER_WEBSOCKET;
}

/* HTML, 9.2: the stream has no length, and ends with the connection */
static enum handler_result
answer_events(const struct request *r, struct response *response)
{
	field(response, "Content-Type", "text/event-stream");
	field(response, "Cache-Control", "no-store");
	field(response, "X-Accel-Buffering", "no");
	response->len = RESPONSE_ENDLESS;
	return r->method == METHOD_HEAD ? HANDLER_DONE : HANDLER_STREAM;
}

/* {"ok":true,"generation":"...","listeners":3} */
static void
answer_trigger(const struct routes *w, const struct request *r, void *body,
    size_t n, struct response *response)
{
	char name[GENERATION_NAME];
	struct update update;

	update_init(&update);
	ingest_read(r, body, n, &update);
	w->broadcast(&update);
	generation_name(w->generation, name);
	field(response, "Content-Type", "application/json");
	field(response, "Cache-Control", "no-store");
	buf_printf(&response->body,
	    "{\"ok\":true,\"generation\":\"%s\",\"listeners\":%lu}\n", name,
	    (unsigned long)w->handler->clients);
}

static enum handler_result
answer_file(
    const struct routes *w, const struct request *r, struct response *response)
{
	char name[GENERATION_NAME];

	if (w->site != NULL) {
		generation_name(w->generation, name);
		if (site_answer(w->site, r, name, response) == SITE_AGAIN)
			return HANDLER_LATER;
	} else if (span_is(r->path, "/")) {
		field(response, "Content-Type", "text/html; charset=utf-8");
		field(response, "Cache-Control", "no-cache");
		buf_puts(&response->body, welcome);
	} else {
		response_text(response, 404, "no files are served without -d");
	}
	return HANDLER_DONE;
}

static enum handler_result
answer_get(const struct routes *w, const struct request *r,
    struct response *response, enum protocol *protocol)
{
	if (wants_websocket(r))
		return answer_websocket(r, response, protocol);
	if (protocol_events(r, protocol))
		return answer_events(r, response);
	if (span_is(r->path, "/reload"))
		answer_state(w, r, response);
	else if (span_is(r->path, "/reload.js") ||
	    span_is(r->path, "/livereload.js"))
		answer_script(w, response);
	else
		return answer_file(w, r, response);
	return HANDLER_DONE;
}

static enum handler_result
route(const struct routes *w, const struct request *r, void *body, size_t n,
    struct response *response, enum protocol *protocol)
{
	if (ingest_wants(r)) {
		/* Any page can make a browser send one: see access_allows. */
		if (r->method == METHOD_GET && !access_is_loopback(r->host))
			response_text(
			    response, 403, "by GET at localhost only; POST it");
		else
			answer_trigger(w, r, body, n, response);
	} else if (r->method == METHOD_OPTIONS)
		answer_options(r, response);
	else if (r->method == METHOD_UNKNOWN)
		response_text(response, 501, "");
	else if (!is_read(r)) {
		response_text(response, 405, "");
		field(response, "Allow", methods_of(r));
	} else
		return answer_get(w, r, response, protocol);
	return HANDLER_DONE;
}

/*
 * An origin that may ask may also read what it gets.  Browsers keep the rest from
 * pages of other sites, also where they do not say which page asks; a page that
 * has no origin, or any, is let in by -a.
 */
static void
share(
    const struct routes *w, const struct request *r, struct response *response)
{
	struct span origin;

	if (access_is_script(r))
		field(response, "Cross-Origin-Resource-Policy", "cross-origin");
	else if (!w->access->any && !w->access->null)
		field(response, "Cross-Origin-Resource-Policy", "same-site");

	origin = request_field(r, "origin", 0);
	field(response, "Vary", "Origin");
	if (origin.p == NULL)
		return;
	buf_puts(&response->fields, "Access-Control-Allow-Origin: ");
	buf_put(&response->fields, origin.p, origin.n);
	buf_puts(&response->fields, "\r\n");
	field(response, "Access-Control-Expose-Headers", "ETag");
}

/* What is named is the first that would have to be another. */
static void
refuse(
    const struct routes *w, const struct request *r, struct response *response)
{
	struct span who;

	who = r->host;
	if (access_host(w->access, r->host, w->handler->local))
		who = request_field(r, "origin", 0);
	if (w->refused != NULL && who.p != NULL && who.n > 0)
		w->refused(who);
	response_text(
	    response, 403, "not a Host or Origin of this server; see -a");
}

/* ---- the handler ---- */

/* A client that comes back says what it was sent last (HTML, 9.2.4). */
static void
begin_client(const struct routes *w, const struct request *r,
    enum protocol protocol, struct client *client)
{
	struct span last;

	last = request_field(r, "last-event-id", 0);
	client->protocol = (uint8_t)protocol;
	client->sent = last.p == NULL
	    ? w->generation->n
	    : generation_find(w->generation, last.p, last.n);
	client->reported = w->generation->reports;
}

static enum handler_result
respond(void *arg, const struct request *r, void *body, size_t n,
    struct response *response, struct client *client)
{
	const struct routes *w;
	enum handler_result result;
	enum protocol protocol;

	w = arg;
	if (!access_allows(w->access, r, w->handler->local)) {
		refuse(w, r, response);
		return HANDLER_DONE;
	}
	result = route(w, r, body, n, response, &protocol);
	if (result == HANDLER_DONE || result == HANDLER_STREAM)
		share(w, r, response);
	if (response->is_site)
		site_put_fields(w->site, response);
	if (result == HANDLER_WEBSOCKET || result == HANDLER_STREAM)
		begin_client(w, r, protocol, client);
	return result;
}

static int
hello(void *arg, struct client *client, struct buf *out)
{
	const struct routes *w;

	w = arg;
	return protocol_hello((enum protocol)client->protocol, out,
	    w->generation, w->handler->now);
}

static int
owed(void *arg, struct client *client, struct buf *out)
{
	const struct generation *g;
	enum protocol protocol;
	int result;

	g = ((const struct routes *)arg)->generation;
	protocol = (enum protocol)client->protocol;
	result = 0;
	if (client->sent != g->n)
		result = protocol_update(
		    protocol, out, g, generation_since(g, client->sent));
	if (result == 0 && client->reported != g->reports)
		result = protocol_report(protocol, out, g);
	client->sent = g->n;
	client->reported = g->reports;
	return result;
}

static void
text(void *arg, const struct client *client, const char *bytes, size_t n)
{
	const struct routes *w;
	char name[GENERATION_NAME];
	int64_t ms;

	w = arg;
	if (w->shown != NULL &&
	    protocol_talks((enum protocol)client->protocol) &&
	    protocol_shown(bytes, n, name, &ms))
		w->shown(name, ms);
}

void
routes_handle(struct routes *routes, struct handler *handler)
{
	routes->handler = handler;
	handler->arg = routes;
	handler->respond = respond;
	handler->hello = hello;
	handler->owed = owed;
	handler->text = text;
}
