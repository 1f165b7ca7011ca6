/* sha1.h - SHA-1 of a short text, as the WebSocket handshake asks for it */
#ifndef SHA1_H
#define SHA1_H

#include <stddef.h>

enum { SHA1_SIZE = 20 };

/* the digest of n bytes */
void sha1(const void *bytes, size_t n, unsigned char digest[SHA1_SIZE]);

#endif
