/* rule.c - fuzz target: patterns, and a path that is matched by them */
#include "match/rule.h"
#include "base/str.h"
#include "fuzz.h"

enum { MOST = 300, LINES = 4 };

/* Lines: a pattern, one of what to leave out, a directory or none, a path. */
static size_t
split(const uint8_t *data, size_t n, char line[LINES][MOST + 1])
{
	size_t i, k, len;

	memset(line, 0, LINES * sizeof line[0]);
	for (i = k = len = 0; i < n && k < LINES; i++)
		if (data[i] == '\n') {
			k++;
			len = 0;
		} else if (data[i] != '\0' && len < MOST) {
			line[k][len++] = (char)data[i];
		}
	return k;
}

/* Each start of the pattern can be told. */
static void
check_starts(const struct rules *rs)
{
	struct rules_start start;
	size_t i;

	for (i = 0; rules_start(rs, &i, &start);)
		must(start.rule == 1 && strlen(start.path) < RULE_PATH);
}

/* What is asked for its reason counts by the same pattern, or not at all. */
static void
check_reasons(const struct rules *rs, const char *dir, const char *name)
{
	struct rules_reach *at, *next;
	const char *why, *by;
	bool counts;

	at = rules_begin(rs, "");
	if (at != NULL && *dir != '\0') {
		must((rules_entering(rs, at, dir, false) & ~1u) == 0);
		next = rules_enter(rs, at, dir, false);
		rules_leave(rs, at);
		at = next;
	}
	if (at == NULL)
		return;
	counts = rules_judge(rs, at, dir, name, &by) != 0;
	must(counts == (rules_explain(rs, at, dir, name, &why) == RULE_COUNTS));
	must(!counts || why == by);
	rules_leave(rs, at);
}

static bool
is_name(const char *s)
{
	return *s != '\0' && strchr(s, '/') == NULL && strcmp(s, ".") != 0 &&
	    strcmp(s, "..") != 0 && strlen(s) < 256;
}

/* A name matches itself if each byte is escaped, whatever is in it. */
static void
check_escaped(const char *name)
{
	struct rule r = { 0 };
	struct rules rs = { .v = &r, .n = 1 };
	char escaped[2 * MOST + 1];
	const char *by;
	size_t n;

	for (n = 0; name[n / 2] != '\0'; n += 2) {
		escaped[n] = '\\';
		escaped[n + 1] = name[n / 2];
	}
	escaped[n] = '\0';
	must(rules_add(&rs, escaped, GLOB_WANTED) == 0);
	must(rules_match(&rs, name, &by) == 1 && strcmp(by, escaped) == 0);
	rules_free(&rs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char line[LINES][MOST + 1];
	struct rule r = { 0 };
	struct rules rs = { .v = &r, .n = 1 };
	char path[MOST + 1];
	const char *by;
	uint64_t set;

	if (split(data, n, line) < LINES - 1)
		return 0;
	if (rules_add(&rs, line[0], GLOB_WANTED) == 0 &&
	    (*line[1] == '\0' || rules_add(&rs, line[1], GLOB_LEFT_OUT) == 0)) {
		check_starts(&rs);
		str_clean(line[3], path);
		set = rules_match(&rs, path, &by);
		must((set & ~1u) == 0 && (set == 0) == (by == NULL));
		if (is_name(line[3]) && (*line[2] == '\0' || is_name(line[2])))
			check_reasons(&rs, line[2], line[3]);
	}
	rules_free(&rs);
	if (is_name(line[3]))
		check_escaped(line[3]);
	return 0;
}
