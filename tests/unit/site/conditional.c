#define _POSIX_C_SOURCE 200809L
/* conditional.c - tests of validators and conditional requests */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "base/clock.h"
#include "http/response.h"
#include "site/conditional.h"

enum { OLD = 1000000000 };

#define OLD_DATE "Sun, 09 Sep 2001 01:46:40 GMT"

static struct request request;

/* a request with this line in its head, of which %s is the tag */
static const struct request *
asks(const char *fmt, const char *tag)
{
	static char head[500];
	char field[300];

	snprintf(field, sizeof field, fmt, tag);
	snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n",
	    field);
	if (request_parse(head, strlen(head), &request) < 0)
		exit(2);
	return &request;
}

static bool
has(const struct validators *v, const char *fmt, const char *tag)
{
	return conditional_has(v, asks(fmt, tag));
}

/* those of a file of size 3 that was written then */
static struct validators
made(int64_t mtime, int64_t ctime, ino_t ino)
{
	struct stat st = { .st_size = 3, .st_ino = ino };

	st.st_mtim = (struct timespec){ .tv_sec = (time_t)mtime };
	st.st_ctim = (struct timespec){ .tv_sec = (time_t)ctime, .tv_nsec = 1 };
	return conditional_file(&st);
}

static void
test_tags(void)
{
	struct validators a, b;

	a = made(OLD, OLD, 7);
	b = made(OLD, OLD, 7);
	ok(strcmp(a.etag, b.etag) == 0, "the same file has the same tag");
	ok(a.etag[0] == '"' && a.etag[strlen(a.etag) - 1] == '"',
	    "it stands in quotes");
	b = made(OLD, OLD, 8);
	ok(strcmp(a.etag, b.etag) != 0, "another inode has another");
	b = made(OLD, OLD + 1, 7);
	ok(strcmp(a.etag, b.etag) != 0, "so has another time of change");
	a = b = made(OLD, OLD, 7);
	conditional_page(&a, "g-1", true);
	conditional_page(&b, "g-1", false);
	ok(strcmp(a.etag, b.etag) != 0 && strstr(a.etag, "-g-1\"") != NULL &&
		a.modified == -1,
	    "a page has the generation in it, and whether the script is there");
	a = conditional_bytes("abc", 3);
	b = conditional_bytes("abd", 3);
	ok(strcmp(a.etag, b.etag) != 0 && a.modified == -1,
	    "a list is known by its bytes");
}

static void
test_young(void)
{
	struct validators v;
	struct stat st = { .st_size = 3 };
	int64_t now;

	now = clock_wall_ns() / 1000000000;
	v = made(OLD, OLD, 7);
	ok(v.modified == OLD, "an old file has a date");
	v = made(now, now, 7);
	ok(v.modified == -1, "one that was written just now has none");
	v = made(OLD, now, 7);
	ok(v.modified == -1, "nor one that got its name just now");
	v = made(now + 1000, OLD, 7);
	ok(v.modified == -1, "nor one of the future");
	st.st_mtim = st.st_ctim = (struct timespec){ .tv_sec = (time_t)now };
	v = conditional_file(&st);
	ok(!has(&v, "If-None-Match: %s", conditional_file(&st).etag),
	    "a stamp of whole seconds proves nothing while it is young");
}

static void
test_conditions(void)
{
	struct validators a, page;

	a = page = made(OLD, OLD, 7);
	conditional_page(&page, "g-1", true);
	ok(has(&a, "If-None-Match: %s", a.etag) &&
		has(&a, "If-None-Match: W/%s", a.etag) &&
		has(&a, "If-None-Match: \"x\", %s", a.etag) &&
		has(&a, "If-None-Match: *%s", "") &&
		has(&page, "If-None-Match: %s", page.etag),
	    "a client that names the tag has it");
	ok(!has(&a, "If-None-Match: %s", "\"x\"") && !has(&a, "X: %s", "") &&
		!has(&page, "If-None-Match: %s", a.etag),
	    "one that names another has not");
	ok(!has(&a, "If-None-Match: %s\r\nIf-Modified-Since: " OLD_DATE,
	       "\"x\""),
	    "the tag goes before the date");
	ok(has(&a, "If-Modified-Since: %s", OLD_DATE), "the date will do");
	ok(!has(&a, "If-Modified-Since: %s", "Sun, 09 Sep 2001 01:46:39 GMT") &&
		!has(&a, "If-Modified-Since: %s",
		    "Mon, 09 Sep 2002 01:46:40 GMT") &&
		!has(&a, "If-Modified-Since: %s", "x"),
	    "any other date is of another file");
	ok(!has(&page, "If-Modified-Since: %s", OLD_DATE), "pages have none");
	ok(!has(&a, "If-Match: %s", "\"x\""), "other conditions are ignored");
}

static void
test_ranges(void)
{
	struct validators a, page;

	a = page = made(OLD, OLD, 7);
	conditional_page(&page, "g-1", true);
	ok(conditional_range(&a, asks("X: %s", "")) &&
		conditional_range(&a, asks("If-Range: %s", a.etag)) &&
		conditional_range(&a, asks("If-Range: %s", OLD_DATE)),
	    "a range of what the client has is sent");
	ok(!conditional_range(&a, asks("If-Range: %s", "\"x\"")) &&
		!conditional_range(&a, asks("If-Range: W/%s", a.etag)) &&
		!conditional_range(&page, asks("If-Range: %s", OLD_DATE)),
	    "of anything else it is not");
}

int
main(void)
{
	test_tags();
	test_young();
	test_conditions();
	test_ranges();
	return test_end();
}
