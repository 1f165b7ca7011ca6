#define _XOPEN_SOURCE 700
/* wscat.c - a WebSocket client for shell tests; -r: only bytes, for HTTP */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "ws/frame.h"
#include "ws/handshake.h"

enum { ROOM = 1 << 22, HEAD = 65536, KEY = 24 };

/*
 * wscat [-1rs] [-H host] [-h 'Name: value']... [-n count] [-O origin]
 *     [-P protocol] [-t secs] port path [what...]
 *
 * Connects to 127.0.0.1 (-4, the default) or ::1 (-6).  Each text that comes
 * is a line; all else that happens is a line that starts with "* ": open
 * PROTOCOL, ping, pong TEXT, binary N, close CODE, eof, status CODE.
 *
 * what, in order: text:T, part:T and more:T and last:T (a message in
 * fragments), ping:T, close:CODE, hex:BYTES (as they are), len:N (a text of
 * N letters).  -1 sends all of it byte by byte, -s never reads what comes,
 * -n ends after so many texts.  With -r standard input is sent and what
 * comes is standard output, up to the end.
 *
 * Exit: 0 it was as wanted, or the server closed; 1 refused or cut off,
 * 2 called wrongly, 3 after -t (60) seconds.
 */
static struct {
	int fd;
	int64_t deadline;
	bool six, raw, dribble, stalled;
	const char *host, *origin, *protocol;
	struct buf fields;
	int64_t count; /* texts that are still to come, or -1 */
	struct buf text;
} cat;

static const char key[KEY + 1] = "dGhlIHNhbXBsZSBub25jZQ==";

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "wscat: %s\n", what);
	exit(2);
}

static void
dial(const char *port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	int64_t n;

	if (str_num(port, 1, 65535, &n) < 0)
		fail("no port");
	four.sin_port = six.sin6_port = htons((uint16_t)n);
	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	six.sin6_addr = in6addr_loopback;
	cat.fd = socket(cat.six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	if (cat.six
		? connect(cat.fd, (struct sockaddr *)&six, sizeof six) < 0
		: connect(cat.fd, (struct sockaddr *)&four, sizeof four) < 0) {
		puts("* no connection");
		exit(1);
	}
}

static void
put(const void *bytes, size_t n)
{
	const unsigned char *p;
	ssize_t r;

	for (p = bytes; n > 0; p += r, n -= (size_t)r) {
		r = send(cat.fd, p, cat.dribble ? 1 : n, MSG_NOSIGNAL);
		if (r < 0)
			return; /* what it had to say is still to be read */
		if (cat.dribble)
			poll(NULL, 0, 1);
	}
}

/* the next bytes; 0 at the end */
static size_t
get(void *bytes, size_t n)
{
	struct pollfd p = { .fd = cat.fd, .events = POLLIN };
	int64_t left;
	ssize_t r;

	fflush(stdout);
	left = cat.deadline - clock_ms();
	if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
		puts("* timeout");
		exit(3);
	}
	r = read(cat.fd, bytes, n);
	return r > 0 ? (size_t)r : 0;
}

/* stdin there, all that comes back to stdout, in whatever turns they take */
static void
converse(void)
{
	struct pollfd p[] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = cat.fd, .events = POLLIN } };
	char bytes[65536];
	ssize_t r;
	size_t n;

	while (p[0].fd >= 0 && clock_ms() < cat.deadline) {
		if (poll(p, 2, (int)(cat.deadline - clock_ms())) <= 0)
			continue;
		if (p[1].revents != 0) {
			n = get(bytes, sizeof bytes);
			fwrite(bytes, 1, n, stdout);
			if (n == 0)
				exit(fflush(stdout) != 0);
		} else {
			r = read(STDIN_FILENO, bytes, sizeof bytes);
			if (r > 0)
				put(bytes, (size_t)r);
			else
				p[0].fd = -1;
		}
		fflush(stdout);
	}
	while ((n = get(bytes, sizeof bytes)) > 0)
		fwrite(bytes, 1, n, stdout);
	exit(0);
}

static void
frame(int first, const void *bytes, size_t n)
{
	static const unsigned char mask[4] = { 0x11, 0x22, 0x33, 0x44 };
	struct buf b = { .max = ROOM };
	const unsigned char *p;
	unsigned char c;
	size_t i, head;

	frame_put(&b, FRAME_TEXT, bytes, n);
	head = b.len - n;
	buf_head(&b)[0] = (unsigned char)first;
	buf_head(&b)[1] |= 0x80;
	put(buf_head(&b), head);
	put(mask, sizeof mask);
	buf_free(&b);
	p = bytes;
	for (i = 0; i < n; i++) {
		c = p[i] ^ mask[i & 3];
		buf_put(&b, &c, 1);
	}
	put(buf_head(&b), b.len);
	buf_free(&b);
}

static void
hex(const char *s)
{
	unsigned v;
	int used;
	unsigned char c;

	for (; sscanf(s, " %2x%n", &v, &used) == 1; s += used) {
		c = (unsigned char)v;
		put(&c, 1);
	}
}

static void
letters(const char *count)
{
	char *text;
	int64_t n;

	if (str_num(count, 0, ROOM - 16, &n) < 0 ||
	    (text = malloc((size_t)n + 1)) == NULL)
		fail("bad length");
	memset(text, 'x', (size_t)n);
	frame(0x81, text, (size_t)n);
	free(text);
}

static void
say(const char *what)
{
	static const struct {
		const char *name;
		int first;
	} kinds[] = { { "text:", 0x81 }, { "part:", 0x01 }, { "more:", 0x00 },
		{ "last:", 0x80 }, { "ping:", 0x89 } };
	unsigned char code[2];
	int64_t n;
	size_t i, len;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		len = strlen(kinds[i].name);
		if (strncmp(what, kinds[i].name, len) == 0) {
			frame(kinds[i].first, what + len, strlen(what) - len);
			return;
		}
	}
	if (strncmp(what, "hex:", 4) == 0) {
		hex(what + 4);
	} else if (strncmp(what, "len:", 4) == 0) {
		letters(what + 4);
	} else if (strncmp(what, "close:", 6) == 0 &&
	    str_num(what + 6, 0, 65535, &n) == 0) {
		code[0] = (unsigned char)(n >> 8);
		code[1] = (unsigned char)n;
		frame(0x88, code, 2);
	} else {
		fail("what?");
	}
}

static void
ask(const char *port, const char *path)
{
	struct buf b = { .max = ROOM };

	buf_puts(&b, "GET ");
	buf_puts(&b, path);
	buf_puts(&b, " HTTP/1.1\r\nHost: ");
	buf_puts(&b, cat.host == NULL ? "localhost:" : cat.host);
	buf_puts(&b, cat.host == NULL ? port : "");
	buf_printf(&b,
	    "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
	    key);
	if (cat.origin != NULL)
		buf_printf(&b, "Origin: %s\r\n", cat.origin);
	if (cat.protocol != NULL)
		buf_printf(&b, "Sec-WebSocket-Protocol: %s\r\n", cat.protocol);
	buf_put(&b, buf_head(&cat.fields), cat.fields.len);
	buf_puts(&b, "\r\n");
	put(buf_head(&b), b.len);
	buf_free(&b);
}

/* the head of the answer, as a string; what follows stays in b */
static char *
take_head(struct buf *b)
{
	char bytes[HEAD], *end, *head;
	size_t n;

	for (;;) {
		buf_put(b, "", 1);
		end = strstr((char *)buf_head(b), "\r\n\r\n");
		b->len--;
		if (end != NULL)
			break;
		n = get(bytes, sizeof bytes);
		if (n == 0) {
			puts("* eof");
			exit(1);
		}
		buf_put(b, bytes, n);
	}
	n = (size_t)(end - (char *)buf_head(b)) + 4;
	head = strndup((char *)buf_head(b), n);
	buf_drop(b, n);
	return head;
}

static void
take_answer(struct buf *b)
{
	static const char field[] = "Sec-WebSocket-Protocol: ";
	char accept[HANDSHAKE_ACCEPT + 1], *head, *p;

	head = take_head(b);
	if (strncmp(head, "HTTP/1.1 101 ", 13) != 0) {
		printf("* status %.3s\n", head + 9);
		exit(1);
	}
	handshake_accept(key, accept);
	if (strstr(head, accept) == NULL) {
		puts("* wrong accept");
		exit(1);
	}
	p = strstr(head, field);
	printf("* open%s%.*s\n", p == NULL ? "" : " ",
	    p == NULL ? 0 : (int)strcspn(p + strlen(field), "\r"),
	    p == NULL ? "" : p + strlen(field));
	free(head);
}

static void
take_piece(const struct frame_piece *piece)
{
	switch (piece->opcode) {
	case FRAME_TEXT:
		buf_put(&cat.text, piece->data, piece->n);
		if (!piece->last)
			break;
		printf("%.*s\n", (int)cat.text.len,
		    cat.text.len == 0 ? "" : (char *)buf_head(&cat.text));
		buf_free(&cat.text);
		if (--cat.count == 0)
			exit(fflush(stdout) != 0);
		break;
	case FRAME_BINARY:
		printf("* binary %lu\n", (unsigned long)piece->n);
		break;
	case FRAME_PING:
		puts("* ping");
		frame(0x8a, piece->data, piece->n);
		break;
	case FRAME_PONG:
		printf("* pong %.*s\n", (int)piece->n,
		    piece->n == 0 ? "" : (const char *)piece->data);
		break;
	case FRAME_CLOSE:
		printf("* close %d\n", frame_close_code(piece));
		exit(fflush(stdout) != 0);
	case FRAME_MORE:
		break;
	}
}

static void
listen_on(struct buf *first)
{
	static unsigned char bytes[65536];
	struct frame_reader ws = { .client = true };
	struct frame_piece piece;
	unsigned char *p;
	size_t n;
	long used;

	n = first->len;
	if (n > 0)
		memcpy(bytes, buf_head(first), n);
	for (;;) {
		for (p = bytes; n > 0; p += used, n -= (size_t)used) {
			used = frame_feed(&ws, p, n, &piece);
			if (used < 0) {
				printf("* bad frame %ld\n", used);
				exit(1);
			}
			take_piece(&piece);
		}
		n = get(bytes, sizeof bytes);
		if (n == 0) {
			puts("* eof");
			exit(1);
		}
	}
}

static void
options(int argc, char **argv)
{
	int64_t ms;
	int c;

	ms = 60000;
	cat.count = -1;
	while ((c = getopt(argc, argv, "+146H:h:n:O:P:rst:")) != -1)
		switch (c) {
		case '1':
			cat.dribble = true;
			break;
		case '4':
		case '6':
			cat.six = c == '6';
			break;
		case 'H':
			cat.host = optarg;
			break;
		case 'h':
			buf_puts(&cat.fields, optarg);
			buf_puts(&cat.fields, "\r\n");
			break;
		case 'n':
			if (str_num(optarg, 1, INT32_MAX, &cat.count) < 0)
				fail("-n?");
			break;
		case 'O':
			cat.origin = optarg;
			break;
		case 'P':
			cat.protocol = optarg;
			break;
		case 'r':
			cat.raw = true;
			break;
		case 's':
			cat.stalled = true;
			break;
		case 't':
			if (str_secs(optarg, &ms) < 0)
				fail("-t?");
			break;
		default:
			fail("see the head of wscat.c");
		}
	cat.deadline = clock_ms() + ms;
}

int
main(int argc, char **argv)
{
	struct buf first = { .max = ROOM };
	int i;

	cat.fields.max = cat.text.max = ROOM;
	options(argc, argv);
	if (argc - optind < (cat.raw ? 1 : 2))
		fail("no port and path");
	dial(argv[optind]);
	if (cat.raw)
		converse();
	ask(argv[optind], argv[optind + 1]);
	take_answer(&first);
	for (i = optind + 2; i < argc; i++)
		say(argv[i]);
	fflush(stdout);
	if (cat.stalled) {
		sleep((unsigned)((cat.deadline - clock_ms()) / 1000));
		return 3;
	}
	listen_on(&first);
}
