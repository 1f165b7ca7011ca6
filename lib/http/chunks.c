/* chunks.c - a body that comes in chunks, decoded (RFC 9112, 7.1) */
#include <string.h>

#include "base/str.h"
#include "http/chunks.h"

/*
 * Whoever stands between a peer and us must find the same end of the body.  So
 * nothing is let pass here that another reader could take for something else:
 * no LF alone, no CR or NUL within a line, no blank but before an extension.
 */

static int
digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* may c stand in an extension or in a trailer? */
static bool
text(unsigned char c)
{
	return (c >= ' ' && c != 0x7f) || c == '\t';
}

static int
add_digit(struct chunks *c, int d)
{
	if (c->digits == CHUNKS_SIZE_DIGITS)
		return -400;
	c->digits++;
	if ((uint32_t)d > c->max || c->left > (c->max - (uint32_t)d) / 16)
		return -413;
	c->left = c->left * 16 + (uint32_t)d;
	c->state = CHUNKS_DIGITS;
	return 0;
}

/* a byte of a line that is skipped up to its end */
static int
skip(struct chunks *c, unsigned char byte, enum chunks_state in,
    enum chunks_state end)
{
	c->state = (uint8_t)(byte == '\r' ? end : in);
	if (byte != '\r' && !text(byte))
		return -400;
	return ++c->extra > CHUNKS_EXTRA ? -431 : 0;
}

/* what may follow the digits, and the blanks after them */
static int
after_size(struct chunks *c, unsigned char byte)
{
	if (byte == ';')
		c->state = CHUNKS_EXTENSION;
	else if (byte == '\r' && c->state == CHUNKS_DIGITS)
		c->state = CHUNKS_SIZE_END;
	else if (blank(byte))
		return skip(c, byte, CHUNKS_BLANK, CHUNKS_BLANK);
	else
		return -400;
	return 0;
}

/* the one byte that may come here */
static int
must(struct chunks *c, unsigned char byte, unsigned char want,
    enum chunks_state next)
{
	if (byte != want)
		return -400;
	c->state = (uint8_t)next;
	return 0;
}

/* the size is known: what does it begin? */
static int
begin(struct chunks *c)
{
	if (c->left == 0) {
		c->state = CHUNKS_TRAILER;
		return 0;
	}
	c->digits = 0;
	if (c->left > c->max - c->total)
		return -413;
	c->total += c->left;
	c->state = CHUNKS_DATA;
	return 0;
}

/* a line of the trailer, or the empty one after it; no folded ones */
static int
trailer(struct chunks *c, unsigned char byte)
{
	if (byte == '\r')
		return must(c, byte, '\r', CHUNKS_LAST);
	if (blank(byte) || byte == ':')
		return -400;
	return skip(c, byte, CHUNKS_FIELD, CHUNKS_FIELD_END);
}

/* a byte that is no data; 0, or a status */
static int
step(struct chunks *c, unsigned char byte)
{
	switch ((enum chunks_state)c->state) {
	case CHUNKS_SIZE:
		return digit(byte) < 0 ? -400 : add_digit(c, digit(byte));
	case CHUNKS_DIGITS:
		if (digit(byte) >= 0)
			return add_digit(c, digit(byte));
		return after_size(c, byte);
	case CHUNKS_BLANK:
		return after_size(c, byte);
	case CHUNKS_EXTENSION:
		return skip(c, byte, CHUNKS_EXTENSION, CHUNKS_SIZE_END);
	case CHUNKS_SIZE_END:
		return byte == '\n' ? begin(c) : -400;
	case CHUNKS_DATA_CR:
		return must(c, byte, '\r', CHUNKS_DATA_LF);
	case CHUNKS_DATA_LF:
		return must(c, byte, '\n', CHUNKS_SIZE);
	case CHUNKS_TRAILER:
		return trailer(c, byte);
	case CHUNKS_FIELD:
		return skip(c, byte, CHUNKS_FIELD, CHUNKS_FIELD_END);
	case CHUNKS_FIELD_END:
		return must(c, byte, '\n', CHUNKS_TRAILER);
	case CHUNKS_LAST:
		return must(c, byte, '\n', CHUNKS_DONE);
	case CHUNKS_DATA:
	case CHUNKS_DONE:
		break;
	}
	return 0;
}

/* the data at the front of n bytes; how many */
static size_t
take_data(struct chunks *c, size_t n)
{
	if (n > c->left)
		n = c->left;
	c->left -= (uint32_t)n;
	if (c->left == 0)
		c->state = CHUNKS_DATA_CR;
	return n;
}

long
chunks_feed(struct chunks *c, void *bytes, size_t n, size_t *data)
{
	unsigned char *p;
	size_t i, len;
	int r;

	p = bytes;
	*data = 0;
	for (i = 0; i < n && c->state != CHUNKS_DONE;) {
		if (c->state == CHUNKS_DATA) {
			len = take_data(c, n - i);
			memmove(p + *data, p + i, len);
			*data += len;
			i += len;
			continue;
		}
		r = step(c, p[i++]);
		if (r < 0)
			return r;
	}
	return (long)i;
}

bool
chunks_done(const struct chunks *c)
{
	return c->state == CHUNKS_DONE;
}
