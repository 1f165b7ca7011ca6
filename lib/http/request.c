/* request.c - parse the head of a request: HTTP/1.1 (RFC 9110, 9112) */
#include <string.h>

#include "base/str.h"
#include "http/request.h"

static bool
digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* what names are made of: RFC 9110, 5.6.2 */
static bool
token_char(unsigned char c)
{
	if (digit(c) || (str_lower(c) >= 'a' && str_lower(c) <= 'z'))
		return true;
	return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool
made_of(struct span s, bool among(unsigned char))
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!among((unsigned char)s.p[i]))
			return false;
	return true;
}

static bool
token(struct span s)
{
	return s.n > 0 && made_of(s, token_char);
}

bool
span_is(struct span span, const char *t)
{
	return span.p != NULL && str_is(span.p, span.n, t);
}

size_t
request_blank(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')
			i++;
		else if (p[i] != '\n')
			break;
	return i;
}

/* A first byte that no method has, as TLS sends it, is told at once. */
long
request_head_size(const char *p, size_t n, size_t *seen)
{
	size_t i, j;

	if (n == 1 && p[0] == '\r')
		return 0; /* the LF may be on its way */
	if (n > 0 && !token_char((unsigned char)p[0]))
		return -400;
	for (i = *seen; i < n && i < REQUEST_HEAD_MAX; i++) {
		if (p[i] != '\n' || i < 2)
			continue;
		j = p[i - 1] == '\r' ? i - 2 : i - 1;
		if (p[j] == '\n')
			return (long)i + 1;
	}
	*seen = i;
	return n >= REQUEST_HEAD_MAX ? -431 : 0;
}

/* the line at *p without its end; *p moves on to the next; 0, or -400 */
static int
take_line(const char **p, const char *end, struct span *line)
{
	const char *nl;

	nl = memchr(*p, '\n', (size_t)(end - *p));
	if (nl == NULL)
		return -400;
	*line = (struct span){ *p, (size_t)(nl - *p) };
	*p = nl + 1;
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return memchr(line->p, '\r', line->n) == NULL ? 0 : -400;
}

/* the word at the front of *line, up to a blank or the end */
static struct span
take_word(struct span *line)
{
	struct span word;
	const char *blank;

	word = *line;
	blank = memchr(line->p, ' ', line->n);
	if (blank == NULL) {
		*line = (struct span){ line->p + line->n, 0 };
		return word;
	}
	word.n = (size_t)(blank - line->p);
	line->p += word.n + 1;
	line->n -= word.n + 1;
	return word;
}

/* HTTP/1.x, any x above 0 being the same to us */
static int
parse_version(struct span s, struct request *r)
{
	if (s.n != 8 || memcmp(s.p, "HTTP/", 5) != 0 || s.p[6] != '.' ||
	    !digit((unsigned char)s.p[5]) || !digit((unsigned char)s.p[7]))
		return -400;
	if (s.p[5] != '1')
		return -505;
	r->old = s.p[7] == '0';
	return 0;
}

/* http://host/path stands for both: RFC 9112, 3.2.2 */
static int
parse_absolute(struct span *target, struct request *r)
{
	const char *slash;

	if (target->n < 8 || !str_is(target->p, 7, "http://"))
		return -400;
	target->p += 7;
	target->n -= 7;
	for (slash = target->p; slash < target->p + target->n; slash++)
		if (*slash == '/' || *slash == '?')
			break;
	r->host = (struct span){ target->p, (size_t)(slash - target->p) };
	target->p += r->host.n;
	target->n -= r->host.n;
	return r->host.n > 0 ? 0 : -400;
}

static int
parse_target(struct span target, struct request *r)
{
	const char *query;
	size_t i;

	for (i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f ||
		    target.p[i] == '#')
			return -400;
	if (r->method == METHOD_OPTIONS && span_is(target, "*")) {
		r->path = target;
		return 0;
	}
	if (target.n == 0 ||
	    (target.p[0] != '/' && parse_absolute(&target, r) < 0))
		return -400;
	query = target.n == 0 ? NULL : memchr(target.p, '?', target.n);
	r->path = target;
	if (query != NULL) {
		r->path.n = (size_t)(query - target.p);
		r->query = (struct span){ query, target.n - r->path.n };
	}
	if (r->path.n == 0)
		r->path = (struct span){ "/", 1 };
	return 0;
}

static int
parse_request_line(struct span line, struct request *r)
{
	static const char *const names[] = { [METHOD_GET] = "GET",
		[METHOD_HEAD] = "HEAD",
		[METHOD_OPTIONS] = "OPTIONS",
		[METHOD_POST] = "POST",
		[METHOD_PUT] = "PUT",
		[METHOD_DELETE] = "DELETE",
		[METHOD_CONNECT] = "CONNECT",
		[METHOD_TRACE] = "TRACE",
		[METHOD_PATCH] = "PATCH" };
	struct span target;
	int i, error;

	r->verb = take_word(&line);
	target = take_word(&line);
	if (!token(r->verb))
		return -400;
	for (i = METHOD_GET; i < METHOD_UNKNOWN; i++)
		if (r->verb.n == strlen(names[i]) &&
		    memcmp(r->verb.p, names[i], r->verb.n) == 0)
			break;
	r->method = (enum method)i;
	error = parse_version(line, r);
	if (error < 0)
		return error;
	/* CONNECT has a host where others have a path; it gets its 405 */
	if (r->method == METHOD_CONNECT)
		target = (struct span){ "/", 1 };
	return parse_target(target, r);
}

/* No folded lines, no blanks around the name: RFC 9112, 5.1 and 5.2. */
int
request_read_field(struct span line, struct field *f)
{
	const char *colon;
	size_t i;

	colon = memchr(line.p, ':', line.n);
	if (colon == NULL)
		return -400;
	f->name = (struct span){ line.p, (size_t)(colon - line.p) };
	if (!token(f->name))
		return -400;
	f->value = (struct span){ colon + 1, line.n - f->name.n - 1 };
	for (i = 0; i < f->value.n; i++)
		if (((unsigned char)f->value.p[i] < ' ' &&
			f->value.p[i] != '\t') ||
		    f->value.p[i] == 0x7f)
			return -400;
	while (f->value.n > 0 && (*f->value.p == ' ' || *f->value.p == '\t')) {
		f->value.p++;
		f->value.n--;
	}
	while (f->value.n > 0 &&
	    (f->value.p[f->value.n - 1] == ' ' ||
		f->value.p[f->value.n - 1] == '\t'))
		f->value.n--;
	return 0;
}

struct span
request_field(const struct request *r, const char *name, size_t i)
{
	size_t k;

	for (k = 0; k < r->nfields; k++)
		if (span_is(r->field[k].name, name) && i-- == 0)
			return r->field[k].value;
	return (struct span){ NULL, 0 };
}

/* the next element of a list; a quoted string may hold commas */
static bool
take_element(struct span *list, struct span *element)
{
	bool quoted;
	size_t i;

	while (list->n > 0 && strchr(", \t", *list->p) != NULL) {
		list->p++;
		list->n--;
	}
	quoted = false;
	for (i = 0; i < list->n && (quoted || list->p[i] != ','); i++)
		quoted = quoted != (list->p[i] == '"');
	*element = (struct span){ list->p, i };
	list->p += i;
	list->n -= i;
	while (element->n > 0 &&
	    (element->p[element->n - 1] == ' ' ||
		element->p[element->n - 1] == '\t'))
		element->n--;
	return element->n > 0;
}

/* what names of hosts are made of: RFC 3986, 3.2.2, allows what no host has */
static bool
name_char(unsigned char c)
{
	return digit(c) || (str_lower(c) >= 'a' && str_lower(c) <= 'z') ||
	    c == '-' || c == '.' || c == '_';
}

/* and addresses within brackets */
static bool
literal_char(unsigned char c)
{
	return c == ':' || name_char(c);
}

bool
span_split_host(struct span *host, bool *literal)
{
	const char *end, *colon;
	int64_t port;
	size_t n;

	*literal = host->n > 0 && host->p[0] == '[';
	end = memchr(host->p, *literal ? ']' : ':', host->n);
	if (end == NULL)
		return !*literal;
	colon = *literal ? end + 1 : end;
	n = (size_t)(host->p + host->n - colon);
	if (n > 0 &&
	    (*colon != ':' || str_digits(colon + 1, n - 1, &port) < n - 1))
		return false;
	host->p += *literal;
	host->n = (size_t)(end - host->p);
	return true;
}

/* Nothing may stand before an '@'; whether the host is ours is for others. */
static bool
host_good(struct span host)
{
	bool literal;

	if (host.p == NULL)
		return true;
	if (!span_split_host(&host, &literal) || (literal && host.n == 0))
		return false;
	return made_of(host, literal ? literal_char : name_char);
}

/* One Host, from HTTP/1.1 on exactly one: RFC 9112, 3.2. */
static int
check_host(struct request *r)
{
	struct span host;

	host = request_field(r, "host", 0);
	if (request_field(r, "host", 1).p != NULL ||
	    (host.p == NULL && !r->old))
		return -400;
	if (!host_good(host) || !host_good(r->host))
		return -400;
	if (r->host.p == NULL)
		r->host = host;
	return 0;
}

/*
 * Two lengths, or a length and a coding, is how requests are smuggled.  Where a
 * body in chunks ends is not found out: RFC 9112, 6.1 and 6.3.
 */
static int
check_body(struct request *r)
{
	struct span length;

	length = request_field(r, "content-length", 0);
	if (request_field(r, "transfer-encoding", 0).p != NULL)
		return length.p != NULL || r->old ? -400 : -411;
	if (length.p == NULL)
		return 0;
	if (length.n == 0 || request_field(r, "content-length", 1).p != NULL)
		return -400;
	if (str_digits(length.p, length.n, &r->length) < length.n)
		return -400;
	return r->length > REQUEST_BODY_MAX ? -413 : 0;
}

/* In HTTP/1.0, and where no body follows, it means nothing: RFC 9110, 10.1.1. */
static int
check_expect(struct request *r)
{
	struct span expect;
	size_t i;

	if (r->old)
		return 0;
	for (i = 0; (expect = request_field(r, "expect", i)).p != NULL; i++) {
		if (!span_is(expect, "100-continue"))
			return -417;
		r->expect = r->length > 0;
	}
	return 0;
}

static int
check(struct request *r)
{
	static const char *const once[] = { "origin", "sec-fetch-site",
		"sec-fetch-mode", "sec-fetch-dest", "sec-websocket-key",
		"sec-websocket-version" };
	size_t i;
	int error;

	for (i = 0; i < sizeof once / sizeof once[0]; i++)
		if (request_field(r, once[i], 1).p != NULL)
			return -400;
	error = check_host(r);
	if (error == 0)
		error = check_body(r);
	if (error < 0)
		return error;
	r->keep = !request_lists(r, "connection", "close") &&
	    (!r->old || request_lists(r, "connection", "keep-alive"));
	return check_expect(r);
}

int
request_parse(const char *p, size_t n, struct request *r)
{
	struct span line;
	const char *end;
	int error;

	*r = (struct request){ .method = METHOD_UNKNOWN };
	end = p + n;
	error = take_line(&p, end, &line);
	if (error == 0)
		error = parse_request_line(line, r);
	while (error == 0 && (error = take_line(&p, end, &line)) == 0) {
		if (line.n == 0)
			return check(r);
		if (r->nfields == REQUEST_FIELDS_MAX)
			return -431;
		error = request_read_field(line, &r->field[r->nfields++]);
	}
	return error;
}

/* Cut the parameters off; false if their weight is 0: RFC 9110, 12.4.2. */
static bool
without_parameters(struct span *element)
{
	const char *semicolon, *q, *end;

	end = element->p + element->n;
	semicolon = memchr(element->p, ';', element->n);
	if (semicolon == NULL)
		return true;
	element->n = (size_t)(semicolon - element->p);
	while (element->n > 0 && strchr(" \t", element->p[element->n - 1]))
		element->n--;
	for (q = semicolon + 1; q < end && (*q == ' ' || *q == '\t'); q++)
		;
	if (end - q < 3 || !str_is(q, 2, "q="))
		return true;
	for (q += 2; q < end && (*q == '0' || *q == '.'); q++)
		;
	return q < end;
}

bool
request_lists(const struct request *r, const char *name, const char *t)
{
	struct span list, element;
	size_t i;

	for (i = 0; (list = request_field(r, name, i)).p != NULL; i++)
		while (take_element(&list, &element))
			if (without_parameters(&element) && span_is(element, t))
				return true;
	return false;
}

/* Weak and strong tags are the same here: RFC 9110, 13.1.2. */
bool
request_none_match(const struct request *r, const char *etag)
{
	struct span list, element;
	size_t i;

	for (i = 0; (list = request_field(r, "if-none-match", i)).p != NULL;
	     i++)
		while (take_element(&list, &element)) {
			if (element.n > 2 && memcmp(element.p, "W/", 2) == 0) {
				element.p += 2;
				element.n -= 2;
			}
			if (span_is(element, "*") ||
			    (element.n == strlen(etag) &&
				memcmp(element.p, etag, element.n) == 0))
				return true;
		}
	return false;
}

static int
hex(unsigned char c)
{
	if (digit(c))
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

long
request_unescape(struct span path, char *out)
{
	size_t i, n;
	int high, low;

	for (i = n = 0; i < path.n; i++, n++) {
		out[n] = path.p[i];
		if (path.p[i] != '%')
			continue;
		if (path.n - i < 3)
			return -1;
		high = hex((unsigned char)path.p[i + 1]);
		low = hex((unsigned char)path.p[i + 2]);
		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return -1;
		out[n] = (char)(high << 4 | low);
		i += 2;
	}
	return (long)n;
}

int
request_escape(struct buf *b, const char *s, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char c;
	char escaped[3];
	size_t i;
	int r;

	r = 0;
	for (i = 0; i < n && r == 0; i++) {
		c = (unsigned char)s[i];
		if (digit(c) || (str_lower(c) >= 'a' && str_lower(c) <= 'z') ||
		    (c != '\0' && strchr("-._~/!$()*+,;=:@", c) != NULL)) {
			r = buf_put(b, &c, 1);
			continue;
		}
		escaped[0] = '%';
		escaped[1] = digits[c >> 4];
		escaped[2] = digits[c & 15];
		r = buf_put(b, escaped, sizeof escaped);
	}
	return r;
}
