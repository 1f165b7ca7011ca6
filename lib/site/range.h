/* range.h - which part of a file is asked for (RFC 9110, 14) */
#ifndef RANGE_H
#define RANGE_H

#include <stdint.h>

#include "http/request.h"

enum range_result {
	RANGE_WHOLE, /* none is asked for, or one that is better ignored */
	RANGE_PART,
	RANGE_BEYOND /* all of it is behind the end: 416 */
};

/*
 * The part of a file of total bytes: *n of them, *n > 0, from *first on.  Of
 * several parts at once the whole file is made (RFC 9110, 14.2), and so it is
 * of what can't be read, of an empty file, and for a method other than GET.
 */
enum range_result
range_of(const struct request *r, int64_t total, int64_t *first, int64_t *n);

#endif
