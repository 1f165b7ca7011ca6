/* protocols.c - tests of how update is put to each kind of listener */
#include <string.h>

#include "../test.h"
#include "push/protocols.h"

static struct generation h;
static struct update update;
static struct buf b = { .max = 300000 };
static char said[4000];

static bool
parsed(struct request *r, const char *path, const char *field)
{
	static char head[1000];

	snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n",
	    path, field);
	return request_parse(head, strlen(head), r) == 0;
}

static enum protocol
websocket(const char *path, const char *protocols)
{
	struct request r;
	char field[200];

	snprintf(
	    field, sizeof field, "Sec-WebSocket-Protocol: %s\r\n", protocols);
	return parsed(&r, path, *protocols == '\0' ? "" : field)
	    ? protocol_websocket(&r)
	    : PROTOCOLS;
}

static bool
events(const char *path, const char *field, enum protocol want)
{
	struct request r;
	enum protocol d;

	d = PROTOCOLS;
	return parsed(&r, path, field) &&
	    protocol_events(&r, &d) == (want != PROTOCOLS) && d == want;
}

/* the bytes in b, of short frames only the text with a | behind, and no more */
static const char *
take(enum protocol d)
{
	const unsigned char *p, *end;
	size_t n, len;

	p = buf_head(&b);
	end = p + b.len;
	for (n = 0; p < end; p += len) {
		len = (size_t)(end - p);
		if (!protocol_streams(d)) {
			len = p[1] < 126 ? p[1] : (size_t)(p[2] << 8 | p[3]);
			p += p[1] < 126 ? 2 : 4;
		}
		memcpy(said + n, p, len);
		n += len;
		if (!protocol_streams(d))
			said[n++] = '|';
	}
	said[n] = '\0';
	buf_free(&b);
	return said;
}

static const char *
told(enum protocol d, const char *list)
{
	char copy[1000];

	update_free(&update);
	snprintf(copy, sizeof copy, "%s", list);
	update_read(&update, copy, strlen(copy));
	return protocol_update(d, &b, &h, &update) < 0 ? "-1" : take(d);
}

static const char *
greeted(enum protocol d)
{
	return protocol_hello(d, &b, &h, 2234) < 0 ? "-1" : take(d);
}

static const char *
reported(enum protocol d)
{
	return protocol_report(d, &b, &h) < 0 ? "-1" : take(d);
}

#define IS(call, want) (strcmp(call, want) == 0)

static void
add(const char *list)
{
	char copy[1000];

	update_free(&update);
	snprintf(copy, sizeof copy, "%s", list);
	update_read(&update, copy, strlen(copy));
	generation_add(&h, &update, 1000);
}

static void
test_rows(void)
{
	ok(websocket("/reload", "reload.v1") == PROTOCOL_RELOAD_V1 &&
		websocket("/reload?x", "a, reload.v1") == PROTOCOL_RELOAD_V1,
	    "reload.v1 is spoken where it is offered");
	ok(websocket("/websocket", "") == PROTOCOL_BUILD_COMPLETE &&
		websocket("/livereload?x", "") == PROTOCOL_LIVERELOAD,
	    "two paths are those of other clients");
	ok(websocket("/reload", "") == PROTOCOL_PLAIN &&
		websocket("/reload", "other") == PROTOCOL_PLAIN &&
		websocket("/x", "reload.v1") == PROTOCOL_PLAIN &&
		websocket("/__bext/events", "") == PROTOCOL_PLAIN &&
		websocket("/", "") == PROTOCOL_PLAIN,
	    "everything else is a plain listener");
	ok(events("/reload", "Accept: text/event-stream\r\n",
	       PROTOCOL_RELOAD_EVENTS) &&
		events("/__bext/events", "", PROTOCOL_BEXT),
	    "two paths have events");
	ok(events("/reload", "", PROTOCOLS) &&
		events("/reload", "Accept: text/html\r\n", PROTOCOLS) &&
		events("/", "Accept: text/event-stream\r\n", PROTOCOLS),
	    "one only for those who ask for them");
	ok(IS(protocol_subprotocol(PROTOCOL_RELOAD_V1), "reload.v1") &&
		protocol_subprotocol(PROTOCOL_PLAIN) == NULL &&
		protocol_talks(PROTOCOL_RELOAD_V1) &&
		!protocol_talks(PROTOCOL_LIVERELOAD),
	    "only reload.v1 names itself and is listened to");
}

#define HELLO \
	"{\"kind\":\"hello\",\"generation\":\"9f3c01d2-1\",\"age\":1234," \
	"\"reload\":1,\"broken\":false}"
#define SAYS(kind, paths) \
	"{\"generation\":\"9f3c01d2-1\",\"kind\":\"" kind \
	"\",\"paths\":[" paths "]}"
#define EVENT(name) "event: " name "\nid: 9f3c01d2-1\ndata: "

static void
test_own(void)
{
	enum protocol d;

	d = PROTOCOL_RELOAD_V1;
	ok(IS(greeted(d), HELLO "|"),
	    "a page is greeted with the generation and its age");
	ok(IS(told(d, "a.html\n\"b\n"),
	       SAYS("reload", "\"a.html\",\"\\\"b\"") "|"),
	    "a reload is told with its generation and paths");
	ok(IS(told(d, "a.css\n"), SAYS("style", "\"a.css\"") "|"),
	    "so are styles");
	ok(IS(told(d, "*\n"), SAYS("reload", "") "|"),
	    "where nobody knows there are no paths");
	d = PROTOCOL_RELOAD_EVENTS;
	ok(IS(greeted(d), ":\n\nretry: 1000\n" EVENT("hello") HELLO "\n\n"),
	    "a stream is greeted, too");
	ok(IS(told(d, "a.css\n"),
	       EVENT("style") SAYS("style", "\"a.css\"") "\n\n") &&
		IS(told(d, "a\n"),
		    EVENT("reload") SAYS("reload", "\"a\"") "\n\n"),
	    "and told what is update, with the generation as its id");
	ok(IS(reported(d), EVENT("report") SAYS("mended", "") "\n\n"),
	    "and that all is well");
}

static void
test_reports(void)
{
	enum protocol d;
	int i, all;

	add("! 1 < 2\n! \xff\n");
	d = PROTOCOL_RELOAD_V1;
	ok(IS(reported(d),
	       "{\"generation\":\"9f3c01d2-1\",\"kind\":\"report\",\"paths\":[],"
	       "\"text\":\"1 \\u003c 2\\n\xef\xbf\xbd\\n\"}|"),
	    "a report is told as UTF-8");
	greeted(d);
	ok(strstr(said, "\"broken\":true}|{\"generation\"") != NULL &&
		strstr(said, "\"kind\":\"report\"") != NULL,
	    "who comes while the build is broken is told, too");
	ok(IS(greeted(PROTOCOL_PLAIN), "") &&
		IS(greeted(PROTOCOL_BEXT), ":\n\n") &&
		strstr(greeted(PROTOCOL_LIVERELOAD), "1 ") == NULL,
	    "but not in the protocols of others");
	for (i = PROTOCOL_BUILD_COMPLETE, all = 1; i < PROTOCOLS; i++)
		all = all && IS(reported((enum protocol)i), "");
	ok(all, "which have no word for it");
	snprintf(said, sizeof said, "%s", "");
	add("a.html\n");
	h.n--;
}

static void
test_others(void)
{
	char list[2000];
	enum protocol d;
	int i;

	ok(IS(told(PROTOCOL_PLAIN, "a.css\n"), "reload|") &&
		IS(told(PROTOCOL_PLAIN, "a\nb\n"), "reload|"),
	    "a plain listener only ever gets one word");
	ok(IS(told(PROTOCOL_BUILD_COMPLETE, "a.css\n"),
	       "{\"type\":\"build_complete\"}|"),
	    "JSON clients hear that the build is complete");
	ok(IS(told(PROTOCOL_BEXT, "a.css\n"), "event: reload\ndata: {}\n\n"),
	    "others get an event");
	d = PROTOCOL_LIVERELOAD;
	ok(strstr(greeted(d), "{\"command\":\"hello\",\"protocols\":[\"") &&
		strstr(said, "official-7") && strstr(said, "check-1"),
	    "LiveReload is greeted as it should be");
#define RELOAD(path, live) \
	"{\"command\":\"reload\",\"path\":\"" path "\",\"liveCSS\":" live \
	",\"liveImg\":" live "}|"
	ok(IS(told(d, "a.css\nb.scss\nc.png\n"),
	       RELOAD("a.css", "true") RELOAD("b.css", "true")
		   RELOAD("c.png", "true")),
	    "it is told each path, of sources what they become");
	ok(IS(told(d, "a.html\n"), RELOAD("a.html", "false")),
	    "and when nothing can be done in place");
	ok(IS(told(d, "*\n"), RELOAD("/", "false")), "or of anything");
	update_free(&update);
	update_some(&update, UPDATE_STYLE);
	protocol_update(d, &b, &h, &update);
	ok(IS(take(d), RELOAD("*.css", "true")), "or of any styles");
	for (i = 0, *list = '\0'; i < 40; i++)
		sprintf(list + strlen(list), "%d.css\n", i);
	ok(IS(told(d, list), RELOAD("*.css", "true")),
	    "as where there are too many paths");
}

static void
test_shown(void)
{
	char name[GENERATION_NAME];
	int64_t ms;
#define SHOWN(text) protocol_shown(text, sizeof(text) - 1, name, &ms)

	ok(SHOWN("shown 9f3c01d2-17 38") && IS(name, "9f3c01d2-17") && ms == 38,
	    "a page may say what it shows, and how long that took");
	ok(!SHOWN("shown 9f3c01d2-17") && !SHOWN("shown 9f3c01d2-17 ") &&
		!SHOWN("shown 1 -1") && !SHOWN("shown 1 1e3") &&
		!SHOWN("shown 1 38 ") && !SHOWN("shown 1 123456789") &&
		!SHOWN("shown 0123456789012345678901234567890123 1") &&
		!SHOWN("showm 1 1") && !SHOWN("shown") && !SHOWN(""),
	    "anything else says nothing");
}

/* A broadcast is made once for each protocol that has clients. */
static void
test_frames(void)
{
	struct protocol_frames frames = {
		.generation = &h, .update = true, .report = true
	};
	const struct buf *first, *other;

	add("a.css\n! bad\n");
	first = protocol_frame(&frames, PROTOCOL_RELOAD_V1);
	other = protocol_frame(&frames, PROTOCOL_PLAIN);
	ok(first != NULL && first->len > 0 && other != NULL &&
		other->len == 8 &&
		memcmp(buf_head(other), "\x81\x06reload", 8) == 0,
	    "a broadcast is made for a protocol");
	ok(protocol_frame(&frames, PROTOCOL_RELOAD_V1) == first, "once");
	ok(frames.sent == 3 && frames.pages == 2, "its clients are counted");
	ok(!frames.made[PROTOCOL_LIVERELOAD],
	    "nothing is made for one that has none");
	protocol_frames_free(&frames);
}

int
main(void)
{
	generation_init(&h, 0x9f3c01d2, 0);
	update_init(&update);
	add("a.html\n");
	test_rows();
	test_own();
	test_reports();
	test_others();
	test_shown();
	test_frames();
	update_free(&update);
	generation_free(&h);
	return test_end();
}
