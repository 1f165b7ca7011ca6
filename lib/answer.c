/* answer.c - what each request gets: files, the script, news, or a refusal */
#include <inttypes.h>
#include <string.h>

#include "answer.h"
#include "json.h"
#include "reload_js.h"
#include "ws.h"

static const char methods[] = "GET, HEAD, OPTIONS";

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
answer_status(struct reply *reply, int status, const char *why)
{
	reply->status = status;
	field(reply, "Content-Type", "text/plain; charset=utf-8");
	field(reply, "Cache-Control", "no-store");
	if (status == 405)
		field(reply, "Allow", methods);
	if (status == 426)
		field(reply, "Sec-WebSocket-Version", "13");
	buf_printf(&reply->body, "%d %s%s%s\n", status, reply_reason(status),
	    *why == '\0' ? "" : ": ", why);
}

/* {"generation":"...","age":1234,"reload":17 still open */
static void
put_state(const struct world *w, struct buf *b)
{
	char name[NEWS_NAME];

	news_name(&w->generation, name);
	buf_puts(b, "{\"generation\":");
	json_string(b, name, strlen(name));
	buf_printf(b, ",\"age\":%lld,\"reload\":%" PRIu64,
	    (long long)news_age(&w->generation, w->now), w->generation.reload);
}

static void
answer_state(
    const struct world *w, const struct http_request *r, struct reply *reply)
{
	char name[NEWS_NAME], etag[NEWS_NAME + 2];

	news_name(&w->generation, name);
	memcpy(etag + 1, name, strlen(name));
	etag[0] = etag[strlen(name) + 1] = '"';
	etag[strlen(name) + 2] = '\0';
	field(reply, "Content-Type", "application/json");
	field(reply, "Cache-Control", "no-cache");
	field(reply, "ETag", etag);
	if (http_none_match(r, etag)) {
		reply->status = 304;
		return;
	}
	put_state(w, &reply->body);
	buf_printf(
	    &reply->body, ",\"listeners\":%lu}\n", (unsigned long)w->listeners);
}

/* The script has one place where what is true at this moment goes in. */
static void
answer_script(const struct world *w, struct reply *reply)
{
	static const char marker[] = "/*served*/null";
	const size_t len = sizeof marker - 1;
	size_t i;

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
	put_state(w, &reply->body);
	buf_puts(&reply->body, "}");
	i += len;
	buf_put(&reply->body, reload_js + i, reload_js_size - i);
}

static void
answer_options(const struct http_request *r, struct reply *reply)
{
	reply->status = 204;
	field(reply, "Allow", methods);
	if (http_field(r, "access-control-request-method", 0).p == NULL)
		return;
	field(reply, "Access-Control-Allow-Methods", methods);
	field(reply, "Access-Control-Allow-Headers",
	    "Cache-Control, Content-Type, If-Modified-Since, If-None-Match");
	if (http_field(r, "access-control-request-private-network", 0).p !=
	    NULL)
		field(reply, "Access-Control-Allow-Private-Network", "true");
}

static bool
wants_websocket(const struct http_request *r)
{
	return r->method == HTTP_GET && !r->old &&
	    http_lists(r, "upgrade", "websocket") &&
	    http_lists(r, "connection", "upgrade");
}

/* RFC 6455, 4.2 */
static enum answer_result
answer_websocket(
    const struct http_request *r, struct reply *reply, enum dialect *dialect)
{
	char accept[WS_ACCEPT_SIZE + 1];
	struct http_span key;

	if (!http_is(http_field(r, "sec-websocket-version", 0), "13")) {
		answer_status(reply, 426, "WebSocket version 13 only");
		field(reply, "Upgrade", "websocket");
		field(reply, "Connection", "Upgrade");
		return ANSWER_READY;
	}
	key = http_field(r, "sec-websocket-key", 0);
	if (key.p == NULL || !ws_key_good(key.p, key.n) || r->length > 0 ||
	    r->chunked) {
		answer_status(reply, 400, "no good Sec-WebSocket-Key");
		return ANSWER_READY;
	}
	*dialect = dialect_for(r);
	ws_accept(key.p, accept);
	reply->status = 101;
	field(reply, "Upgrade", "websocket");
	field(reply, "Connection", "Upgrade");
	field(reply, "Sec-WebSocket-Accept", accept);
	if (dialect_protocol(*dialect) != NULL)
		field(reply, "Sec-WebSocket-Protocol",
		    dialect_protocol(*dialect));
	return ANSWER_LISTEN;
}

static enum answer_result
answer_get(
    const struct world *w, const struct http_request *r, struct reply *reply)
{
	char name[NEWS_NAME];

	reply->status = 200;
	if (http_is(r->path, "/reload")) {
		answer_state(w, r, reply);
	} else if (http_is(r->path, "/reload.js")) {
		answer_script(w, reply);
	} else if (w->site != NULL) {
		news_name(&w->generation, name);
		if (site_answer(w->site, r, name, reply) == SITE_AGAIN)
			return ANSWER_AGAIN;
	} else if (http_is(r->path, "/")) {
		field(reply, "Content-Type", "text/html; charset=utf-8");
		field(reply, "Cache-Control", "no-cache");
		buf_puts(&reply->body, welcome);
	} else {
		answer_status(reply, 404, "no files are served without -d");
	}
	return ANSWER_READY;
}

static enum answer_result
route(const struct world *w, const struct http_request *r, struct reply *reply,
    enum dialect *dialect)
{
	if (r->method == HTTP_OPTIONS) {
		answer_options(r, reply);
		return ANSWER_READY;
	}
	if (r->method >= HTTP_POST) {
		answer_status(reply, 405, "");
		return ANSWER_READY;
	}
	if (wants_websocket(r))
		return answer_websocket(r, reply, dialect);
	return answer_get(w, r, reply);
}

/* An origin that may ask may also read what it gets. */
static void
share(const struct http_request *r, struct reply *reply)
{
	struct http_span origin;

	origin = http_field(r, "origin", 0);
	field(reply, "Vary", "Origin");
	if (origin.p == NULL)
		return;
	buf_puts(&reply->fields, "Access-Control-Allow-Origin: ");
	buf_put(&reply->fields, origin.p, origin.n);
	buf_puts(&reply->fields, "\r\n");
	field(reply, "Access-Control-Expose-Headers", "ETag");
}

enum answer_result
answer(const struct world *w, const struct http_request *r, struct reply *reply,
    enum dialect *dialect)
{
	enum answer_result result;

	if (!access_allows(w->access, r, w->local)) {
		answer_status(
		    reply, 403, "not a Host or Origin of this server; see -a");
		return ANSWER_READY;
	}
	result = route(w, r, reply, dialect);
	if (result == ANSWER_READY)
		share(r, reply);
	return result;
}
