/* sha1.c - SHA-1 of a short text, as the WebSocket handshake asks for it */
#include <stdint.h>
#include <string.h>

#include "ws/sha1.h"

enum { BLOCK = 64, ROUNDS = 80 };

static uint32_t
rotate(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

/* The message schedule of FIPS 180-4, 6.1.2, step 1. */
static void
spread(uint32_t w[ROUNDS], const unsigned char *p)
{
	int t;

	for (t = 0; t < 16; t++, p += 4)
		w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		    (uint32_t)p[2] << 8 | p[3];
	for (; t < ROUNDS; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
}

static uint32_t
mix(int t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
block(uint32_t h[5], const unsigned char *p)
{
	uint32_t w[ROUNDS], a, b, c, d, e, x;
	int t;

	spread(w, p);
	a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	for (t = 0; t < ROUNDS; t++) {
		x = rotate(a, 5) + mix(t, b, c, d) + e + w[t];
		e = d, d = c, c = rotate(b, 30), b = a, a = x;
	}
	h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
}

void
sha1(const void *bytes, size_t n, unsigned char digest[SHA1_SIZE])
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };
	unsigned char last[2 * BLOCK] = { 0 };
	const unsigned char *p;
	size_t left, size, i;

	p = bytes;
	for (left = n; left >= BLOCK; left -= BLOCK, p += BLOCK)
		block(h, p);
	if (left > 0)
		memcpy(last, p, left);
	last[left] = 0x80;
	size = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	for (i = 0; i < 8; i++)
		last[size - 1 - i] = (unsigned char)((uint64_t)n * 8 >> 8 * i);
	block(h, last);
	if (size > BLOCK)
		block(h, last + BLOCK);
	for (i = 0; i < SHA1_SIZE; i++)
		digest[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}
