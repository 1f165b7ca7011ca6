/* response.h - the response to a request, and its head as bytes */
#ifndef RESPONSE_H
#define RESPONSE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	RESPONSE_DATE_SIZE = 30, /* bytes of a date with its NUL */
	RESPONSE_ENDLESS = -1 /* as len: the body ends with the connection */
};

/* The body is `body`, followed by len bytes of the file fd from off on. */
struct response {
	int status;
	struct buf fields; /* header lines, besides those of response_head */
	struct buf body;
	int fd; /* -1: no file */
	int64_t off;
	int64_t len;
	bool is_site; /* from a file, a listing, or an error about one */
};

/* Begin an empty response. */
void response_init(struct response *response, int status);

/* Free it, and close the file. */
void response_free(struct response *response);

/* Cut the body down to n bytes from `first` on, which must exist. */
void response_part(struct response *response, int64_t first, int64_t n);

/*
 * Append the head of a response, with Date, Content-Length and Connection.  If
 * keep is set, the connection stays open.  As buf_put.
 */
int response_head(struct buf *out, const struct response *response, bool keep,
    int64_t wall_secs);

/* Read from a file at an offset, as pread(2), but restarted after EINTR. */
ssize_t response_read(int fd, void *bytes, size_t n, int64_t off);

/*
 * Add a header line, "Name: value", and remove those of the same name, which has n
 * bytes.  As buf_put.
 */
int response_set(struct response *response, const char *line, size_t n);

/* Fill in a plain text that says what is wrong; `why` may be "". */
void response_text(struct response *response, int status, const char *why);

/* Return the reason phrase of a status: "Not Found" for 404. */
const char *response_reason(int status);

/* Format seconds since 1970, as Thu, 01 Jan 1970 00:00:00 GMT. */
void response_date(char out[RESPONSE_DATE_SIZE], int64_t secs);

/* Parse such a date of n bytes.  Returns seconds since 1970, or -1. */
int64_t response_date_read(const char *p, size_t n);

#endif
