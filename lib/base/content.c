#define _POSIX_C_SOURCE 200809L
/* content.c - what a file holds, as a number */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/content.h"

enum { PIECE = 65536 /* bytes read in one go; a multiple of a word's */ };

/* Odd numbers whose bits are a random lot. */
static const uint64_t seed = 0x9ae16a3b2f90404f, first = 0xd6e8feb86659fd93,
		      second = 0xc2b2ae3d27d4eb4f;

/*
 * Both factors are odd and the rotation loses nothing, so of two sums that
 * differ, or two words, none become one; and each bit gets to meet all others.
 */
static uint64_t
add(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * first;
	sum = (sum << 29) | (sum >> 35);
	return sum * second;
}

/* A part of a word can only be the end. */
static uint64_t
add_bytes(uint64_t sum, const unsigned char *data, size_t n)
{
	uint64_t word;

	for (; n >= sizeof word; n -= sizeof word, data += sizeof word) {
		memcpy(&word, data, sizeof word);
		sum = add(sum, word);
	}
	if (n > 0) {
		word = 0;
		memcpy(&word, data, n);
		sum = add(sum, word);
	}
	return sum;
}

/* The length tells apart what ends in zeros. */
static uint64_t
finish(uint64_t sum, uint64_t length)
{
	sum = add(sum, length);
	sum ^= sum >> 32;
	sum = add(sum, 0);
	sum ^= sum >> 29;
	return sum == 0 ? 1 : sum;
}

uint64_t
content_sum(const void *data, size_t n)
{
	return finish(add_bytes(seed, data, n), n);
}

/* As many bytes as there are room for or left; -1 and errno */
static ssize_t
read_piece(int fd, unsigned char piece[PIECE])
{
	size_t len;
	ssize_t n;

	for (len = 0; len < PIECE;) {
		n = read(fd, piece + len, PIECE - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static uint64_t
read_all(int fd, off_t max)
{
	unsigned char piece[PIECE];
	uint64_t sum;
	struct stat st;
	off_t length;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return 0;
	errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
	if (!S_ISREG(st.st_mode) || st.st_size > max)
		return 0;
	sum = seed;
	length = 0;
	do {
		n = read_piece(fd, piece);
		if (n < 0)
			return 0;
		if (n > max - length) {
			errno = EFBIG;
			return 0;
		}
		sum = add_bytes(sum, piece, (size_t)n);
		length += n;
	} while (n == PIECE);
	return finish(sum, (uint64_t)length);
}

/* If it is no file any more, it must not block, nor become our terminal. */
uint64_t
content_of(int dir, const char *name, int flags, off_t max)
{
	uint64_t sum;
	int fd, error;

	fd = openat(
	    dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	if (fd < 0)
		return 0;
	sum = read_all(fd, max);
	error = errno;
	close(fd);
	errno = error;
	return sum;
}
