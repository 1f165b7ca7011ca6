/* frame.c - fuzz target: frames in any pieces, of a client or a server */
#include "fuzz.h"
#include "ws/frame.h"

enum { MESSAGE = 1000, TOLD = 1 << 16 };

/*
 * What was read, so that two readings can be compared: a message's bytes and a
 * byte 'M', a control frame's payload between its opcode and its length.
 */
struct told {
	size_t n;
	uint8_t text[TOLD];
};

static void
put(struct told *t, const void *bytes, size_t n)
{
	if (n > TOLD - t->n)
		n = TOLD - t->n;
	if (n > 0)
		memcpy(t->text + t->n, bytes, n);
	t->n += n;
}

static void
tell(struct told *t, const struct frame_piece *piece)
{
	const uint8_t mark[] = { 'C', (uint8_t)piece->opcode,
		(uint8_t)piece->n };
	int code;

	switch (piece->opcode) {
	case FRAME_TEXT:
	case FRAME_BINARY:
		put(t, piece->data, piece->n);
		if (piece->last)
			put(t, "M", 1);
		break;
	case FRAME_CLOSE:
		code = frame_close_code(piece);
		must(code == -1002 || code == -1007 ||
		    (code >= 1000 && code <= 4999));
		/* fall through */
	case FRAME_PING:
	case FRAME_PONG:
		must(piece->last && piece->n <= FRAME_CONTROL_MAX);
		put(t, mark, sizeof mark);
		put(t, piece->data, piece->n);
		break;
	case FRAME_MORE:
		must(piece->n == 0);
		break;
	}
}

/* 0, or the code that the peer has earned */
static long
decode(
    const uint8_t *data, size_t n, bool client, uint32_t seed, struct told *t)
{
	struct frame_reader ws = { .client = client, .max = MESSAGE };
	struct frame_piece piece;
	uint8_t *part;
	size_t len, i;
	long used;

	t->n = 0;
	for (used = 0; n > 0 && used >= 0; data += len, n -= len) {
		len = fuzz_piece(&seed, n);
		part = fuzz_copy(data, len);
		for (i = 0; i < len && used >= 0; i += (size_t)used) {
			used = frame_feed(&ws, part + i, len - i, &piece);
			if (used < 0)
				break;
			must((size_t)used <= len - i && used > 0);
			must(ws.total <= MESSAGE);
			tell(t, &piece);
		}
		free(part);
	}
	must(used >= 0 || used == -1002 || used == -1007 || used == -1009);
	frame_free(&ws);
	return used < 0 ? used : 0;
}

/* What we write a client must be able to read. */
static void
check_writing(const uint8_t *data, size_t n)
{
	struct buf b = { .max = 1 << 20 };
	struct frame_reader ws = { .client = true };
	struct frame_piece piece;
	size_t half, i, got;
	long used;

	half = n / 2;
	must(frame_part(&b, FRAME_BINARY, false, data, half) == 0);
	must(frame_part(&b, FRAME_MORE, true, data + half, n - half) == 0);
	for (i = got = 0; i < b.len; i += (size_t)used) {
		used = frame_feed(&ws, buf_head(&b) + i, b.len - i, &piece);
		must(used > 0 && piece.n <= n - got);
		must(piece.n == 0 ||
		    memcmp(piece.data, data + got, piece.n) == 0);
		got += piece.n;
	}
	must(got == n && piece.last);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct told whole, pieces;
	size_t least;
	bool client;
	long r;

	if (n == 0)
		return 0;
	client = data[0] & 1;
	r = decode(data + 1, n - 1, client, 0, &whole);
	must(decode(data + 1, n - 1, client, data[0] | 1, &pieces) == r);
	/* of the piece with the fault nothing may have been told */
	least = whole.n < pieces.n ? whole.n : pieces.n;
	must(r < 0 || whole.n == pieces.n);
	must(memcmp(whole.text, pieces.text, least) == 0);
	check_writing(data, n);
	return 0;
}
