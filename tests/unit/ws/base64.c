/* base64.c - tests of bytes as letters */
#include <stdbool.h>
#include <string.h>

#include "../test.h"
#include "ws/base64.h"

static bool
is(const char *bytes, const char *want)
{
	char out[BASE64_SIZE(6)];

	base64_put(out, bytes, strlen(bytes));
	return strcmp(out, want) == 0 &&
	    base64_size(out, strlen(out)) == (long)strlen(bytes);
}

static bool
refused(const char *s)
{
	return base64_size(s, strlen(s)) == -1;
}

int
main(void)
{
	char out[BASE64_SIZE(3)];

	ok(is("", "") && is("f", "Zg==") && is("fo", "Zm8=") &&
		is("foo", "Zm9v") && is("foob", "Zm9vYg==") &&
		is("fooba", "Zm9vYmE=") && is("foobar", "Zm9vYmFy"),
	    "the vectors of RFC 4648 come out and are counted");
	base64_put(out, "\xfb\xff\xbf", 3);
	ok(strcmp(out, "+/+/") == 0, "the last two letters are + and /");
	ok(refused("Zg=") && refused("Zg") && refused("Z==="),
	    "a length that is no multiple of four is refused");
	ok(refused("Zm9-") && refused("Zm 9") && refused("Z=9v"),
	    "other letters are refused");
	ok(refused("Zh==") && refused("Zm9="),
	    "bits that padding leaves over must be zero");
	return test_end();
}
