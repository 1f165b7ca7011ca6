/* reply.h - what a request is answered with, and its head as bytes */
#ifndef REPLY_H
#define REPLY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	REPLY_DATE_SIZE = 30, /* of a date with its NUL */
	REPLY_ENDLESS = -1 /* as len: the body ends with the connection */
};

/* The body is what is in body, then len bytes of the file fd from off. */
struct reply {
	int status;
	struct buf fields; /* whole lines of the head, beyond the usual */
	struct buf body;
	int fd; /* -1: no file */
	int64_t off;
	int64_t len;
	bool is_site; /* it comes from the site */
};

/* an empty reply */
void reply_init(struct reply *reply, int status);

/* give the memory back, close the file */
void reply_free(struct reply *reply);

/* leave n bytes of what is to be sent, from first on; they are there */
void reply_part(struct reply *reply, int64_t first, int64_t n);

/*
 * Append the head of a reply.  The length of the body is told unless the
 * status has none; keep: the connection stays open.  As buf_put.
 */
int reply_head(
    struct buf *out, const struct reply *reply, bool keep, int64_t wall_secs);

/* read of a reply's file at off, as pread(2), interrupted or not */
ssize_t reply_read(int fd, void *bytes, size_t n, int64_t off);

/*
 * Set a field, "Name: value", in place of those of that name, which is as long as
 * n tells.  As buf_put.
 */
int reply_set(struct reply *reply, const char *line, size_t n);

/* Not Found for 404 */
const char *reply_reason(int status);

/* Thu, 01 Jan 1970 00:00:00 GMT for a time in seconds */
void reply_date(char out[REPLY_DATE_SIZE], int64_t secs);

/* those n bytes back as seconds, or -1 if they are no such date */
int64_t reply_date_read(const char *p, size_t n);

#endif
