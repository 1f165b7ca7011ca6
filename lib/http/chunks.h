/* chunks.h - a body that comes in chunks, decoded (RFC 9112, 7.1) */
#ifndef CHUNKS_H
#define CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHUNKS_SIZE_DIGITS =
	    16, /* of a size, zeros in front counted, else 400 */
	CHUNKS_EXTRA = 8192 /* bytes of extensions and trailers, else 431 */
};

enum chunks_state {
	CHUNKS_SIZE, /* the first digit of a size */
	CHUNKS_DIGITS, /* those after it */
	CHUNKS_BLANK, /* blanks that an extension must follow */
	CHUNKS_EXTENSION,
	CHUNKS_SIZE_END, /* the LF of that line */
	CHUNKS_DATA,
	CHUNKS_DATA_CR, /* the line end after the data */
	CHUNKS_DATA_LF,
	CHUNKS_TRAILER, /* the first byte of a trailer line, or of the end */
	CHUNKS_FIELD, /* the others of it */
	CHUNKS_FIELD_END,
	CHUNKS_LAST, /* the LF of the empty line */
	CHUNKS_DONE
};

/* what has been read of one body; at its start all zero but max */
struct chunks {
	uint32_t max; /* bytes of the whole body, else 413 */
	uint32_t total; /* bytes of it, announced so far */
	uint32_t left; /* data of this chunk that is still to come */
	uint16_t extra; /* bytes that were skipped */
	uint8_t digits; /* of this size */
	uint8_t state; /* enum chunks_state */
};

/*
 * Take bytes from the front of bytes[0 .. n) up to the end of the body; the
 * data among them is moved to the front, *data bytes of it.  How many were
 * taken, or a status, negative: -400, -413 or -431.
 */
long chunks_feed(struct chunks *c, void *bytes, size_t n, size_t *data);

/* has the body come to its end? */
bool chunks_done(const struct chunks *c);

#endif
