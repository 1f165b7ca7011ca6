#define _POSIX_C_SOURCE 200809L
/* version.c - which version of a file a peer has, and whether that will do */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/content.h"
#include "base/str.h"
#include "os/os.h"
#include "site/reply.h"
#include "site/version.h"

enum { SECOND_NS = 1000000000 };

/* could it be written again without another time of modification? */
static bool
fresh(int64_t mtime)
{
	return mtime + VERSION_GRAIN_S >= clock_wall_ns() / SECOND_NS;
}

struct version
version_file(const char *path, const struct stat *st, uint64_t sum)
{
	struct version v = { .name = str_hash(path) };
	uint64_t what[5];

	v.mtime = os_mtime_ns(st) / SECOND_NS;
	v.sum = sum;
	if (sum == 0) {
		what[0] = (uint64_t)st->st_dev;
		what[1] = (uint64_t)st->st_ino;
		what[2] = (uint64_t)os_mtime_ns(st);
		what[3] = (uint64_t)os_ctime_ns(st);
		/* Who can't be told from its next version is like no other. */
		what[4] = fresh(v.mtime) ? (uint64_t)clock_wall_ns() : 0;
		v.sum = content_sum(what, sizeof what);
	}
	snprintf(v.etag, sizeof v.etag, "\"%llx-%llx\"",
	    (unsigned long long)st->st_size, (unsigned long long)v.sum);
	return v;
}

/* Both kinds of a page differ, so they have different tags. */
void
version_page(struct version *v, const char *generation, bool tagged)
{
	size_t n;

	n = strlen(v->etag) - 1; /* without the quote at its end */
	snprintf(v->etag + n, sizeof v->etag - n, "%c%s\"", tagged ? '-' : '.',
	    generation);
	v->page = true;
}

/* the place of what was served of that name with that date, or VERSION_LOG */
static size_t
find(const struct version_log *log, const struct version *v)
{
	size_t i, n;

	n = log->next < VERSION_LOG ? log->next : VERSION_LOG;
	for (i = 0; i < n; i++)
		if (log->fresh[i].name == v->name &&
		    log->fresh[i].mtime == v->mtime)
			return i;
	return VERSION_LOG;
}

static void
forget(struct version_log *log, int64_t mtime)
{
	if (log->lost == 0 || mtime < log->lost_from)
		log->lost_from = mtime;
	if (mtime > log->lost)
		log->lost = mtime;
}

/* it is served */
static void
note(struct version_log *log, const struct version *v)
{
	size_t i;

	if (v->page || !fresh(v->mtime))
		return;
	i = find(log, v);
	if (i < VERSION_LOG) {
		if (log->fresh[i].sum != v->sum)
			log->fresh[i].sum = 0;
		return;
	}
	i = log->next % VERSION_LOG;
	if (log->next++ >= VERSION_LOG)
		forget(log, log->fresh[i].mtime);
	log->fresh[i].name = v->name;
	log->fresh[i].mtime = v->mtime;
	log->fresh[i].sum = v->sum;
}

/* does whoever has that date of it have this version? */
static bool
dated(const struct version_log *log, const struct version *v,
    struct http_span date)
{
	size_t i;

	if (v->page || reply_date_read(date.p, date.n) != v->mtime)
		return false;
	if (log->lost != 0 && v->mtime >= log->lost_from &&
	    v->mtime <= log->lost)
		return false;
	i = find(log, v);
	return i == VERSION_LOG || log->fresh[i].sum == v->sum;
}

/* If-Match, or else If-Unmodified-Since: does it fail? */
static bool
mismatch(const struct version *v, const struct http_request *r)
{
	struct http_span date;
	int64_t since;

	if (http_field(r, "if-match", 0).p != NULL)
		return !http_lists(r, "if-match", "*") &&
		    !http_lists(r, "if-match", v->etag);
	date = http_field(r, "if-unmodified-since", 0);
	since = reply_date_read(date.p, date.n);
	return since >= 0 && v->mtime > since;
}

/*
 * Only the very date of it will do, not any later one: a file that an older
 * one takes the place of has changed, too.
 */
int
version_status(struct version_log *log, const struct version *v,
    const struct http_request *r)
{
	bool same;

	if (mismatch(v, r))
		return 412;
	if (http_field(r, "if-none-match", 0).p != NULL)
		same = http_none_match(r, v->etag);
	else
		same = dated(log, v, http_field(r, "if-modified-since", 0));
	if (same)
		return 304;
	note(log, v);
	return 200;
}

bool
version_parts(const struct version_log *log, const struct version *v,
    const struct http_request *r)
{
	struct http_span cond;

	cond = http_field(r, "if-range", 0);
	if (cond.p == NULL)
		return true;
	if (cond.n == strlen(v->etag) && memcmp(cond.p, v->etag, cond.n) == 0)
		return true;
	return dated(log, v, cond);
}
