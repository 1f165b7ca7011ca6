/* buf.h - a byte queue with an upper limit */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>

/*
 * The bytes are data[off .. off + len); data is NULL while nothing is
 * allocated.  There are never more than max of them.
 */
struct buf {
	unsigned char *data;
	size_t off;
	size_t len;
	size_t cap; /* bytes allocated */
	size_t max;
};

/* Return the first byte; valid until the next call that appends. */
unsigned char *buf_head(const struct buf *b);

/* Append n bytes.  Returns 0, or -1 beyond max or out of memory. */
int buf_put(struct buf *b, const void *bytes, size_t n);

/* Append a string without its NUL.  Returns as buf_put. */
int buf_puts(struct buf *b, const char *s);

/* Append formatted text of at most 1,000 bytes.  Returns as buf_put. */
int buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Return where the next n bytes may be written, or NULL as buf_put fails. */
void *buf_room(struct buf *b, size_t n);

/* Append n bytes that were written there. */
void buf_added(struct buf *b, size_t n);

/* Remove the first n bytes; n <= len. */
void buf_drop(struct buf *b, size_t n);

/* Free the bytes; the buffer is empty and usable afterwards. */
void buf_free(struct buf *b);

#endif
