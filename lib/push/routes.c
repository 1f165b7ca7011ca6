/* routes.c - what each request gets: files, the script, update, or a refusal */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "push/ingest.h"
#include "push/reload_js.h"
#include "push/routes.h"
#include "ws/ws.h"

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
field(struct reply *reply, const char *name, const char *value)
{
	buf_puts(&reply->fields, name);
	buf_puts(&reply->fields, ": ");
	buf_puts(&reply->fields, value);
	buf_puts(&reply->fields, "\r\n");
}

void
routes_status(struct reply *reply, int status, const char *why)
{
	reply->status = status;
	field(reply, "Content-Type", "text/plain; charset=utf-8");
	field(reply, "Cache-Control", "no-store");
	if (status == 426)
		field(reply, "Sec-WebSocket-Version", "13");
	buf_printf(&reply->body, "%d %s%s%s\n", status, reply_reason(status),
	    *why == '\0' ? "" : ": ", why);
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
put_state(const struct world *w, struct buf *b)
{
	const struct buf *report;

	buf_puts(b, "{");
	generation_put(w->generation, b, w->now);
	buf_printf(b, ",\"listeners\":%lu", (unsigned long)w->listeners);
	report = &w->generation->report;
	if (report->len > 0) {
		buf_puts(b, ",\"text\":");
		json_string(b, buf_head(report), report->len);
	}
	buf_puts(b, "}\n");
}

static void
answer_state(
    const struct world *w, const struct http_request *r, struct reply *reply)
{
	struct buf tag = { .max = 2 * GENERATION_NAME };

	field(reply, "Content-Type", "application/json");
	field(reply, "Cache-Control", "no-cache");
	state_tag(w->generation, &tag);
	if (tag.len == 0) {
		routes_status(reply, 503, "out of memory");
		return;
	}
	field(reply, "ETag", (char *)buf_head(&tag));
	if (http_none_match(r, (char *)buf_head(&tag)))
		reply->status = 304;
	else
		put_state(w, &reply->body);
	buf_free(&tag);
}

/* The generation goes into the script; nothing else, since any page may read it. */
static void
answer_script(const struct world *w, struct reply *reply)
{
	static const char marker[] = "/*served*/null";
	const size_t len = sizeof marker - 1;
	char name[GENERATION_NAME];
	size_t i;

	generation_name(w->generation, name);
	field(reply, "Content-Type", "text/javascript; charset=utf-8");
	field(reply, "Cache-Control", "no-store");
	for (i = 0; i + len < reload_js_size; i++)
		if (memcmp(reload_js + i, marker, len) == 0)
			break;
	if (i + len >= reload_js_size) {
		buf_put(&reply->body, reload_js, reload_js_size);
		return;
	}
	buf_put(&reply->body, reload_js, i);
	buf_printf(&reply->body, "{\"generation\":\"%s\"}", name);
	i += len;
	buf_put(&reply->body, reload_js + i, reload_js_size - i);
}

/* the methods of a resource, as Allow has them */
static const char *
methods_of(const struct http_request *r)
{
	const char *methods;

	methods = ingest_methods(r);
	if (methods == NULL && http_is(r->path, "*"))
		return "GET, HEAD, OPTIONS, POST";
	return methods == NULL ? "GET, HEAD, OPTIONS" : methods;
}

static bool
is_read(const struct http_request *r)
{
	return (r->method == HTTP_GET || r->method == HTTP_HEAD) &&
	    strstr(methods_of(r), r->method == HTTP_GET ? "GET" : "HEAD") !=
	    NULL;
}

static void
answer_options(const struct http_request *r, struct reply *reply)
{
	const char *methods;

	methods = methods_of(r);
	reply->status = 204;
	field(reply, "Allow", methods);
	if (http_field(r, "access-control-request-method", 0).p == NULL)
		return;
	field(reply, "Access-Control-Allow-Methods", methods);
	field(reply, "Access-Control-Allow-Headers",
	    "Cache-Control, Content-Type, If-Modified-Since, If-None-Match, "
	    "Last-Event-ID");
}

static bool
wants_websocket(const struct http_request *r)
{
	return r->method == HTTP_GET && !r->old &&
	    http_lists(r, "upgrade", "websocket") &&
	    http_lists(r, "connection", "upgrade");
}

/* RFC 6455, 4.2 */
static enum routes_result
answer_websocket(
    const struct http_request *r, struct reply *reply, enum protocol *protocol)
{
	char accept[WS_ACCEPT_SIZE + 1];
	struct http_span key;

	if (!http_is(http_field(r, "sec-websocket-version", 0), "13")) {
		routes_status(reply, 426, "WebSocket version 13 only");
		field(reply, "Upgrade", "websocket");
		field(reply, "Connection", "Upgrade");
		return ROUTES_READY;
	}
	key = http_field(r, "sec-websocket-key", 0);
	if (key.p == NULL || !ws_key_good(key.p, key.n) || r->length > 0) {
		routes_status(reply, 400, "no good Sec-WebSocket-Key");
		return ROUTES_READY;
	}
	*protocol = protocol_websocket(r);
	ws_accept(key.p, accept);
	reply->status = 101;
	field(reply, "Upgrade", "websocket");
	field(reply, "Connection", "Upgrade");
	field(reply, "Sec-WebSocket-Accept", accept);
	if (protocol_subprotocol(*protocol) != NULL)
		field(reply, "Sec-WebSocket-Protocol",
		    protocol_subprotocol(*protocol));
	return ROUTES_LISTEN;
}

/* HTML, 9.2: the stream has no length, and ends with the connection */
static enum routes_result
answer_events(const struct http_request *r, struct reply *reply)
{
	field(reply, "Content-Type", "text/event-stream");
	field(reply, "Cache-Control", "no-store");
	field(reply, "X-Accel-Buffering", "no");
	reply->len = REPLY_ENDLESS;
	return r->method == HTTP_HEAD ? ROUTES_READY : ROUTES_LISTEN;
}

/* {"ok":true,"generation":"...","listeners":3} */
static void
answer_trigger(const struct world *w, const struct http_request *r, void *body,
    size_t n, struct reply *reply)
{
	char name[GENERATION_NAME];
	struct update update;

	update_init(&update);
	ingest_read(r, body, n, &update);
	w->ring(&update);
	generation_name(w->generation, name);
	field(reply, "Content-Type", "application/json");
	field(reply, "Cache-Control", "no-store");
	buf_printf(&reply->body,
	    "{\"ok\":true,\"generation\":\"%s\",\"listeners\":%lu}\n", name,
	    (unsigned long)w->listeners);
}

static enum routes_result
answer_file(
    const struct world *w, const struct http_request *r, struct reply *reply)
{
	char name[GENERATION_NAME];

	if (w->site != NULL) {
		generation_name(w->generation, name);
		if (site_answer(w->site, r, name, reply) == SITE_AGAIN)
			return ROUTES_AGAIN;
	} else if (http_is(r->path, "/")) {
		field(reply, "Content-Type", "text/html; charset=utf-8");
		field(reply, "Cache-Control", "no-cache");
		buf_puts(&reply->body, welcome);
	} else {
		routes_status(reply, 404, "no files are served without -d");
	}
	return ROUTES_READY;
}

static enum routes_result
answer_get(const struct world *w, const struct http_request *r,
    struct reply *reply, enum protocol *protocol)
{
	if (wants_websocket(r))
		return answer_websocket(r, reply, protocol);
	if (protocol_events(r, protocol))
		return answer_events(r, reply);
	if (http_is(r->path, "/reload"))
		answer_state(w, r, reply);
	else if (http_is(r->path, "/reload.js") ||
	    http_is(r->path, "/livereload.js"))
		answer_script(w, reply);
	else
		return answer_file(w, r, reply);
	return ROUTES_READY;
}

static enum routes_result
route(const struct world *w, const struct http_request *r, void *body, size_t n,
    struct reply *reply, enum protocol *protocol)
{
	if (ingest_wants(r)) {
		/* Any page can make a browser send one: see access_allows. */
		if (r->method == HTTP_GET && !access_is_loopback(r->host))
			routes_status(
			    reply, 403, "by GET at localhost only; POST it");
		else
			answer_trigger(w, r, body, n, reply);
	} else if (r->method == HTTP_OPTIONS)
		answer_options(r, reply);
	else if (r->method == HTTP_UNKNOWN)
		routes_status(reply, 501, "");
	else if (!is_read(r)) {
		routes_status(reply, 405, "");
		field(reply, "Allow", methods_of(r));
	} else
		return answer_get(w, r, reply, protocol);
	return ROUTES_READY;
}

/*
 * An origin that may ask may also read what it gets.  Browsers keep the rest from
 * pages of other sites, also where they do not say which page asks; a page that
 * has no origin, or any, is let in by -a.
 */
static void
share(const struct world *w, const struct http_request *r, struct reply *reply)
{
	struct http_span origin;

	if (access_is_script(r))
		field(reply, "Cross-Origin-Resource-Policy", "cross-origin");
	else if (!w->access->any && !w->access->null)
		field(reply, "Cross-Origin-Resource-Policy", "same-site");

	origin = http_field(r, "origin", 0);
	field(reply, "Vary", "Origin");
	if (origin.p == NULL)
		return;
	buf_puts(&reply->fields, "Access-Control-Allow-Origin: ");
	buf_put(&reply->fields, origin.p, origin.n);
	buf_puts(&reply->fields, "\r\n");
	field(reply, "Access-Control-Expose-Headers", "ETag");
}

/* What is named is the first that would have to be another. */
static void
refuse(const struct world *w, const struct http_request *r, struct reply *reply)
{
	struct http_span who;

	who = r->host;
	if (access_host(w->access, r->host, w->local))
		who = http_field(r, "origin", 0);
	if (w->refused != NULL && who.p != NULL && who.n > 0)
		w->refused(who);
	routes_status(
	    reply, 403, "not a Host or Origin of this server; see -a");
}

enum routes_result
routes_answer(const struct world *w, const struct http_request *r, void *body,
    size_t n, struct reply *reply, enum protocol *protocol)
{
	enum routes_result result;

	if (!access_allows(w->access, r, w->local)) {
		refuse(w, r, reply);
		return ROUTES_READY;
	}
	result = route(w, r, body, n, reply, protocol);
	if (result == ROUTES_READY ||
	    (result == ROUTES_LISTEN && protocol_streams(*protocol)))
		share(w, r, reply);
	if (reply->is_site)
		site_put_fields(w->site, reply);
	return result;
}
