/* range.c - tests of which part of a file is asked for */
#include <string.h>

#include "../test.h"
#include "site/range.h"

static int64_t first, n;

/* what is made of these lines of a head, for a file of total bytes */
static enum range_result
ask(const char *method, const char *fields, int64_t total)
{
	struct request r;
	char head[500];

	first = n = -1;
	snprintf(head, sizeof head, "%s / HTTP/1.1\r\nHost: a\r\n%s\r\n",
	    method, fields);
	if (request_parse(head, strlen(head), &r) < 0)
		return (enum range_result) - 1;
	return range_of(&r, total, &first, &n);
}

/* of a file of 10 bytes */
static enum range_result
get(const char *value)
{
	char field[200];

	snprintf(field, sizeof field, "Range: %s\r\n", value);
	return ask("GET", field, 10);
}

static int
part(const char *value, int64_t want, int64_t len)
{
	return get(value) == RANGE_PART && first == want && n == len;
}

static void
test_parts(void)
{
	ok(part("bytes=0-0", 0, 1) && part("bytes=2-4", 2, 3) &&
		part("bytes=9-9", 9, 1) && part("bytes=0-9", 0, 10),
	    "a part has a first and a last byte");
	ok(part("bytes=3-", 3, 7) && part("bytes=0-", 0, 10),
	    "or goes to the end");
	ok(part("bytes=-1", 9, 1) && part("bytes=-10", 0, 10),
	    "or is so much of the end");
	ok(part("bytes=5-100", 5, 5) && part("bytes=-100", 0, 10) &&
		part("bytes=5-99999999999999999999", 5, 5) &&
		part("bytes=-99999999999999999999", 0, 10),
	    "it ends where the file ends");
	ok(part("BYTES= 2-4 ", 2, 3), "case and blanks don't matter");
	ok(ask("GET", "Range: bytes=4294967296-4294967299\r\n", 1LL << 33) ==
		    RANGE_PART &&
		first == 1LL << 32 && n == 4,
	    "files are longer than 4 GiB");
}

static void
test_beyond(void)
{
	ok(get("bytes=10-") == RANGE_BEYOND &&
		get("bytes=10-20") == RANGE_BEYOND &&
		get("bytes=99999999999999999999-") == RANGE_BEYOND &&
		get("bytes=-0") == RANGE_BEYOND,
	    "what starts behind the end is not there");
}

static void
test_whole(void)
{
	static const char *const bad[] = { "bytes=", "bytes=-", "bytes=a-b",
		"bytes=1", "bytes=4-2", "bytes=1-2x", "bytes=--1", "bytes=1--2",
		"bytes = 1-2", "bytes", "lines=1-2", "1-2", "bytes=+1-2",
		"bytes=0x1-2", "bytes=1 -2", "" };
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (get(bad[i]) != RANGE_WHOLE)
			break;
	ok(i == sizeof bad / sizeof bad[0], "what can't be read is ignored");
	ok(get("bytes=0-1,5-6") == RANGE_WHOLE &&
		get("bytes=0-1, -1") == RANGE_WHOLE &&
		ask("GET", "Range: bytes=0-1\r\nRange: bytes=5-6\r\n", 10) ==
		    RANGE_WHOLE,
	    "so are several parts at once");
	ok(ask("GET", "", 10) == RANGE_WHOLE, "none is asked for by most");
	ok(ask("HEAD", "Range: bytes=0-1\r\n", 10) == RANGE_WHOLE,
	    "HEAD has no parts");
	ok(ask("GET", "Range: bytes=0-1\r\n", 0) == RANGE_WHOLE &&
		ask("GET", "Range: bytes=-1\r\n", 0) == RANGE_WHOLE,
	    "nor has an empty file");
}

int
main(void)
{
	test_parts();
	test_beyond();
	test_whole();
	return test_end();
}
