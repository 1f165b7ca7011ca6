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

static char taken[1000];

/* each with a | behind, NULs as 0 */
static void
take(void *arg, const char *text, size_t n)
{
	size_t i, len;

	(void)arg;
	len = strlen(taken);
	for (i = 0; i < n; i++)
		taken[len++] = (char)(text[i] == '\0' ? '0' : text[i]);
	taken[len++] = '|';
	taken[len] = '\0';
}

static bool
member(const char *text, const char *want)
{
	*taken = '\0';
	return json_member(text, strlen(text), "files", take, NULL) &&
	    strcmp(taken, want) == 0;
}

static bool
wrong(const char *text)
{
	*taken = '\0';
	return !json_member(text, strlen(text), "files", take, NULL);
}

static void
test_reading(void)
{
	char deep[200];
	size_t n;

	ok(member("{\"files\":[\"a\",\"b\"]}", "a|b|") &&
		member(" { \"files\" : [ \"a\" , \"b\" ] } ", "a|b|"),
	    "the strings of a member's array are handed on");
	ok(member("{\"files\":\"a\"}", "a|") && member("{\"files\":17}", "17|"),
	    "and what is no array as it is");
	ok(member(
	       "{\"x\":[\"a\",{\"files\":\"b\"}],\"files\":[],\"y\":{}}", "") &&
		member("{}", "") && member("{\"files\":[[\"a\"]]}", ""),
	    "others are not, however deep");
	ok(member("{\"files\":\"\\\"\\\\\\/\\n\\u0041\\u00fc\\u20ac\"}",
	       "\"\\/\nA\xc3\xbc\xe2\x82\xac|"),
	    "escapes are undone");
	ok(member("{\"files\":\"\\ud83d\\ude00\\u0000\"}",
	       "\xf0\x9f\x98\x80"
	       "0|"),
	    "pairs are one character, NUL is one, too");
	ok(member("{\"files\":\"\\ud83dx\\ude00\\ud83d\\u0041\"}",
	       "\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd|"),
	    "half a pair is U+FFFD");
	ok(wrong("") && wrong("[]") && wrong("{") && wrong("{\"files\"}") &&
		wrong("{\"files\":}") && wrong("{\"files\":[\"a\"}") &&
		wrong("{\"files\":\"a}") && wrong("{\"a\":1,}") &&
		wrong("{\"a\":\"\\x\"}") && wrong("{\"a\":\"\\u12g4\"}") &&
		wrong("{\"a\":\"\n\"}") && wrong("{} x") && wrong("{a:1}"),
	    "what is no JSON is refused");
	n = (size_t)sprintf(deep, "{\"files\":");
	memset(deep + n, '[', 100);
	deep[n + 100] = '\0';
	ok(wrong(deep), "so is what is nested too deeply");
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
	test_reading();
	return test_end();
}
