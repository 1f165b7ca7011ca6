#define _POSIX_C_SOURCE 200809L
/* glob_limits.c - tests of long patterns, and of patterns that stand for many */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../test.h"
#include "match/rule.h"

static struct rule rule;
static struct rules rules = { .v = &rule, .n = 1 };

static bool
matches(const char *pattern, const char *path)
{
	const char *by;
	bool result;

	result = rules_add(&rules, pattern, GLOB_WANTED) == 0 &&
	    rules_match(&rules, path, &by) == 1;
	rules_free(&rules);
	return result;
}

static int
refused(const char *pattern, int error)
{
	int result;

	errno = 0;
	result = rules_add(&rules, pattern, GLOB_WANTED) == -1 &&
	    errno == error;
	rules_free(&rules);
	return result;
}

static char *
repeat(const char *what, size_t times, const char *end)
{
	size_t n, i;
	char *s;

	n = strlen(what);
	s = malloc(n * times + strlen(end) + 1);
	for (i = 0; i < times; i++)
		memcpy(s + i * n, what, n);
	memcpy(s + n * times, end, strlen(end) + 1);
	return s;
}

static void
test_refused(void)
{
	char *s;

	ok(refused("", EINVAL), "an empty pattern is refused");
	ok(refused("{,}", EINVAL),
	    "a pattern of empty alternatives is refused");
	s = repeat("{a,b}", 12, "");
	ok(matches(s, "abababababab") && !matches(s, "ab"),
	    "braces may stand for 4096 alternatives");
	free(s);
	s = repeat("{a,b}", 13, "");
	ok(refused(s, E2BIG), "8192 alternatives are refused");
	free(s);
	s = repeat("x,", 4099, "x}");
	*s = '{';
	ok(refused(s, E2BIG), "4099 alternatives are refused");
	free(s);
	s = repeat("{a,b}", 1000, "");
	ok(refused(s, E2BIG), "2^1000 alternatives are refused");
	free(s);
	s = repeat("{,}", 1000, "");
	ok(refused(s, E2BIG), "2^1000 empty alternatives are refused");
	free(s);
	s = repeat("a**", 100, "");
	ok(refused(s, E2BIG), "two stars in a name count as alternatives");
	free(s);
}

/* A pattern of 100,000 bytes takes neither the stack nor the time. */
static void
test_long_patterns(void)
{
	static const struct {
		const char *repeated, *end;
		int error; /* or 0: it is taken */
	} rows[] = { { "{", "", 0 }, { "{a,", "", 0 }, { "{", "{a,b}", 0 },
		{ "{{a}", "", 0 }, { "}", "", 0 }, { "{a}", "", 0 },
		{ "**a", "", E2BIG }, { "**/a/", "b", 0 },
		{ "{a,b}", "", E2BIG }, { "{a,{b,", "c", 0 }, { "\\", "", 0 },
		{ "\\a/", "[b]", 0 }, { "a/", "[b]/{c,d}", 0 },
		{ "./", "{c,d}", 0 }, { "../", "{c,d}", 0 },
		{ "[", "/{c,d}", 0 }, { "[", "", 0 }, { "a/", "{b,c}", 0 },
		{ "a/", "{b,c}{d,e}{f,g}{h,i}{j,k}{l,m}", E2BIG },
		{ "***/", "", 0 } };
	char *s, *closed, name[80];
	clock_t start;
	size_t i;
	int result;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		s = repeat(rows[i].repeated, 100000 / strlen(rows[i].repeated),
		    rows[i].end);
		start = clock();
		result = rules_add(&rules, s, GLOB_WANTED);
		snprintf(name, sizeof name, "%s...%s is %s, and soon",
		    rows[i].repeated, rows[i].end,
		    rows[i].error == 0 ? "taken" : "refused");
		ok((rows[i].error == 0
			   ? result == 0
			   : result == -1 && errno == rows[i].error) &&
			clock() - start < 2 * CLOCKS_PER_SEC,
		    name);
		rules_free(&rules);
		free(s);
	}
	/* Braces that are closed, too. */
	closed = repeat("}", 20000, "");
	s = repeat("{a,", 20000, closed);
	free(closed);
	ok(refused(s, E2BIG), "20,000 nested braces are refused");
	free(s);
}

/* The time that a name takes does not depend on the path or the pattern. */
static void
test_bounded(void)
{
	char path[401], *pattern;
	struct rules_reach *reach, *next;
	const char *by;
	clock_t start;
	size_t n;
	int i;

	start = clock();
	pattern = repeat("**/a/", 200, "b");
	rules_add(&rules, pattern, GLOB_WANTED);
	free(pattern);
	pattern = repeat("*a", 60, "b");
	rules_add(&rules, pattern, GLOB_WANTED);
	free(pattern);
	memset(path, 'a', 200);
	path[200] = '\0';
	ok(rules_match(&rules, path, &by) == 0,
	    "many stars in a name end without a match");
	for (n = 0; n < 400; n += 2)
		memcpy(path + n, "a/", 2);
	path[399] = '\0';
	ok(rules_match(&rules, path, &by) == 0,
	    "many stars in a path end without a match");
	path[398] = 'b';
	ok(rules_match(&rules, path, &by) == 0,
	    "one directory too few does not match");
	reach = rules_begin(&rules, "");
	for (i = 0; i < 5000 && reach != NULL; i++) {
		next = rules_enter(&rules, reach, "a", false);
		rules_leave(&rules, reach);
		reach = next;
	}
	ok(reach != NULL && rules_judge(&rules, reach, "", "b", &by) == 1,
	    "a path of 5000 names matches");
	rules_leave(&rules, reach);
	rules_free(&rules);
	ok(clock() - start < 10 * CLOCKS_PER_SEC, "all this takes seconds");
}

int
main(void)
{
	test_refused();
	test_long_patterns();
	test_bounded();
	return test_end();
}
