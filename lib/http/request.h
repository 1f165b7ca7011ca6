/* request.h - parse the head of a request: HTTP/1.1 (RFC 9110, 9112) */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	REQUEST_HEAD_MAX = 8192, /* bytes of a request's head, else 431 */
	REQUEST_FIELDS_MAX = 100, /* lines of it, else 431 */
	REQUEST_BODY_MAX = 65536 /* bytes of a request's body, else 413 */
};

/* n bytes at p, without a NUL; p is NULL if there are none */
struct span {
	const char *p;
	size_t n;
};

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_POST,
	METHOD_PUT, /* PUT to PATCH are answered with 405 */
	METHOD_DELETE,
	METHOD_CONNECT,
	METHOD_TRACE,
	METHOD_PATCH,
	METHOD_UNKNOWN /* 501 */
};

struct field {
	struct span name;
	struct span value; /* without the blanks around it */
};

/* The head of a request; all spans point into the bytes that were parsed. */
struct request {
	enum method method;
	struct span verb; /* the method as it was sent */
	struct span path; /* starts with '/', or is "*" */
	struct span query; /* with its '?', or empty */
	struct span host; /* with its port */
	bool old; /* HTTP/1.0 */
	bool keep; /* the client wants the connection to stay open */
	bool expect; /* the client sends the body after a 100 (Continue) */
	int64_t length; /* bytes of the body that follows */
	size_t nfields;
	struct field field[REQUEST_FIELDS_MAX];
};

/* Return the number of bytes of empty lines at p, which may precede a request. */
size_t request_blank(const char *p, size_t n);

/*
 * Return the length of the head at p, 0 if it is incomplete, or a negative status:
 * -400 or -431.  *seen starts as 0, and keeps how far the bytes were examined, so
 * that each is examined once.
 */
long request_head_size(const char *p, size_t n, size_t *seen);

/*
 * Parse a complete head.  Returns 0, or a negative status: -400, -411, -413, -417,
 * -431 or -505.
 */
int request_parse(const char *p, size_t n, struct request *r);

/* Parse a header line, without its line end.  Returns 0, or -400. */
int request_read_field(struct span line, struct field *f);

/* Return the value of the i-th header of that name, from 0; p is NULL if none. */
struct span request_field(const struct request *r, const char *name, size_t i);

/*
 * Return true if t is an element of the comma-separated lists of that name.
 * Parameters are ignored, but an element with a weight of 0 does not count.
 */
bool request_lists(const struct request *r, const char *name, const char *t);

/* Return true if a span equals t; the case of ASCII letters is ignored. */
bool span_is(struct span span, const char *t);

/*
 * Take the port off a host, and the brackets off an address, which is then
 * literal.  Returns false if the port or the brackets are malformed.
 */
bool span_split_host(struct span *host, bool *literal);

/* Return true if If-None-Match contains an entity tag, given with its quotes. */
bool request_none_match(const struct request *r, const char *etag);

/*
 * Decode percent-escapes into out, which has room for path.n bytes.  Returns the
 * length, or -1 if an escape is malformed or stands for NUL.
 */
long request_unescape(struct span path, char *out);

/* Append n bytes as part of a path, percent-encoded as needed; as buf_put. */
int request_escape(struct buf *b, const char *s, size_t n);

#endif
