/* buf.c - a byte queue with an upper limit */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { FIRST = 256, PRINTED = 1000 };

unsigned char *
buf_head(const struct buf *b)
{
	return b->data == NULL ? NULL : b->data + b->off;
}

/* The capacity doubles, so that n appends cost O(n) copies. */
static int
grow(struct buf *b, size_t need)
{
	unsigned char *data;
	size_t cap;

	cap = b->cap < FIRST ? FIRST : b->cap;
	while (cap < need)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	data = realloc(b->data, cap);
	if (data == NULL)
		return -1;
	b->data = data;
	b->cap = cap;
	return 0;
}

void *
buf_room(struct buf *b, size_t n)
{
	if (b->len > b->max || n > b->max - b->len)
		return NULL;
	if (b->off > 0 && b->off + b->len + n > b->cap) {
		memmove(b->data, b->data + b->off, b->len);
		b->off = 0;
	}
	if ((b->data == NULL || b->len + n > b->cap) && grow(b, b->len + n) < 0)
		return NULL;
	return b->data + b->off + b->len;
}

void
buf_added(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->off - b->len);
	b->len += n;
}

int
buf_put(struct buf *b, const void *bytes, size_t n)
{
	void *room;

	if (n == 0)
		return 0;
	room = buf_room(b, n);
	if (room == NULL)
		return -1;
	memcpy(room, bytes, n);
	buf_added(b, n);
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	char text[PRINTED + 1];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || n > PRINTED)
		return -1;
	return buf_put(b, text, (size_t)n);
}

void
buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->len);
	b->off += n;
	b->len -= n;
	if (b->len == 0)
		b->off = 0;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .max = b->max };
}
