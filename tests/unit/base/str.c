/* str.c - tests of what C's string functions lack */
#include <stdio.h>
#include <string.h>

#include "../test.h"
#include "base/str.h"

static void
test_digits(void)
{
	int64_t v;

	ok(str_digits("12a", 3, &v) == 2 && v == 12 &&
		str_digits("12a", 1, &v) == 1 && v == 1,
	    "digits are read up to another byte, or to the end");
	ok(str_digits("", 0, &v) == 0 && v == 0 &&
		str_digits("-1", 2, &v) == 0 && v == 0 &&
		str_digits("\0001", 2, &v) == 0,
	    "other bytes are no digits");
	ok(str_digits("9223372036854775806", 19, &v) == 19 &&
		v == INT64_MAX - 1 &&
		str_digits("99999999999999999999", 20, &v) == 20 &&
		v == INT64_MAX,
	    "a number that is too large is the largest");
}

static void
test_num(void)
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1x", "x",
		"0x10", "--1", "1.0", "99999999999999999999",
		"-99999999999999999999" };
	static const struct {
		const char *text;
		int64_t n;
	} good[] = { { "0", 0 }, { "-0", 0 }, { "007", 7 }, { "65535", 65535 },
		{ "-12", -12 }, { "1000000000000", 1000000000000 } };
	char name[100];
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(name, sizeof name, "'%s' is a number", good[i].text);
		n = 99;
		ok(str_num(good[i].text, -100, INT64_MAX, &n) == 0 &&
			n == good[i].n,
		    name);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(name, sizeof name, "'%s' is no number", bad[i]);
		n = 99;
		ok(str_num(bad[i], INT64_MIN, INT64_MAX, &n) == -1 && n == 99,
		    name);
	}
	ok(str_num("1\n", 0, 9, &n) == -1, "a newline is no part of a number");
	ok(str_num("1", 1, 64, &n) == 0 && str_num("64", 1, 64, &n) == 0,
	    "both ends of a range belong to it");
	ok(str_num("0", 1, 64, &n) < 0 && str_num("65", 1, 64, &n) < 0,
	    "what is beyond a range is refused");
}

static void
test_secs(void)
{
	static const char *const bad[] = { "", ".", "-1", "+1", "1s", "1e3",
		" 1", "1 ", "1.2.3", "0.0x", "1000001",
		"99999999999999999999999" };
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = { { "0", 0 }, { "0.0", 0 }, { "0.01", 10 }, { "30", 30000 },
		{ ".5", 500 }, { "2.", 2000 }, { "1.2345", 1235 },
		{ "0.0001", 1 }, { "0.001", 1 }, { "0.0010000", 1 },
		{ "0.00000000000000000000000001", 1 },
		{ "1000000", 1000000000 } };
	char name[100];
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(name, sizeof name, "'%s' is %ld ms", good[i].text,
		    (long)good[i].ms);
		ms = -1;
		ok(str_secs(good[i].text, &ms) == 0 && ms == good[i].ms, name);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(name, sizeof name, "'%s' are no seconds", bad[i]);
		ms = -1;
		ok(str_secs(bad[i], &ms) == -1 && ms == -1, name);
	}
}

static void
test_is(void)
{
	int i, same;

	ok(str_is("Upgrade", 7, "upgrade") && str_is("x", 1, "X"),
	    "case does not matter");
	ok(str_is("", 0, ""), "nothing is nothing");
	ok(!str_is("upgrade", 7, "upgrad") && !str_is("upgrad", 6, "upgrade"),
	    "a shorter string is another");
	ok(str_is("hostile", 4, "host"), "only the n bytes are looked at");
	ok(!str_is("a\0b", 3, "a"), "a NUL among them is not an end");
	ok(!str_is("[", 1, "{") && !str_is("@", 1, "`"),
	    "characters beside the letters have no case");
	same = 1;
	for (i = 0; i < 256; i++)
		same = same &&
		    str_lower((unsigned char)i) ==
			(i >= 'A' && i <= 'Z' ? i + 32 : i);
	ok(same, "only ASCII letters are made lower-case");
}

static void
test_base(void)
{
	ok(strcmp(str_base("a/b/c"), "c") == 0, "the base follows the slash");
	ok(strcmp(str_base("c"), "c") == 0, "a bare name is its own base");
	ok(strcmp(str_base("a/"), "") == 0, "after a last slash is nothing");
	ok(strcmp(str_base("/x"), "x") == 0, "the root has a base in it");
}

/* Return true if str_clean makes one path of the other. */
static int
cleans(const char *text, const char *want)
{
	char path[40], same[40];

	str_clean(text, path);
	snprintf(same, sizeof same, "%s", text);
	str_clean(same, same);
	return strcmp(path, want) == 0 && strcmp(same, want) == 0;
}

static void
test_clean(void)
{
	ok(cleans("a", "a") && cleans("/a/b", "/a/b") && cleans("../a", "../a"),
	    "a clean path stays as it is");
	ok(cleans("./a", "a") && cleans("././/a", "a") && cleans("./.a", ".a"),
	    "leading dots are removed");
	ok(cleans("a/./b/././c", "a/b/c") && cleans("a/.", "a") &&
		cleans("/./a", "/a") && cleans("a/./.", "a"),
	    "inner dots are removed");
	ok(cleans("a//b///", "a/b") && cleans("///a", "/a"),
	    "repeated slashes become one");
	ok(cleans("", "") && cleans(".", "") && cleans("./", "") &&
		cleans("/", "/") && cleans("/.", "/"),
	    "a directory without a name becomes empty or /");
	ok(cleans("a./.b/..", "a./.b/.."), "dots in names stay");
}

int
main(void)
{
	test_digits();
	test_num();
	test_secs();
	test_is();
	test_base();
	test_clean();
	return test_end();
}
