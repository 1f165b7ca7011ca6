#define _XOPEN_SOURCE 700
/* version.c - tests of which version of a file a peer has */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "base/clock.h"
#include "site/reply.h"
#include "site/version.h"

enum { OLD = 1000000000 };

#define OLD_DATE "Sun, 09 Sep 2001 01:46:40 GMT"

static struct version_log served;
static struct http_request request;

/* a request with this line in its head, of which %s is the tag */
static const struct http_request *
asks(const char *fmt, const char *tag)
{
	static char head[500];
	char field[300];

	snprintf(field, sizeof field, fmt, tag);
	snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n",
	    field);
	if (http_parse(head, strlen(head), &request) < 0)
		exit(2);
	return &request;
}

static int
status(const struct version *v, const char *fmt, const char *tag)
{
	return version_status(&served, v, asks(fmt, tag));
}

/* the version of a file x of size 3 that was written then */
static struct version
made(int64_t mtime, uint64_t sum)
{
	struct stat st = { .st_size = 3, .st_ino = 7 };

	st.st_mtime = (time_t)mtime;
	return version_file("x", &st, sum);
}

static void
test_tags(void)
{
	struct stat st = { .st_size = 3, .st_ino = 7 };
	struct version a, b;

	a = made(OLD, 1);
	b = made(OLD, 2);
	ok(strcmp(a.etag, b.etag) != 0, "another content is another version");
	b = made(OLD + 5, 1);
	ok(strcmp(a.etag, b.etag) == 0, "the same content is the same version");
	ok(a.etag[0] == '"' && a.etag[strlen(a.etag) - 1] == '"',
	    "a tag stands in quotes");
	a = made(OLD, 0);
	st.st_mtime = OLD;
	st.st_ino = 8;
	b = version_file("x", &st, 0);
	ok(strcmp(a.etag, b.etag) != 0,
	    "what was not read is known by what it is");
	b = made(OLD, 0);
	ok(strcmp(a.etag, b.etag) == 0, "and known again");
	a = made(clock_wall_ns() / 1000000000, 0);
	b = made(a.mtime, 0);
	ok(strcmp(a.etag, b.etag) != 0, "but not while it is fresh");
	a = b = made(OLD, 1);
	version_page(&a, "g-1", true);
	version_page(&b, "g-1", false);
	ok(strcmp(a.etag, b.etag) != 0 && strstr(a.etag, "-g-1\"") != NULL,
	    "a page has the generation in it, and whether it has the tag");
}

static void
test_none_match(void)
{
	struct version a, page;

	a = page = made(OLD, 1);
	version_page(&page, "g-1", true);
	ok(status(&a, "If-None-Match: %s", a.etag) == 304 &&
		status(&a, "If-None-Match: W/%s", a.etag) == 304 &&
		status(&a, "If-None-Match: \"x\", %s", a.etag) == 304 &&
		status(&a, "If-None-Match: *%s", "") == 304 &&
		status(&page, "If-None-Match: %s", page.etag) == 304,
	    "who has it gets 304");
	ok(status(&a, "If-None-Match: %s", "\"x\"") == 200 &&
		status(&a, "X: %s", "") == 200 &&
		status(&page, "If-None-Match: %s", a.etag) == 200,
	    "who has not gets it");
	ok(status(&a, "If-None-Match: %s\r\nIf-Modified-Since: " OLD_DATE,
	       "\"x\"") == 200,
	    "the tag goes before the date");
}

static void
test_match(void)
{
	struct version a;

	a = made(OLD, 1);
	ok(status(&a, "If-Match: %s", a.etag) == 200 &&
		status(&a, "If-Match: *%s", "") == 200 &&
		status(&a, "If-Match: \"x\", %s", a.etag) == 200,
	    "who wants this version gets it");
	ok(status(&a, "If-Match: %s", "\"x\"") == 412,
	    "who wants another gets 412");
	ok(status(&a, "If-Unmodified-Since: %s", OLD_DATE) == 200 &&
		status(&a, "If-Unmodified-Since: %s",
		    "Sun, 09 Sep 2001 01:46:39 GMT") == 412 &&
		status(&a, "If-Unmodified-Since: %s", "yesterday") == 200,
	    "by its date likewise");
}

static void
test_dates(void)
{
	struct version a, page;

	a = page = made(OLD, 1);
	version_page(&page, "g-1", true);
	ok(status(&a, "If-Modified-Since: %s", OLD_DATE) == 304,
	    "who has that date gets 304");
	ok(status(&a, "If-Modified-Since: %s",
	       "Sun, 09 Sep 2001 01:46:39 GMT") == 200 &&
		status(&a, "If-Modified-Since: %s",
		    "Mon, 09 Sep 2002 01:46:40 GMT") == 200 &&
		status(&a, "If-Modified-Since: %s", "x") == 200,
	    "any other date is of another file");
	ok(status(&page, "If-Modified-Since: %s", OLD_DATE) == 200,
	    "pages change without their date");
}

/* Files served in the second they were written in. */
static void
test_fresh(void)
{
	char date[REPLY_DATE_SIZE];
	struct version a, b, other;
	struct stat st = { .st_size = 3 };
	char path[20];
	int64_t now;
	int i;

	now = clock_wall_ns() / 1000000000 + 1000; /* fresh all along */
	reply_date(date, now);
	a = made(now, 1);
	b = made(now, 2);
	ok(status(&a, "X: %s", "") == 200 &&
		status(&a, "If-Modified-Since: %s", date) == 304,
	    "who was served the one version there was has it");
	ok(status(&b, "If-Modified-Since: %s", date) == 200,
	    "of two in one second nobody knows who has which");
	ok(status(&a, "If-Modified-Since: %s", date) == 200 &&
		status(&b, "If-Modified-Since: %s", date) == 200,
	    "from then on");
	ok(!version_parts(&served, &b, asks("If-Range: %s", date)),
	    "nor whose parts they are");
	st.st_mtime = (time_t)now;
	other = version_file("other", &st, 1);
	ok(status(&other, "X: %s", "") == 200 &&
		status(&other, "If-Modified-Since: %s", date) == 304,
	    "another file is another thing");
	for (i = 0; i < VERSION_LOG; i++) {
		snprintf(path, sizeof path, "%d", i);
		a = version_file(path, &st, 1);
		status(&a, "X: %s", "");
	}
	ok(status(&other, "If-Modified-Since: %s", date) == 200,
	    "what was forgotten is sent again");
	a = made(OLD, 1);
	ok(status(&a, "If-Modified-Since: %s", OLD_DATE) == 304,
	    "but not what is old");
}

static void
test_parts(void)
{
	struct version a, page;
	char weak[VERSION_TAG + 2];

	a = page = made(OLD, 1);
	version_page(&page, "g-1", true);
	ok(version_parts(&served, &a, asks("X: %s", "")) &&
		version_parts(&served, &a, asks("If-Range: %s", a.etag)) &&
		version_parts(&served, &a, asks("If-Range: %s", OLD_DATE)),
	    "who has a part of this version gets the other");
	snprintf(weak, sizeof weak, "W/%s", a.etag);
	ok(!version_parts(&served, &a, asks("If-Range: %s", "\"x\"")) &&
		!version_parts(&served, &a, asks("If-Range: %s", weak)) &&
		!version_parts(&served, &a,
		    asks("If-Range: %s", "Sun, 09 Sep 2001 01:46:39 GMT")) &&
		!version_parts(&served, &page, asks("If-Range: %s", OLD_DATE)),
	    "who may have another one does not");
}

int
main(void)
{
	test_tags();
	test_none_match();
	test_match();
	test_dates();
	test_parts();
	test_fresh();
	return test_end();
}
