/* version.h - which version of a file a peer has, and whether that will do */
#ifndef VERSION_H
#define VERSION_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

enum {
	VERSION_TAG = 128, /* bytes of an entity tag with its quotes and NUL */
	VERSION_GRAIN_S = 2, /* no file system's times are coarser */
	VERSION_LOG = 64 /* files */
};

/* what a file is at this moment, or a page made of it */
struct version {
	char etag[VERSION_TAG]; /* with its quotes */
	size_t name; /* str_hash of its path */
	int64_t mtime; /* s since 1970 */
	uint64_t sum; /* of its content, as well as it is known */
	bool page; /* it changes with every broadcast as well */
};

/*
 * A date has whole seconds: whoever got a file in the second in which it was
 * written may have missed what was written later in it.  What was served of
 * files as fresh as that is remembered, and where it was all the same, the
 * date is as good as a tag.
 */
struct version_log {
	struct {
		size_t name;
		int64_t mtime; /* s */
		uint64_t sum; /* 0: of several */
	} fresh[VERSION_LOG];
	size_t next; /* fresh[next % VERSION_LOG] is the oldest */
	int64_t lost; /* s; of this and earlier times it has forgotten some */
	int64_t lost_from; /* s; of earlier ones it has not */
};

/*
 * The version of a file at path: by the sum of its content, or where that is 0
 * by what stat says.
 */
struct version
version_file(const char *path, const struct stat *st, uint64_t sum);

/* it becomes a page of this generation, into which the tag was put or not */
void version_page(struct version *v, const char *generation, bool tagged);

/*
 * Judge a GET or HEAD by its conditions, in the order of RFC 9110, 13.2.2:
 * 200, 304 or 412.
 */
int version_status(struct version_log *log, const struct version *v,
    const struct http_request *r);

/* may a part of it be sent, by If-Range? */
bool version_parts(const struct version_log *log, const struct version *v,
    const struct http_request *r);

#endif
