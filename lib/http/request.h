/* request.h - requests read, HTTP/1.1 (RFC 9110, 9112) */
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

/* n bytes at p, not ended by anything; p is NULL where there are none */
struct span {
	const char *p;
	size_t n;
};

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_POST,
	METHOD_PUT, /* this and the next ones are answered with 405 */
	METHOD_DELETE,
	METHOD_CONNECT,
	METHOD_TRACE,
	METHOD_PATCH,
	METHOD_UNKNOWN /* this with 501 */
};

struct field {
	struct span name;
	struct span value; /* without the blanks around it */
};

/* a request's head; all spans point into the bytes it was read from */
struct request {
	enum method method;
	struct span verb; /* the method as it was sent */
	struct span path; /* starts with '/', or is "*" */
	struct span query; /* with its '?', or empty */
	struct span host; /* with its port */
	bool old; /* HTTP/1.0 */
	bool keep; /* the peer wants the connection to stay open */
	bool expect; /* the body comes only after a 100 (Continue) */
	int64_t length; /* of the body that follows */
	size_t nfields;
	struct field field[REQUEST_FIELDS_MAX];
};

/* the line ends at p that may stand in front of a request, how many bytes */
size_t request_blank(const char *p, size_t n);

/*
 * The length of the head that starts at p, 0 if it does not end yet, or -400
 * or -431.  *seen, 0 for a new request, is where to go on looking, so each
 * byte is looked at once.
 */
long request_head_size(const char *p, size_t n, size_t *seen);

/* read a whole head; 0, or a status, negative: -400, -411, -413, -417, -431, -505 */
int request_parse(const char *p, size_t n, struct request *r);

/* Read a line of a head without its end.  Returns 0, or -400. */
int request_read_field(struct span line, struct field *f);

/* the i-th field of that name, from 0; a span at NULL if there are not so many */
struct span request_field(const struct request *r, const char *name, size_t i);

/*
 * Return true if t is an element of the comma-separated lists of that name;
 * parameters of elements do not count, but a weight of 0 does.
 */
bool request_lists(const struct request *r, const char *name, const char *t);

/* does span equal t, ASCII case aside? */
bool span_is(struct span span, const char *t);

/* does If-None-Match hold this entity tag, given with its quotes? */
bool request_none_match(const struct request *r, const char *etag);

/* undo %41; the length, or -1 for a bad escape or NUL; out holds path.n bytes */
long request_unescape(struct span path, char *out);

/* append n bytes with all escaped that may not stand in a path; as buf_put */
int request_escape(struct buf *b, const char *s, size_t n);

#endif
