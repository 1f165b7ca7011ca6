#define _XOPEN_SOURCE 700
/* site.c - tests of files as answers */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../test.h"
#include "base/clock.h"
#include "site/site.h"

static char top[] = "/tmp/site.XXXXXX";
static struct site s;
static struct response response;
static char got[400000]; /* the whole body */
static int result;

#define TAG "<script async src=\"reload.js\" data-generation=\"g-1\"></script>"
#define TAG_BELOW \
	"<script async src=\"../reload.js\" data-generation=\"g-1\"></script>"

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

static void
write_at(const char *path, off_t off, const char *text)
{
	struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };
	int fd;

	fd = open(path, O_WRONLY);
	if (fd < 0 || pwrite(fd, text, strlen(text), off) < 0)
		exit(1);
	close(fd);
	utimensat(AT_FDCWD, path, times, 0);
}

/* GET path, with more lines of the head; the status */
static int
get(const char *path, const char *fields)
{
	struct request r;
	char head[9000];
	size_t n, want;
	ssize_t more;

	response_free(&response);
	response_init(&response, 200);
	snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n",
	    path, fields);
	if (request_parse(head, strlen(head), &r) < 0)
		return 0;
	do
		result = site_answer(&s, &r, "g-1", &response);
	while (result == SITE_AGAIN && path[strlen(path) - 1] == '/');
	n = response.body.len;
	if (n > 0)
		memcpy(got, buf_head(&response.body), n);
	want = sizeof got - 1 - n;
	if ((int64_t)want > response.len)
		want = (size_t)response.len;
	more = want == 0
	    ? 0
	    : response_read(response.fd, got + n, want, response.off);
	got[n + (size_t)(more < 0 ? 0 : more)] = '\0';
	if (more != (ssize_t)want)
		return -1;
	return result == SITE_AGAIN ? SITE_AGAIN : response.status;
}

/* is this line in the head? */
static bool
says(const char *line)
{
	buf_put(&response.fields, "", 1);
	response.fields.len--;
	return strstr((char *)buf_head(&response.fields), line) != NULL;
}

/* the value of the response's ETag */
static const char *
etag(void)
{
	static char tag[200];
	const char *p;

	tag[0] = '\0';
	if (says("ETag: ")) {
		p = strstr((char *)buf_head(&response.fields), "ETag: ");
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
		says("Cache-Control: no-cache\r\n"),
	    "a file is answered with its type");
	ok(get("/data", "") == 200 &&
		says("Content-Type: application/octet-stream\r\n"),
	    "one of no known type is bytes");
	put("root/x.wasm.gz", "packed");
	put("root/x.js.br", "packed");
	put("root/x.tar.gz", "packed");
	ok(get("/x.wasm.gz", "Accept-Encoding: br, gzip\r\n") == 200 &&
		says("Content-Type: application/wasm\r\n") &&
		says("Content-Encoding: gzip\r\n") &&
		says("Vary: Accept-Encoding\r\n") &&
		get("/x.js.br", "Accept-Encoding: br, gzip\r\n") == 200 &&
		says("Content-Type: text/javascript\r\n") &&
		says("Content-Encoding: br\r\n"),
	    "packed programs are unpacked by the browser");
	ok(get("/x.wasm.gz", "Accept-Encoding: br, gzip;q=0\r\n") == 200 &&
		says("Content-Type: application/gzip\r\n") &&
		!says("Content-Encoding") &&
		get("/x.tar.gz", "Accept-Encoding: gzip\r\n") == 200 &&
		says("Content-Type: application/gzip\r\n") &&
		!says("Content-Encoding"),
	    "but only by one that can, and no archives");
	ok(get("/a%20b%26.txt", "") == 200 && strcmp(got, "blank") == 0,
	    "its name may be escaped");
	ok(get("/a.css?v=1", "") == 200, "a query changes nothing");
	ok(get("//a.css", "") == 200, "nor do slashes in front");
	ok(get("/a.css/", "") == 404 && get("/nope", "") == 404 &&
		get("/a.css/x", "") == 404,
	    "what is not there is 404");
	ok(get("/%zz", "") == 400 && get("/a.css%00", "") == 400 &&
		get("/%00", "") == 400 && get("/%", "") == 400,
	    "a bad escape is 400, and so is NUL");
	put("root/a%41", "once");
	put("root/b\\c", "back");
	ok(get("/a%2541", "") == 200 && strcmp(got, "once") == 0 &&
		get("/a%41", "") == 404,
	    "escapes are undone once");
	ok(get("/b%5cc", "") == 200 && strcmp(got, "back") == 0 &&
		get("/..%5csecret", "") == 404 &&
		get("/sub%5c..%5c..%5csecret", "") == 404,
	    "a backslash is a letter");
	ok(get("/../secret", "") == 404 && get("/%2e%2e/secret", "") == 404 &&
		get("/./a.css", "") == 404 && get("/.x", "") == 404 &&
		get("/%2e%2e%2fsecret", "") == 404,
	    "dots lead nowhere, however they are written");
}

static void
test_charsets(void)
{
	put("root/latin.html", "<head>gr\xfc\xdf");
	put("root/wide.html", "\xff\xfe<");
	ok(get("/latin.html", "") == 200 && says("text/html\r\n"),
	    "a page that is not UTF-8 is not said to be");
	put("root/jis.css", "a { content: '\x1b$B%F\x1b(B' }");
	put("root/jis.html", "<head>\x1b$B%F\x1b(B");
	put("root/sjis.css", "a { content: '\x83\x65' }");
	ok(get("/jis.css", "") == 200 && says("text/css\r\n") &&
		get("/sjis.css", "") == 200 && says("text/css\r\n") &&
		get("/jis.html", "") == 200 && says("text/html\r\n"),
	    "nor any other text");
	ok(get("/wide.html", "") == 200 && strstr(got, "script") == NULL,
	    "nothing is put into UTF-16");
}

static void
test_pages(void)
{
	static char big[SITE_LOOK + 20000];

	put("root/p.html", "<!doctype html><head><title>p");
	put("root/part.html", "<p>part");
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
	ok(get("/part.html", "Sec-Fetch-Dest: iframe\r\n") == 200 &&
		strcmp(got, TAG "<p>part") == 0 &&
		get("/part.html", "Sec-Fetch-Dest: empty\r\n") == 200 &&
		strcmp(got, "<p>part") == 0,
	    "a part that a script fetches stays as it is");
	ok(get("/part.html", "Upgrade-Insecure-Requests: 1\r\n") == 200 &&
		strcmp(got, TAG "<p>part") == 0 &&
		get("/part.html", "") == 200 && strcmp(got, "<p>part") == 0 &&
		get("/part.html", "Accept: text/html\r\n") == 200 &&
		strcmp(got, "<p>part") == 0 &&
		says("Vary: Accept, HX-Request, Sec-Fetch-Dest,"),
	    "also where browsers do not say what they fetch it for");
	ok(get("/p.html", "Accept: text/html, */*;q=0.1\r\n") == 200 &&
		strstr(got, TAG) != NULL &&
		get("/p.html", "Accept: */*\r\n") == 200 &&
		strstr(got, TAG) != NULL &&
		says("Vary: HX-Request, Turbo-Frame, X-Requested-With\r\n"),
	    "a document has it there, for what accepts pages");
	ok(get("/p.html", "Accept: image/png\r\n") == 200 &&
		strstr(got, TAG) == NULL &&
		get("/p.html", "HX-Request: true\r\n") == 200 &&
		strstr(got, TAG) == NULL &&
		get("/p.html", "Turbo-Frame: x\r\n") == 200 &&
		strstr(got, TAG) == NULL &&
		get("/p.html", "X-Requested-With: XMLHttpRequest\r\n") == 200 &&
		strstr(got, TAG) == NULL,
	    "and nothing else");
	memset(big, 'x', sizeof big - 1);
	memcpy(big, "<head>", 6);
	put("root/big.html", big);
	ok(get("/big.html", "") == 200 && response.len > 0 &&
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

/* What hosts of static files do. */
static void
test_host(void)
{
	mkdir("root/both", 0755);
	mkdir("root/.well-known", 0755);
	mkdir("root/deep", 0755);
	mkdir("root/deep/.well-known", 0755);
	put("root/contact.html", "<head>contact");
	put("root/both.html", "<head>both");
	put("root/.well-known/assetlinks.json", "[]");
	put("root/.well-known/.x", "x");
	put("root/deep/.well-known/x", "x");
	ok(get("/contact", "") == 200 && strstr(got, "contact") != NULL &&
		says("text/html"),
	    "a page need not say .html");
	ok(get("/contact/", "") == 404 && get("/both", "") == 301 &&
		get("/both.html", "") == 200,
	    "but with no slash at its end, and not in place of a directory");
	ok(get("/.well-known/assetlinks.json", "") == 200 &&
		strcmp(got, "[]") == 0 && get("/.well-known/", "") == 200,
	    "well-known files are served");
	ok(get("/.well-known/.x", "") == 404 &&
		get("/.well-known/../a.css", "") == 404 &&
		get("/.well-knownx", "") == 404 &&
		get("/deep/.well-known/x", "") == 404,
	    "no other names with dots");
	put("root/404.html", "<head>lost");
	ok(get("/deep/nope", "") == 404 &&
		strcmp(got, "<head>" TAG_BELOW "lost") == 0 &&
		says("Cache-Control: no-store\r\n") && !says("ETag"),
	    "a site may have its own page for what is missing");
	ok(get("/nope.png", "Sec-Fetch-Dest: image\r\n") == 404 &&
		strstr(got, "lost") == NULL,
	    "which is nothing for images");
	unlink("root/404.html");
	ok(get("/deep//nope", "") == 404 &&
		strstr(got, "\"../../reload.js\"") != NULL,
	    "each slash of the request counts");
	ok(get("/deep%2fx", "") == 404 && strstr(got, TAG) != NULL,
	    "but not one that is escaped");
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
	ok(get("/sub", "") == 301 && says("Location: ./sub/\r\n"),
	    "a directory without its slash is redirected");
	ok(get("//sub?a=b", "") == 301 && says("Location: ./sub/?a=b\r\n"),
	    "never to another host, and with its query");
	ok(get("/home/", "") == 200 &&
		strcmp(got, "<head>" TAG_BELOW "home") == 0,
	    "index.html is the page of its directory");
	ok(get("/sub/", "") == 200 && strstr(got, TAG_BELOW) != NULL &&
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

/* What a tag says is young for a moment, and is not the same twice then. */
static void
age(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
}

static void
test_conditions(void)
{
	char tag[200], since[100];

	age();
	ok(get("/a.css", "") == 200 && !says("Last-Modified") &&
		get("/a.css", etag()) == 304 && got[0] == '\0',
	    "what is known is not sent again");
	get("/p.html", "");
	memcpy(tag, etag(), sizeof tag);
	ok(strstr(tag, "-g-1\"") != NULL && get("/p.html", tag) == 304,
	    "the tag of a page has the generation in it");
	get("/a.css", "");
	ok(strstr(etag(), "g-1") == NULL, "that of another file has not");
	memcpy(tag, etag(), sizeof tag);
	put("root/a.css", "c{}");
	ok(get("/a.css", tag) == 200,
	    "another content of the same size and date is news");
	snprintf(since, sizeof since, "If-Modified-Since: %s\r\n",
	    "Sun, 09 Sep 2001 01:46:40 GMT");
	ok(get("/a.css", since) == 200 && get("/p.html", since) == 200,
	    "the date of a young file does not count, nor that of a page");
	get("/sub/", "");
	memcpy(tag, etag(), sizeof tag);
	ok(get("/sub/", tag) == 304, "a list has a tag as well");
	put("root/sub/new", "x");
	ok(get("/sub/", tag) == 200 && !says("Last-Modified"),
	    "which changes with what is in it");
}

/* After CONDITIONAL_YOUNG seconds. */
static void
test_dates(void)
{
	static const char since[] =
	    "If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT\r\n";
	int64_t start;

	start = clock_ms();
	while (get("/data", "") == 200 && !says("Last-Modified: ") &&
	    clock_ms() - start < 10000)
		age();
	ok(says("Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT\r\n"),
	    "a file that is no longer young has a date");
	ok(get("/data", since) == 304 && !says("Last-Modified"),
	    "who has it gets 304, without it");
}

/* a part of it; 206, and these bytes and Content-Range */
static bool
part(const char *path, const char *range, const char *want, const char *field)
{
	char fields[200];

	snprintf(fields, sizeof fields, "Range: bytes=%s\r\n", range);
	if (get(path, fields) != 206 || strcmp(got, want) != 0)
		return false;
	snprintf(fields, sizeof fields, "Content-Range: bytes %s\r\n", field);
	return says(fields) && says("Accept-Ranges: bytes\r\n");
}

static void
test_ranges(void)
{
	char fields[300];

	put("root/ten", "0123456789");
	age();
	ok(part("/ten", "2-4", "234", "2-4/10") &&
		part("/ten", "7-", "789", "7-9/10") &&
		part("/ten", "-2", "89", "8-9/10"),
	    "a part of a file is sent");
	ok(get("/ten", "Range: bytes=10-\r\n") == 416 &&
		says("Content-Range: bytes */10\r\n") && !says("ETag"),
	    "none that is not there: 416");
	ok(get("/ten", "Range: bytes=0-1,5-6\r\n") == 200 &&
		strcmp(got, "0123456789") == 0 && !says("Content-Range"),
	    "several are the whole");
	get("/ten", "");
	snprintf(fields, sizeof fields, "Range: bytes=1-1\r\nIf-Range%s",
	    etag() + strlen("If-None-Match"));
	ok(get("/ten", fields) == 206 && strcmp(got, "1") == 0,
	    "a part of the version that is known is sent");
	ok(get("/ten", "Range: bytes=1-1\r\nIf-Range: \"x\"\r\n") == 200 &&
		strcmp(got, "0123456789") == 0,
	    "of another one all of it");
	snprintf(fields, sizeof fields, "21-34/%d", (int)(29 + strlen(TAG)));
	ok(part("/p.html", "21-34", "<script async ", fields),
	    "a page has parts, too");
	ok(get("/p.html", "Range: bytes=-3\r\n") == 206 &&
		strcmp(got, "e>p") == 0,
	    "the tag is counted");
	truncate("root/far", 0);
	put("root/far", "");
	truncate("root/far", (off_t)5 << 30);
	write_at("root/far", (off_t)1 << 32, "far away");
	ok(part("/far", "4294967296-4294967303", "far away",
	       "4294967296-4294967303/5368709120"),
	    "files may be longer than 4 GiB");
}

/* To make listings takes at most half of the time. */
static void
test_many(void)
{
	struct request r;
	char name[160], head[] = "GET /many/ HTTP/1.1\r\nHost: a\r\n\r\n";
	int i;

	mkdir("root/many", 0755);
	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "root/many/%0100d", i);
		put(name, "");
	}
	get("/many/", "");
	ok(strstr(got, "There is more than is listed") != NULL &&
		response.body.len < 300000,
	    "a long list is cut");
	response_free(&response);
	response_init(&response, 200);
	request_parse(head, strlen(head), &r);
	ok(site_answer(&s, &r, "g-1", &response) == SITE_AGAIN,
	    "who wants the next one waits");
}

static void
test_fields(void)
{
	ok(site_add_field(&s, "Cache-Control: no-store") == NULL &&
		site_add_field(&s, "X-Own:y") == NULL,
	    "fields may be added to all responses");
	ok(get("/a.css", "") == 200 && says("Cache-Control: no-cache\r\n"),
	    "which the owner puts in");
	site_put_fields(&s, &response);
	ok(says("Cache-Control: no-store\r\n") && !says("no-cache") &&
		says("X-Own:y\r\n") && says("ETag: ") &&
		says("Content-Type: text/css"),
	    "in place of those of that name");
	ok(site_add_field(&s, "Content-Type: a/b") != NULL &&
		site_add_field(&s, "transfer-encoding: x") != NULL,
	    "none that frames responses");
	ok(site_add_field(&s, "") != NULL && site_add_field(&s, "x") != NULL &&
		site_add_field(&s, "a b: c") != NULL &&
		site_add_field(&s, "a: b\r\nc: d") != NULL &&
		site_add_field(&s, ": c") != NULL,
	    "and nothing else");
	s.nfields = 0;
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

static void
test_rights(void)
{
	chmod("root/home/index.html", 0);
	ok(geteuid() == 0 ||
		(get("/home/", "") == 403 && strstr(got, TAG) != NULL),
	    "what may be seen and can't be read is 403");
	chmod("root/home/index.html", 0644);
	chmod("root/home", 0711);
	ok(get("/home/", "") == 200, "no right to list is needed for a page");
	chmod("root/home", 0755);
}

/* Some of the system's own files say that they are longer than they are. */
static void
test_untrue(void)
{
	struct site other;
	struct stat st;
	struct request r;
	char head[] = "GET /online HTTP/1.0\r\nHost: a\r\n\r\n";

	if (stat("/sys/devices/system/cpu/online", &st) < 0 ||
	    site_init(&other, "/sys/devices/system/cpu") < 0) {
		printf("skip 'a length that is not true' (no /sys)\n");
		return;
	}
	response_free(&response);
	response_init(&response, 200);
	ok(request_parse(head, strlen(head), &r) == 0 &&
		site_answer(&other, &r, "g-1", &response) == 0 &&
		response.status == 200 && response.len == 0 &&
		response.body.len > 0 &&
		(int64_t)response.body.len < (int64_t)st.st_size,
	    "a file is as long as what can be read of it");
	site_free(&other);
}

int
main(void)
{
	char command[100];

	if (mkdtemp(top) == NULL || chdir(top) < 0 || mkdir("root", 0755) < 0)
		exit(1);
	put("secret", "secret");
	response_init(&response, 200);
	ok(site_init(&s, "root") == 0, "a directory can be served");
	test_files();
	test_pages();
	test_charsets();
	test_directories();
	test_host();
	test_conditions();
	test_ranges();
	test_rights();
	test_untrue();
	test_many();
	test_fields();
	test_rewriting();
	test_dates();
	response_free(&response);
	site_free(&s);
	snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command) != 0 || test_end();
}
