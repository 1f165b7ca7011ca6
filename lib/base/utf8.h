/* utf8.h - is it UTF-8? asked of bytes that come in pieces */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* where it stands within a character; all zero at the start of a text */
struct utf8 {
	uint8_t more; /* bytes that are missing */
	uint8_t low, high; /* what the next byte may be, while more > 0 */
};

/* take n more bytes; the bytes that were good, n where all of them are */
size_t utf8_feed(struct utf8 *u, const void *bytes, size_t n);

/* does the text so far end where a character ends? */
bool utf8_whole(const struct utf8 *u);

#endif
