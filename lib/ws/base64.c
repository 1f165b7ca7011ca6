/* base64.c - bytes as letters (RFC 4648) */
#include <string.h>

#include "ws/base64.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_put(char *out, const void *bytes, size_t n)
{
	const unsigned char *p;
	unsigned long v;

	for (p = bytes; n > 0; p += 3, out += 4) {
		v = (unsigned long)p[0] << 16;
		v |= n > 1 ? (unsigned long)p[1] << 8 : 0;
		v |= n > 2 ? p[2] : 0;
		out[0] = letters[v >> 18];
		out[1] = letters[v >> 12 & 63];
		out[2] = n > 1 ? letters[v >> 6 & 63] : '=';
		out[3] = n > 2 ? letters[v & 63] : '=';
		n -= n > 2 ? 3 : n;
	}
	*out = '\0';
}

/* The bits that padding leaves over must be zero, so each text is unique. */
long
base64_size(const char *s, size_t n)
{
	size_t pad, i;
	const char *last;

	if (n % 4 != 0)
		return -1;
	if (n == 0)
		return 0;
	pad = s[n - 1] != '=' ? 0 : s[n - 2] != '=' ? 1 : 2;
	for (i = 0; i < n - pad; i++)
		if (s[i] == '\0' || strchr(letters, s[i]) == NULL)
			return -1;
	last = strchr(letters, s[n - pad - 1]);
	if (((last - letters) & (pad == 2 ? 15 : pad == 1 ? 3 : 0)) != 0)
		return -1;
	return (long)(n / 4 * 3 - pad);
}
