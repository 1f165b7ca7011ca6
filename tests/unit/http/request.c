/* request.c - tests of requests that are read */
#include <string.h>

#include "../test.h"
#include "http/request.h"

static char text[REQUEST_HEAD_MAX + 100];
static struct request r;

/* 0 with r filled, an error, or 1 when the head never ends */
static int
parse(const char *s)
{
	size_t n, i, seen;
	long size, again;

	n = strlen(s);
	memcpy(text, s, n);
	seen = 0;
	size = request_head_size(text, n, &seen);
	/* byte by byte the same must be found */
	again = 0;
	seen = 0;
	for (i = 1; i <= n && again == 0; i++)
		again = request_head_size(text, i, &seen);
	if (size != again)
		return 2;
	if (size <= 0)
		return size < 0 ? (int)size : 1;
	return request_parse(text, (size_t)size, &r);
}

static bool
span(struct span s, const char *want)
{
	return s.n == strlen(want) && memcmp(s.p, want, s.n) == 0;
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

static void
test_accepted(void)
{
	ok(parse("GET /a/b?x=1 HTTP/1.1\r\nHost: localhost:80\r\n\r\n") == 0 &&
		r.method == METHOD_GET && span(r.path, "/a/b") &&
		span(r.query, "?x=1") && span(r.host, "localhost:80") &&
		r.keep && !r.old && r.length == 0,
	    "a usual request is read, whole and byte by byte");
	ok(parse("HEAD / HTTP/1.1\nHost: a\n\n") == 0 &&
		r.method == METHOD_HEAD,
	    "lines may end in a bare LF");
	ok(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		r.method == METHOD_OPTIONS && span(r.path, "*"),
	    "OPTIONS may ask for everything");
	ok(parse("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		r.method == METHOD_DELETE && span(r.verb, "DELETE"),
	    "other methods are read too");
	ok(parse("POST / HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		r.method == METHOD_POST && r.length == 0,
	    "a POST may have no body");
	ok(parse("get / HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		r.method == METHOD_UNKNOWN,
	    "a method has its case");
	ok(parse("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		r.method == METHOD_CONNECT,
	    "so is CONNECT");
	ok(parse("GET http://b:8/x?y HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		span(r.host, "b:8") && span(r.path, "/x") &&
		span(r.query, "?y"),
	    "the host of an absolute target counts");
	ok(parse("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		span(r.path, "/"),
	    "its path may be missing");
}

static void
test_kept(void)
{
	ok(parse("GET / HTTP/1.0\r\n\r\n") == 0 && r.old && !r.keep &&
		r.host.p == NULL,
	    "HTTP/1.0 needs no Host and closes");
	ok(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") == 0 &&
		r.keep,
	    "unless it asks to be kept");
	ok(parse("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n") ==
		    0 &&
		!r.keep,
	    "close is worth more than that");
	ok(parse(GET "Connection: x , Close\r\n\r\n") == 0 && !r.keep,
	    "close is found in a list");
}

static void
test_fields(void)
{
	ok(parse(GET "X:  a b \t\r\nX:\r\n\r\n") == 0 &&
		span(request_field(&r, "x", 0), "a b") &&
		span(request_field(&r, "X", 1), "") &&
		request_field(&r, "x", 2).p == NULL,
	    "blanks around a value do not belong to it");
	ok(parse(GET "Content-Length: 65536\r\n\r\n") == 0 &&
		r.length == REQUEST_BODY_MAX,
	    "a body may reach its ceiling");
	ok(parse(GET "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n") ==
		    0 &&
		r.expect,
	    "who waits for a 100 is known");
	ok(parse(GET "Expect: 100-continue\r\n\r\n") == 0 && !r.expect &&
		parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\n"
		      "Content-Length: 1\r\n\r\n") == 0 &&
		!r.expect && parse(GET "\r\n") == 0 && !r.expect,
	    "without a body, and in HTTP/1.0, there is nothing to wait for");
}

static void
test_refused(void)
{
	static const struct {
		const char *head;
		int error;
		const char *name;
	} heads[] = {
		{ "GET /\r\n\r\n", -400, "HTTP/0.9" },
		{ "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", -400, "two blanks" },
		{ "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", -400, "a blank last" },
		{ " GET / HTTP/1.1\r\nHost: a\r\n\r\n", -400, "a blank first" },
		{ "\x16\x03\x01", -400, "TLS, by its first byte" },
		{ "GET x HTTP/1.1\r\nHost: a\r\n\r\n", -400, "no path" },
		{ "GET * HTTP/1.1\r\nHost: a\r\n\r\n", -400, "GET *" },
		{ "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", -400, "a fragment" },
		{ "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", -400, "DEL" },
		{ "GET / http/1.1\r\nHost: a\r\n\r\n", -400, "http/1.1" },
		{ "GET / HTTP/2.0\r\nHost: a\r\n\r\n", -505, "HTTP/2" },
		{ "GET / HTTP/11\r\nHost: a\r\n\r\n", -400, "HTTP/11" },
		{ "GET / HTTP/1.1\r\n\r\n", -400, "no Host" },
		{ GET "Host: a\r\n\r\n", -400, "two Hosts" },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", -400, "a bad Host" },
		{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", -400, "a/b as Host" },
		{ "GET / HTTP/1.1\r\nHost: a\\.b\r\n\r\n", -400, "a\\.b" },
		{ "GET / HTTP/1.1\r\nHost: a%2e\r\n\r\n", -400, "a%2e" },
		{ "GET / HTTP/1.1\r\nHost: a;b\r\n\r\n", -400, "a;b" },
		{ "GET / HTTP/1.1\r\nHost: a*\r\n\r\n", -400, "a*" },
		{ GET " folded\r\n\r\n", -400, "a folded line" },
		{ GET "X : y\r\n\r\n", -400, "a blank before the colon" },
		{ GET ": y\r\n\r\n", -400, "no name" },
		{ GET "no colon\r\n\r\n", -400, "no colon" },
		{ GET "X: a\rb\r\n\r\n", -400, "a bare CR" },
		{ GET "X: a\x01\r\n\r\n", -400, "a control character" },
		{ GET "Origin: a\r\nOrigin: b\r\n\r\n", -400, "two Origins" },
		{ GET "Content-Length: 65537\r\n\r\n", -413, "a large body" },
		{ GET "Content-Length: 99999999999999999999999\r\n\r\n", -413,
		    "a length that no number holds" },
		{ GET "Content-Length: -1\r\n\r\n", -400, "a length below 0" },
		{ GET "Content-Length: +1\r\n\r\n", -400, "a length with +" },
		{ GET "Content-Length:\r\n\r\n", -400, "an empty length" },
		{ GET "Content-Length: 1, 1\r\n\r\n", -400, "a list of them" },
		{ GET "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", -400,
		    "two lengths" },
		{ GET "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		    -400, "a length and chunks" },
		{ "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", -400,
		    "chunks in HTTP/1.0" },
		{ GET "Expect: 200-maybe\r\n\r\n", -417,
		    "another expectation" },
	};
	char name[100];
	size_t i;

	for (i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		snprintf(name, sizeof name, "%s is %d", heads[i].name,
		    -heads[i].error);
		ok(parse(heads[i].head) == heads[i].error, name);
	}
}

/* What one reader takes for the end of a request, and another does not. */
static const struct {
	const char *head;
	int error;
	const char *name;
} smuggled[] = {
	{ GET "Transfer-Encoding: chunked\r\n\r\n", -411, "chunks" },
	{ GET "Transfer-Encoding: gzip, chunked\r\n\r\n", -411,
	    "another coding before chunks" },
	{ GET "Transfer-Encoding: chunked, gzip\r\n\r\n", -411,
	    "chunks that do not come last" },
	{ GET "Transfer-Encoding: chunked\r\n"
	      "Transfer-Encoding: identity\r\n\r\n",
	    -411, "two lines of them" },
	{ GET "Transfer-Encoding: \x01chunked\r\n\r\n", -400,
	    "a control character before them" },
	{ GET "Transfer-Encoding:\r\n\r\n", -411, "no coding" },
	{ GET "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", -400,
	    "a length of 0 with chunks" },
	{ GET "Transfer-Encoding : chunked\r\n\r\n", -400,
	    "a blank before the colon of a coding" },
	{ GET "Transfer-Encoding\t: chunked\r\n\r\n", -400, "a tab there" },
	{ GET " Transfer-Encoding: chunked\r\n\r\n", -400,
	    "a blank before its name" },
	{ GET "X: y\r\n\tTransfer-Encoding: chunked\r\n\r\n", -400,
	    "a folded coding" },
	{ GET "X: y\rTransfer-Encoding: chunked\r\n\r\n", -400,
	    "a coding behind a CR" },
	{ GET "Transfer-Encoding: chunked\r\n"
	      "Content-Length: 0\r\n\r\n",
	    -400, "chunks and a length of 0" },
	{ GET "Content-Length: 1\r\ncontent-length: 2\r\n\r\n", -400,
	    "two different lengths" },
	{ GET "Content-Length: 1 1\r\n\r\n", -400,
	    "a length with a blank in it" },
	{ GET "Content-Length: 0x1\r\n\r\n", -400, "a hexadecimal length" },
	{ GET "Content-Length: 1;\r\n\r\n", -400, "a length and something" },
	{ GET "Content-Length\r\n\r\n", -400, "a name alone" },
	{ "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", -400, "a CR too many" },
	{ "GET / HTTP/1.1\r\n Host: b\r\nHost: a\r\n\r\n", -400,
	    "a blank after the first line" },
	{ "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", -400, "a tab for a blank" },
	{ "GET / HTTP/1.1\x0b\r\nHost: a\r\n\r\n", -400,
	    "a vertical tab last" },
	{ "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n", -400,
	    "a blank in the version" },
};

static void
test_smuggling(void)
{
	char name[100];
	size_t i;

	for (i = 0; i < sizeof smuggled / sizeof smuggled[0]; i++) {
		snprintf(name, sizeof name, "%s is %d", smuggled[i].name,
		    -smuggled[i].error);
		ok(parse(smuggled[i].head) == smuggled[i].error, name);
	}
	ok(parse(GET "Transfer_Encoding: chunked\r\n"
		     "Content-Length: 1\r\n\r\n") == 0 &&
		r.length == 1,
	    "a name that is almost one of these is another");
}

/* The size is given: strings end at their first NUL. */
static void
test_nul(void)
{
	static char head[] = GET "X: a?b\r\n\r\n";
	size_t i, wrong;

	wrong = 0;
	for (i = 0; i < sizeof head - 1; i++) {
		memcpy(text, head, sizeof head);
		text[i] = '\0';
		wrong += request_parse(text, sizeof head - 1, &r) != -400;
	}
	ok(wrong == 0, "a NUL is refused wherever it stands");
}

static void
test_hosts(void)
{
	static const char *const good[] = { "a", "", "a:", "a:80", "127.0.0.1",
		"[::1]", "[::1]:80", "a-b.c_d:1" };
	static const char *const bad[] = { "a:b", "a:80:80", "a:-1", "a b",
		"u@a", "u:p@a", "a/b", "a?b", "a#b", "a\\b", "[::1", "::1",
		"[]", "[::1]80", "[::1]:x", "[a]b:1", "a[b]", "\xc3\xbc", "<a>",
		"%41", "a;b", "a*", "[::1%1]", "[a;b]" };
	char head[100];
	size_t i;
	int wrong;

	for (wrong = 0, i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(head, sizeof head,
		    "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", good[i]);
		wrong += parse(head) != 0 || !span(r.host, good[i]);
		snprintf(head, sizeof head,
		    "GET http://%s/ HTTP/1.1\r\nHost: b\r\n\r\n", good[i]);
		wrong += parse(head) != (*good[i] == '\0' ? -400 : 0);
	}
	ok(wrong == 0, "a Host is a name or an address, and perhaps a port");
	for (wrong = 0, i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(head, sizeof head,
		    "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
		wrong += parse(head) != -400;
	}
	ok(wrong == 0, "anything else is 400");
	ok(parse("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n") == -400 &&
		parse("GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n") == -400 &&
		parse("GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n") == -400,
	    "so it is in an absolute target");
	ok(parse("GET http://a/ HTTP/1.1\r\n\r\n") == -400 &&
		parse("GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") ==
		    -400 &&
		parse("GET http://a/ HTTP/1.1\r\nHost: u@a\r\n\r\n") == -400,
	    "which saves nobody from a good Host");
	ok(parse("GET http://b/ HTTP/1.0\r\n\r\n") == 0 && span(r.host, "b"),
	    "but one who speaks HTTP/1.0");
	ok(parse("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == -400 &&
		parse("GET HTTP://b?c HTTP/1.1\r\nHost: a\r\n\r\n") == 0 &&
		span(r.host, "b") && span(r.path, "/") && span(r.query, "?c"),
	    "its scheme is http, in either case");
}

static void
test_too_large(void)
{
	size_t i;

	memset(text, 'a', sizeof text);
	i = 0;
	ok(request_head_size(text, REQUEST_HEAD_MAX - 1, &i) == 0 &&
		request_head_size(text, REQUEST_HEAD_MAX, &i) == -431,
	    "a head that does not end in 8 KiB is 431");
	memset(text, 'a', sizeof text);
	memcpy(text, GET "X: ", sizeof GET + 2);
	memcpy(text + REQUEST_HEAD_MAX - 4, "\r\n\r\n", 4);
	i = 0;
	ok(request_head_size(text, sizeof text, &i) == REQUEST_HEAD_MAX &&
		request_parse(text, REQUEST_HEAD_MAX, &r) == 0,
	    "one that does is read");
	memcpy(text, GET, sizeof GET);
	for (i = 0; i < REQUEST_FIELDS_MAX; i++)
		memcpy(text + sizeof GET - 1 + i * 6, "X: y\r\n", 7);
	memcpy(text + sizeof GET - 1 + i * 6, "\r\n", 3);
	ok(request_parse(text, strlen(text), &r) == -431,
	    "so are too many lines");
}

static void
test_lists(void)
{
	parse(GET "C: a, \"b,c\",, d\r\nC: e\r\n"
		  "If-None-Match: \"x\", W/\"y,z\"\r\n\r\n");
	ok(request_lists(&r, "c", "a") && request_lists(&r, "c", "D") &&
		request_lists(&r, "c", "e") &&
		request_lists(&r, "c", "\"b,c\""),
	    "the elements of all lists of a name are found");
	ok(!request_lists(&r, "c", "b") && !request_lists(&r, "d", "a") &&
		!request_lists(&r, "c", ""),
	    "what is none is not");
	parse(GET "Accept: text/html;q=0.8, a/b ; q=0, c/d;x=y\r\n\r\n");
	ok(request_lists(&r, "accept", "text/html") &&
		request_lists(&r, "accept", "c/d") &&
		!request_lists(&r, "accept", "a/b"),
	    "parameters do not count, but a weight of 0 does");
	parse(GET "C: a;q=0.0, b;q=0.01, c;q=0, d;\r\n\r\n");
	ok(!request_lists(&r, "c", "a") && request_lists(&r, "c", "b") &&
		!request_lists(&r, "c", "c") && request_lists(&r, "c", "d"),
	    "in any form");
	parse(GET "If-None-Match: \"x\", W/\"y,z\"\r\n\r\n");
	ok(request_none_match(&r, "\"x\"") &&
		request_none_match(&r, "\"y,z\"") &&
		!request_none_match(&r, "\"y\"") &&
		!request_none_match(&r, "\"X\""),
	    "an entity tag is found, weak or strong");
	parse(GET "If-None-Match: *\r\n\r\n");
	ok(request_none_match(&r, "\"any\""), "a star is any of them");
	parse(GET "\r\n");
	ok(!request_none_match(&r, "\"x\""), "no field matches nothing");
}

static bool
unescapes(const char *path, const char *want)
{
	char out[100];
	long n;

	n = request_unescape((struct span){ path, strlen(path) }, out);
	return want == NULL
	    ? n == -1
	    : n == (long)strlen(want) && memcmp(out, want, strlen(want)) == 0;
}

static void
test_escapes(void)
{
	struct buf b = { .max = 100 };
	size_t seen;

	ok(unescapes("/a%20b%2Fc%c3%bc", "/a b/c\xc3\xbc") && unescapes("", ""),
	    "escapes are undone");
	ok(unescapes("/%", NULL) && unescapes("/%4", NULL) &&
		unescapes("/%4g", NULL) && unescapes("/%00", NULL),
	    "bad ones and NUL are refused");
	request_escape(&b, "/a b%\"<\xc3\xbc", 9);
	ok(b.len == 21 &&
		memcmp(buf_head(&b), "/a%20b%25%22%3C%C3%BC", b.len) == 0,
	    "what may not stand in a path is escaped");
	buf_free(&b);
	ok(request_blank("\r\n\nGET", 6) == 3 && request_blank("GET", 3) == 0,
	    "empty lines in front of a request are counted");
	ok(request_blank("\r\n\r", 3) == 2 && request_blank("\rG", 2) == 0,
	    "a CR alone is no line");
	seen = 0;
	ok(request_head_size("\r", 1, &seen) == 0 &&
		request_head_size("\rG", 2, &seen) == -400,
	    "but may become one");
}

int
main(void)
{
	test_accepted();
	test_kept();
	test_fields();
	test_refused();
	test_smuggling();
	test_nul();
	test_hosts();
	test_too_large();
	test_lists();
	test_escapes();
	return test_end();
}
