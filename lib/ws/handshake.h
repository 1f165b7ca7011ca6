/* handshake.h - the key of a WebSocket handshake and its answer (RFC 6455, 4.2.2) */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	HANDSHAKE_KEY = 24, /* bytes of Sec-WebSocket-Key */
	HANDSHAKE_ACCEPT = 28 /* bytes of Sec-WebSocket-Accept */
};

/* Return true if a key is 16 bytes in base64, as a client's must be. */
bool handshake_key_good(const char *key, size_t n);

/* Make the answer to a good key, with a NUL. */
void handshake_accept(const char *key, char answer[HANDSHAKE_ACCEPT + 1]);

#endif
