/* dialect.c - tests of how news is put to each kind of listener */
#include <string.h>

#include "dialect.h"
#include "test.h"

static enum dialect
row(const char *path, const char *protocols)
{
	struct http_request r;
	char head[1000];

	snprintf(head, sizeof head,
	    "GET %s HTTP/1.1\r\nHost: a\r\n%s%s\r\n\r\n", path,
	    protocols == NULL ? "X: y" : "Sec-WebSocket-Protocol: ",
	    protocols == NULL ? "" : protocols);
	http_parse(head, strlen(head), &r);
	return dialect_for(&r);
}

static bool
said(struct buf *b, const char *want)
{
	bool same;

	same = b->len == strlen(want) + (b->len > 0 ? 2 : 0) &&
	    (b->len == 0 || memcmp(buf_head(b) + 2, want, b->len - 2) == 0);
	buf_free(b);
	return same;
}

int
main(void)
{
	struct generation g = { .boot = 0x9f3c01d2, .n = 17, .reload = 16 };
	struct buf b = { .max = 1000 };
	enum dialect d;
	int i, all;

	ok(row("/reload", "reload.v1") == DIALECT_RELOAD_V1 &&
		row("/reload?x", "a, reload.v1") == DIALECT_RELOAD_V1,
	    "reload.v1 is spoken where it is offered");
	ok(row("/reload", NULL) == DIALECT_PLAIN &&
		row("/reload", "other") == DIALECT_PLAIN &&
		row("/x", "reload.v1") == DIALECT_PLAIN &&
		row("/", NULL) == DIALECT_PLAIN,
	    "everything else is a plain listener");
	d = DIALECT_RELOAD_V1;
	ok(strcmp(dialect_protocol(d), "reload.v1") == 0 &&
		dialect_protocol(DIALECT_PLAIN) == NULL && dialect_talks(d) &&
		!dialect_talks(DIALECT_PLAIN),
	    "only reload.v1 names itself and is listened to");
	dialect_hello(d, &b, &g, 1234);
	ok(said(&b,
	       "{\"generation\":\"9f3c01d2-17\",\"kind\":\"hello\","
	       "\"age\":1234,\"reload\":16}"),
	    "a page is greeted with the generation and its age");
	dialect_news(d, &b, &g, NEWS_RELOAD);
	ok(said(&b,
	       "{\"generation\":\"9f3c01d2-17\",\"kind\":\"reload\","
	       "\"paths\":[]}"),
	    "a reload is told with its generation");
	dialect_news(d, &b, &g, NEWS_STYLE);
	ok(said(&b,
	       "{\"generation\":\"9f3c01d2-17\",\"kind\":\"style\","
	       "\"paths\":[]}"),
	    "so are styles");
	d = DIALECT_PLAIN;
	dialect_hello(d, &b, &g, 0);
	ok(said(&b, ""), "a plain listener is not greeted");
	dialect_news(d, &b, &g, NEWS_RELOAD);
	all = said(&b, "reload");
	dialect_news(d, &b, &g, NEWS_STYLE);
	ok(all && said(&b, "reload"), "it only ever gets one word");
	b.max = 3;
	for (i = 0, all = 1; i < DIALECT_ROWS; i++)
		all = all &&
		    dialect_news((enum dialect)i, &b, &g, NEWS_RELOAD) == -1 &&
		    b.len == 0;
	ok(all, "what does not fit is not begun, in any row");
	buf_free(&b);
	return test_end();
}
