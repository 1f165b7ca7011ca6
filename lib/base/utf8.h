/* utf8.h - a check for UTF-8 in bytes that come in pieces */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state within a character; all zero at the start of a text. */
struct utf8 {
	uint8_t more; /* bytes that are missing */
	uint8_t low, high; /* what the next byte may be, if more > 0 */
};

/* Check n more bytes.  Returns how many of them are valid: n, or fewer. */
size_t utf8_feed(struct utf8 *u, const void *bytes, size_t n);

/* Return the length of the character at the front of n bytes, or 0 if it is invalid. */
size_t utf8_length(const void *bytes, size_t n);

/* Return whether the text so far ends where a character ends. */
bool utf8_whole(const struct utf8 *u);

#endif
