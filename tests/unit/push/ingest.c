/* ingest.c - tests of requests that bring update */
#include <string.h>

#include "../test.h"
#include "push/ingest.h"

static struct update update;
static char said[2000];

static void
say(const char *text)
{
	size_t n;

	n = strlen(said);
	snprintf(said + n, sizeof said - n, "%s", text);
}

/* what this request rings for: its kind and paths; "" for none */
static const char *
rings(const char *line, const char *body)
{
	struct request r;
	char head[2000], copy[2000];
	const char *p;
	bool good;

	update_free(&update);
	snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: a\r\n\r\n", line);
	good = request_parse(head, strlen(head), &r) == 0 && ingest_wants(&r);
	if (!good)
		return "";
	snprintf(copy, sizeof copy, "%s", body);
	ingest_read(&r, copy, strlen(copy), &update);
	snprintf(said, sizeof said, "%s", update_word(update.kind));
	for (p = NULL; (p = update_next_path(&update, p)) != NULL;) {
		say(" ");
		say(p);
	}
	return said;
}

#define IS(line, body, want) (strcmp(rings(line, body), want) == 0)

int
main(void)
{
	update_init(&update);
	ok(IS("POST /reload", "", "reload") && update.unknown,
	    "POST /reload rings");
	ok(IS("POST /reload?x", "a.css\nb.css\n", "style a.css b.css"),
	    "its body is a change list");
	ok(IS("POST /reload", "! bad\n", "none") && update.report.len == 4,
	    "which may be a report");
	ok(IS("GET /reload", "", "") && IS("PUT /reload", "", "") &&
		IS("POST /", "", "") && IS("POST /reload/", "", ""),
	    "nothing else does that");
	ok(IS("GET /changed?files=a.css,b/c.css", "", "style a.css b/c.css"),
	    "GET /changed names files");
	ok(IS("GET /changed?x=1&files=a%20b.html&y", "", "reload a b.html") &&
		IS("GET /changed?files=a+b.css", "", "style a b.css"),
	    "among other things, and escaped");
	ok(IS("GET /changed", "", "reload") && update.unknown &&
		IS("GET /changed?files=", "", "reload") &&
		IS("GET /changed?files=%zz", "", "reload"),
	    "where there are none it is anything");
	ok(IS("POST /changed", "files=a.css%2Cb.css", "style a.css b.css"),
	    "POST /changed has them in a form");
	ok(IS("POST /changed", "{\"files\":[\"a.css\"]}", "reload") &&
		update.unknown,
	    "any other body is a reload, paths unknown");
	ok(IS("POST /__bext/admin/api/bundle/reload", "{}", "reload") &&
		IS("POST /__bext/admin/api/bundle/fast-reload", "", "reload") &&
		IS("GET /__bext/admin/api/bundle/reload", "", ""),
	    "so do two paths of others");
	update_free(&update);
	return test_end();
}
