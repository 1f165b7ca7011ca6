/* ws.h - WebSocket frames (RFC 6455), decoded from bytes in any pieces */
#ifndef WS_H
#define WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	WS_HEAD_MAX = 14, /* of a frame, with its mask */
	WS_CONTROL_MAX = 125, /* bytes in a close, ping or pong */
	WS_KEY_SIZE = 24, /* Sec-WebSocket-Key */
	WS_ACCEPT_SIZE = 28, /* Sec-WebSocket-Accept */
};

enum ws_opcode {
	WS_MORE = 0x0,
	WS_TEXT = 0x1,
	WS_BINARY = 0x2,
	WS_CLOSE = 0x8,
	WS_PING = 0x9,
	WS_PONG = 0xa
};

/*
 * What has been read of one peer's frames.  Payloads are not kept, they are
 * handed on piece by piece; only a control frame, whose pieces may come
 * between those of a message, is collected, in memory that it has while it
 * is incomplete.
 */
struct ws {
	uint64_t left; /* payload of this frame that is still to come */
	uint64_t max; /* a longer message is refused with 1009; 0: none is */
	uint64_t total; /* bytes of this message, announced so far */
	unsigned char *control; /* of this control frame, or NULL */
	uint8_t head[WS_HEAD_MAX];
	uint8_t have; /* bytes of head */
	uint8_t got; /* bytes of control */
	uint8_t turn; /* the mask's byte that is next */
	uint8_t message; /* WS_TEXT or WS_BINARY within a message, else 0 */
	bool inside; /* the head is whole, the payload follows */
	bool client; /* we are the client: the peer must not mask */
	struct utf8 utf8; /* of this text */
};

/* what one call of ws_feed found */
struct ws_piece {
	enum ws_opcode opcode; /* WS_MORE: nothing whole yet */
	const unsigned char *data; /* valid until the next call */
	size_t n;
	bool last; /* the end of the message; always so for control frames */
};

/*
 * Take bytes from the front of bytes[0 .. n), which are unmasked in place, up
 * to the next piece.  How many were taken, or the close code, negative, that
 * the peer has earned: -1002, -1007, -1009, or -1011 when memory is out.
 */
long ws_feed(struct ws *w, void *bytes, size_t n, struct ws_piece *piece);

/* give the memory back */
void ws_free(struct ws *w);

/* the code in a close frame, 1005 where there is none, or -1002 or -1007 */
int ws_close_code(const struct ws_piece *piece);

/*
 * Append an unmasked frame with a part of a message, WS_MORE from the second on;
 * as buf_put.
 */
int ws_part(
    struct buf *b, enum ws_opcode op, bool last, const void *bytes, size_t n);

/* append one with a whole message; as buf_put */
int ws_frame(struct buf *b, enum ws_opcode op, const void *bytes, size_t n);

/* append a close frame; as buf_put */
int ws_close(struct buf *b, int code);

/* is it 16 bytes in base64, as a client's key must be? */
bool ws_key_good(const char *key, size_t n);

/* the answer to a good key, with a NUL */
void ws_accept(const char *key, char answer[WS_ACCEPT_SIZE + 1]);

#endif
