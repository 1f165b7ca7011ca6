/* buf.h - a queue of bytes with a ceiling */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>

/*
 * The bytes are data[off .. off + len); data is NULL while nothing is
 * allocated.  At most max bytes are ever held.
 */
struct buf {
	unsigned char *data;
	size_t off;
	size_t len;
	size_t cap; /* bytes allocated */
	size_t max; /* the ceiling */
};

/* the first byte held; valid until the next call that adds */
unsigned char *buf_head(const struct buf *b);

/* append n bytes; 0, or -1 when that would pass max or memory is out */
int buf_put(struct buf *b, const void *bytes, size_t n);

/* append a string without its NUL; as buf_put */
int buf_puts(struct buf *b, const char *s);

/* append formatted text, at most 1,000 bytes of it; as buf_put */
int buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* where the next n bytes may be written, or NULL as buf_put fails */
void *buf_room(struct buf *b, size_t n);

/* n bytes were written where buf_room said */
void buf_added(struct buf *b, size_t n);

/* forget the first n bytes; n <= len */
void buf_drop(struct buf *b, size_t n);

/* give the memory back; empty and usable after it */
void buf_free(struct buf *b);

#endif
