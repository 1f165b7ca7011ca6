/* request.c - fuzz target: the head of a request */
#include "fuzz.h"
#include "http/request.h"

/* The end of a head does not depend on how its bytes came. */
static long
head_size(const char *p, size_t n)
{
	size_t seen, i;
	long whole, r;

	seen = 0;
	whole = request_head_size(p, n, &seen);
	seen = 0;
	for (r = 0, i = 1; i <= n && r == 0; i++)
		r = request_head_size(p, i, &seen);
	must(r == whole);
	must(whole <= (long)n && whole <= REQUEST_HEAD_MAX);
	return whole;
}

static void
must_lie(struct span s, const char *p, size_t n)
{
	if (s.p == NULL)
		must(s.n == 0);
	else if (s.n > 0)
		must(s.p >= p && s.n <= n && (size_t)(s.p - p) <= n - s.n);
}

static void
check_escapes(struct span path)
{
	struct buf b = { .max = 4 * REQUEST_HEAD_MAX };
	char *out, *again;
	long n;

	out = fuzz_copy(path.p, path.n);
	n = request_unescape(path, out);
	must(n <= (long)path.n);
	if (n >= 0) {
		must(memchr(out, '\0', (size_t)n) == NULL);
		must(request_escape(&b, out, (size_t)n) == 0);
		again = fuzz_copy(buf_head(&b), b.len);
		must(request_unescape(
			 (struct span){ (char *)buf_head(&b), b.len }, again) ==
		    n);
		must(n == 0 || memcmp(again, out, (size_t)n) == 0);
		free(again);
		buf_free(&b);
	}
	free(out);
}

static void
check_request(const struct request *r, const char *p, size_t n)
{
	struct span s;
	size_t i, k;

	must(r->path.n > 0 && (*r->path.p == '/' || span_is(r->path, "*")));
	must(r->host.p != NULL || r->old);
	must(r->length >= 0 && r->length <= REQUEST_BODY_MAX);
	must(!r->expect || r->length > 0);
	must_lie(r->verb, p, n);
	must_lie(r->query, p, n);
	must_lie(r->host, p, n);
	for (i = 0; i < r->nfields; i++) {
		must_lie(r->field[i].name, p, n);
		must_lie(r->field[i].value, p, n);
		s = r->field[i].value;
		for (k = 0; k < s.n; k++)
			must((unsigned char)s.p[k] >= ' ' || s.p[k] == '\t');
	}
	request_lists(r, "connection", "close");
	request_none_match(r, "\"a\"");
	check_escapes(r->path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct request r;
	char *copy;
	long size;

	copy = fuzz_copy(data, n);
	must(request_blank(copy, n) <= n);
	size = head_size(copy, n);
	free(copy);
	if (size <= 0)
		return 0;
	copy = fuzz_copy(data, (size_t)size);
	if (request_parse(copy, (size_t)size, &r) == 0)
		check_request(&r, copy, (size_t)size);
	free(copy);
	return 0;
}
