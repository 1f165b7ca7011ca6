/* fuzz.h - what every fuzz target is written with */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* the target: whatever the n bytes are, it returns 0, or aborts */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* what holds for every input */
#define must(fact) ((fact) ? (void)0 : fuzz_broken(#fact, __FILE__, __LINE__))

static inline void
fuzz_broken(const char *fact, const char *file, int line)
{
	fprintf(stderr, "%s:%d: broken: %s\n", file, line, fact);
	abort();
}

/* a copy that is as large as it must be, so that reading past it is seen */
static inline void *
fuzz_copy(const void *bytes, size_t n)
{
	void *copy;

	copy = calloc(n > 0 ? n : 1, 1);
	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

/* how many of n bytes come next; all of them where the seed is 0 */
static inline size_t
fuzz_piece(uint32_t *seed, size_t n)
{
	size_t most;

	if (*seed == 0 || n == 0)
		return n;
	*seed = *seed * 1664525 + 1013904223;
	/* mostly few at a time */
	most = (*seed >> 28) == 0 ? 4096 : (*seed >> 28) < 4 ? 1 : 16;
	most = 1 + (*seed >> 8) % most;
	return most < n ? most : n;
}

#endif
