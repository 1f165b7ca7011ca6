/* utf8.c - tests of what is UTF-8 */
#include <string.h>

#include "../test.h"
#include "base/utf8.h"

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

/* v in a form of n bytes, whether it needs so many or not */
static void
put_form(char *s, size_t n, unsigned long v)
{
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t i;

	for (i = n - 1; i > 0; i--, v >>= 6)
		s[i] = (char)(0x80 | (v & 0x3f));
	s[0] = (char)(leads[n] | v);
}

/* RFC 3629, section 3: the shortest form of what is a character */
static bool
right_form(size_t n, unsigned long v)
{
	if (v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return false;
	return n == (v < 0x80 ? 1u : v < 0x800 ? 2u : v < 0x10000 ? 3u : 4u);
}

static void
test_all(void)
{
	static const unsigned long limits[] = { 0, 0x80, 0x800, 0x10000,
		0x200000 };
	char s[4];
	size_t n, wrong;
	unsigned long v;
	unsigned pair;

	for (wrong = 0, n = 1; n <= 4; n++)
		for (v = 0; v < limits[n]; v++) {
			put_form(s, n, v);
			wrong += good(s, n) != right_form(n, v);
		}
	ok(wrong == 0, "each character is good, in its shortest form only");
	for (wrong = 0, pair = 0; pair < 65536; pair++) {
		s[0] = (char)(pair >> 8);
		s[1] = (char)pair;
		wrong += good(s, 2) !=
		    ((pair & 0x8080) == 0 ||
			(pair >= 0xc280 && pair < 0xe000 &&
			    (pair & 0xc0) == 0x80));
	}
	ok(wrong == 0, "of all pairs of bytes only those that are right");
}

int
main(void)
{
	struct utf8 u = { 0 };

	test_texts();
	test_all();
	ok(utf8_feed(&u,
	       "ab\xff"
	       "c",
	       4) == 2,
	    "the first bad byte is where it stops");
	return test_end();
}
