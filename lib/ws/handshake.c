/* handshake.c - the key of a WebSocket handshake and its answer (RFC 6455, 4.2.2) */
#include <string.h>

#include "ws/base64.h"
#include "ws/handshake.h"
#include "ws/sha1.h"

bool
handshake_key_good(const char *key, size_t n)
{
	return n == HANDSHAKE_KEY && base64_size(key, n) == 16;
}

void
handshake_accept(const char *key, char answer[HANDSHAKE_ACCEPT + 1])
{
	static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[HANDSHAKE_KEY + sizeof magic - 1];
	unsigned char digest[SHA1_SIZE];

	memcpy(text, key, HANDSHAKE_KEY);
	memcpy(text + HANDSHAKE_KEY, magic, sizeof magic - 1);
	sha1(text, sizeof text, digest);
	base64_put(answer, digest, sizeof digest);
}
