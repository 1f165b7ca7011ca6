/* chunks.c - tests of bodies in chunks */
#include <string.h>

#include "../test.h"
#include "http/chunks.h"

enum { MAX = 100 };

static char body[MAX + 1]; /* what the last ones held, with a NUL */
static size_t nbody, used; /* its length; the bytes taken */

/* 0 when it is whole, 1 when it is not yet, or the status */
static int
decode(const char *bytes, size_t n, size_t step)
{
	struct chunks c = { .max = MAX };
	char part[10000];
	size_t i, len, data;
	long r;

	nbody = used = 0;
	for (i = 0; i < n && !chunks_done(&c); i += len) {
		len = n - i < step ? n - i : step;
		memcpy(part, bytes + i, len);
		r = chunks_feed(&c, part, len, &data);
		if (r < 0)
			return (int)r;
		used += (size_t)r;
		memcpy(body + nbody, part, data);
		nbody += data;
	}
	body[nbody] = '\0';
	return chunks_done(&c) ? 0 : 1;
}

/* the same whole, in threes and byte by byte; rest: bytes that are left */
static bool
gives(const char *bytes, size_t n, int result, const char *want, size_t rest)
{
	static const size_t steps[] = { 10000, 3, 1 };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (decode(bytes, n, steps[i]) != result)
			return false;
		if (result >= 0 &&
		    (strcmp(body, want) != 0 || used + rest != n))
			return false;
	}
	return true;
}

#define GIVES(bytes, result, want) \
	gives(bytes, sizeof(bytes) - 1, result, want, 0)
#define BAD(bytes, result) GIVES(bytes, result, "")

static void
test_accepted(void)
{
	ok(GIVES("5\r\nhello\r\n0\r\n\r\n", 0, "hello"), "a chunk is a body");
	ok(GIVES("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 0, "hello"),
	    "so are several");
	ok(GIVES("0\r\n\r\n", 0, ""), "so is none");
	ok(GIVES("a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n", 0,
	       "01234567890123456789"),
	    "sizes are hexadecimal, either case, zeros in front");
	ok(GIVES("2;a=\"b;c\";d \r\nhi\r\n0 ; x\r\n\r\n", 0, "hi"),
	    "extensions are skipped");
	ok(GIVES("2\r\nhi\r\n0\r\nX: y\r\nZ:\r\n\r\n", 0, "hi"),
	    "so are trailers");
	ok(GIVES("4\r\n\r\n0\r\r\n0\r\n\r\n", 0, "\r\n0\r"),
	    "data may look like framing");
	ok(gives("1\r\nx\r\n0\r\n\r\nGET /", 16, 0, "x", 5),
	    "what follows the end is left alone");
	ok(GIVES("5\r\nhel", 1, "hel") &&
		GIVES("5\r\nhello\r\n0\r\n", 1, "hello"),
	    "a body that has not ended is not done");
}

static void
test_refused(void)
{
	ok(BAD("\r\n", -400) && BAD("g\r\n", -400) && BAD("-1\r\n", -400) &&
		BAD(" 1\r\n", -400) && BAD("0x1\r\n", -400) &&
		BAD(";a\r\n", -400),
	    "a size is digits and nothing else");
	ok(BAD("1 \r\nx", -400) && BAD("1 1\r\nx", -400),
	    "blanks stand before extensions only");
	ok(BAD("1\nx", -400) && BAD("1\r\nx\n", -400) && BAD("1;a\nx", -400) &&
		BAD("0\r\n\n", -400) && BAD("0\r\nX: y\n", -400),
	    "a line does not end in LF alone");
	ok(BAD("1\rx", -400) && BAD("1;a\rb", -400) && BAD("0\r\nX\rY", -400) &&
		BAD("0\r\n\rX", -400),
	    "nor in CR alone");
	ok(BAD("1\r\nxy\r\n", -400) && BAD("1\r\nx\ry", -400),
	    "data that goes on after its size is refused");
	ok(BAD("1;\0\r\n", -400) && BAD("0\r\nX: \0\r\n", -400) &&
		BAD("1;\x7f\r\n", -400),
	    "so are control characters");
	ok(BAD("0\r\n X: y\r\n", -400) && BAD("0\r\n: y\r\n", -400),
	    "so is a trailer without a name");
	ok(BAD("00000000000000001\r\n", -400), "so are 17 digits");
}

static void
test_bounds(void)
{
	static char text[2 * CHUNKS_EXTRA];
	struct chunks c = { .max = 65536 };
	char byte[8];
	size_t data;
	int i;

	memset(text, 'x', sizeof text);
	memcpy(text, "64\r\n", 4);
	memcpy(text + 104, "\r\n0\r\n\r\n", 7);
	ok(decode(text, 111, 111) == 0 && nbody == 100,
	    "a body may reach its ceiling");
	ok(BAD("65\r\n", -413), "a chunk above it is 413 at once");
	ok(BAD("1\r\nx\r\n64\r\n", -413), "chunks count together");
	ok(BAD("ffffffff\r\n", -413) && BAD("100000001\r\n", -413) &&
		BAD("ffffffffffffffff\r\n", -413),
	    "so are sizes that no number holds");
	memset(text, 'x', sizeof text);
	memcpy(text, "1;", 2);
	ok(decode(text, sizeof text, 1000) == -431,
	    "extensions have a ceiling");
	memcpy(text, "0\r\n", 3);
	ok(decode(text, sizeof text, 1000) == -431, "so have trailers");
	for (i = 0; i < 65536; i++) {
		memcpy(byte, "1\r\nx\r\n", 6);
		if (chunks_feed(&c, byte, 6, &data) != 6 || data != 1)
			break;
	}
	memcpy(byte, "0\r\n\r\n", 5);
	ok(i == 65536 && chunks_feed(&c, byte, 5, &data) == 5 &&
		chunks_done(&c),
	    "a body may come in chunks of one byte");
	memcpy(byte, "GET /", 5);
	ok(chunks_feed(&c, byte, 5, &data) == 0 && data == 0,
	    "after its end nothing is taken");
}

int
main(void)
{
	test_accepted();
	test_refused();
	test_bounds();
	return test_end();
}
