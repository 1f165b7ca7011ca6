/* http.h - requests read, HTTP/1.1 (RFC 9110, 9112) */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	HTTP_HEAD_MAX = 8192, /* bytes of a request's head, else 431 */
	HTTP_FIELDS_MAX = 100, /* lines of it, else 431 */
	HTTP_BODY_MAX = 65536 /* bytes of a request's body, else 413 */
};

/* n bytes at p, not ended by anything; p is NULL where there are none */
struct http_span {
	const char *p;
	size_t n;
};

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OPTIONS,
	HTTP_POST,
	HTTP_PUT, /* this and the next ones are answered with 405 */
	HTTP_DELETE,
	HTTP_CONNECT,
	HTTP_TRACE,
	HTTP_PATCH,
	HTTP_UNKNOWN /* this with 501 */
};

struct http_field {
	struct http_span name;
	struct http_span value; /* without the blanks around it */
};

/* a request's head; all spans point into the bytes it was read from */
struct http_request {
	enum http_method method;
	struct http_span verb; /* the method as it was sent */
	struct http_span path; /* starts with '/', or is "*" */
	struct http_span query; /* with its '?', or empty */
	struct http_span host; /* with its port */
	bool old; /* HTTP/1.0 */
	bool keep; /* the peer wants the connection to stay open */
	bool expect; /* the body comes only after a 100 (Continue) */
	int64_t length; /* of the body that follows */
	size_t nfields;
	struct http_field field[HTTP_FIELDS_MAX];
};

/* the line ends at p that may stand in front of a request, how many bytes */
size_t http_blank(const char *p, size_t n);

/*
 * The length of the head that starts at p, 0 if it does not end yet, or -400
 * or -431.  *seen, 0 for a new request, is where to go on looking, so each
 * byte is looked at once.
 */
long http_head_size(const char *p, size_t n, size_t *seen);

/* read a whole head; 0, or a status, negative: -400, -411, -413, -417, -431, -505 */
int http_parse(const char *p, size_t n, struct http_request *r);

/* Read a line of a head without its end.  Returns 0, or -400. */
int http_read_field(struct http_span line, struct http_field *f);

/* the i-th field of that name, from 0; a span at NULL if there are not so many */
struct http_span
http_field(const struct http_request *r, const char *name, size_t i);

/*
 * Return true if t is an element of the comma-separated lists of that name;
 * parameters of elements do not count, but a weight of 0 does.
 */
bool http_lists(const struct http_request *r, const char *name, const char *t);

/* does span equal t, ASCII case aside? */
bool http_is(struct http_span span, const char *t);

/* does If-None-Match hold this entity tag, given with its quotes? */
bool http_none_match(const struct http_request *r, const char *etag);

/* undo %41; the length, or -1 for a bad escape or NUL; out holds path.n bytes */
long http_unescape(struct http_span path, char *out);

/* append n bytes with all escaped that may not stand in a path; as buf_put */
int http_escape(struct buf *b, const char *s, size_t n);

#endif
