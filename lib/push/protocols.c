/* protocols.c - updates and reports in the protocols that clients speak */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "push/protocols.h"
#include "ws/frame.h"

enum {
	MESSAGE_MAX = 8 *
	    UPDATE_BYTES, /* as JSON it may be six times as long */
	TOLD_ONE_BY_ONE = 32, /* paths, in a message each */
	SHOWN_MAX = 86400000, /* ms that it may take a page to show something */
	SHOWN_DIGITS = 8, /* of that */
	FRAMES_MAX = 1 << 20 /* bytes of all messages of a broadcast */
};

/* a message in its frame, freed */
static int
framed(struct buf *out, struct buf *message, int result)
{
	if (result == 0)
		result = frame_put(
		    out, FRAME_TEXT, buf_head(message), message->len);
	buf_free(message);
	return result;
}

static int
ws_text(struct buf *out, const char *text)
{
	return frame_put(out, FRAME_TEXT, text, strlen(text));
}

/* ---- reload.v1, and the same as events ---- */

static int
put_hello(struct buf *b, const struct generation *h, int64_t now)
{
	if (buf_puts(b, "{\"kind\":\"hello\",") < 0 ||
	    generation_put(h, b, now) < 0)
		return -1;
	return buf_puts(b, "}");
}

static int
put_paths(struct buf *b, const struct update *update)
{
	const char *p, *comma;

	comma = "";
	for (p = NULL; (p = update_next_path(update, p)) != NULL; comma = ",")
		if (buf_puts(b, comma) < 0 || json_string(b, p, strlen(p)) < 0)
			return -1;
	return 0;
}

static int
put_kind(struct buf *b, const struct generation *h, const char *kind)
{
	char name[GENERATION_NAME];

	generation_name(h, name);
	return buf_printf(b,
	    "{\"generation\":\"%s\",\"kind\":\"%s\",\"paths\":[", name, kind);
}

static int
put_update(
    struct buf *b, const struct generation *h, const struct update *update)
{
	if (put_kind(b, h, update_word(update->kind)) < 0 ||
	    put_paths(b, update) < 0)
		return -1;
	return buf_puts(b, "]}");
}

static int
put_report(struct buf *b, const struct generation *h)
{
	if (h->report.len == 0)
		return put_kind(b, h, "mended") < 0 ? -1 : buf_puts(b, "]}");
	if (put_kind(b, h, "report") < 0 || buf_puts(b, "],\"text\":") < 0 ||
	    json_string(b, buf_head(&h->report), h->report.len) < 0)
		return -1;
	return buf_puts(b, "}");
}

static int
v1_hello(struct buf *out, const struct generation *h, int64_t now)
{
	struct buf b = { .max = MESSAGE_MAX };

	return framed(out, &b, put_hello(&b, h, now));
}

static int
v1_update(
    struct buf *out, const struct generation *h, const struct update *update)
{
	struct buf b = { .max = MESSAGE_MAX };

	return framed(out, &b, put_update(&b, h, update));
}

static int
v1_report(struct buf *out, const struct generation *h)
{
	struct buf b = { .max = MESSAGE_MAX };

	return framed(out, &b, put_report(&b, h));
}

/* What is named in an event is on one line: JSON has no other newlines. */
static int
begin_event(struct buf *out, const struct generation *h, const char *name)
{
	char id[GENERATION_NAME];

	generation_name(h, id);
	return buf_printf(out, "event: %s\nid: %s\ndata: ", name, id);
}

static int
events_hello(struct buf *out, const struct generation *h, int64_t now)
{
	if (buf_puts(out, "retry: 1000\n") < 0 ||
	    begin_event(out, h, "hello") < 0 || put_hello(out, h, now) < 0)
		return -1;
	return buf_puts(out, "\n\n");
}

static int
events_update(
    struct buf *out, const struct generation *h, const struct update *update)
{
	if (begin_event(out, h, update_word(update->kind)) < 0 ||
	    put_update(out, h, update) < 0)
		return -1;
	return buf_puts(out, "\n\n");
}

static int
events_report(struct buf *out, const struct generation *h)
{
	if (begin_event(out, h, "report") < 0 || put_report(out, h) < 0)
		return -1;
	return buf_puts(out, "\n\n");
}

/* "shown 9f3c01d2-17 38" */
bool
protocol_shown(
    const char *text, size_t n, char name[GENERATION_NAME], int64_t *ms)
{
	static const char word[] = "shown ";
	const size_t len = sizeof word - 1;
	char number[SHOWN_DIGITS + 1];
	const char *space;
	size_t rest;

	if (n < len || memcmp(text, word, len) != 0)
		return false;
	text += len;
	n -= len;
	space = memchr(text, ' ', n);
	if (space == NULL || space - text >= GENERATION_NAME)
		return false;
	rest = n - (size_t)(space + 1 - text);
	if (rest > SHOWN_DIGITS)
		return false;
	memcpy(name, text, (size_t)(space - text));
	name[space - text] = '\0';
	memcpy(number, space + 1, rest);
	number[rest] = '\0';
	return str_num(number, 0, SHOWN_MAX, ms) == 0;
}

/* ---- LiveReload 7 ---- */

/* It answers a connection check as well: that asks for a hello and goes. */
static int
livereload_hello(struct buf *out, const struct generation *h, int64_t now)
{
	(void)h;
	(void)now;
	return ws_text(out,
	    "{\"command\":\"hello\",\"protocols\":["
	    "\"http://livereload.com/protocols/official-7\","
	    "\"http://livereload.com/protocols/connection-check-1\"],"
	    "\"serverName\":\"reloadws\"}");
}

/* Its clients know styles by what they are compiled to. */
static size_t
without_source(const char *path)
{
	static const char *const sources[] = { ".scss", ".sass", ".less",
		".styl" };
	size_t i, len, n;

	n = strlen(path);
	for (i = 0; i < sizeof sources / sizeof sources[0]; i++) {
		len = strlen(sources[i]);
		if (n > len && str_is(path + n - len, len, sources[i]))
			return n - len;
	}
	return n;
}

static int
livereload_path(struct buf *out, const char *path, const char *more)
{
	struct buf b = { .max = MESSAGE_MAX }, name = { .max = UPDATE_BYTES };
	size_t n;
	int result;

	n = without_source(path);
	result = buf_put(&name, path, n);
	if (result == 0 && path[n] != '\0')
		result = buf_puts(&name, ".css");
	if (result == 0)
		result = buf_puts(&b, "{\"command\":\"reload\",\"path\":");
	if (result == 0)
		result = json_string(&b, buf_head(&name), name.len);
	if (result == 0)
		result = buf_printf(&b, "%s}", more);
	buf_free(&name);
	return framed(out, &b, result);
}

static int
livereload_update(
    struct buf *out, const struct generation *h, const struct update *update)
{
	const char *p, *more;
	size_t n;

	(void)h;
	more = update->kind == UPDATE_STYLE
	    ? ",\"liveCSS\":true,\"liveImg\":true"
	    : ",\"liveCSS\":false,\"liveImg\":false";
	n = 0;
	for (p = NULL; (p = update_next_path(update, p)) != NULL;)
		n++;
	if (n == 0 || n > TOLD_ONE_BY_ONE)
		return livereload_path(
		    out, update->kind == UPDATE_STYLE ? "*.css" : "/", more);
	for (p = NULL; (p = update_next_path(update, p)) != NULL;)
		if (livereload_path(out, p, more) < 0)
			return -1;
	return 0;
}

/* ---- those that reload on whatever they hear ---- */

static int
plain_update(
    struct buf *out, const struct generation *h, const struct update *update)
{
	(void)h;
	(void)update;
	return ws_text(out, "reload");
}

static int
complete_update(
    struct buf *out, const struct generation *h, const struct update *update)
{
	(void)h;
	(void)update;
	return ws_text(out, "{\"type\":\"build_complete\"}");
}

static int
bext_update(
    struct buf *out, const struct generation *h, const struct update *update)
{
	(void)h;
	(void)update;
	return buf_puts(out, "event: reload\ndata: {}\n\n");
}

/* ---- the table ---- */

/* The first row that fits counts; no path is any path. */
static const struct {
	const char *path;
	const char *subprotocol; /* must be offered, and is answered with */
	bool streams; /* events, asked for as `accept` if that is not NULL */
	const char *accept;
	int (*hello)(struct buf *, const struct generation *, int64_t);
	int (*update)(
	    struct buf *, const struct generation *, const struct update *);
	int (*report)(struct buf *, const struct generation *);
} rows[PROTOCOLS] = {
	[PROTOCOL_RELOAD_V1] = { "/reload", "reload.v1", false, NULL, v1_hello,
	    v1_update, v1_report },
	[PROTOCOL_RELOAD_EVENTS] = { "/reload", NULL, true, "text/event-stream",
	    events_hello, events_update, events_report },
	[PROTOCOL_BUILD_COMPLETE] = { "/websocket", NULL, false, NULL, NULL,
	    complete_update, NULL },
	[PROTOCOL_LIVERELOAD] = { "/livereload", NULL, false, NULL,
	    livereload_hello, livereload_update, NULL },
	[PROTOCOL_BEXT] = { "/__bext/events", NULL, true, NULL, NULL,
	    bext_update, NULL },
	[PROTOCOL_PLAIN] = { NULL, NULL, false, NULL, NULL, plain_update,
	    NULL },
};

static bool
fits(int i, const struct request *r, bool streams)
{
	return rows[i].streams == streams &&
	    (rows[i].path == NULL || span_is(r->path, rows[i].path)) &&
	    (rows[i].accept == NULL ||
		request_lists(r, "accept", rows[i].accept)) &&
	    (rows[i].subprotocol == NULL ||
		request_lists(
		    r, "sec-websocket-protocol", rows[i].subprotocol));
}

enum protocol
protocol_websocket(const struct request *r)
{
	int i;

	for (i = 0; i < PROTOCOL_PLAIN && !fits(i, r, false); i++)
		;
	return (enum protocol)i;
}

bool
protocol_events(const struct request *r, enum protocol *d)
{
	int i;

	for (i = 0; i < PROTOCOLS; i++)
		if (fits(i, r, true)) {
			*d = (enum protocol)i;
			return true;
		}
	return false;
}

bool
protocol_streams(enum protocol d)
{
	return rows[d].streams;
}

const char *
protocol_subprotocol(enum protocol d)
{
	return rows[d].subprotocol;
}

bool
protocol_talks(enum protocol d)
{
	return rows[d].subprotocol != NULL;
}

int
protocol_hello(
    enum protocol d, struct buf *out, const struct generation *h, int64_t now)
{
	/* Firefox calls a stream open at its first byte. */
	if (rows[d].streams && buf_puts(out, ":\n\n") < 0)
		return -1;
	if (rows[d].hello != NULL && rows[d].hello(out, h, now) < 0)
		return -1;
	return h->report.len == 0 ? 0 : protocol_report(d, out, h);
}

int
protocol_update(enum protocol d, struct buf *out, const struct generation *h,
    const struct update *update)
{
	return rows[d].update(out, h, update);
}

int
protocol_report(enum protocol d, struct buf *out, const struct generation *h)
{
	return rows[d].report == NULL ? 0 : rows[d].report(out, h);
}

const struct buf *
protocol_frame(void *arg, unsigned protocol)
{
	struct protocol_frames *f;
	struct buf *frame;

	f = arg;
	f->sent++;
	f->pages += protocol_talks((enum protocol)protocol);
	frame = &f->frame[protocol];
	if (f->made[protocol])
		return frame->max == 0 ? NULL : frame;
	f->made[protocol] = true;
	*frame = (struct buf){ .max = FRAMES_MAX };
	if ((!f->update ||
		protocol_update((enum protocol)protocol, frame, f->generation,
		    &f->generation->last) == 0) &&
	    (!f->report ||
		protocol_report(
		    (enum protocol)protocol, frame, f->generation) == 0))
		return frame;
	buf_free(frame);
	frame->max = 0;
	return NULL;
}

void
protocol_frames_free(struct protocol_frames *f)
{
	size_t i;

	for (i = 0; i < PROTOCOLS; i++)
		buf_free(&f->frame[i]);
}
