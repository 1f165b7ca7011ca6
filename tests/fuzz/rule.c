/* rule.c - fuzz target: patterns, and a path that is matched by them */
#include "match/rule.h"
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

/* Where the alternatives of a pattern start must be found. */
static void
check_starts(const struct rule *r)
{
	char base[4096];
	size_t i;

	for (i = 0; i < r->want.nstarts; i++) {
		globs_base(&r->want, &r->want.starts[i], base, sizeof base);
		globs_reach(&r->want, &r->want.starts[i], base, sizeof base);
	}
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

/* A file matches the pattern that spells it, whatever is in its name. */
static void
check_literal(const char *name)
{
	struct rule r = { .want.ignoring = true, .leave.leave_out = true };
	struct rules rs = { .v = &r, .n = 1 };
	const char *by;

	must(globs_add(&r.want, name, true) == 0);
	must(rules_match(&rs, name, &by) == 1 && strcmp(by, name) == 0);
	rule_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char line[LINES][MOST + 1];
	struct rule r = { .want.ignoring = true, .leave.leave_out = true };
	struct rules rs = { .v = &r, .n = 1 };
	const char *by;
	uint64_t set;

	if (split(data, n, line) < LINES - 1)
		return 0;
	if (globs_add(&r.want, line[0], false) == 0 &&
	    (*line[1] == '\0' || globs_add(&r.leave, line[1], false) == 0)) {
		check_starts(&r);
		set = rules_match(&rs, line[3], &by);
		must((set & ~1u) == 0 && (set == 0) == (by == NULL));
		if (is_name(line[3]) && (*line[2] == '\0' || is_name(line[2])))
			check_reasons(&rs, line[2], line[3]);
	}
	rule_free(&r);
	if (is_name(line[3]))
		check_literal(line[3]);
	return 0;
}
