#define _POSIX_C_SOURCE 200809L
/* site.c - the files of a directory as answers, the script put into pages */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "os/os.h"
#include "site/conditional.h"
#include "site/inject.h"
#include "site/listing.h"
#include "site/mime.h"
#include "site/range.h"
#include "site/site.h"

enum { MS_NS = 1000000 };

/* one request on its way to its response */
struct visit {
	struct site *site;
	const struct request *r;
	const char *generation;
	struct response *response;
	char path[REQUEST_HEAD_MAX +
	    16]; /* beneath the root, room for an index */
	struct stat st;
	int fd; /* of the file, or -1 */
	const char *type; /* its media type */
	const char *encoding; /* its Content-Encoding, or NULL */
	bool is_page;
	bool is_document; /* a page, and not a fragment of one */
	bool is_utf8; /* as far as was read */
};

/*
 * Append the tag of the script; as buf_put.  Its address is relative to that of
 * the page, which a proxy may know by another path.
 */
static int
put_tag(struct buf *b, const struct visit *v)
{
	size_t i;

	if (buf_puts(b, "<script async src=\"") < 0)
		return -1;
	for (i = 1; i < v->r->path.n; i++)
		if (v->r->path.p[i] == '/' && buf_puts(b, "../") < 0)
			return -1;
	return buf_printf(
	    b, "reload.js\" data-generation=\"%s\"></script>", v->generation);
}

/* what to say of a file that could not be opened */
static int
status_of(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return 403;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return 503;
	case EIO:
		return 500;
	default:
		return 404;
	}
}

/* a page that says so, in place of what the response holds */
static int
fail(struct visit *v, int status)
{
	struct buf *b;

	b = &v->response->body;
	response_part(v->response, 0, 0);
	v->response->status = status;
	buf_puts(&v->response->fields, "Cache-Control: no-store\r\n");
	buf_puts(&v->response->fields, inject_vary(true));
	if (!inject_wants_page(v->r)) {
		buf_puts(&v->response->fields,
		    "Content-Type: text/plain; charset=utf-8\r\n");
		buf_printf(b, "%d %s\n", status, response_reason(status));
		return 0;
	}
	buf_puts(
	    &v->response->fields, "Content-Type: text/html; charset=utf-8\r\n");
	buf_puts(b, "<!doctype html>\n<html lang=\"en\">\n<head>");
	put_tag(b, v);
	buf_printf(b,
	    "\n<title>%d %s</title>\n</head>\n<body>\n<h1>%s</h1>\n<p><code>",
	    status, response_reason(status), response_reason(status));
	listing_text(b, v->r->path.p, v->r->path.n);
	buf_puts(b, "</code></p>\n</body>\n</html>\n");
	return 0;
}

/* A character may be cut at the end; ESC begins ISO-2022, NULs are of UTF-16. */
static bool
in_utf8(const char *s, size_t n)
{
	struct utf8 u = { 0 };

	return utf8_feed(&u, s, n) == n && memchr(s, 0x1b, n) == NULL &&
	    memchr(s, '\0', n) == NULL;
}

/*
 * Files such as x.wasm.gz are made to be sent as they are, and unpacked by the
 * browser.
 */
static void
set_type(struct visit *v)
{
	static const char *const codings[][2] = { { ".gz", "gzip" },
		{ ".br", "br" } };
	static const char *const packed[] = { ".js", ".wasm", ".data" };
	char path[sizeof v->path];
	size_t i, k, n, len;

	v->type = mime_type(v->path);
	n = strlen(v->path);
	for (i = 0; i < 2; i++) {
		if (n < 3 || strcmp(v->path + n - 3, codings[i][0]) != 0 ||
		    !request_lists(v->r, "accept-encoding", codings[i][1]))
			continue;
		for (k = 0; k < sizeof packed / sizeof packed[0]; k++) {
			len = strlen(packed[k]);
			if (n - 3 <= len ||
			    memcmp(v->path + n - 3 - len, packed[k], len) != 0)
				continue;
			memcpy(path, v->path, n - 3);
			path[n - 3] = '\0';
			v->type = mime_type(path);
			v->encoding = codings[i][1];
		}
	}
	v->is_page = mime_is_page(v->type);
}

/* the n bytes that a file starts with, for the body: all of them, or a page */
static int
take_start(struct visit *v, const char *start, size_t n, bool *tagged)
{
	struct inject page;
	size_t place;
	struct buf *b;

	*tagged = false;
	place = 0;
	b = &v->response->body;
	v->is_utf8 = v->encoding == NULL && in_utf8(start, n);
	if (v->is_page) {
		page = inject_look(start, n);
		v->is_document = page.document;
		*tagged = inject_wanted(&page, v->r);
		place = page.place;
	}
	if (!*tagged && (int64_t)n < v->st.st_size)
		return 0; /* it is sent as it is read */
	if (buf_put(b, start, place) < 0 || (*tagged && put_tag(b, v) < 0))
		return -1;
	v->response->off = (int64_t)n;
	return buf_put(b, start + place, n - place);
}

/* the status of a response that holds all, and what part is to be sent */
static int
judge(struct visit *v, const struct validators *validators, int64_t *first,
    int64_t *n)
{
	enum range_result range;

	*first = 0;
	*n = (int64_t)v->response->body.len + v->response->len;
	if (conditional_has(validators, v->r))
		return 304;
	if (!conditional_range(validators, v->r))
		return 200;
	range = range_of(v->r, *n, first, n);
	if (range == RANGE_BEYOND)
		return 416;
	return range == RANGE_PART ? 206 : 200;
}

static int
put_type(struct visit *v)
{
	return buf_printf(&v->response->fields, "Content-Type: %s%s\r\n",
	    v->type,
	    mime_is_text(v->type) && v->is_utf8 ? "; charset=utf-8" : "");
}

/* the whole is in the response: leave what the client is to get */
static int
give(struct visit *v, const struct validators *validators)
{
	char date[RESPONSE_DATE_SIZE];
	int64_t first, n, total;
	struct buf *b;

	b = &v->response->fields;
	total = (int64_t)v->response->body.len + v->response->len;
	v->response->status = judge(v, validators, &first, &n);
	if (v->response->status == 416) {
		buf_printf(
		    b, "Content-Range: bytes */%lld\r\n", (long long)total);
		return fail(v, 416);
	}
	buf_printf(
	    b, "ETag: %s\r\nCache-Control: no-cache\r\n", validators->etag);
	if (v->is_page)
		buf_puts(b, inject_vary(v->is_document));
	if (v->encoding != NULL)
		buf_printf(b,
		    "Content-Encoding: %s\r\nVary: Accept-Encoding\r\n",
		    v->encoding);
	if (v->response->status == 304) {
		response_part(v->response, 0, 0);
		return 0;
	}
	if (validators->modified >= 0) {
		response_date(date, validators->modified);
		buf_printf(b, "Last-Modified: %s\r\n", date);
	}
	buf_puts(b, "Accept-Ranges: bytes\r\n");
	put_type(v);
	if (v->response->status == 206) {
		buf_printf(b, "Content-Range: bytes %lld-%lld/%lld\r\n",
		    (long long)first, (long long)(first + n - 1),
		    (long long)total);
		response_part(v->response, first, n);
	}
	return 0;
}

/* is a file empty as if it were just being rewritten? */
static bool
rewriting(const struct stat *st)
{
	int64_t age;

	age = (clock_wall_ns() - os_mtime_ns(st)) / MS_NS;
	return st->st_size == 0 && age >= 0 && age < SITE_EMPTY_MS;
}

/* as much of it as its size says, or why not; the size is right then */
static int
read_start(struct visit *v, char start[SITE_LOOK], size_t *n)
{
	struct stat now;
	size_t want;
	ssize_t got;

	want = v->st.st_size < SITE_LOOK ? (size_t)v->st.st_size : SITE_LOOK;
	got = response_read(v->fd, start, want, 0);
	if (got < 0)
		return -1;
	*n = (size_t)got;
	if (*n == want)
		return 0;
	if (fstat(v->fd, &now) == 0 && now.st_size != v->st.st_size)
		return SITE_AGAIN;
	v->st.st_size = got; /* some never tell the truth */
	return 0;
}

/* What was not read is sent from the file. */
static void
take_rest(struct visit *v)
{
	v->response->len = (int64_t)v->st.st_size - v->response->off;
	if (v->response->len > 0) {
		v->response->fd = v->fd;
		v->fd = -1;
	}
}

static int
answer_file(struct visit *v)
{
	char start[SITE_LOOK];
	struct validators validators;
	bool tagged;
	size_t n;
	int r;

	if (rewriting(&v->st))
		return SITE_AGAIN;
	set_type(v);
	r = read_start(v, start, &n);
	if (r == SITE_AGAIN)
		return r;
	if (r < 0 || take_start(v, start, n, &tagged) < 0)
		return fail(v, 500);
	validators = conditional_file(&v->st);
	if (v->is_page)
		conditional_page(&validators, v->generation, tagged);
	take_rest(v);
	return give(v, &validators);
}

/* The site's own page for what is not there, as hosts have it. */
static int
not_found(struct visit *v)
{
	char start[SITE_LOOK];
	struct buf *b;
	bool tagged;
	size_t n;

	memcpy(v->path, "404.html", sizeof "404.html");
	if (inject_wants_page(v->r))
		v->fd = docroot_open(&v->site->root, v->path, &v->st);
	if (v->fd < 0 || !S_ISREG(v->st.st_mode))
		return fail(v, 404);
	set_type(v);
	if (read_start(v, start, &n) != 0 ||
	    take_start(v, start, n, &tagged) < 0)
		return fail(v, 404);
	take_rest(v);
	b = &v->response->fields;
	v->response->status = 404;
	buf_puts(b, "Cache-Control: no-store\r\n");
	buf_puts(b, inject_vary(v->is_document));
	return put_type(v);
}

/* The last component of the request's path, which a proxy may know by another one. */
static int
redirect(struct visit *v)
{
	struct span path;
	struct buf *b;
	size_t i;

	path = v->r->path;
	for (i = path.n; path.p[i - 1] != '/'; i--)
		;
	b = &v->response->fields;
	v->response->status = 301;
	buf_puts(b, "Cache-Control: no-store\r\nLocation: ./");
	for (; i < path.n; i++)
		buf_printf(b, (unsigned char)path.p[i] < 0x80 ? "%c" : "%%%02X",
		    (unsigned char)path.p[i]);
	buf_puts(b, "/");
	buf_put(b, v->r->query.p, v->r->query.n);
	return buf_puts(b, "\r\n");
}

static int
answer_listing(struct visit *v)
{
	struct validators validators;
	struct buf *b;
	int64_t begun, took;

	begun = clock_ms();
	if (begun < v->site->listing)
		return SITE_AGAIN;
	b = &v->response->body;
	v->type = "text/html";
	v->is_page = v->is_document = v->is_utf8 = true;
	buf_puts(b, "<!doctype html>\n<html lang=\"en\">\n<head>");
	if (inject_wants_page(v->r))
		put_tag(b, v);
	if (listing_put(b, &v->site->root, v->fd, v->path, SITE_ENTRIES) < 0)
		return fail(v, errno == EACCES ? 403 : 500);
	took = clock_ms() - begun;
	v->site->listing = begun + 2 * took + (took == 0);
	validators = conditional_bytes(buf_head(b), b->len);
	return give(v, &validators);
}

/* the directory itself, its index.html, or what is in it */
static int
answer_directory(struct visit *v)
{
	struct stat st;
	size_t n;
	int fd;

	n = strlen(v->path);
	memcpy(v->path + n, "/index.html", sizeof "/index.html");
	fd = docroot_open(&v->site->root, v->path, &st);
	if (fd < 0 && errno != ENOENT)
		return fail(v, status_of(errno));
	if (fd < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		v->path[n] = '\0';
		return answer_listing(v);
	}
	close(v->fd);
	v->fd = fd;
	v->st = st;
	return answer_file(v);
}

/* Return true if a component starts with a dot, but for a first ".well-known". */
static bool
is_dotted(const char *path)
{
	static const char known[] = ".well-known";
	const size_t len = sizeof known - 1;

	if (strncmp(path, known, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0'))
		path += len;
	return *path == '.' || strstr(path, "/.") != NULL;
}

/* the path without escapes and outer slashes; was there one at its end? */
static int
take_path(struct visit *v, bool *slash)
{
	size_t skip;
	long n;

	if (v->r->path.n > REQUEST_HEAD_MAX)
		return -1;
	n = request_unescape(v->r->path, v->path);
	if (n < 1)
		return -1;
	*slash = v->path[n - 1] == '/';
	while (n > 0 && v->path[n - 1] == '/')
		n--;
	v->path[n] = '\0';
	skip = strspn(v->path, "/");
	memmove(v->path, v->path + skip, (size_t)n + 1 - skip);
	return 0;
}

/* The file of that name, or else of that name and ".html", as hosts have it. */
static int
open_path(struct visit *v, bool slash)
{
	size_t n;

	errno = ENOENT;
	if (is_dotted(v->path) || docroot_renew(&v->site->root) < 0)
		return -1;
	v->fd = docroot_open(&v->site->root, v->path, &v->st);
	n = strlen(v->path);
	if (v->fd >= 0 || errno != ENOENT || slash || n == 0)
		return v->fd;
	memcpy(v->path + n, ".html", sizeof ".html");
	v->fd = docroot_open(&v->site->root, v->path, &v->st);
	if (v->fd >= 0 && S_ISREG(v->st.st_mode))
		return v->fd;
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
	errno = ENOENT;
	return -1;
}

static int
visit(struct visit *v)
{
	bool slash;
	int status;

	if (take_path(v, &slash) < 0)
		return fail(v, 400);
	if (open_path(v, slash) < 0) {
		status = status_of(errno);
		return status == 404 ? not_found(v) : fail(v, status);
	}
	if (S_ISDIR(v->st.st_mode))
		return slash ? answer_directory(v) : redirect(v);
	if (!slash)
		return answer_file(v);
	close(v->fd);
	v->fd = -1;
	return not_found(v);
}

int
site_answer(struct site *s, const struct request *r, const char *generation,
    struct response *response)
{
	struct visit v;
	int result;

	v = (struct visit){ .site = s,
		.r = r,
		.generation = generation,
		.response = response,
		.fd = -1 };
	result = visit(&v);
	response->is_site = true;
	if (v.fd >= 0)
		close(v.fd);
	return result;
}

const char *
site_add_field(struct site *s, const char *line)
{
	static const char ours[] = "reloadws sets that itself";
	static const char *const names[] = { "connection", "date", "keep-alive",
		"te", "trailer", "transfer-encoding", "upgrade" };
	struct field f;
	size_t i;

	if (request_read_field((struct span){ line, strlen(line) }, &f) < 0)
		return "not a header; give it as 'Name: value'";
	if (f.name.n > 8 && str_is(f.name.p, 8, "content-"))
		return ours;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (span_is(f.name, names[i]))
			return ours;
	if (s->nfields == SITE_FIELDS)
		return "too many headers";
	s->fields[s->nfields++] = line;
	return NULL;
}

void
site_put_fields(const struct site *s, struct response *response)
{
	size_t i;

	for (i = 0; i < s->nfields; i++)
		response_set(
		    response, s->fields[i], strcspn(s->fields[i], ":"));
}

int
site_init(struct site *s, const char *path)
{
	return docroot_init(&s->root, path);
}

void
site_free(struct site *s)
{
	docroot_free(&s->root);
}
