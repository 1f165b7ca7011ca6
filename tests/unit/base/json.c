/* json.c - tests of strings in JSON */
#include <stdbool.h>
#include <string.h>

#include "../test.h"
#include "base/json.h"

static bool
is(const char *bytes, size_t n, const char *want)
{
	struct buf b = { .max = 1000 };
	bool same;

	same = json_string(&b, bytes, n) == 0 && b.len == strlen(want) &&
	    memcmp(buf_head(&b), want, b.len) == 0;
	buf_free(&b);
	return same;
}

int
main(void)
{
	struct buf b = { .max = 4 };

	ok(is("", 0, "\"\"") && is("abc", 3, "\"abc\""),
	    "plain text stands in quotes");
	ok(is("a\"b\\c", 5, "\"a\\\"b\\\\c\""),
	    "quotes and backslashes are escaped");
	ok(is("\n\t\x01\x7f", 4, "\"\\n\\t\\u0001\\u007f\"") &&
		is("\0", 1, "\"\\u0000\""),
	    "so are control characters and NUL");
	ok(is("</script>", 9, "\"\\u003c/script>\""),
	    "a string may stand in a script element");
	ok(is("\xc3\xbc\xf0\x9f\x98\x80", 6, "\"\xc3\xbc\xf0\x9f\x98\x80\""),
	    "UTF-8 stays as it is");
	ok(is("a\xff"
	      "b\xe2\x82",
	       5,
	       "\"a\xef\xbf\xbd"
	       "b\xef\xbf\xbd\xef\xbf\xbd\""),
	    "what is not UTF-8 becomes U+FFFD");
	ok(json_string(&b, "abcdef", 6) == -1,
	    "the ceiling of the buffer holds");
	buf_free(&b);
	return test_end();
}
