/* range.c - range requests (RFC 9110, 14) */
#include <stdbool.h>

#include "base/str.h"
#include "site/range.h"

static const char unit[] = "bytes=";

static void
skip_blanks(struct span *s)
{
	while (s->n > 0 && (*s->p == ' ' || *s->p == '\t')) {
		s->p++;
		s->n--;
	}
}

/* digits at the front of s, taken off; one too large is INT64_MAX */
static bool
take_number(struct span *s, int64_t *v)
{
	size_t n;

	n = str_digits(s->p, s->n, v);
	s->p += n;
	s->n -= n;
	return n > 0;
}

/* the text after "bytes=", where it is one range; -1 has no number */
static bool
take_range(struct span s, int64_t *from, int64_t *to)
{
	skip_blanks(&s);
	if (!take_number(&s, from))
		*from = -1;
	if (s.n == 0 || *s.p != '-')
		return false;
	s.p++;
	s.n--;
	if (!take_number(&s, to))
		*to = -1;
	skip_blanks(&s);
	if (s.n > 0 || (*from < 0 && *to < 0))
		return false;
	return *from < 0 || *to < 0 || *from <= *to;
}

enum range_result
range_of(const struct request *r, int64_t total, int64_t *first, int64_t *n)
{
	const size_t len = sizeof unit - 1;
	struct span s;
	int64_t from, to;

	s = request_field(r, "range", 0);
	if (r->method != METHOD_GET || total == 0 || s.p == NULL || s.n < len ||
	    !str_is(s.p, len, unit) || request_field(r, "range", 1).p != NULL)
		return RANGE_WHOLE;
	s.p += len;
	s.n -= len;
	if (!take_range(s, &from, &to))
		return RANGE_WHOLE;
	if (from >= total || (from < 0 && to == 0))
		return RANGE_BEYOND;
	if (from < 0) { /* that many at the end */
		*first = to < total ? total - to : 0;
		*n = total - *first;
		return RANGE_PART;
	}
	*first = from;
	*n = (to < 0 || to >= total ? total - 1 : to) - from + 1;
	return RANGE_PART;
}
