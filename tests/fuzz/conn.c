/* conn.c - fuzz target: a whole peer, what it sends in any pieces, and updates */
#include <stdarg.h>

#include "fuzz.h"
#include "push/protocols.h"
#include "push/routes.h"

/*
 * The first two bytes are the seed of all that comes by chance: the pieces, how
 * much the peer takes, when time passes and updates come.  The others are what it
 * sends.  The owner does what server.c does, without sockets.
 */
enum { SEED = 2, TURNS = 10000, SILENT = 16, TICKS = 20, HEAD = 4096 };

static struct generation generation;
static void ring(struct update *update);
static const struct access closed = { .n = 0 };
static struct handler handler;
static struct routes routes = {
	.access = &closed, .generation = &generation, .broadcast = ring
};
static struct connection c;
static uint32_t seed;

/* what a listener gets, read as a client would */
static struct {
	bool began; /* its first bytes came */
	bool frames; /* the head of the answer is behind us */
	char head[HEAD];
	size_t n;
	struct frame_reader ws;
} peer;

static bool
chance(uint32_t in)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % in == 0;
}

static void
ring(struct update *update)
{
	generation_add(&generation, update, handler.now);
	must(update->kind == UPDATE_NONE && update->paths.data == NULL);
}

/* -v, which is as good as said */
static void
why(const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	must(vsnprintf(text, sizeof text, fmt, ap) > 0);
	va_end(ap);
}

static void
shown(const char *name, int64_t ms)
{
	must(strlen(name) < GENERATION_NAME && ms >= 0);
}

static void
take_frames(const unsigned char *bytes, size_t n)
{
	struct frame_piece piece;
	unsigned char *copy;
	size_t i;
	long used;

	copy = fuzz_copy(bytes, n);
	for (i = 0; i < n; i += (size_t)used) {
		used = frame_feed(&peer.ws, copy + i, n - i, &piece);
		must(used > 0);
		must(piece.opcode != FRAME_CLOSE ||
		    frame_close_code(&piece) > 0);
	}
	free(copy);
}

/* The answer's head first, up to its empty line, then nothing but frames. */
static void
take_listener(const unsigned char *bytes, size_t n)
{
	peer.began = true;
	for (; n > 0 && !peer.frames; bytes++, n--) {
		must(peer.n < HEAD);
		peer.head[peer.n++] = (char)*bytes;
		peer.frames = peer.n >= 4 &&
		    memcmp(peer.head + peer.n - 4, "\r\n\r\n", 4) == 0;
		if (peer.frames)
			must(memcmp(peer.head, "HTTP/1.1 101 ", 13) == 0);
	}
	if (n > 0)
		take_frames(bytes, n);
}

/* the peer takes n bytes */
static void
take(size_t n)
{
	must(c.out.len <= CONNECTION_OUT && n <= c.out.len);
	if (peer.began || (c.state == CONNECTION_CLIENT && !c.is_stream))
		take_listener(buf_head(&c.out), n);
	connection_sent(&c, &handler, n);
}

static void
take_all(void)
{
	int turns;

	for (turns = 0; !c.over && c.out.len > 0; turns++) {
		must(turns < TURNS);
		take(c.out.len);
	}
	must(c.over || c.out.data == NULL);
	/* who takes what it gets is owed nothing */
	if (!c.over && c.state == CONNECTION_CLIENT)
		must(c.client.sent == generation.n &&
		    c.client.reported == generation.reports);
}

static void
add_news(void)
{
	static const char *const lists[] = { "", "a.css\n", "b.html\n\"\n",
		"! cc: no\n", "*\n", "! x\na.css\n", "\xff\n", "a.css\n\n" };
	char list[32];
	struct protocol_frames frames = { .generation = &generation };
	struct client latest = { .sent = generation.n,
		.reported = generation.reports };
	const struct buf *frame;
	struct update update;

	update_init(&update);
	snprintf(list, sizeof list, "%s", lists[seed >> 20 & 7]);
	update_read(&update, list, strlen(list));
	ring(&update);
	if (!connection_ready(&c))
		return;
	/* as server_broadcast does, to a client that takes nothing at once */
	frames.update = generation.n != latest.sent;
	frames.report = generation.reports != latest.reported;
	latest.sent = generation.n;
	latest.reported = generation.reports;
	frame = protocol_frame(&frames, c.client.protocol);
	must(frame != NULL);
	connection_broadcast(&c, &latest, buf_head(frame), frame->len);
	protocol_frames_free(&frames);
}

static void
tick(void)
{
	if (handler.now < c.deadline)
		handler.now = c.deadline;
	connection_tick(&c, &handler);
}

/* what may happen beside the bytes that it sends */
static void
happen(void)
{
	bool was;

	if (chance(3) && c.out.len > 0 && !c.over)
		take(fuzz_piece(&seed, c.out.len));
	if (chance(2) && !c.over)
		take_all();
	if (chance(8) && !c.over)
		add_news();
	if (chance(64) && !c.over)
		tick();
	if (chance(256) && !c.over)
		connection_leave(&c, &handler);
	was = c.shut;
	must(!connection_shuts(&c) || (!was && c.out.len == 0));
}

/* One that does nothing more is let go, before long. */
static void
end(void)
{
	int ticks;

	if (!c.over && connection_reads(&c) && chance(2))
		connection_eof(&c);
	for (ticks = 0; !c.over; ticks++) {
		must(ticks < TICKS);
		/* what it doesn't answer it takes, or not even that */
		if ((seed & 1) != 0 && c.state != CONNECTION_CLIENT)
			take_all();
		if (!c.over)
			tick();
	}
}

static void
begin(const uint8_t *data)
{
	static struct site site;
	static bool once;

	if (!once && site_init(&site, "tests/site") == 0)
		routes.site = &site;
	once = true;
	handler.now = 1000;
	generation_init(&generation, 0x9f3c01d2, handler.now);
	memset(&peer, 0, sizeof peer);
	peer.ws.client = true;
	seed = ((uint32_t)data[0] << 8 | data[1]) + 1;
	handler.log = (seed & 2) != 0 ? why : NULL;
	routes.shown = shown;
	routes_handle(&routes, &handler);
	connection_init(&c, handler.now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *part;
	size_t i, len;
	int turns, silent;

	if (n < SEED)
		return 0;
	begin(data);
	i = SEED;
	silent = 0;
	for (turns = 0; turns < TURNS && silent < SILENT && !c.over; turns++) {
		len = connection_reads(&c) ? fuzz_piece(&seed, n - i) : 0;
		if (len > 0) {
			part = fuzz_copy(data + i, len);
			connection_feed(&c, &handler, part, len);
			free(part);
		}
		i += len;
		silent += i == n;
		must(c.state <= CONNECTION_CLOSING);
		must(c.state > CONNECTION_RESPONSE || c.fd >= 0 || c.left == 0);
		happen();
	}
	end();
	connection_free(&c);
	frame_free(&peer.ws);
	generation_free(&generation);
	return 0;
}
