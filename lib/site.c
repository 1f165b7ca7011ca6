#define _POSIX_C_SOURCE 200809L
/* site.c - the files of a directory as answers, the script put into pages */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "listing.h"
#include "os.h"
#include "page.h"
#include "site.h"
#include "str.h"
#include "utf8.h"

enum { ETAG = 128, SECOND_NS = 1000000000, MS_NS = 1000000 };

/* one request on its way to its reply */
struct visit {
	struct site *site;
	const struct http_request *r;
	const char *generation;
	struct reply *reply;
	char path[HTTP_HEAD_MAX + 16]; /* beneath the root, room for an index */
	struct stat st;
	int fd; /* of the file, or -1 */
};

static const char html_type[] = "text/html; charset=utf-8";

const char *
site_type(const char *name)
{
	static const char *const types[][2] = {
		{ "html", html_type },
		{ "htm", html_type },
		{ "css", "text/css; charset=utf-8" },
		{ "js", "text/javascript; charset=utf-8" },
		{ "mjs", "text/javascript; charset=utf-8" },
		{ "json", "application/json" },
		{ "map", "application/json" },
		{ "webmanifest", "application/manifest+json" },
		{ "txt", "text/plain; charset=utf-8" },
		{ "md", "text/plain; charset=utf-8" },
		{ "csv", "text/csv; charset=utf-8" },
		{ "xml", "application/xml" },
		{ "xhtml", "application/xhtml+xml" },
		{ "atom", "application/atom+xml" },
		{ "rss", "application/rss+xml" },
		{ "svg", "image/svg+xml" },
		{ "png", "image/png" },
		{ "jpg", "image/jpeg" },
		{ "jpeg", "image/jpeg" },
		{ "gif", "image/gif" },
		{ "webp", "image/webp" },
		{ "avif", "image/avif" },
		{ "bmp", "image/bmp" },
		{ "ico", "image/x-icon" },
		{ "woff", "font/woff" },
		{ "woff2", "font/woff2" },
		{ "ttf", "font/ttf" },
		{ "otf", "font/otf" },
		{ "mp3", "audio/mpeg" },
		{ "ogg", "audio/ogg" },
		{ "opus", "audio/ogg" },
		{ "flac", "audio/flac" },
		{ "wav", "audio/wav" },
		{ "mp4", "video/mp4" },
		{ "webm", "video/webm" },
		{ "vtt", "text/vtt; charset=utf-8" },
		{ "pdf", "application/pdf" },
		{ "zip", "application/zip" },
		{ "gz", "application/gzip" },
		{ "wasm", "application/wasm" },
	};
	const char *dot;
	size_t i;

	dot = strrchr(name, '.');
	for (i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
		if (str_is(dot + 1, strlen(dot + 1), types[i][0]))
			return types[i][1];
	return "application/octet-stream";
}

/* append the tag of the script; as buf_put */
static int
put_tag(struct buf *b, const char *generation)
{
	return buf_printf(b,
	    "<script async src=\"/reload.js\" data-generation=\"%s\">"
	    "</script>",
	    generation);
}

/* Will the answer be shown, or fetched by a script, as a page would be? */
static bool
for_page(const struct http_request *r)
{
	static const char *const dests[] = { "document", "iframe", "frame",
		"empty" };
	struct http_span dest;
	size_t i;

	dest = http_field(r, "sec-fetch-dest", 0);
	for (i = 0; dest.p != NULL && i < sizeof dests / sizeof dests[0]; i++)
		if (http_is(dest, dests[i]))
			return true;
	return dest.p == NULL;
}

/* a part of a page that a script asks for stays as it is */
static bool
wants_tag(const struct http_request *r, const struct page *page)
{
	if (page->wide || !for_page(r))
		return false;
	return page->document ||
	    !http_is(http_field(r, "sec-fetch-dest", 0), "empty");
}

static int
fail(struct visit *v, int status)
{
	struct buf *b;

	b = &v->reply->body;
	v->reply->status = status;
	buf_puts(&v->reply->fields, "Cache-Control: no-store\r\n");
	if (!for_page(v->r)) {
		buf_puts(&v->reply->fields,
		    "Content-Type: text/plain; charset=utf-8\r\n");
		buf_printf(b, "%d %s\n", status, reply_reason(status));
		return 0;
	}
	buf_printf(&v->reply->fields, "Content-Type: %s\r\n", html_type);
	buf_puts(b, "<!doctype html>\n<html lang=\"en\">\n<head>");
	put_tag(b, v->generation);
	buf_printf(b,
	    "\n<title>%d %s</title>\n</head>\n<body>\n<h1>%s</h1>\n<p><code>",
	    status, reply_reason(status), reply_reason(status));
	listing_text(b, v->r->path.p, v->r->path.n);
	buf_puts(b, "</code></p>\n</body>\n</html>\n");
	return 0;
}

/*
 * Last-Modified has whole seconds: whoever got a file in the second in which
 * it was written may have missed a second write in it.  Those seconds are
 * remembered, as one range, and not vouched for.
 */
static void
note_racy(struct site *s, int64_t mtime)
{
	if (mtime < clock_wall_ns() / SECOND_NS)
		return;
	if (s->racy_to == 0)
		s->racy_from = mtime;
	s->racy_to = mtime;
}

static bool
not_since(const struct visit *v)
{
	struct http_span since;
	int64_t mtime;

	mtime = os_mtime_ns(&v->st) / SECOND_NS;
	since = http_field(v->r, "if-modified-since", 0);
	if (since.p == NULL || reply_date_read(since.p, since.n) < mtime)
		return false;
	return mtime < v->site->racy_from || mtime > v->site->racy_to;
}

/*
 * The fields that name the version.  A page's tag has the generation in it:
 * who polls the tags of pages sees each broadcast.
 */
static bool
not_modified(struct visit *v, bool tagged)
{
	char etag[ETAG], date[REPLY_DATE_SIZE];
	int64_t mtime;

	mtime = os_mtime_ns(&v->st) / SECOND_NS;
	snprintf(etag, sizeof etag, "\"%llx-%llx-%llx%s%s\"",
	    (unsigned long long)v->st.st_ino, (unsigned long long)v->st.st_size,
	    (unsigned long long)os_mtime_ns(&v->st), tagged ? "-" : "",
	    tagged ? v->generation : "");
	reply_date(date, mtime);
	buf_printf(&v->reply->fields,
	    "ETag: %s\r\nLast-Modified: %s\r\nCache-Control: no-cache\r\n",
	    etag, date);
	if (http_field(v->r, "if-none-match", 0).p != NULL) {
		if (http_none_match(v->r, etag))
			return true;
	} else if (!tagged && not_since(v)) {
		return true;
	}
	note_racy(v->site, mtime);
	return false;
}

/* UTF-8 as far as was read: a character may be cut at the end */
static bool
in_utf8(const char *s, size_t n)
{
	struct utf8 u = { 0 };

	return utf8_feed(&u, s, n) == n;
}

/* the start of a page, and the tag put in; -1 if it can't be read */
static int
open_page(struct visit *v, bool *tagged, const char **type)
{
	char start[SITE_LOOK];
	struct buf *b;
	struct page page;
	ssize_t n;

	n = reply_read(v->fd, start, sizeof start, 0);
	if (n < 0)
		return -1;
	page = page_look(start, (size_t)n);
	*tagged = wants_tag(v->r, &page);
	*type = !page.wide && in_utf8(start, (size_t)n) ? html_type
							: "text/html";
	if (!*tagged)
		return 0;
	b = &v->reply->body;
	buf_put(b, start, page.place);
	put_tag(b, v->generation);
	v->reply->off = n;
	return buf_put(b, start + page.place, (size_t)n - page.place);
}

static int
answer_file(struct visit *v)
{
	const char *type;
	bool tagged;
	int64_t age;

	age = (clock_wall_ns() - os_mtime_ns(&v->st)) / MS_NS;
	if (v->st.st_size == 0 && age >= 0 && age < SITE_EMPTY_MS)
		return SITE_AGAIN;
	type = site_type(v->path);
	tagged = false;
	if (type == html_type && open_page(v, &tagged, &type) < 0)
		return fail(v, 500);
	buf_printf(&v->reply->fields, "Content-Type: %s\r\n", type);
	if (not_modified(v, tagged)) {
		v->reply->status = 304;
		buf_free(&v->reply->body);
		return 0;
	}
	v->reply->fd = v->fd;
	v->fd = -1;
	if (v->st.st_size > v->reply->off)
		v->reply->len = (int64_t)v->st.st_size - v->reply->off;
	return 0;
}

/* One slash in front, whatever came: "//host" would lead elsewhere. */
static int
redirect(struct visit *v)
{
	struct buf *b;

	b = &v->reply->fields;
	v->reply->status = 301;
	buf_puts(b, "Cache-Control: no-store\r\nLocation: /");
	http_escape(b, v->path, strlen(v->path));
	buf_puts(b, "/");
	buf_put(b, v->r->query.p, v->r->query.n);
	return buf_puts(b, "\r\n");
}

static int
answer_listing(struct visit *v)
{
	struct buf *b;
	int fd;

	b = &v->reply->body;
	buf_printf(&v->reply->fields,
	    "Content-Type: %s\r\nCache-Control: no-cache\r\n", html_type);
	buf_puts(b, "<!doctype html>\n<html lang=\"en\">\n<head>");
	if (for_page(v->r))
		put_tag(b, v->generation);
	fd = v->fd;
	v->fd = -1;
	if (listing_put(b, &v->site->root, fd, v->path, SITE_ENTRIES) == 0)
		return 0;
	reply_free(v->reply);
	reply_init(v->reply, 500);
	return fail(v, 500);
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
	fd = root_open(&v->site->root, v->path, &st);
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

/* does a component start with a dot? not even "." is asked for by pages */
static bool
dotted(const char *path)
{
	const char *p;

	if (*path == '.')
		return true;
	for (p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/'))
		if (p[1] == '.')
			return true;
	return false;
}

/* the path without escapes and outer slashes; was there one at its end? */
static int
take_path(struct visit *v, bool *slash)
{
	size_t skip;
	long n;

	if (v->r->path.n > HTTP_HEAD_MAX)
		return -1;
	n = http_unescape(v->r->path, v->path);
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

static int
visit(struct visit *v)
{
	bool slash;

	if (take_path(v, &slash) < 0)
		return fail(v, 400);
	errno = ENOENT;
	if (!dotted(v->path) && root_renew(&v->site->root) == 0)
		v->fd = root_open(&v->site->root, v->path, &v->st);
	if (v->fd < 0)
		return fail(v, errno == EMFILE || errno == ENFILE ? 503 : 404);
	if (S_ISDIR(v->st.st_mode))
		return slash ? answer_directory(v) : redirect(v);
	return slash ? fail(v, 404) : answer_file(v);
}

int
site_answer(struct site *s, const struct http_request *r,
    const char *generation, struct reply *reply)
{
	struct visit v;
	int result;

	v = (struct visit){ .site = s,
		.r = r,
		.generation = generation,
		.reply = reply,
		.fd = -1 };
	result = visit(&v);
	if (v.fd >= 0)
		close(v.fd);
	return result;
}

int
site_init(struct site *s, const char *path)
{
	*s = (struct site){ .racy_from = 0 };
	return root_init(&s->root, path);
}

void
site_free(struct site *s)
{
	root_free(&s->root);
}
