/* dialect.c - how news is put to each kind of listener, one row a kind */
#include <inttypes.h>
#include <string.h>

#include "dialect.h"
#include "json.h"
#include "ws.h"

enum { MESSAGE_MAX = 65536 };

typedef int put_hello(struct buf *b, const struct generation *g, int64_t now);
typedef int
put_news(struct buf *b, const struct generation *g, enum news_kind kind);

static int
put_generation(struct buf *b, const struct generation *g)
{
	char name[NEWS_NAME];

	news_name(g, name);
	if (buf_puts(b, "{\"generation\":") < 0)
		return -1;
	return json_string(b, name, strlen(name));
}

static int
v1_hello(struct buf *b, const struct generation *g, int64_t now)
{
	if (put_generation(b, g) < 0)
		return -1;
	return buf_printf(b,
	    ",\"kind\":\"hello\",\"age\":%lld,\"reload\":%" PRIu64 "}",
	    (long long)news_age(g, now), g->reload);
}

static int
v1_news(struct buf *b, const struct generation *g, enum news_kind kind)
{
	if (put_generation(b, g) < 0)
		return -1;
	return buf_printf(b, ",\"kind\":\"%s\",\"paths\":[]}", news_word(kind));
}

/* Clients of this kind reload on whatever they hear, so it is one word. */
static int
plain_news(struct buf *b, const struct generation *g, enum news_kind kind)
{
	(void)g;
	(void)kind;
	return buf_puts(b, "reload");
}

/* The first row that fits counts; no path is any path. */
static const struct {
	const char *path;
	const char *protocol; /* must be offered, and is answered with */
	put_hello *hello;
	put_news *news;
} rows[DIALECT_ROWS] = {
	[DIALECT_RELOAD_V1] = { "/reload", "reload.v1", v1_hello, v1_news },
	[DIALECT_PLAIN] = { NULL, NULL, NULL, plain_news },
};

static bool
offered(const struct http_request *r, const char *protocol)
{
	return http_lists(r, "sec-websocket-protocol", protocol);
}

enum dialect
dialect_for(const struct http_request *r)
{
	int i;

	for (i = 0; i < DIALECT_ROWS - 1; i++)
		if ((rows[i].path == NULL || http_is(r->path, rows[i].path)) &&
		    (rows[i].protocol == NULL || offered(r, rows[i].protocol)))
			break;
	return (enum dialect)i;
}

const char *
dialect_protocol(enum dialect d)
{
	return rows[d].protocol;
}

bool
dialect_talks(enum dialect d)
{
	return rows[d].hello != NULL;
}

/* a message in its frame, freed */
static int
framed(struct buf *out, struct buf *message, int r)
{
	if (r == 0)
		r = ws_frame(out, WS_TEXT, buf_head(message), message->len);
	buf_free(message);
	return r;
}

int
dialect_hello(
    enum dialect d, struct buf *out, const struct generation *g, int64_t now)
{
	struct buf message = { .max = MESSAGE_MAX };

	if (rows[d].hello == NULL)
		return 0;
	return framed(out, &message, rows[d].hello(&message, g, now));
}

int
dialect_news(enum dialect d, struct buf *out, const struct generation *g,
    enum news_kind kind)
{
	struct buf message = { .max = MESSAGE_MAX };

	return framed(out, &message, rows[d].news(&message, g, kind));
}
