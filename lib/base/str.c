/* str.c - what C's string functions lack */
#include <string.h>

#include "base/str.h"

enum { SECS_MAX = 1000000 };

static bool
digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

int
str_num(const char *s, int64_t min, int64_t max, int64_t *n)
{
	bool minus;
	int64_t v;

	minus = *s == '-';
	s += minus;
	if (*s == '\0')
		return -1;
	for (v = 0; digit((unsigned char)*s); s++) {
		if (v > (INT64_MAX - 9) / 10)
			return -1;
		v = v * 10 + (*s - '0');
	}
	if (minus)
		v = -v;
	if (*s != '\0' || v < min || v > max)
		return -1;
	*n = v;
	return 0;
}

int
str_secs(const char *s, int64_t *ms)
{
	int64_t v, unit;
	size_t digits;
	bool more;

	v = 0;
	digits = 0;
	more = false;
	for (; digit((unsigned char)*s); s++, digits++) {
		v = v * 10 + (*s - '0') * 1000;
		if (v > (int64_t)SECS_MAX * 1000)
			return -1;
	}
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

const char *
str_base(const char *path)
{
	const char *slash;

	slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}
