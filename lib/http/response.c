#define _POSIX_C_SOURCE 200809L
/* response.c - the response to a request, and its head as bytes */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "http/response.h"

enum { FIELDS_BYTES = 32768, BODY_BYTES = 1 << 18 };

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "SunMonTueWedThuFriSat";

void
response_date(char out[RESPONSE_DATE_SIZE], int64_t secs)
{
	struct tm tm;
	time_t t;

	t = (time_t)secs;
	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900 ||
	    tm.tm_year < -1900) {
		t = 0;
		gmtime_r(&t, &tm);
	}
	snprintf(out, RESPONSE_DATE_SIZE,
	    "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
	    weekdays + tm.tm_wday * 3, (unsigned)tm.tm_mday % 100,
	    months + tm.tm_mon * 3, (unsigned)(tm.tm_year + 1900) % 10000,
	    (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
	    (unsigned)tm.tm_sec % 100);
}

/* Return the number that n digits at p are, or -1. */
static int
digits(const char *p, size_t n)
{
	int64_t v;

	return str_digits(p, n, &v) == n ? (int)v : -1;
}

/* days from 1970 to a day of the Gregorian calendar */
static int64_t
days(int64_t year, int month, int day)
{
	int64_t era;

	year -= month <= 2;
	era = year / 400;
	year -= era * 400;
	month = (month + 9) % 12;
	return era * 146097 + year * 365 + year / 4 - year / 100 +
	    (153 * month + 2) / 5 + day - 1 - 719468;
}

/* Only the form that is sent today; with the two old ones nothing is lost. */
int64_t
response_date_read(const char *p, size_t n)
{
	char back[RESPONSE_DATE_SIZE];
	int64_t secs;
	int month;

	if (p == NULL || n != RESPONSE_DATE_SIZE - 1)
		return -1;
	for (month = 0; month < 12; month++)
		if (memcmp(p + 8, months + month * 3, 3) == 0)
			break;
	if (digits(p + 5, 2) < 1 || month == 12 || digits(p + 12, 4) < 1970)
		return -1;
	secs = days(digits(p + 12, 4), month + 1, digits(p + 5, 2)) * 86400;
	secs += digits(p + 17, 2) * 3600 + digits(p + 20, 2) * 60 +
	    digits(p + 23, 2);
	response_date(back, secs);
	return memcmp(back, p, n) == 0 ? secs : -1;
}

const char *
response_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 101, "Switching Protocols" },
		{ 200, "OK" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 426, "Upgrade Required" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};
	size_t i;

	for (i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

void
response_init(struct response *response, int status)
{
	*response = (struct response){ .status = status,
		.fields = { .max = FIELDS_BYTES },
		.body = { .max = BODY_BYTES },
		.fd = -1 };
}

void
response_free(struct response *response)
{
	buf_free(&response->fields);
	buf_free(&response->body);
	if (response->fd >= 0)
		close(response->fd);
	response->fd = -1;
}

void
response_text(struct response *response, int status, const char *why)
{
	response->status = status;
	buf_puts(&response->fields,
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\n");
	buf_printf(&response->body, "%d %s%s%s\n", status,
	    response_reason(status), *why == '\0' ? "" : ": ", why);
}

int
response_set(struct response *response, const char *line, size_t n)
{
	struct buf *b, old;
	const char *p, *end, *next;
	int r;

	b = &response->fields;
	old = *b;
	*b = (struct buf){ .max = old.max };
	p = (char *)buf_head(&old);
	end = p + old.len;
	for (r = 0; p < end; p = next) {
		next = (char *)memchr(p, '\n', (size_t)(end - p)) + 1;
		if ((size_t)(next - p) > n && p[n] == ':' &&
		    strncasecmp(p, line, n) == 0)
			continue;
		if (buf_put(b, p, (size_t)(next - p)) < 0)
			r = -1;
	}
	buf_free(&old);
	if (buf_puts(b, line) < 0 || buf_puts(b, "\r\n") < 0)
		r = -1;
	return r;
}

void
response_part(struct response *response, int64_t first, int64_t n)
{
	size_t skip;

	skip = first < (int64_t)response->body.len ? (size_t)first
						   : response->body.len;
	buf_drop(&response->body, skip);
	response->off += first - (int64_t)skip;
	if ((int64_t)response->body.len > n)
		response->body.len = (size_t)n;
	response->len = n - (int64_t)response->body.len;
}

int
response_head(struct buf *out, const struct response *response, bool keep,
    int64_t wall_secs)
{
	char date[RESPONSE_DATE_SIZE];
	int r;

	response_date(date, wall_secs);
	r = buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", response->status,
	    response_reason(response->status), date);
	if (r == 0)
		r = buf_put(
		    out, buf_head(&response->fields), response->fields.len);
	if (r == 0 && response->status >= 200 && response->status != 204 &&
	    response->status != 304 && response->len != RESPONSE_ENDLESS)
		r = buf_printf(out, "Content-Length: %lld\r\n",
		    (long long)response->body.len + (long long)response->len);
	if (r == 0 && response->status >= 200)
		r = buf_printf(out, "Connection: %s\r\n",
		    keep && response->len != RESPONSE_ENDLESS ? "keep-alive"
							      : "close");
	return r < 0 ? -1 : buf_puts(out, "\r\n");
}

ssize_t
response_read(int fd, void *bytes, size_t n, int64_t off)
{
	ssize_t r;

	do
		r = pread(fd, bytes, n, (off_t)off);
	while (r < 0 && errno == EINTR);
	return r;
}
