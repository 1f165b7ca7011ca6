/* generation.c - tests of broadcasts that were, and generations */
#include <string.h>

#include "../test.h"
#include "push/generation.h"

static struct generation h;
static char said[8192];

static void
say(const char *text)
{
	size_t n;

	n = strlen(said);
	snprintf(said + n, sizeof said - n, "%s", text);
}

static void
add(const char *list)
{
	struct update update;
	char copy[1000];

	update_init(&update);
	snprintf(copy, sizeof copy, "%s", list);
	update_read(&update, copy, strlen(copy));
	generation_add(&h, &update, 1000);
	ok(update.kind == UPDATE_NONE && update.paths.data == NULL &&
		update.report.data == NULL,
	    "what is added is taken over");
}

/* what came after the n-th: its kind, its paths */
static bool
since(uint64_t n, const char *want)
{
	const struct update *update;
	const char *p;

	update = generation_since(&h, n);
	snprintf(said, sizeof said, "%s", update_word(update->kind));
	for (p = NULL; (p = update_next_path(update, p)) != NULL;) {
		say(" ");
		say(p);
	}
	if (update->unknown)
		say(" ?");
	return strcmp(said, want) == 0;
}

static bool
name_is(const char *want)
{
	char name[GENERATION_NAME];

	generation_name(&h, name);
	return strcmp(name, want) == 0;
}

static uint64_t
find(const char *name)
{
	return generation_find(&h, name, strlen(name));
}

static void
test_generations(void)
{
	struct buf b = { .max = 1000 };

	ok(name_is("00009f3c-0"), "at first nothing was");
	add("a.html\n");
	ok(name_is("00009f3c-1") && h.reload == 1, "a broadcast is the next");
	add("a.css\n");
	ok(h.n == 2 && h.reload == 1, "styles leave the last reload as it was");
	ok(generation_age(&h, 2234) == 1234 && generation_age(&h, 0) == 0,
	    "its age is never negative");
	ok(generation_put(&h, &b, 2234) == 0 && buf_put(&b, "", 1) == 0 &&
		strcmp((char *)buf_head(&b),
		    "\"generation\":\"00009f3c-2\",\"age\":1234,\"reload\":1,"
		    "\"broken\":false") == 0,
	    "all of that can be told");
	buf_free(&b);
	ok(find("00009f3c-1") == 1 && find("00009f3c-0") == 0 &&
		find("00009f3c-2") == 2,
	    "a generation is found by its name");
	ok(find("00009f3c-3") == 2 && find("00009f3d-1") == 2 &&
		find("00009f3c-") == 2 && find("00009f3c-1x") == 2 &&
		find("") == 2 && find("00009f3c-99999999999999999999") == 2 &&
		find("00009f3c--1") == 2,
	    "any other name is that of now");
}

static void
test_since(void)
{
	ok(since(1, "style a.css"), "a client that missed one is sent that");
	ok(since(0, "reload ?"), "more: the strongest kind, without paths");
	add("b.css\n");
	ok(since(2, "style b.css") && since(1, "style ?") &&
		since(0, "reload ?"),
	    "a reload before the last one that was sent does not matter");
}

static void
test_reports(void)
{
	uint64_t n;

	n = h.n;
	add("! bad\n");
	ok(h.n == n && h.reports == 1 && h.report.len == 4,
	    "a report is no broadcast");
	add("! worse\n");
	ok(h.reports == 2 && memcmp(buf_head(&h.report), "worse\n", 6) == 0,
	    "the next takes its place");
	add("");
	ok(h.n == n + 1 && h.report.len > 0 && h.reports == 2,
	    "a ring without a letter leaves it");
	add("a.html\n");
	ok(h.n == n + 2 && h.report.len == 0 && h.reports == 3,
	    "a letter without a report says that all is well");
	add("b.html\n");
	ok(h.reports == 3, "once");
}

int
main(void)
{
	generation_init(&h, 0x9f3c, 100);
	test_generations();
	test_since();
	test_reports();
	h.boot = UINT32_MAX;
	h.n = UINT64_MAX;
	ok(name_is("ffffffff-18446744073709551615"), "the longest name fits");
	generation_free(&h);
	return test_end();
}
