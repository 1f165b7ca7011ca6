/* utf8.c - tests of what is UTF-8 */
#include <string.h>

#include "test.h"
#include "utf8.h"

static bool
good(const char *s, size_t n)
{
	struct utf8 u = { 0 };

	return utf8_feed(&u, s, n) == n && utf8_whole(&u);
}

static bool
good_by_bytes(const char *s, size_t n)
{
	struct utf8 u = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		if (utf8_feed(&u, s + i, 1) != 1)
			return false;
	return utf8_whole(&u);
}

static void
test_texts(void)
{
	static const struct {
		const char *text;
		bool good;
	} texts[] = {
		{ "", true },
		{ "plain", true },
		{ "gr\xc3\xbc\xc3\x9f", true },
		{ "\xe2\x82\xac", true },
		{ "\xf0\x9f\x98\x80", true },
		{ "\xf4\x8f\xbf\xbf", true }, /* U+10FFFF */
		{ "\xed\x9f\xbf\xee\x80\x80", true }, /* around surrogates */
		{ "\x80", false },
		{ "\xc0\xaf", false }, /* overlong */
		{ "\xe0\x9f\xbf", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xed\xa0\x80", false }, /* a surrogate */
		{ "\xf4\x90\x80\x80", false }, /* U+110000 */
		{ "\xf5\x80\x80\x80", false },
		{ "\xe2\x82", false }, /* cut off */
		{ "\xe2\x28\xa1", false },
		{ "\xff", false },
	};
	char name[64];
	size_t i, n;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		n = strlen(texts[i].text);
		snprintf(name, sizeof name, "text %u is %s, whole and in bytes",
		    (unsigned)i, texts[i].good ? "good" : "refused");
		ok(good(texts[i].text, n) == texts[i].good &&
			good_by_bytes(texts[i].text, n) == texts[i].good,
		    name);
	}
}

int
main(void)
{
	struct utf8 u = { 0 };

	test_texts();
	ok(utf8_feed(&u,
	       "ab\xff"
	       "c",
	       4) == 2,
	    "the first bad byte is where it stops");
	return test_end();
}
