#define _POSIX_C_SOURCE 200809L
/* conditional.c - validators, and what depends on them (RFC 9110, 8.8 and 13) */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "http/response.h"
#include "os/os.h"
#include "site/conditional.h"

enum { TICK_NS = 20000000, SECOND_NS = 1000000000 };

/* May the file be written again, and keep this stamp? */
static bool
is_racy(int64_t now, int64_t stamp)
{
	return now - stamp < TICK_NS ||
	    (stamp % SECOND_NS == 0 &&
		now - stamp < CONDITIONAL_YOUNG * (int64_t)SECOND_NS);
}

static void
set_tag(struct validators *v, uint64_t size, uint64_t sum)
{
	snprintf(v->etag, sizeof v->etag, "\"%llx-%llx\"",
	    (unsigned long long)size, (unsigned long long)sum);
}

struct validators
conditional_file(const struct stat *st)
{
	struct validators v = { .modified = -1 };
	int64_t now, mtime, ctime;
	uint64_t what[5];

	now = clock_wall_ns();
	mtime = os_mtime_ns(st);
	ctime = os_ctime_ns(st);
	what[0] = (uint64_t)st->st_dev;
	what[1] = (uint64_t)st->st_ino;
	what[2] = (uint64_t)mtime;
	what[3] = (uint64_t)ctime;
	/* A version that cannot be told from the next one is like no other. */
	what[4] = is_racy(now, ctime) ? (uint64_t)now : 0;
	set_tag(&v, (uint64_t)st->st_size, hash_bytes(what, sizeof what));
	v.modified = mtime / SECOND_NS;
	if ((mtime > ctime ? mtime : ctime) / SECOND_NS >=
	    now / SECOND_NS - CONDITIONAL_YOUNG)
		v.modified = -1;
	return v;
}

struct validators
conditional_bytes(const void *bytes, size_t n)
{
	struct validators v = { .modified = -1 };

	set_tag(&v, n, hash_bytes(bytes, n));
	return v;
}

void
conditional_page(struct validators *v, const char *generation, bool injected)
{
	size_t n;

	n = strlen(v->etag) - 1; /* without the quote at its end */
	snprintf(v->etag + n, sizeof v->etag - n, "%c%s\"",
	    injected ? '-' : '.', generation);
	v->modified = -1;
}

static bool
has_date(const struct validators *v, struct span date)
{
	return v->modified >= 0 &&
	    response_date_read(date.p, date.n) == v->modified;
}

bool
conditional_has(const struct validators *v, const struct request *r)
{
	if (request_field(r, "if-none-match", 0).p != NULL)
		return request_none_match(r, v->etag);
	return has_date(v, request_field(r, "if-modified-since", 0));
}

bool
conditional_range(const struct validators *v, const struct request *r)
{
	struct span condition;

	condition = request_field(r, "if-range", 0);
	return condition.p == NULL ||
	    (condition.n == strlen(v->etag) &&
		memcmp(condition.p, v->etag, condition.n) == 0) ||
	    has_date(v, condition);
}
