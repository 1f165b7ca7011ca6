/* str.c - what C's string functions lack */
#include <string.h>

#include "base/str.h"

enum { SECS_MAX = 1000000 };

static bool
digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

size_t
str_digits(const char *s, size_t n, int64_t *v)
{
	size_t i;
	int ones;

	*v = 0;
	for (i = 0; i < n && digit((unsigned char)s[i]); i++) {
		ones = s[i] - '0';
		*v = *v > (INT64_MAX - ones) / 10 ? INT64_MAX : *v * 10 + ones;
	}
	return i;
}

int
str_num(const char *s, int64_t min, int64_t max, int64_t *n)
{
	size_t digits;
	bool minus;
	int64_t v;

	minus = *s == '-';
	s += minus;
	digits = str_digits(s, strlen(s), &v);
	if (digits == 0 || s[digits] != '\0' || v == INT64_MAX)
		return -1;
	if (minus)
		v = -v;
	if (v < min || v > max)
		return -1;
	*n = v;
	return 0;
}

int
str_secs(const char *s, int64_t *ms)
{
	size_t digits;
	int64_t v, unit;
	bool more;

	digits = str_digits(s, strlen(s), &v);
	if (v > SECS_MAX)
		return -1;
	s += digits;
	v *= 1000;
	more = false;
	if (*s == '.')
		for (s++, unit = 100; digit((unsigned char)*s); s++) {
			v += (*s - '0') * unit;
			more = more || (unit == 0 && *s != '0');
			unit /= 10;
			digits++;
		}
	if (*s != '\0' || digits == 0)
		return -1;
	*ms = v + more;
	return 0;
}

unsigned char
str_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

bool
str_is(const void *s, size_t n, const char *t)
{
	const unsigned char *p;
	size_t i;

	p = s;
	for (i = 0; i < n; i++)
		if (t[i] == '\0' ||
		    str_lower(p[i]) != str_lower((unsigned char)t[i]))
			return false;
	return t[n] == '\0';
}

void
str_clean(const char *text, char *path)
{
	const char *s;
	size_t n, len;

	len = 0;
	if (*text == '/')
		path[len++] = '/';
	for (s = text; *s != '\0'; s += n) {
		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && *s == '.'))
			continue;
		if (len > 0 && path[len - 1] != '/')
			path[len++] = '/';
		memmove(path + len, s, n);
		len += n;
	}
	path[len] = '\0';
}

const char *
str_base(const char *path)
{
	const char *slash;

	slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}
