/* changelist.c - tests of the change list */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "notify/changelist.h"

enum { MANY = 20000, NAME = 300, HUGE = 3 * CHANGELIST_RECORD };

static struct changelist_reader reader;
static char huge[HUGE + 1];

/* What was written, as one string in which each end is a semicolon. */
static const char *
written(struct buf *b, char end)
{
	static char text[1000];
	size_t i;

	for (i = 0; i < b->len && i < sizeof text - 1; i++) {
		text[i] = (char)buf_head(b)[i];
		if (text[i] == end)
			text[i] = ';';
	}
	text[i] = '\0';
	b->len = 0;
	return text;
}

static int
puts_path(const char *path, char end, const char *want)
{
	struct buf b = { .max = 1000 };
	int good;

	good = changelist_put_path(&b, path, end) == 0 &&
	    strcmp(written(&b, end), want) == 0;
	buf_free(&b);
	return good;
}

static void
test_paths(void)
{
	ok(puts_path("a/b c.html", '\n', "a/b c.html;") &&
		puts_path("a/b c.html", '\0', "a/b c.html;"),
	    "a path is written as it is");
	ok(puts_path("!x", '\n', "./!x;") && puts_path("!", '\n', "./!;") &&
		puts_path("*", '\0', "./*;") &&
		puts_path("*.c", '\n', "./*.c;"),
	    "a path that looks like another record gets ./ in front");
	ok(puts_path("-", '\n', "./-;") && puts_path("-a", '\n', "-a;") &&
		puts_path("--", '\n', "--;"),
	    "the path - gets ./ in front, other paths that start with - do not");
	ok(puts_path("a!", '\n', "a!;") && puts_path(" *", '\n', " *;"),
	    "a mark matters only at the start");
	ok(puts_path("a\nb", '\n', "*;") && puts_path("a\nb", '\0', "a\nb;"),
	    "a path with a newline becomes a * if newlines end records");
	ok(puts_path("a\r", '\n', "a\r;"),
	    "a carriage return is a byte of the path");
	ok(puts_path("", '\n', "*;") && puts_path("", '\0', "*;"),
	    "an empty path is a *, not the end of the batch");
}

static void
test_other_records(void)
{
	struct buf b = { .max = 1000 };

	changelist_put_any(&b, '\n');
	changelist_put_path(&b, "x", '\n');
	changelist_put_end(&b, '\n');
	ok(strcmp(written(&b, '\n'), "*;x;;") == 0,
	    "a * stands for any change, an empty record ends the batch");
	changelist_put_report(&b, "one\n\ntwo\n", 9, '\n');
	ok(strcmp(written(&b, '\n'), "! one;! ;! two;") == 0,
	    "each line of a report is a record");
	changelist_put_report(&b, "one\ntwo", 7, '\0');
	ok(strcmp(written(&b, '\0'), "! one;! two;") == 0,
	    "the last line of a report needs no newline");
	changelist_put_report(&b, "a\0b", 3, '\0');
	ok(strcmp(written(&b, '\0'), "! a;! b;") == 0,
	    "a byte that ends records ends a line of the report");
	ok(changelist_put_report(&b, "", 0, '\n') == 0 && b.len == 0,
	    "an empty report writes nothing");
	buf_free(&b);
}

static void
test_ceiling(void)
{
	struct buf b = { .max = 8 };

	ok(changelist_put_path(&b, "12345678", '\n') == -1 && b.len == 0,
	    "a record that does not fit is refused as a whole");
	ok(changelist_put_path(&b, "!23456", '\n') == -1 && b.len == 0,
	    "its mark and its end count");
	ok(changelist_put_report(&b, "a\nbcdefg\n", 9, '\n') == -1 &&
		b.len == 0,
	    "no line is written of a report that does not fit");
	ok(changelist_put_path(&b, "1234567", '\n') == 0 && b.len == 8,
	    "a record that just fits is written");
	ok(changelist_put_any(&b, '\n') == -1 &&
		changelist_put_end(&b, '\n') == -1,
	    "a full buffer takes no more");
	buf_free(&b);
}

/* ---- reading ---- */

/*
 * Read n bytes in pieces of at most `piece`, and show the records as P(text),
 * !(text), * and . for the end of a batch.
 */
static const char *
records(const char *bytes, size_t n, size_t piece, char end)
{
	static const char *const forms[] = { [CHANGELIST_PATH] = "P(%s)",
		[CHANGELIST_REPORT] = "!(%s)",
		[CHANGELIST_ANY] = "*%s",
		[CHANGELIST_END] = ".%s" };
	static char text[4000];
	char copy[1000], *p;
	struct changelist_record r;
	size_t take, len;

	memcpy(copy, bytes, n);
	changelist_begin(&reader, end);
	text[0] = '\0';
	for (p = copy; n > 0; p += take, n -= take) {
		take = changelist_feed(&reader, p, n < piece ? n : piece, &r);
		len = strlen(text);
		if (r.kind != CHANGELIST_MORE)
			snprintf(text + len, sizeof text - len, forms[r.kind],
			    r.text);
	}
	return text;
}

/* Read it with newlines and with NULs as ends, as a whole and in all pieces. */
static int
reads(const char *bytes, const char *want)
{
	char other[1000];
	size_t n, i, piece;
	int good;

	n = strlen(bytes);
	for (i = 0; i < n; i++)
		other[i] = bytes[i] == '\n' ? '\0' : bytes[i];
	good = 1;
	for (piece = 1; piece <= n; piece++)
		good = good &&
		    strcmp(records(bytes, n, piece, '\n'), want) == 0 &&
		    strcmp(records(other, n, piece, '\0'), want) == 0;
	return good;
}

static void
test_records(void)
{
	ok(reads("a\nb/c d\n", "P(a)P(b/c d)"), "paths are read");
	ok(reads("a\n\nb\n\n", "P(a).P(b)."), "an empty record ends a batch");
	ok(reads("\n\n", ".."), "an empty batch has only its end");
	ok(reads("*\n", "*") && reads("*.c\n* \n", "**"),
	    "a record that starts with * stands for any change");
	ok(reads("! a b\n!c\n!\n! \n!  d\n", "!(a b)!(c)!()!()!( d)"),
	    "a record that starts with ! is a report, with or without a blank");
	ok(reads("./!x\n./*\n./-\n-\n", "P(./!x)P(./*)P(./-)P(-)"),
	    "a path keeps the ./ in front");
	ok(reads(" \n\ta\r\n", "P( )P(\ta\r)"),
	    "blanks and carriage returns are bytes of the path");
	ok(strcmp(records("a\0b\n*\n", 6, 9, '\n'), "**") == 0,
	    "a line with a NUL stands for any change");
	ok(strcmp(records("a\nb\0", 4, 9, '\0'), "P(a\nb)") == 0,
	    "if NULs end records, a newline is a byte of the path");
}

static void
test_finish(void)
{
	struct changelist_record r;
	char bytes[] = "a\nbc";

	changelist_begin(&reader, '\n');
	changelist_finish(&reader, &r);
	ok(r.kind == CHANGELIST_MORE, "without input there is no last record");
	changelist_feed(&reader, bytes, 2, &r);
	changelist_finish(&reader, &r);
	ok(r.kind == CHANGELIST_MORE, "after a whole record there is no other");
	changelist_feed(&reader, bytes + 2, 2, &r);
	ok(r.kind == CHANGELIST_MORE, "a record without its end has to wait");
	changelist_finish(&reader, &r);
	ok(r.kind == CHANGELIST_PATH && strcmp(r.text, "bc") == 0,
	    "the end of the input ends the last record");
	changelist_finish(&reader, &r);
	ok(r.kind == CHANGELIST_MORE, "the last record comes once");
}

/* Read the first n bytes of huge, and an end, in such pieces. */
static struct changelist_record
read_huge(size_t n, size_t piece)
{
	static char bytes[HUGE + 1];
	struct changelist_record r;
	size_t at;

	memcpy(bytes, huge, n);
	bytes[n] = '\n';
	changelist_begin(&reader, '\n');
	r.kind = CHANGELIST_MORE;
	for (at = 0; at <= n; at += piece) {
		if (piece > n + 1 - at)
			piece = n + 1 - at;
		if (changelist_feed(&reader, bytes + at, piece, &r) != piece)
			r.kind = CHANGELIST_END;
	}
	return r;
}

static int
huge_is(size_t n, enum changelist_kind kind, size_t len)
{
	static const size_t pieces[] = { 1, 7, CHANGELIST_RECORD - 1,
		CHANGELIST_RECORD, CHANGELIST_RECORD + 1, HUGE + 1 };
	struct changelist_record r;
	size_t i;
	int good;

	good = 1;
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		r = read_huge(n, pieces[i]);
		good = good && r.kind == kind && r.n == len &&
		    strlen(r.text) == len;
	}
	return good;
}

static void
test_length(void)
{
	struct buf b = { .max = HUGE + 100 };
	struct changelist_record r;
	size_t take;

	memset(huge, 'x', HUGE);
	ok(huge_is(CHANGELIST_RECORD, CHANGELIST_PATH, CHANGELIST_RECORD),
	    "a record may be 8192 bytes long");
	ok(huge_is(CHANGELIST_RECORD + 1, CHANGELIST_ANY, 0) &&
		huge_is(HUGE, CHANGELIST_ANY, 0),
	    "a longer path stands for any change");
	huge[0] = '!';
	ok(huge_is(HUGE, CHANGELIST_REPORT, CHANGELIST_RECORD - 1),
	    "a longer line of a report is cut");
	huge[0] = 'x';
	ok(changelist_put_path(&b, huge, '\n') == 0 && b.len == 2,
	    "a path that could not be read is written as a *");
	b.len = 0;
	changelist_put_report(&b, huge, HUGE, '\n');
	changelist_begin(&reader, '\n');
	take = changelist_feed(&reader, buf_head(&b), b.len, &r);
	ok(take == CHANGELIST_RECORD + 1 && r.kind == CHANGELIST_REPORT &&
		r.n == CHANGELIST_RECORD - 2 && b.len == HUGE + 4 * 3,
	    "a line that could not be read is written as several");
	buf_free(&b);
}

/* ---- writing and reading ---- */

static uint32_t seed = 1;

static uint32_t
dice(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* A name of any bytes, and often of those that have a meaning. */
static size_t
name(char path[NAME + 1])
{
	static const char odd[] = "!*-./ \n\r\t\\";
	size_t i, n;

	n = 1 + dice() % (dice() % 4 == 0 ? NAME : 4);
	for (i = 0; i < n; i++)
		path[i] = dice() % 2 == 0 ? odd[dice() % (sizeof odd - 1)]
					  : (char)(1 + dice() % 255);
	path[n] = '\0';
	return n;
}

static int
same(const char *path, const struct changelist_record *r, char end)
{
	if (end != '\0' && strchr(path, end) != NULL)
		return r->kind == CHANGELIST_ANY;
	if (r->kind != CHANGELIST_PATH || r->n != strlen(r->text))
		return 0;
	if (*path == '!' || *path == '*' || strcmp(path, "-") == 0)
		return strncmp(r->text, "./", 2) == 0 &&
		    strcmp(r->text + 2, path) == 0;
	return strcmp(r->text, path) == 0;
}

static void
test_round_trip(char end, const char *sentence)
{
	static char paths[MANY][NAME + 1];
	struct buf b = { .max = MANY * (NAME + 4) };
	struct changelist_record r;
	size_t take, piece, i;
	int good;

	for (i = 0; i < MANY; i++) {
		name(paths[i]);
		changelist_put_path(&b, paths[i], end);
	}
	good = 1;
	changelist_begin(&reader, end);
	for (i = 0; good && b.len > 0; buf_drop(&b, take)) {
		piece = 1 + dice() % (dice() % 2 == 0 ? 10 : 5000);
		take = changelist_feed(
		    &reader, buf_head(&b), piece < b.len ? piece : b.len, &r);
		if (r.kind != CHANGELIST_MORE)
			good = i < MANY && same(paths[i++], &r, end);
	}
	ok(good && i == MANY, sentence);
	buf_free(&b);
}

/* What was read is written as it came. */
static void
test_again(void)
{
	struct buf b = { .max = 10 };
	struct changelist_record r;
	char bytes[] = "./!x\n";

	changelist_begin(&reader, '\n');
	changelist_feed(&reader, bytes, sizeof bytes - 1, &r);
	changelist_put_path(&b, r.text, '\n');
	ok(strcmp(written(&b, '\n'), "./!x;") == 0,
	    "a path that is passed on gets no second ./");
	buf_free(&b);
}

int
main(void)
{
	test_paths();
	test_other_records();
	test_ceiling();
	test_records();
	test_finish();
	test_length();
	test_round_trip('\n', "names of any bytes come back from lines");
	test_round_trip(
	    '\0', "names of any bytes come back from records with NULs");
	test_again();
	return test_end();
}
