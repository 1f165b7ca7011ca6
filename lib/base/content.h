/* content.h - what a file holds, as a number */
#ifndef CONTENT_H
#define CONTENT_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

enum {
	CONTENT_LARGE = 67108864 /* bytes: reading more takes a while */
};

/* a number for these bytes, never 0; others have another, as good as surely */
uint64_t content_sum(const void *data, size_t n);

/*
 * That of the regular file of this name in the directory of descriptor dir, or
 * AT_FDCWD; flags are more for open(2).  0, and errno, where it can't be read:
 * EINVAL when it is something else, EFBIG when it holds more than max bytes.
 */
uint64_t content_of(int dir, const char *name, int flags, off_t max);

#endif
