/* sha1.c - tests of SHA-1 with the vectors of FIPS 180 */
#include <stdbool.h>
#include <string.h>

#include "../test.h"
#include "ws/sha1.h"

static bool
is(const char *text, size_t n, const char *want)
{
	unsigned char digest[SHA1_SIZE];
	char hex[2 * SHA1_SIZE + 1];
	size_t i;

	sha1(text, n, digest);
	for (i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return strcmp(hex, want) == 0;
}

int
main(void)
{
	static char many[1000000];
	const char
	    *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	memset(many, 'a', sizeof many);
	ok(is("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
	    "nothing has its digest");
	ok(is("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d"),
	    "one block has its digest");
	ok(is(two, 56, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
	    "so has a text whose length needs a second block");
	ok(is(many, 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
	    "so has a million letters");
	ok(is(many, 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
	    "so has exactly one block");
	return test_end();
}
