/* json.c - strings as JSON has them (RFC 8259) */
#include <stdbool.h>

#include "base/json.h"
#include "base/utf8.h"

static int
escape(struct buf *b, unsigned char c)
{
	if (c == '"' || c == '\\')
		return buf_printf(b, "\\%c", c);
	if (c == '\n')
		return buf_puts(b, "\\n");
	if (c == '\t')
		return buf_puts(b, "\\t");
	return buf_printf(b, "\\u%04x", c);
}

/* '<' too, so that a string may stand in a script element. */
static bool
plain(unsigned char c)
{
	return c >= ' ' && c != '"' && c != '\\' && c != '<' && c != 0x7f;
}

int
json_string(struct buf *b, const void *bytes, size_t n)
{
	const unsigned char *p;
	size_t i, len;
	int r;

	p = bytes;
	r = buf_puts(b, "\"");
	for (i = 0; i < n && r == 0; i += len) {
		for (len = 0;
		     i + len < n && p[i + len] < 0x80 && plain(p[i + len]);)
			len++;
		if (len > 0) {
			r = buf_put(b, p + i, len);
			continue;
		}
		len = 1;
		if (p[i] < 0x80) {
			r = escape(b, p[i]);
			continue;
		}
		len = utf8_length(p + i, n - i);
		r = len > 0 ? buf_put(b, p + i, len)
			    : buf_puts(b, "\xef\xbf\xbd");
		len += len == 0;
	}
	return r < 0 ? -1 : buf_puts(b, "\"");
}
