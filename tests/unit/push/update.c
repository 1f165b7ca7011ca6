/* update.c - tests of what listeners are told */
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "push/update.h"

static struct update update;
static char said[8192];

static void
say(const char *text)
{
	size_t n;

	n = strlen(said);
	snprintf(said + n, sizeof said - n, "%s", text);
}

/* its paths, each with a blank behind it; "?" where not all are known */
static const char *
paths(void)
{
	const char *p;

	*said = '\0';
	for (p = NULL; (p = update_next_path(&update, p)) != NULL;) {
		say(p);
		say(" ");
	}
	if (update.unknown)
		say("?");
	return said;
}

static bool
reported(const char *text)
{
	return update.report.len == strlen(text) &&
	    (*text == '\0' ||
		memcmp(buf_head(&update.report), text, update.report.len) == 0);
}

static void
add(const char *path)
{
	update_path(&update, path, strlen(path));
}

static void
take(const char *list, size_t n)
{
	char copy[200000];

	memcpy(copy, list, n);
	update_free(&update);
	update_read(&update, copy, n);
}
#define READ(list) take(list, sizeof(list) - 1)

static void
test_kinds(void)
{
	static const char *const styles[] = { "a.css", "b/a.SCSS", "a.css.map",
		"a.sass", "a.less", "a.styl", "a.png", "a.jpg", "a.jpeg",
		"a.gif", "a.svg", "a.webp", "a.avif", "a.ico" };
	static const char *const others[] = { "a.html", "css", ".css/a", "acss",
		".css", "a.css/" };
	size_t i;
	bool all;

	for (i = 0, all = true; i < sizeof styles / sizeof styles[0]; i++) {
		add(styles[i]);
		all = all && update.kind == UPDATE_STYLE;
		update_free(&update);
	}
	ok(all, "style sheets, their sources and images are style");
	for (i = 0, all = true; i < sizeof others / sizeof others[0]; i++) {
		add(others[i]);
		all = all &&
		    (update.kind == UPDATE_RELOAD ||
			strcmp(others[i], ".css") == 0);
		update_free(&update);
	}
	ok(all, "everything else is reload");
	add("a.css");
	add("a.js");
	add("b.css");
	ok(update.kind == UPDATE_RELOAD &&
		strcmp(paths(), "a.css a.js b.css ") == 0,
	    "reload goes over style, and all paths are kept");
	add("a.css");
	ok(strcmp(paths(), "a.css a.js b.css ") == 0, "each once");
	update_free(&update);
}

static void
test_unknown(void)
{
	char path[100];
	int i;

	add("a.css");
	add("\xff.css");
	ok(update.kind == UPDATE_RELOAD && strcmp(paths(), "?") == 0,
	    "a path that is not UTF-8 is anything");
	add("b.css");
	ok(strcmp(paths(), "?") == 0, "and the others say nothing then");
	update_free(&update);
	update_some(&update, UPDATE_STYLE);
	ok(update.kind == UPDATE_STYLE && strcmp(paths(), "?") == 0,
	    "something may be of styles only");
	update_free(&update);
	for (i = 0; i < UPDATE_BYTES / 96 + 1; i++) {
		snprintf(path, sizeof path, "%091d.css", i);
		add(path);
	}
	ok(update.kind == UPDATE_STYLE && update.unknown &&
		update.paths.len == 0,
	    "of too many bytes of paths the kind stays known");
	update_free(&update);
}

static void
test_lists(void)
{
	READ("a.css\nb.css\n");
	ok(update.kind == UPDATE_STYLE &&
		strcmp(paths(), "a.css b.css ") == 0 && update.lettered &&
		reported(""),
	    "a list of paths is read");
	READ("a\nb\0c.css\0");
	ok(strcmp(paths(), "a\nb c.css ") == 0,
	    "one that has NULs ends its records with them");
	READ("a.css");
	ok(strcmp(paths(), "a.css ") == 0, "the last may lack its end");
	READ("");
	ok(update.kind == UPDATE_RELOAD && update.unknown && !update.lettered,
	    "an empty list is a reload without a word");
	READ("\n\n");
	ok(update.kind == UPDATE_RELOAD && !update.lettered,
	    "so is one of ends of batches");
	READ("*\na.css\n");
	ok(update.kind == UPDATE_RELOAD && strcmp(paths(), "?") == 0,
	    "a star is anything");
	READ("! one\n!two\n! \n!\n!  three\n");
	ok(update.kind == UPDATE_NONE && reported("one\ntwo\n\n\n three\n"),
	    "a report alone changes nothing");
	READ("! one\na.html\n");
	ok(update.kind == UPDATE_RELOAD && reported("one\n"),
	    "paths and a report may come together");
}

static void
test_many_paths(void)
{
	char list[8192];
	size_t i, n;

	for (i = n = 0; i < UPDATE_PATHS; i++)
		n += (size_t)snprintf(
		    list + n, sizeof list - n, "%d.css\n", (int)i);
	take(list, n);
	ok(update.npaths == UPDATE_PATHS && !update.unknown &&
		update.kind == UPDATE_STYLE,
	    "as many paths as there may be are known");
	for (i = n = 0; i <= UPDATE_PATHS; i++)
		n += (size_t)snprintf(
		    list + n, sizeof list - n, "%d.css\n", (int)i);
	take(list, n);
	ok(update.unknown && update.paths.len == 0 &&
		update.kind == UPDATE_STYLE,
	    "of more only the kind is");
}

static void
test_long_reports(void)
{
	size_t i, n;
	char *list;

	list = malloc(200000);
	if (list == NULL)
		abort();
	for (i = n = 0; i < 5000; i++)
		n += (size_t)sprintf(list + n, "! line %d\n", (int)i);
	take(list, n);
	ok(update.report.len <= UPDATE_REPORT && update.report.len > 16000 &&
		memcmp(buf_head(&update.report) + update.report.len - 10,
		    "line 4999\n", 10) == 0,
	    "of a long report the end is kept");
	ok(memcmp(buf_head(&update.report), "line ", 5) == 0,
	    "from the start of a line");
	memset(list, 'x', 200000);
	list[0] = '!';
	snprintf(list + 150000, 6, "\n! z\n");
	take(list, 150005);
	ok(update.report.len > 8000 &&
		memcmp(buf_head(&update.report) + update.report.len - 4,
		    "x\nz\n", 4) == 0,
	    "a line that is too long is cut");
	free(list);
}

int
main(void)
{
	update_init(&update);
	test_kinds();
	test_unknown();
	test_lists();
	test_many_paths();
	test_long_reports();
	ok(strcmp(update_word(UPDATE_STYLE), "style") == 0 &&
		strcmp(update_word(UPDATE_RELOAD), "reload") == 0,
	    "both kinds have their word");
	update_free(&update);
	return test_end();
}
