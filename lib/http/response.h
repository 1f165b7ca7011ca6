/* response.h - what a request is answered with, and its head as bytes */
#ifndef RESPONSE_H
#define RESPONSE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	RESPONSE_DATE_SIZE = 30, /* of a date with its NUL */
	RESPONSE_ENDLESS = -1 /* as len: the body ends with the connection */
};

/* The body is what is in body, then len bytes of the file fd from off. */
struct response {
	int status;
	struct buf fields; /* whole lines of the head, beyond the usual */
	struct buf body;
	int fd; /* -1: no file */
	int64_t off;
	int64_t len;
	bool is_site; /* it comes from the site */
};

/* an empty response */
void response_init(struct response *response, int status);

/* give the memory back, close the file */
void response_free(struct response *response);

/* leave n bytes of what is to be sent, from first on; they are there */
void response_part(struct response *response, int64_t first, int64_t n);

/*
 * Append the head of a response.  The length of the body is told unless the
 * status has none; keep: the connection stays open.  As buf_put.
 */
int response_head(struct buf *out, const struct response *response, bool keep,
    int64_t wall_secs);

/* read of a response's file at off, as pread(2), interrupted or not */
ssize_t response_read(int fd, void *bytes, size_t n, int64_t off);

/*
 * Set a field, "Name: value", in place of those of that name, which is as long as
 * n tells.  As buf_put.
 */
int response_set(struct response *response, const char *line, size_t n);

/* Not Found for 404 */
const char *response_reason(int status);

/* Thu, 01 Jan 1970 00:00:00 GMT for a time in seconds */
void response_date(char out[RESPONSE_DATE_SIZE], int64_t secs);

/* those n bytes back as seconds, or -1 if they are no such date */
int64_t response_date_read(const char *p, size_t n);

#endif
