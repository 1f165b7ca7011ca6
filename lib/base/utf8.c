/* utf8.c - a check for UTF-8 in bytes that come in pieces */
#include "base/utf8.h"

/* The table of RFC 3629, section 4: overlong forms and surrogates are out. */
static bool
lead(struct utf8 *u, unsigned char c)
{
	u->low = 0x80;
	u->high = 0xbf;
	if (c < 0x80) {
		u->more = 0;
		return true;
	}
	if (c < 0xc2 || c > 0xf4)
		return false;
	u->more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (c == 0xe0)
		u->low = 0xa0;
	if (c == 0xf0)
		u->low = 0x90;
	if (c == 0xed)
		u->high = 0x9f;
	if (c == 0xf4)
		u->high = 0x8f;
	return true;
}

size_t
utf8_feed(struct utf8 *u, const void *bytes, size_t n)
{
	const unsigned char *p;
	size_t i;

	p = bytes;
	for (i = 0; i < n; i++) {
		if (u->more == 0) {
			if (!lead(u, p[i]))
				return i;
			continue;
		}
		if (p[i] < u->low || p[i] > u->high)
			return i;
		u->more--;
		u->low = 0x80;
		u->high = 0xbf;
	}
	return n;
}

bool
utf8_whole(const struct utf8 *u)
{
	return u->more == 0;
}

size_t
utf8_length(const void *bytes, size_t n)
{
	struct utf8 u = { 0 };
	const unsigned char *p;
	size_t i;

	p = bytes;
	for (i = 0; i < n && utf8_feed(&u, p + i, 1) == 1; i++)
		if (utf8_whole(&u))
			return i + 1;
	return 0;
}
