/* json.c - as much of JSON (RFC 8259) as there is use for */
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

/* ---- to write ---- */

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

/* the length of the character at p, or 0 if it is none */
static size_t
character(const unsigned char *p, size_t n)
{
	struct utf8 u = { 0 };
	size_t i;

	for (i = 0; i < n && i < 4; i++) {
		if (utf8_feed(&u, p + i, 1) == 0)
			return 0;
		if (utf8_whole(&u))
			return i + 1;
	}
	return 0;
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
		len = character(p + i, n - i);
		r = len > 0 ? buf_put(b, p + i, len)
			    : buf_puts(b, "\xef\xbf\xbd");
		len += len == 0;
	}
	return r < 0 ? -1 : buf_puts(b, "\"");
}

/* ---- to read ---- */

struct reader {
	const char *p, *end;
	struct buf text; /* of the string that was read last, with a NUL */
	json_take *take;
	void *arg;
};

static bool
is(const struct reader *r, char c)
{
	return r->p < r->end && *r->p == c;
}

static void
blanks(struct reader *r)
{
	while (r->p < r->end && *r->p != '\0' && strchr(" \t\r\n", *r->p))
		r->p++;
}

/* this, with blanks around it */
static bool
mark(struct reader *r, char c)
{
	blanks(r);
	if (!is(r, c))
		return false;
	r->p++;
	blanks(r);
	return true;
}

/* the four digits of \u, or -1 */
static long
hex(struct reader *r)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *digit;
	long value;
	int i;

	value = 0;
	for (i = 0; i < 4; i++, r->p++) {
		if (r->p == r->end || *r->p == '\0')
			return -1;
		digit = strchr(digits, *r->p);
		if (digit == NULL)
			return -1;
		value = value << 4 | ((digit - digits) & 15);
	}
	return value;
}

/* RFC 3629, 3 */
static bool
put_character(struct buf *b, long c)
{
	unsigned char bytes[4];
	int more, i;

	more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	for (i = more; i > 0; i--, c >>= 6)
		bytes[i] = (unsigned char)(0x80 | (c & 0x3f));
	bytes[0] = (unsigned char)(more == 0
		? c
		: (0xff00 >> (more + 1) & 0xff) | c);
	return buf_put(b, bytes, (size_t)more + 1) == 0;
}

/* What is no half of a pair is no character: U+FFFD in its place. */
static bool
unicode(struct reader *r)
{
	long c, low;

	c = hex(r);
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->p >= 6 &&
	    r->p[0] == '\\' && r->p[1] == 'u') {
		r->p += 2;
		low = hex(r);
		if (low < 0)
			return false;
		c = low >= 0xdc00 && low < 0xe000
		    ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
		    : 0xfffd;
	}
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd;
	return c >= 0 && put_character(&r->text, c);
}

static bool
escaped(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;

	if (r->p == r->end || *r->p == '\0')
		return false;
	if (*r->p == 'u') {
		r->p++;
		return unicode(r);
	}
	which = strchr(from, *r->p++);
	return which != NULL && buf_put(&r->text, &to[which - from], 1) == 0;
}

static bool
string(struct reader *r)
{
	r->text.off = r->text.len = 0;
	if (!is(r, '"'))
		return false;
	for (r->p++; r->p < r->end && *r->p != '"';) {
		if ((unsigned char)*r->p < ' ')
			return false;
		if (*r->p == '\\') {
			r->p++;
			if (!escaped(r))
				return false;
		} else if (buf_put(&r->text, r->p++, 1) < 0)
			return false;
	}
	if (r->p++ == r->end || buf_put(&r->text, "", 1) < 0)
		return false;
	r->text.len--;
	return true;
}

/* A number, true, false or null: whatever it says. */
static bool
word(struct reader *r)
{
	r->text.off = r->text.len = 0;
	while (r->p < r->end && *r->p != '\0' &&
	    strchr(",]} \t\r\n", *r->p) == NULL)
		if ((unsigned char)*r->p < ' ' || *r->p == '"' ||
		    *r->p == '[' || *r->p == '{' ||
		    buf_put(&r->text, r->p++, 1) < 0)
			return false;
	return r->text.len > 0 && buf_put(&r->text, "", 1) == 0 &&
	    r->text.len-- > 0;
}

static bool value(struct reader *r, bool wanted, int depth);

static bool
array(struct reader *r, bool wanted, int depth)
{
	if (mark(r, ']'))
		return true;
	do
		if (!value(r, wanted && depth == 2, depth))
			return false;
	while (mark(r, ','));
	return mark(r, ']');
}

static bool
object(struct reader *r, const char *name, int depth)
{
	if (mark(r, '}'))
		return true;
	do {
		if (!string(r))
			return false;
		if (!mark(r, ':') ||
		    !value(r,
			name != NULL &&
			    strcmp((char *)buf_head(&r->text), name) == 0,
			depth))
			return false;
	} while (mark(r, ','));
	return mark(r, '}');
}

static bool
value(struct reader *r, bool wanted, int depth)
{
	if (depth == JSON_DEPTH)
		return false;
	if (mark(r, '{'))
		return object(r, NULL, depth + 1);
	if (mark(r, '['))
		return array(r, wanted, depth + 1);
	if (is(r, '"') ? !string(r) : !word(r))
		return false;
	if (wanted)
		r->take(r->arg, (char *)buf_head(&r->text), r->text.len);
	return true;
}

bool
json_member(
    const char *text, size_t n, const char *name, json_take *take, void *arg)
{
	struct reader r = { .p = text,
		.end = text + n,
		.text = { .max = n + 1 },
		.take = take,
		.arg = arg };
	bool good;

	good = mark(&r, '{') && object(&r, name, 1) && r.p == r.end;
	buf_free(&r.text);
	return good;
}
