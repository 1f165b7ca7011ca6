/* frame.h - read and write WebSocket frames (RFC 6455) */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	FRAME_HEAD_MAX = 14, /* bytes of a header, with its mask */
	FRAME_CONTROL_MAX =
	    125 /* bytes of the payload of a close, ping or pong */
};

enum frame_opcode {
	FRAME_MORE = 0x0,
	FRAME_TEXT = 0x1,
	FRAME_BINARY = 0x2,
	FRAME_CLOSE = 0x8,
	FRAME_PING = 0x9,
	FRAME_PONG = 0xa
};

/*
 * The state of a reader of one peer's frames.  Payloads are passed on piece by
 * piece; only control frames are collected, in memory that is allocated while one
 * is incomplete.
 */
struct frame_reader {
	uint64_t left; /* bytes of the payload that are still to come */
	uint64_t max; /* bytes of a message, else 1009; 0: no limit */
	uint64_t total; /* bytes of this message, by the headers so far */
	unsigned char *control; /* the payload of a control frame, or NULL */
	uint8_t head[FRAME_HEAD_MAX];
	uint8_t have; /* bytes of head */
	uint8_t got; /* bytes of control */
	uint8_t turn; /* index of the next byte of the mask */
	uint8_t message; /* FRAME_TEXT or FRAME_BINARY in a message, else 0 */
	bool inside; /* the header is complete, the payload follows */
	bool client; /* the reader is a client: frames must not be masked */
	struct utf8 utf8; /* of this text */
};

/* What frame_feed found. */
struct frame_piece {
	enum frame_opcode opcode; /* FRAME_MORE: nothing yet */
	const unsigned char *data; /* valid until the next call */
	size_t n;
	bool last; /* of the message; always true for control frames */
};

/*
 * Consume bytes up to the next piece; they are unmasked in place.  Returns how many
 * were consumed, or a negative close code: -1002, -1007, -1009, or -1011 (out of
 * memory).
 */
long frame_feed(
    struct frame_reader *w, void *bytes, size_t n, struct frame_piece *piece);

/* Free the reader. */
void frame_free(struct frame_reader *w);

/* Return the code of a close frame, 1005 if it has none, or -1002 or -1007. */
int frame_close_code(const struct frame_piece *piece);

/*
 * Append an unmasked frame with a part of a message, with FRAME_MORE from the second
 * part on; as buf_put.
 */
int frame_part(struct buf *b, enum frame_opcode op, bool last,
    const void *bytes, size_t n);

/* Append an unmasked frame with a whole message; as buf_put. */
int frame_put(struct buf *b, enum frame_opcode op, const void *bytes, size_t n);

/* Append a close frame with a code; as buf_put. */
int frame_put_close(struct buf *b, int code);

#endif
