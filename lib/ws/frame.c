/* frame.c - read and write WebSocket frames (RFC 6455) */
#include <stdlib.h>
#include <string.h>

#include "ws/frame.h"

enum { FIN = 0x80, RESERVED = 0x70, OPCODE = 0x0f, MASK = 0x80, LEN = 0x7f };

static bool
control(const struct frame_reader *w)
{
	return (w->head[0] & 0x8) != 0;
}

static bool
final(const struct frame_reader *w)
{
	return (w->head[0] & FIN) != 0;
}

/* The first byte says whether it may come here (sections 5.2, 5.4, 5.5). */
static int
check_opcode(const struct frame_reader *w)
{
	if ((w->head[0] & RESERVED) != 0)
		return -1002;
	switch (w->head[0] & OPCODE) {
	case FRAME_MORE:
		return w->message != 0 ? 0 : -1002;
	case FRAME_TEXT:
	case FRAME_BINARY:
		return w->message == 0 ? 0 : -1002;
	case FRAME_CLOSE:
	case FRAME_PING:
	case FRAME_PONG:
		return final(w) ? 0 : -1002;
	default:
		return -1002;
	}
}

static int
check_length(const struct frame_reader *w)
{
	if (((w->head[1] & MASK) != 0) == w->client)
		return -1002;
	if (control(w) && (w->head[1] & LEN) > FRAME_CONTROL_MAX)
		return -1002;
	return 0;
}

/* how long this head will be, as far as its two bytes tell */
static size_t
head_size(const struct frame_reader *w)
{
	size_t n;

	if (w->have < 2)
		return 2;
	n = (w->head[1] & LEN) == 126 ? 4 : (w->head[1] & LEN) == 127 ? 10 : 2;
	return n + ((w->head[1] & MASK) != 0 ? 4 : 0);
}

/* The length must have its shortest form (section 5.2). */
static int
payload_length(const struct frame_reader *w, uint64_t *n)
{
	size_t i, bytes;

	*n = w->head[1] & LEN;
	if (*n < 126)
		return 0;
	bytes = *n == 126 ? 2 : 8;
	for (*n = 0, i = 0; i < bytes; i++)
		*n = *n << 8 | w->head[2 + i];
	if (*n >> 63 != 0 || *n < (bytes == 2 ? 126 : 65536))
		return -1002;
	return 0;
}

/* the head is whole: what does it begin? */
static int
begin(struct frame_reader *w)
{
	uint64_t n;

	if (payload_length(w, &n) < 0)
		return -1002;
	w->inside = true;
	w->left = n;
	w->turn = 0;
	w->got = 0;
	if (control(w))
		return 0;
	if (w->message == 0) {
		w->message = w->head[0] & OPCODE;
		w->total = 0;
		w->utf8 = (struct utf8){ 0 };
	}
	if (w->max > 0 && n > w->max - w->total)
		return -1009;
	w->total += n;
	return 0;
}

static long
take_head(struct frame_reader *w, const unsigned char *p, size_t n)
{
	size_t i;
	int r;

	for (i = 0; i < n && w->have < head_size(w); i++) {
		w->head[w->have++] = p[i];
		r = w->have == 1   ? check_opcode(w)
		    : w->have == 2 ? check_length(w)
				   : 0;
		if (r < 0)
			return r;
	}
	if (w->have < 2 || w->have < head_size(w))
		return (long)i;
	r = begin(w);
	return r < 0 ? r : (long)i;
}

static void
unmask(struct frame_reader *w, unsigned char *p, size_t n)
{
	const uint8_t *mask;
	size_t i;

	if (w->client)
		return;
	mask = w->head + w->have - 4;
	for (i = 0; i < n; i++)
		p[i] ^= mask[(w->turn + i) & 3];
	w->turn = (uint8_t)((w->turn + n) & 3);
}

static void
end_frame(struct frame_reader *w)
{
	w->inside = false;
	w->have = 0;
	if (!control(w) && final(w))
		w->message = 0;
}

static long
take_control(struct frame_reader *w, const unsigned char *p, size_t n,
    struct frame_piece *piece)
{
	if (w->control == NULL && n > 0 &&
	    (w->control = malloc(FRAME_CONTROL_MAX)) == NULL)
		return -1011;
	if (n > 0)
		memcpy(w->control + w->got, p, n);
	w->got = (uint8_t)(w->got + n);
	if (w->left > 0)
		return 0;
	*piece = (struct frame_piece){ .opcode = w->head[0] & OPCODE,
		.data = w->control,
		.n = w->got,
		.last = true };
	end_frame(w);
	return 0;
}

static long
take_data(struct frame_reader *w, const unsigned char *p, size_t n,
    struct frame_piece *piece)
{
	*piece = (struct frame_piece){
		.opcode = w->message, .data = p, .n = n
	};
	piece->last = w->left == 0 && final(w);
	if (w->message == FRAME_TEXT &&
	    (utf8_feed(&w->utf8, p, n) < n ||
		(piece->last && !utf8_whole(&w->utf8))))
		return -1007;
	if (w->left == 0)
		end_frame(w);
	return 0;
}

long
frame_feed(
    struct frame_reader *w, void *bytes, size_t n, struct frame_piece *piece)
{
	unsigned char *p;
	long used, r;

	*piece = (struct frame_piece){ .opcode = FRAME_MORE };
	if (!w->inside && w->have == 0)
		frame_free(w);
	used = 0;
	p = bytes;
	if (!w->inside) {
		used = take_head(w, p, n);
		if (used < 0 || !w->inside)
			return used;
		p += used;
		n -= (size_t)used;
	}
	if (n > w->left)
		n = (size_t)w->left;
	if (n == 0 && w->left > 0)
		return used;
	unmask(w, p, n);
	w->left -= n;
	r = control(w) ? take_control(w, p, n, piece)
		       : take_data(w, p, n, piece);
	return r < 0 ? r : used + (long)n;
}

void
frame_free(struct frame_reader *w)
{
	free(w->control);
	w->control = NULL;
}

/* What a peer may send as a code: sections 7.4.1 and 7.4.2. */
static bool
code_good(int code)
{
	if (code >= 3000)
		return code <= 4999;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
	    code != 1006;
}

int
frame_close_code(const struct frame_piece *piece)
{
	struct utf8 u = { 0 };
	int code;

	if (piece->n == 0)
		return 1005;
	if (piece->n == 1)
		return -1002;
	code = piece->data[0] << 8 | piece->data[1];
	if (!code_good(code))
		return -1002;
	if (utf8_feed(&u, piece->data + 2, piece->n - 2) < piece->n - 2 ||
	    !utf8_whole(&u))
		return -1007;
	return code;
}

int
frame_part(
    struct buf *b, enum frame_opcode op, bool last, const void *bytes, size_t n)
{
	unsigned char head[10];
	size_t len, i;

	head[0] = (unsigned char)(last ? FIN | op : op);
	len = n < 126 ? 0 : n < 65536 ? 2 : 8;
	head[1] = (unsigned char)(len == 0 ? n : len == 2 ? 126 : 127);
	for (i = 0; i < len; i++)
		head[2 + i] = (unsigned char)((uint64_t)n >> 8 * (len - 1 - i));
	if (n > SIZE_MAX - 2 - len || buf_room(b, 2 + len + n) == NULL)
		return -1;
	buf_put(b, head, 2 + len);
	return buf_put(b, bytes, n);
}

int
frame_put(struct buf *b, enum frame_opcode op, const void *bytes, size_t n)
{
	return frame_part(b, op, true, bytes, n);
}

int
frame_put_close(struct buf *b, int code)
{
	unsigned char bytes[2];

	bytes[0] = (unsigned char)(code >> 8);
	bytes[1] = (unsigned char)code;
	return frame_put(b, FRAME_CLOSE, bytes, sizeof bytes);
}
