#define _XOPEN_SOURCE 700
/* site.c - tests of files as answers */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "site.h"
#include "test.h"

static char top[] = "/tmp/site.XXXXXX";
static struct site s;
static struct reply reply;
static char got[200000]; /* the whole body */
static int result;

#define TAG "<script async src=\"/reload.js\" data-generation=\"g-1\"></script>"

static void
put(const char *path, const char *text)
{
	struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };
	FILE *f;

	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
	utimensat(AT_FDCWD, path, times, 0);
}

/* GET path, with more lines of the head; the status */
static int
get(const char *path, const char *fields)
{
	struct http_request r;
	char head[9000];
	size_t n;
	ssize_t more;

	reply_free(&reply);
	reply_init(&reply, 200);
	snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n",
	    path, fields);
	if (http_parse(head, strlen(head), &r) < 0)
		return 0;
	result = site_answer(&s, &r, "g-1", &reply);
	n = reply.body.len;
	if (n > 0)
		memcpy(got, buf_head(&reply.body), n);
	more = reply.len == 0
	    ? 0
	    : reply_read(reply.fd, got + n, sizeof got - 1 - n, reply.off);
	got[n + (size_t)(more < 0 ? 0 : more)] = '\0';
	if (more != reply.len)
		return -1;
	return result == SITE_AGAIN ? SITE_AGAIN : reply.status;
}

/* is this line in the head? */
static bool
says(const char *line)
{
	buf_put(&reply.fields, "", 1);
	reply.fields.len--;
	return strstr((char *)buf_head(&reply.fields), line) != NULL;
}

/* the value of the reply's ETag */
static const char *
etag(void)
{
	static char tag[200];
	const char *p;

	tag[0] = '\0';
	if (says("ETag: ")) {
		p = strstr((char *)buf_head(&reply.fields), "ETag: ");
		snprintf(tag, sizeof tag, "If-None-Match: %.*s\r\n",
		    (int)strcspn(p + 6, "\r"), p + 6);
	}
	return tag;
}

static void
test_files(void)
{
	put("root/a.css", "a{}");
	put("root/data", "data");
	put("root/a b&.txt", "blank");
	ok(get("/a.css", "") == 200 && strcmp(got, "a{}") == 0 &&
		says("Content-Type: text/css; charset=utf-8\r\n") &&
		says("Cache-Control: no-cache\r\n") &&
		says("Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT\r\n"),
	    "a file is answered with its type and date");
	ok(get("/data", "") == 200 &&
		says("Content-Type: application/octet-stream\r\n"),
	    "one of no known type is bytes");
	ok(get("/a%20b%26.txt", "") == 200 && strcmp(got, "blank") == 0,
	    "its name may be escaped");
	ok(get("/a.css?v=1", "") == 200, "a query changes nothing");
	ok(get("//a.css", "") == 200, "nor do slashes in front");
	ok(get("/a.css/", "") == 404 && get("/nope", "") == 404 &&
		get("/a.css/x", "") == 404,
	    "what is not there is 404");
	ok(get("/%zz", "") == 400, "a bad escape is 400");
	ok(get("/../secret", "") == 404 && get("/%2e%2e/secret", "") == 404 &&
		get("/./a.css", "") == 404 && get("/.x", "") == 404 &&
		get("/%2e%2e%2fsecret", "") == 404,
	    "dots lead nowhere, however they are written");
	ok(strcmp(site_type("x.HTML"), site_type("y.html")) == 0 &&
		strcmp(site_type("a.b.svg"), "image/svg+xml") == 0 &&
		strcmp(site_type("html"), "application/octet-stream") == 0,
	    "the last extension decides, of either case");
}

static void
test_pages(void)
{
	static char big[SITE_LOOK + 20000];

	put("root/p.html", "<!doctype html><head><title>p");
	put("root/part.html", "<p>part");
	put("root/latin.html", "<head>gr\xfc\xdf");
	put("root/wide.html", "\xff\xfe<");
	ok(get("/p.html", "") == 200 &&
		strcmp(got, "<!doctype html><head>" TAG "<title>p") == 0 &&
		says("text/html; charset=utf-8"),
	    "a page gets the tag after its head");
	ok(get("/p.html", "Sec-Fetch-Dest: document\r\n") == 200 &&
		strstr(got, TAG) != NULL &&
		get("/p.html", "Sec-Fetch-Dest: empty\r\n") == 200 &&
		strstr(got, TAG) != NULL,
	    "whether it is shown or fetched by a script");
	ok(get("/p.html", "Sec-Fetch-Dest: object\r\n") == 200 &&
		strstr(got, TAG) == NULL,
	    "but not as something else");
	ok(get("/part.html", "") == 200 && strcmp(got, TAG "<p>part") == 0 &&
		get("/part.html", "Sec-Fetch-Dest: empty\r\n") == 200 &&
		strcmp(got, "<p>part") == 0,
	    "a part that a script fetches stays as it is");
	ok(get("/latin.html", "") == 200 && says("text/html\r\n"),
	    "a page that is not UTF-8 is not said to be");
	ok(get("/wide.html", "") == 200 && strstr(got, "script") == NULL,
	    "nothing is put into UTF-16");
	memset(big, 'x', sizeof big - 1);
	memcpy(big, "<head>", 6);
	put("root/big.html", big);
	ok(get("/big.html", "") == 200 &&
		strlen(got) == strlen(big) + strlen(TAG) &&
		memcmp(got, "<head>" TAG "x", strlen(TAG) + 7) == 0 &&
		strcmp(got + strlen(got) - 3, "xxx") == 0,
	    "a large page comes whole, the tag in it");
	ok(get("/nope", "") == 404 && strstr(got, TAG) != NULL &&
		get("/nope", "Sec-Fetch-Dest: image\r\n") == 404 &&
		strstr(got, TAG) == NULL,
	    "a page that is missing heals, a picture needs not");
	ok(get("/%3cscript%3e\"<b>", "") == 404 && strstr(got, "<b>") == NULL,
	    "what was asked for is shown as text");
}

static void
test_directories(void)
{
	mkdir("root/sub", 0755);
	mkdir("root/sub/.git", 0755);
	put("root/sub/x&y<.txt", "x");
	put("root/sub/.hidden", "x");
	mkdir("root/home", 0755);
	put("root/home/index.html", "<head>home");
	ok(get("/sub", "") == 301 && says("Location: /sub/\r\n"),
	    "a directory without its slash is redirected");
	ok(get("//sub?a=b", "") == 301 && says("Location: /sub/?a=b\r\n"),
	    "never to another host, and with its query");
	ok(get("/home/", "") == 200 && strcmp(got, "<head>" TAG "home") == 0,
	    "index.html is the page of its directory");
	ok(get("/sub/", "") == 200 && strstr(got, TAG) != NULL &&
		strstr(got, "<a href=\"./x%26y%3C.txt\">x&amp;y&lt;.txt</a>") !=
		    NULL &&
		strstr(got, "../") != NULL,
	    "without one there is a list");
	ok(strstr(got, "hidden") == NULL && strstr(got, "git") == NULL,
	    "with no dotfiles in it");
	ok(get("/", "") == 200 && strstr(got, "href=\"./sub/\">sub/") != NULL &&
		strstr(got, "\"../\"") == NULL,
	    "directories are told apart, and the root has no parent");
}

static void
test_conditions(void)
{
	char tag[200], since[100], date[REPLY_DATE_SIZE];
	int64_t now;

	ok(get("/a.css", "") == 200 && get("/a.css", etag()) == 304 &&
		got[0] == '\0',
	    "what is known is not sent again");
	get("/p.html", "");
	memcpy(tag, etag(), sizeof tag);
	ok(strstr(tag, "-g-1\"") != NULL && get("/p.html", tag) == 304,
	    "the tag of a page has the generation in it");
	get("/a.css", "");
	ok(strstr(etag(), "g-1") == NULL, "that of another file has not");
	put("root/a.css", "b{}");
	memcpy(tag, etag(), sizeof tag);
	rename("root/a.css", "root/b.css");
	put("root/a.css", "c{}");
	ok(get("/a.css", tag) == 200,
	    "another file of the same size and date is news");
	snprintf(since, sizeof since, "If-Modified-Since: %s\r\n",
	    "Sun, 09 Sep 2001 01:46:40 GMT");
	ok(get("/a.css", since) == 304, "so is a date understood");
	ok(get("/p.html", since) == 200, "but not of pages, whose tag changes");
	ok(get("/a.css",
	       "If-None-Match: \"x\"\r\n"
	       "If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT\r\n") == 200,
	    "the tag goes before the date");
	/* written, asked for, and written again within one second */
	put("root/a.css", "d{}");
	utimensat(AT_FDCWD, "root/a.css", NULL, 0);
	get("/a.css", "");
	now = clock_wall_ns() / 1000000000;
	utimensat(AT_FDCWD, "root/a.css", NULL, 0);
	reply_date(date, now + 1);
	snprintf(since, sizeof since, "If-Modified-Since: %s\r\n", date);
	ok(clock_wall_ns() / 1000000000 != now || get("/a.css", since) == 200,
	    "a second in which it was fetched proves nothing");
}

static void
test_rewriting(void)
{
	int64_t start;
	int r;

	put("root/e.css", "");
	ok(get("/e.css", "") == 200 && got[0] == '\0',
	    "an old empty file is empty");
	utimensat(AT_FDCWD, "root/e.css", NULL, 0);
	ok(get("/e.css", "") == SITE_AGAIN,
	    "one that was emptied just now is asked for again");
	start = clock_ms();
	while ((r = get("/e.css", "")) == SITE_AGAIN)
		if (clock_ms() - start > 5000)
			break;
	ok(r == 200, "but not for ever");
}

int
main(void)
{
	char command[100];

	if (mkdtemp(top) == NULL || chdir(top) < 0 || mkdir("root", 0755) < 0)
		exit(1);
	put("secret", "secret");
	reply_init(&reply, 200);
	ok(site_init(&s, "root") == 0, "a directory can be served");
	test_files();
	test_pages();
	test_directories();
	test_conditions();
	test_rewriting();
	reply_free(&reply);
	site_free(&s);
	snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command) != 0 || test_end();
}
