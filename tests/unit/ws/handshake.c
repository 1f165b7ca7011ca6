/* handshake.c - tests of the key of a WebSocket handshake */
#include <string.h>

#include "../test.h"
#include "ws/handshake.h"

int
main(void)
{
	char answer[HANDSHAKE_ACCEPT + 1];

	handshake_accept("dGhlIHNhbXBsZSBub25jZQ==", answer);
	ok(strcmp(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0,
	    "the key of RFC 6455 has its answer");
	ok(handshake_key_good("dGhlIHNhbXBsZSBub25jZQ==", 24),
	    "it is a good key");
	ok(!handshake_key_good("dGhlIHNhbXBsZSBub25jZQ=", 23) &&
		!handshake_key_good("dGhlIHNhbXBsZSBub25jZSEh", 24) &&
		!handshake_key_good("", 0),
	    "other lengths are not");
	return test_end();
}
