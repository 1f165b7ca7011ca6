/* ws.c - tests of frames in any pieces */
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "ws.h"

/* what a stream of frames was decoded to, as a text */
static char told[4096];

static void
tell(const struct ws_piece *piece)
{
	size_t n;

	n = strlen(told);
	if (piece->opcode == WS_CLOSE)
		snprintf(told + n, sizeof told - n, "[close %d]",
		    ws_close_code(piece));
	else if (piece->opcode >= WS_CLOSE)
		snprintf(told + n, sizeof told - n, "[%s %.*s]",
		    piece->opcode == WS_PING ? "ping" : "pong", (int)piece->n,
		    piece->n == 0 ? "" : (const char *)piece->data);
	else if (piece->opcode != WS_MORE)
		snprintf(told + n, sizeof told - n, "%.*s%s", (int)piece->n,
		    piece->n == 0 ? "" : (const char *)piece->data,
		    piece->last ? "|" : "");
}

/* decode n bytes, step at a time; 0, or the error */
static long
decode(const void *bytes, size_t n, size_t step, bool client)
{
	struct ws ws = { .max = 1000, .client = client };
	struct ws_piece piece;
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
			used = ws_feed(&ws, part + i, len - i, &piece);
			if (used < 0)
				break;
			tell(&piece);
		}
	}
	ws_free(&ws);
	return used < 0 ? used : 0;
}

/* the same result whole, in threes and byte by byte */
static bool
gives(const char *bytes, size_t n, long error, const char *want)
{
	static const size_t steps[] = { 8192, 3, 1 };
	size_t i;

	for (i = 0; i < 3; i++)
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
	ok(GIVES("\x81\x05Hello", -1002, ""), "a client must mask");
	ok(decode("\x81\x85" ZERO "Hello", 11, 1, true) == -1002 &&
		decode("\x81\x05Hello", 7, 1, true) == 0 &&
		strcmp(told, "Hello|") == 0,
	    "a server must not");
	ok(GIVES("\xc1\x80", -1002, "") && GIVES("\x91\x80", -1002, ""),
	    "reserved bits are refused");
	ok(GIVES("\x83\x80", -1002, "") && GIVES("\x8b\x80", -1002, ""),
	    "unknown opcodes are refused");
	ok(GIVES("\x09\x80", -1002, ""), "a control frame has no fragments");
	ok(GIVES("\x89\xfe\x00\x7e", -1002, ""),
	    "nor more than 125 bytes of payload");
	ok(GIVES("\x80\x80", -1002, ""), "nothing to go on with is refused");
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
	struct ws_piece piece;

	piece = (struct ws_piece){
		.opcode = WS_CLOSE, .data = (const unsigned char *)bytes, .n = n
	};
	return ws_close_code(&piece);
}

static void
test_close(void)
{
	static const int good[] = { 1000, 1001, 1003, 1007, 1011, 1014, 3000,
		4999 };
	static const int bad[] = { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999,
		5000, 65535 };
	char bytes[2];
	size_t i;
	int right;

	for (i = 0, right = 1; i < sizeof good / sizeof good[0]; i++) {
		bytes[0] = (char)(good[i] >> 8);
		bytes[1] = (char)good[i];
		right = right && close_code(bytes, 2) == good[i];
	}
	ok(right, "codes that a peer may send are read");
	for (i = 0, right = 1; i < sizeof bad / sizeof bad[0]; i++) {
		bytes[0] = (char)(bad[i] >> 8);
		bytes[1] = (char)bad[i];
		right = right && close_code(bytes, 2) == -1002;
	}
	ok(right, "codes that it may not are 1002");
	ok(close_code("", 0) == 1005, "a close may have no code");
	ok(close_code("\x03", 1) == -1002, "half a code is 1002");
	ok(close_code("\x03\xe8"
		      "bye",
	       5) == 1000 &&
		close_code("\x03\xe8\xff", 3) == -1007,
	    "the reason must be UTF-8");
}

static void
test_writing(void)
{
	static char text[70000];
	struct buf b = { .max = 100000 };
	unsigned char *p;

	ok(ws_frame(&b, WS_TEXT, "reload", 6) == 0 && b.len == 8 &&
		memcmp(buf_head(&b), "\x81\x06reload", 8) == 0,
	    "a short frame has two bytes in front");
	buf_free(&b);
	ok(ws_frame(&b, WS_TEXT, text, 126) == 0 && b.len == 130 &&
		memcmp(buf_head(&b), "\x81\x7e\x00\x7e", 4) == 0,
	    "from 126 bytes on it has four");
	buf_free(&b);
	ok(ws_frame(&b, WS_BINARY, text, 70000) == 0 && b.len == 70010 &&
		memcmp(buf_head(&b), "\x82\x7f\0\0\0\0\0\x01\x11\x70", 10) == 0,
	    "from 64 KiB on it has ten");
	ok(ws_frame(&b, WS_TEXT, text, 40000) == -1 && b.len == 70010,
	    "a frame that does not fit leaves nothing behind");
	buf_free(&b);
	ws_close(&b, 1001);
	p = buf_head(&b);
	ok(b.len == 4 && memcmp(p, "\x88\x02\x03\xe9", 4) == 0,
	    "a close frame holds its code");
	buf_free(&b);
}

static void
test_handshake(void)
{
	char answer[WS_ACCEPT_SIZE + 1];

	ws_accept("dGhlIHNhbXBsZSBub25jZQ==", answer);
	ok(strcmp(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0,
	    "the key of RFC 6455 has its answer");
	ok(ws_key_good("dGhlIHNhbXBsZSBub25jZQ==", 24), "it is a good key");
	ok(!ws_key_good("dGhlIHNhbXBsZSBub25jZQ=", 23) &&
		!ws_key_good("dGhlIHNhbXBsZSBub25jZSEh", 24) &&
		!ws_key_good("", 0),
	    "other lengths are not");
}

int
main(void)
{
	test_messages();
	test_lengths();
	test_errors();
	test_close();
	test_writing();
	test_handshake();
	return test_end();
}
