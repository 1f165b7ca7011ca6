/* conditional.h - validators, and what depends on them (RFC 9110, 8.8 and 13) */
#ifndef CONDITIONAL_H
#define CONDITIONAL_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/request.h"

enum {
	CONDITIONAL_TAG = 128, /* bytes of an entity tag with quotes and NUL */
	CONDITIONAL_YOUNG = 2 /* seconds in which a file has no date */
};

/* They change with what they stand for. */
struct validators {
	char etag[CONDITIONAL_TAG]; /* strong, with its quotes */
	int64_t modified; /* seconds since 1970, or -1: no date */
};

/*
 * Those of a file.  A date has whole seconds, so that a file which was written a
 * moment ago, and may be written again in the same second, has none.
 */
struct validators conditional_file(const struct stat *st);

/* Those of n bytes. */
struct validators conditional_bytes(const void *bytes, size_t n);

/* A page is made of a file: it depends on the generation and on the script, too. */
void
conditional_page(struct validators *v, const char *generation, bool injected);

/*
 * Return true if the client has what they stand for: 304.  Only the very date
 * counts, since an older file may take the place of a newer one.
 */
bool conditional_has(const struct validators *v, const struct request *r);

/* Return true if a range may be sent (If-Range). */
bool conditional_range(const struct validators *v, const struct request *r);

#endif
