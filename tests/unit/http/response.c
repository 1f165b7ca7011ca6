#define _POSIX_C_SOURCE 200809L
/* response.c - tests of replies and their heads */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "http/response.h"

static bool
dated(int64_t secs, const char *want)
{
	char date[RESPONSE_DATE_SIZE];

	response_date(date, secs);
	return strcmp(date, want) == 0 &&
	    response_date_read(date, strlen(date)) == secs;
}

static bool
no_date(const char *s)
{
	return response_date_read(s, strlen(s)) == -1;
}

static void
test_dates(void)
{
	int64_t secs;
	char date[RESPONSE_DATE_SIZE];
	int same;

	ok(dated(0, "Thu, 01 Jan 1970 00:00:00 GMT") &&
		dated(784111777, "Sun, 06 Nov 1994 08:49:37 GMT") &&
		dated(951782400, "Tue, 29 Feb 2000 00:00:00 GMT"),
	    "dates are written, and read back");
	for (secs = 0, same = 1; secs < 8000000000; secs += 86400 * 13 + 7) {
		response_date(date, secs);
		same = same &&
		    response_date_read(date, RESPONSE_DATE_SIZE - 1) == secs;
	}
	ok(same, "so are those of two centuries");
	ok(no_date("") && no_date("Sunday, 06-Nov-94 08:49:37 GMT") &&
		no_date("Sun, 06 Nov 1994 08:49:37 CET") &&
		no_date("Mon, 06 Nov 1994 08:49:37 GMT") &&
		no_date("Sun, 31 Feb 1994 08:49:37 GMT") &&
		no_date("Sun, 06 Nov 1994 25:49:37 GMT") &&
		no_date("Sun, 06 Xxx 1994 08:49:37 GMT"),
	    "what is no such date is refused");
}

static bool
head(struct response *response, bool keep, const char *want)
{
	struct buf b = { .max = 1000 };
	bool same;

	response_head(&b, response, keep, 0);
	same = b.len == strlen(want) && memcmp(buf_head(&b), want, b.len) == 0;
	buf_free(&b);
	return same;
}

#define DATE "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

static void
test_heads(void)
{
	struct response response;

	response_init(&response, 200);
	buf_puts(&response.fields, "A: b\r\n");
	buf_puts(&response.body, "12345");
	response.len = 10;
	ok(head(&response, true,
	       "HTTP/1.1 200 OK\r\n" DATE "A: b\r\nContent-Length: 15\r\n"
	       "Connection: keep-alive\r\n\r\n"),
	    "the length is that of both parts");
	ok(head(&response, false,
	       "HTTP/1.1 200 OK\r\n" DATE "A: b\r\nContent-Length: 15\r\n"
	       "Connection: close\r\n\r\n"),
	    "that it is the last is said");
	response_free(&response);
	response_init(&response, 304);
	ok(head(&response, true,
	       "HTTP/1.1 304 Not Modified\r\n" DATE
	       "Connection: keep-alive\r\n\r\n"),
	    "304 has no length");
	response_init(&response, 101);
	ok(head(&response, true,
	       "HTTP/1.1 101 Switching Protocols\r\n" DATE "\r\n"),
	    "101 has neither length nor end");
	ok(strcmp(response_reason(426), "Upgrade Required") == 0 &&
		strcmp(response_reason(299), "") == 0,
	    "a status has its words");
}

static void
test_file(void)
{
	char path[] = "/tmp/response.XXXXXX", bytes[4];
	struct response response;
	int fd;

	fd = mkstemp(path);
	unlink(path);
	ok(write(fd, "abcdef", 6) == 6 && response_read(fd, bytes, 4, 3) == 3 &&
		memcmp(bytes, "def", 3) == 0 &&
		response_read(fd, bytes, 4, 6) == 0,
	    "a file is read from any place");
	response_init(&response, 200);
	response.fd = fd;
	response_free(&response);
	ok(fcntl(fd, F_GETFD) < 0, "it is closed with its response");
}

/* what is left of "abcde" and ten bytes of a file from 100 on */
static bool
cut(int64_t first, int64_t n, const char *body, int64_t off, int64_t len)
{
	struct response response;
	bool same;

	response_init(&response, 206);
	buf_puts(&response.body, "abcde");
	response.off = 100;
	response.len = 10;
	response_part(&response, first, n);
	same = response.body.len == strlen(body) &&
	    memcmp(buf_head(&response.body), body, strlen(body)) == 0 &&
	    response.len == len && (len == 0 || response.off == off);
	response_free(&response);
	return same;
}

static void
test_parts(void)
{
	ok(cut(0, 15, "abcde", 100, 10), "all of a response is all of it");
	ok(cut(1, 3, "bcd", 0, 0) && cut(0, 5, "abcde", 0, 0),
	    "a part may lie within the body");
	ok(cut(5, 10, "", 100, 10) && cut(7, 2, "", 102, 2) &&
		cut(14, 1, "", 109, 1),
	    "or within the file");
	ok(cut(3, 4, "de", 100, 2), "or begin in one and end in the other");
	ok(cut(0, 0, "", 0, 0), "nothing is left of nothing");
}

int
main(void)
{
	test_parts();
	test_dates();
	test_heads();
	test_file();
	return test_end();
}
