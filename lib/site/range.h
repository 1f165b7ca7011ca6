/* range.h - range requests (RFC 9110, 14) */
#ifndef RANGE_H
#define RANGE_H

#include <stdint.h>

#include "http/request.h"

enum range_result {
	RANGE_WHOLE, /* no range is requested, or one that is ignored */
	RANGE_PART,
	RANGE_BEYOND /* it begins after the end: 416 */
};

/*
 * Find the range that is requested of `total` bytes: *n bytes, at least 1, from
 * *first on.  Several ranges at once are ignored (RFC 9110, 14.2), as are malformed
 * ones, ranges of an empty file, and those of other methods than GET.
 */
enum range_result
range_of(const struct request *r, int64_t total, int64_t *first, int64_t *n);

#endif
