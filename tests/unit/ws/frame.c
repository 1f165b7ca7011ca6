/* frame.c - tests of frames in any pieces */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "ws/frame.h"

/* what a stream of frames was decoded to, as a text */
static char told[4096];

static void
tell(const struct frame_piece *piece)
{
	size_t n;

	n = strlen(told);
	if (piece->opcode == FRAME_CLOSE)
		snprintf(told + n, sizeof told - n, "[close %d]",
		    frame_close_code(piece));
	else if (piece->opcode >= FRAME_CLOSE)
		snprintf(told + n, sizeof told - n, "[%s %.*s]",
		    piece->opcode == FRAME_PING ? "ping" : "pong",
		    (int)piece->n,
		    piece->n == 0 ? "" : (const char *)piece->data);
	else if (piece->opcode != FRAME_MORE)
		snprintf(told + n, sizeof told - n, "%.*s%s", (int)piece->n,
		    piece->n == 0 ? "" : (const char *)piece->data,
		    piece->last ? "|" : "");
}

/* decode n bytes, step at a time; 0, or the error */
static long
decode(const void *bytes, size_t n, size_t step, bool client)
{
	struct frame_reader ws = { .max = 1000, .client = client };
	struct frame_piece piece;
	unsigned char part[8192];
	const unsigned char *p;
	size_t len, i;
	long used;

	told[0] = '\0';
	used = 0;
	for (p = bytes; n > 0 && used >= 0; p += len, n -= len) {
		len = n < step ? n : step;
		memcpy(part, p, len);
		for (i = 0; i < len; i += (size_t)used) {
			used = frame_feed(&ws, part + i, len - i, &piece);
			if (used < 0)
				break;
			tell(&piece);
		}
	}
	frame_free(&ws);
	return used < 0 ? used : 0;
}

/* the same result whole, in threes and byte by byte */
static bool
gives(const char *bytes, size_t n, long error, const char *want)
{
	static const size_t steps[] = { 8192, 7, 3, 1 };
	size_t i;

	for (i = 0; i < 4; i++)
		if (decode(bytes, n, steps[i], false) != error ||
		    (want != NULL && strcmp(told, want) != 0))
			return false;
	return true;
}

#define GIVES(bytes, error, want) gives(bytes, sizeof(bytes) - 1, error, want)

/* a mask of zeros keeps the tests legible */
#define ZERO "\0\0\0\0"

static void
test_messages(void)
{
	ok(GIVES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 0, "Hello|"),
	    "the masked Hello of RFC 6455 is read");
	ok(GIVES("\x81\x80" ZERO, 0, "|"), "an empty message is one");
	ok(GIVES("\x01\x83" ZERO "Hel\x80\x82" ZERO "lo", 0, "Hello|"),
	    "fragments make one message");
	ok(GIVES("\x01\x83" ZERO "Hel\x89\x82" ZERO "hi\x80\x82" ZERO "lo", 0,
	       "Hel[ping hi]lo|"),
	    "a ping may come between fragments");
	ok(GIVES("\x82\x82" ZERO "\xff\xfe", 0, "\xff\xfe|"),
	    "a binary message may hold anything");
	ok(GIVES("\x01\x81" ZERO "\xc3\x80\x81" ZERO "\xbc", 0, "\xc3\xbc|"),
	    "a character may be cut by a fragment");
	ok(GIVES("\x8a\x80" ZERO "\x89\x80" ZERO, 0, "[pong ][ping ]"),
	    "empty control frames are read");
	ok(GIVES("\x01\x80" ZERO "\x00\x80" ZERO "\x80\x80" ZERO, 0, "|") &&
		GIVES(
		    "\x01\x80" ZERO "\x00\x81" ZERO "a\x80\x80" ZERO, 0, "a|"),
	    "fragments may be empty");
	ok(GIVES("\x01\x81" ZERO "a\x8a\x80" ZERO "\x89\x81" ZERO
		 "b\x80\x80" ZERO "\x82\x81" ZERO "c",
	       0, "a[pong ][ping b]|c|"),
	    "several control frames too, and the next message is of its own kind");
	ok(GIVES("\x02\x81" ZERO "\xff\x80\x81" ZERO "\xc3\x81\x81" ZERO "a", 0,
	       "\xff\xc3|a|"),
	    "what a binary message held is no text's concern");
	ok(GIVES("\x88\x85" ZERO "\x03\xe8"
		 "bye",
	       0, "[close 1000]"),
	    "a close is read");
}

/* A character of four bytes, cut at each place, with a ping in the cut. */
static void
test_cut_characters(void)
{
	static const char grin[] = "\xf0\x9f\x98\x80";
	static const char first[] = "\x01\x80" ZERO;
	static const char second[] = "\x89\x81" ZERO "p\x80\x80" ZERO;
	char bytes[40], want[20];
	size_t cut, n;
	int right;

	for (cut = 1, right = 1; cut < 4; cut++) {
		memcpy(bytes, first, sizeof first);
		bytes[1] |= (char)cut;
		memcpy(bytes + 6, grin, cut);
		n = 6 + cut;
		memcpy(bytes + n, second, sizeof second);
		bytes[n + 8] |= (char)(4 - cut);
		memcpy(bytes + n + 13, grin + cut, 4 - cut);
		snprintf(want, sizeof want, "%.*s[ping p]%s|", (int)cut, grin,
		    grin + cut);
		right = right && gives(bytes, n + 17 - cut, 0, want);
		/* the same with the message at its end in mid-character */
		bytes[n + 8] = '\x80';
		right = right && gives(bytes, n + 13, -1007, NULL);
	}
	ok(right, "a character may be cut anywhere, but not short");
	ok(GIVES("\x01\x81" ZERO "\xc3\x00\x81" ZERO "(", -1007, NULL) &&
		GIVES(
		    "\x01\x81" ZERO "\xed\x00\x81" ZERO "\xa0", -1007, NULL) &&
		GIVES("\x01\x82" ZERO "\xf4\x90", -1007, NULL) &&
		GIVES("\x01\x81" ZERO "\xc0", -1007, NULL),
	    "what can't become a character is told at its first byte");
}

/* A mask goes on through all the pieces in which a payload comes. */
static void
test_masks(void)
{
	static const unsigned char mask[4] = { 0x01, 0x80, 0xff, 0x37 };
	char bytes[8 + 600], want[602];
	size_t i;

	memcpy(bytes, "\x82\xfe\x02\x58", 4);
	memcpy(bytes + 4, mask, 4);
	for (i = 0; i < 600; i++) {
		want[i] = (char)('a' + i % 26);
		bytes[8 + i] = (char)(want[i] ^ mask[i & 3]);
	}
	memcpy(want + i, "|", 2);
	ok(gives(bytes, sizeof bytes, 0, want),
	    "a mask is taken off in any pieces");
}

static void
test_lengths(void)
{
	static char text[70100];
	size_t n;

	memset(text, 'x', sizeof text);
	memcpy(text, "\x81\xfe\x00\x7e" ZERO, 8);
	ok(gives(text, 8 + 126, 0, NULL) && strlen(told) == 127,
	    "126 bytes have a length of two bytes");
	memcpy(text, "\x81\xfe\x03\xe8" ZERO, 8);
	ok(gives(text, 8 + 1000, 0, NULL), "a message may reach its ceiling");
	memcpy(text, "\x81\xfe\x03\xe9" ZERO, 8);
	ok(gives(text, 8 + 1001, -1009, ""), "one byte more is 1009 at once");
	n = (size_t)snprintf(text, sizeof text, "%s", "");
	memcpy(text, "\x01\xfe\x03\xe8" ZERO, 8);
	memset(text + 8, 'x', 1000);
	memcpy(text + 1008, "\x80\x81" ZERO "x", 7);
	ok(gives(text, 1015 + n, -1009, NULL), "fragments count together");
	ok(GIVES("\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00" ZERO, -1009, ""),
	    "a length of eight bytes is read");
	ok(GIVES("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00" ZERO, -1002, ""),
	    "its top bit must be zero");
	ok(GIVES("\x81\xfe\x00\x7d" ZERO, -1002, "") &&
		GIVES(
		    "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff" ZERO, -1002, ""),
	    "a length must have its shortest form");
}

static void
test_errors(void)
{
	int i, op, right, known;
	char first;

	ok(GIVES("\x81\x05Hello", -1002, ""), "a client must mask");
	ok(decode("\x81\x85" ZERO "Hello", 11, 1, true) == -1002 &&
		decode("\x81\x05Hello", 7, 1, true) == 0 &&
		strcmp(told, "Hello|") == 0,
	    "a server must not");
	for (i = 1, right = 1; i < 8; i++)
		for (op = 0; op < 16; op++) {
			first = (char)(0x80 | i << 4 | op);
			right = right && gives(&first, 1, -1002, "");
		}
	ok(right, "reserved bits are refused, in whatever frame");
	for (op = 0, right = 1; op < 16; op++) {
		first = (char)(0x80 | op);
		known = op == FRAME_TEXT || op == FRAME_BINARY ||
		    (op >= FRAME_CLOSE && op <= FRAME_PONG);
		right = right && gives(&first, 1, known ? 0 : -1002, "");
		first = (char)op;
		known = op == FRAME_TEXT || op == FRAME_BINARY;
		right = right && gives(&first, 1, known ? 0 : -1002, "");
	}
	ok(right, "unknown opcodes are refused, and control frames in parts");
	ok(GIVES("\x89\xfe\x00\x7e", -1002, ""),
	    "nor more than 125 bytes of payload");
	ok(GIVES("\x80\x80", -1002, "") &&
		GIVES("\x81\x81" ZERO "a\x80", -1002, NULL) &&
		GIVES("\x01\x81" ZERO "a\x80\x80" ZERO "\x00", -1002, "a|"),
	    "nothing to go on with is refused");
	ok(GIVES("\x01\x81" ZERO "a\x81", -1002, NULL),
	    "a new message within one is refused");
	ok(GIVES("\x81\x82" ZERO "\xc3(", -1007, NULL) &&
		GIVES("\x81\x81" ZERO "\xc3", -1007, NULL),
	    "text that is not UTF-8 is 1007");
	ok(decode("\x01\x83" ZERO "ab\xff", 9, 8192, false) == -1007,
	    "it is found before the message ends");
}

static int
close_code(const char *bytes, size_t n)
{
	struct frame_piece piece;

	piece = (struct frame_piece){ .opcode = FRAME_CLOSE,
		.data = (const unsigned char *)bytes,
		.n = n };
	return frame_close_code(&piece);
}

static void
test_close(void)
{
	char bytes[125];
	int code, right;

	/* sections 7.4.1 and 7.4.2, and the registry that they call for */
	for (code = 0, right = 1; code < 65536; code++) {
		bytes[0] = (char)(code >> 8);
		bytes[1] = (char)code;
		right = right &&
		    close_code(bytes, 2) ==
			((code >= 1000 && code <= 1003) ||
				    (code >= 1007 && code <= 1014) ||
				    (code >= 3000 && code <= 4999)
				? code
				: -1002);
	}
	ok(right, "codes that a peer may send are read, all others are 1002");
	ok(close_code("", 0) == 1005, "a close may have no code");
	ok(close_code("\x03", 1) == -1002, "half a code is 1002");
	ok(close_code("\x03\xe8"
		      "bye",
	       5) == 1000 &&
		close_code("\x03\xe8\xff", 3) == -1007 &&
		close_code("\x03\xe8\xc3", 3) == -1007 &&
		close_code("\x03\xe8\xc3\xbc", 4) == 1000,
	    "the reason must be UTF-8");
	ok(close_code("\x03\xec\xff", 3) == -1002,
	    "a bad code is told before a bad reason");
	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes, "\x0f\xa0", 2);
	ok(close_code(bytes, sizeof bytes) == 4000, "it may have 123 bytes");
}

static void
test_writing(void)
{
	static char text[70000];
	struct buf b = { .max = 100000 };
	unsigned char *p;

	ok(frame_put(&b, FRAME_TEXT, "reload", 6) == 0 && b.len == 8 &&
		memcmp(buf_head(&b), "\x81\x06reload", 8) == 0,
	    "a short frame has two bytes in front");
	buf_free(&b);
	ok(frame_put(&b, FRAME_TEXT, text, 126) == 0 && b.len == 130 &&
		memcmp(buf_head(&b), "\x81\x7e\x00\x7e", 4) == 0,
	    "from 126 bytes on it has four");
	buf_free(&b);
	ok(frame_put(&b, FRAME_BINARY, text, 70000) == 0 && b.len == 70010 &&
		memcmp(buf_head(&b), "\x82\x7f\0\0\0\0\0\x01\x11\x70", 10) == 0,
	    "from 64 KiB on it has ten");
	ok(frame_put(&b, FRAME_TEXT, text, 40000) == -1 && b.len == 70010,
	    "a frame that does not fit leaves nothing behind");
	buf_free(&b);
	ok(frame_put(&b, FRAME_TEXT, text, 65535) == 0 &&
		memcmp(buf_head(&b), "\x81\x7e\xff\xff", 4) == 0,
	    "the lengths are the shortest");
	buf_free(&b);
	frame_part(&b, FRAME_TEXT, false, "a", 1);
	frame_part(&b, FRAME_MORE, false, "", 0);
	frame_part(&b, FRAME_MORE, true, "b", 1);
	ok(b.len == 8 &&
		memcmp(buf_head(&b),
		    "\x01\x01"
		    "a\x00\x00\x80\x01"
		    "b",
		    8) == 0,
	    "a message may be told in parts");
	buf_free(&b);
	frame_put_close(&b, 1001);
	p = buf_head(&b);
	ok(b.len == 4 && memcmp(p, "\x88\x02\x03\xe9", 4) == 0,
	    "a close frame holds its code");
	buf_free(&b);
}

int
main(void)
{
	test_messages();
	test_cut_characters();
	test_masks();
	test_lengths();
	test_errors();
	test_close();
	test_writing();
	return test_end();
}
