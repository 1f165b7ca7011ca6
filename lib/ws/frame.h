/* frame.h - WebSocket frames (RFC 6455), decoded from bytes in any pieces */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	FRAME_HEAD_MAX = 14, /* of a frame, with its mask */
	FRAME_CONTROL_MAX = 125 /* bytes in a close, ping or pong */
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
 * What has been read of one peer's frames.  Payloads are not kept, they are
 * handed on piece by piece; only a control frame, whose pieces may come
 * between those of a message, is collected, in memory that it has while it
 * is incomplete.
 */
struct frame_reader {
	uint64_t left; /* payload of this frame that is still to come */
	uint64_t max; /* a longer message is refused with 1009; 0: none is */
	uint64_t total; /* bytes of this message, announced so far */
	unsigned char *control; /* of this control frame, or NULL */
	uint8_t head[FRAME_HEAD_MAX];
	uint8_t have; /* bytes of head */
	uint8_t got; /* bytes of control */
	uint8_t turn; /* the mask's byte that is next */
	uint8_t
	    message; /* FRAME_TEXT or FRAME_BINARY within a message, else 0 */
	bool inside; /* the head is whole, the payload follows */
	bool client; /* we are the client: the peer must not mask */
	struct utf8 utf8; /* of this text */
};

/* what one call of frame_feed found */
struct frame_piece {
	enum frame_opcode opcode; /* FRAME_MORE: nothing whole yet */
	const unsigned char *data; /* valid until the next call */
	size_t n;
	bool last; /* the end of the message; always so for control frames */
};

/*
 * Take bytes from the front of bytes[0 .. n), which are unmasked in place, up
 * to the next piece.  How many were taken, or the close code, negative, that
 * the peer has earned: -1002, -1007, -1009, or -1011 when memory is out.
 */
long frame_feed(
    struct frame_reader *w, void *bytes, size_t n, struct frame_piece *piece);

/* give the memory back */
void frame_free(struct frame_reader *w);

/* the code in a close frame, 1005 where there is none, or -1002 or -1007 */
int frame_close_code(const struct frame_piece *piece);

/*
 * Append an unmasked frame with a part of a message, FRAME_MORE from the second on;
 * as buf_put.
 */
int frame_part(struct buf *b, enum frame_opcode op, bool last,
    const void *bytes, size_t n);

/* append one with a whole message; as buf_put */
int frame_put(struct buf *b, enum frame_opcode op, const void *bytes, size_t n);

/* append a close frame; as buf_put */
int frame_put_close(struct buf *b, int code);

#endif
