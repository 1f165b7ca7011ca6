#define _XOPEN_SOURCE 700
/* rule.c - tests of what each rule watches, and why a path counts or not */
#include <stdlib.h>
#include <string.h>

#include "../scratch.h"
#include "../test.h"
#include "match/rule.h"

/* What a path is judged, following it name by name, and by what. */
static enum rule_verdict verdict;
static const char *by;

/* the reach at the directory that the path is in; *name is the rest */
static struct rules_reach *
reach(const struct rules *rs, const char *path, const char **name)
{
	struct rules_reach *at, *next;
	char one[100];
	const char *root;
	size_t n;

	root = glob_root(path);
	at = rules_begin(rs, root);
	for (path += strlen(root); strchr(path, '/') != NULL; path += n + 1) {
		n = strcspn(path, "/");
		snprintf(one, sizeof one, "%.*s", (int)n, path);
		next = at == NULL ? NULL : rules_enter(rs, at, one, false);
		rules_leave(rs, at);
		at = next;
	}
	*name = path;
	return at;
}

static int
judge(const struct rule *r, const char *path, enum rule_verdict want,
    const char *want_by)
{
	struct rules rs = { .v = (struct rule *)(uintptr_t)r, .n = 1 };
	struct rules_reach *at;
	char dir[200];
	const char *name, *text_by;
	int same;

	at = reach(&rs, path, &name);
	snprintf(dir, sizeof dir, "%.*s", (int)(name - path), path);
	if (name > path + 1)
		dir[name - path - 1] = '\0';
	verdict = RULE_NONE;
	by = text_by = NULL;
	same = 1;
	if (at != NULL) {
		verdict = rules_explain(&rs, at, dir, name, &by);
		same = rules_judge(&rs, at, dir, name, &text_by) ==
		    (verdict == RULE_COUNTS);
	}
	rules_leave(&rs, at);
	same = same &&
	    rules_match(&rs, path, &text_by) == (verdict == RULE_COUNTS);
	return same && verdict == want &&
	    (text_by == NULL) == (want != RULE_COUNTS) &&
	    (want_by == NULL ? by == NULL
			     : by != NULL && strcmp(by, want_by) == 0);
}

static struct rule
rule(const char *want, const char *leave)
{
	struct rule r = { .want.ignoring = true, .leave.leave_out = true };

	globs_add(&r.want, want, false);
	if (leave != NULL)
		globs_add(&r.leave, leave, false);
	return r;
}

static void
test_verdicts(void)
{
	struct rule r;

	r = rule("**/*.c", "gen_*");
	globs_add(&r.leave, "old/new/", false);
	ok(judge(&r, "a.c", RULE_COUNTS, "**/*.c") &&
		judge(&r, "d/a.c", RULE_COUNTS, "**/*.c"),
	    "a file counts, and the pattern is told");
	ok(judge(&r, "a.h", RULE_NONE, NULL) &&
		judge(&r, ".d/a.c", RULE_NONE, NULL),
	    "what no pattern matches has no reason");
	ok(judge(&r, "gen_a.c", RULE_LEFT, "gen_*") &&
		judge(&r, "d/gen_a.c", RULE_LEFT, "gen_*"),
	    "what is left out is told by which -x");
	ok(judge(&r, "gen_a.h", RULE_NONE, NULL),
	    "-x is no reason for what no pattern matches");
	ok(judge(&r, "gen_d/a.c", RULE_NONE, NULL),
	    "a directory that is left out is not entered");
	ok(judge(&r, "old/new/a.c", RULE_NONE, NULL) &&
		judge(&r, "old/x/a.c", RULE_COUNTS, "**/*.c") &&
		judge(&r, "new/a.c", RULE_COUNTS, "**/*.c"),
	    "a path that is left out is left out there only");
	rule_free(&r);

	r = rule("**", NULL);
	ok(judge(&r, "a~", RULE_IGNORED, "*~") &&
		judge(&r, "d/4913", RULE_IGNORED, "4913"),
	    "what is ignored is told by which ignore");
	ok(judge(&r, "node_modules/a", RULE_NONE, NULL),
	    "an ignored directory is not entered");
	r.want.ignoring = false;
	ok(judge(&r, "a~", RULE_COUNTS, "**") &&
		judge(&r, "node_modules/a", RULE_COUNTS, "**"),
	    "with -a both count");
	rule_free(&r);

	r = rule(".git/HEAD", ".git");
	ok(judge(&r, ".git/HEAD", RULE_NONE, NULL),
	    "-x wins over a component that is spelled out");
	rule_free(&r);
}

static void
test_reach(void)
{
	struct rules_reach *at, *next, *after;
	struct rule r;
	struct rules rs = { .v = &r, .n = 1 };

	r = rule("d/**", "*.o");
	ok(rules_begin(&rs, "/") == NULL,
	    "a root that no pattern starts from is not reached");
	at = rules_begin(&rs, "");
	ok(at != NULL && rules_at(&rs, at) == 1, "one that does is");
	ok(rules_enter(&rs, at, "x", false) == NULL &&
		rules_entering(&rs, at, "x", false) == 0,
	    "another directory is not");
	next = rules_enter(&rs, at, "d", true);
	ok(next != NULL && next->of[0].want != NULL &&
		next->of[0].leave != NULL &&
		rules_entering(&rs, at, "d", true) == 1,
	    "a linked directory that is spelled out is");
	rules_leave(&rs, at);
	if (next == NULL)
		return;
	ok(rules_enter(&rs, next, "e", true) == NULL, "one that is not is not");
	ok(rules_enter(&rs, next, "e.o", false) == NULL,
	    "nor one that is left out");
	after = rules_enter(&rs, next, "e", false);
	ok(after == next && next->shared == 2,
	    "where the patterns have come as far the reach is the same");
	rules_leave(&rs, next);
	ok(rules_judge(&rs, after, "d/e", "a", &by) == 1, "for as long as one");
	rules_leave(&rs, after);
	rules_leave(&rs, NULL);
	rule_free(&r);
}

/* does this path count for just these rules, by this? */
static int
matches(const struct rules *rs, const char *path, uint64_t want,
    const char *want_by)
{
	struct rules_reach *at;
	const char *name;
	uint64_t set;

	at = reach(rs, path, &name);
	by = NULL;
	set = at == NULL ? 0 : rules_judge(rs, at, "nowhere", name, &by);
	rules_leave(rs, at);
	if (set != want || (set == 0 ? by != NULL : strcmp(by, want_by) != 0))
		return 0;
	return rules_match(rs, path, &by) == want &&
	    (set == 0 ? by == NULL : strcmp(by, want_by) == 0);
}

static void
test_several(void)
{
	struct rule r[3] = { rule("**/*.c", "gen"), rule("src/**", "*.c"),
		rule("src/*/x.c", NULL) };
	struct rules rs = { .v = r, .n = 3 };
	struct rules_reach *at, *next;

	ok(matches(&rs, "a.c", 1, "**/*.c") && matches(&rs, "a.h", 0, "") &&
		matches(&rs, "src/a.h", 2, "src/**"),
	    "a path counts for the rules that match it");
	ok(matches(&rs, "src/d/x.c", 5, "**/*.c") &&
		matches(&rs, "src/gen/x.c", 4, "src/*/x.c"),
	    "each with its own -x");
	ok(matches(&rs, "src/gen/a.c", 0, ""), "or for none");
	ok(matches(&rs, "src/a~", 0, ""), "ignored by all");
	r[1].want.ignoring = false;
	ok(matches(&rs, "src/a~", 2, "src/**"), "or by all but one");
	at = rules_begin(&rs, "");
	ok(rules_at(&rs, at) == 7, "all rules may reach a directory");
	next = rules_enter(&rs, at, "lib", false);
	ok(next != NULL && rules_at(&rs, next) == 1, "or one of them");
	rules_leave(&rs, next);
	next = rules_enter(&rs, at, "src", true);
	ok(next != NULL && rules_at(&rs, next) == 6,
	    "a linked directory is entered by those that spell it out");
	ok(rules_explain(&rs, next, "src", "a.c", &by) == RULE_LEFT &&
		strcmp(by, "*.c") == 0,
	    "the first rule that has a reason gives it");
	ok(rules_explain(&rs, next, "src", "a.h", &by) == RULE_COUNTS &&
		strcmp(by, "src/**") == 0,
	    "unless the path counts");
	rules_leave(&rs, next);
	ok(rules_enter(&rs, at, ".git", false) == NULL, "or by none");
	rules_leave(&rs, at);
	r[2].pidfiles = (char *[]){ (char[]){ "app.c" } };
	r[2].npidfiles = 1;
	ok(rules_match(&rs, "app.c", &by) == 0 && by == NULL,
	    "the pidfile of one rule counts for none");
	rule_free(&r[0]);
	rule_free(&r[1]);
	rule_free(&r[2]);
}

/* Does glob_clean make the one path of the other? */
static int
cleans(const char *text, const char *want)
{
	char path[40];

	glob_clean(text, path);
	return strcmp(path, want) == 0;
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
	    "dots further on are removed, too");
	ok(cleans("a//b///", "a/b") && cleans("///a", "/a"),
	    "repeated slashes become one");
	ok(cleans("", "") && cleans(".", "") && cleans("./", "") &&
		cleans("/", "/") && cleans("/.", "/"),
	    "a directory alone stays a directory");
	ok(cleans("a./.b/..", "a./.b/.."), "other dots stay");
}

/* is this text such a path that the one rule matches? */
static int
text(const char *pattern, const char *path)
{
	struct rule r = rule(pattern, NULL);
	struct rules rs = { .v = &r, .n = 1 };
	int right;

	right = rules_match(&rs, path, &by) == 1 && strcmp(by, pattern) == 0;
	rule_free(&r);
	return right;
}

/* does it count where no pattern chooses? */
static int
anything(const char *path)
{
	struct rule r = { .want.leave_out = true };
	struct rules rs = { .v = &r, .n = 1 };
	int right;

	right = globs_add(&r.want, "**", false) == 0 &&
	    rules_match(&rs, path, &by) == 1;
	rule_free(&r);
	return right;
}

static void
test_text(void)
{
	char longest[400];

	ok(text("*.c", "a.c") && text("d/**", "d/e/a.c") &&
		text("/d/*", "/d/a"),
	    "a path that is given as text is matched");
	ok(text("*.c", "./a.c") && text("./*.c", "a.c") &&
		text("**/a", "././d/./a"),
	    "with dots in front or without");
	ok(text("d/*", "d//a") && text("d/*", "d/a/"),
	    "with slashes more than it needs");
	ok(!text("*.c", "/a.c") && !text("/*.c", "a.c"),
	    "an absolute path is not a relative one");
	ok(text("../*.c", "../a.c") && text("d/../*.c", "d/../a.c"),
	    "it goes up where the pattern does");
	ok(!text("**", "../a") && !text("**", "d/../a") && !text("*/a", "../a"),
	    "and nowhere else");
	ok(!text("**", "") && !text("**", "/") && !text("**", ".") &&
		!text("/**", "/"),
	    "what names no file is none");
	ok(anything("../a") && anything("d/../a") && anything("d/.a") &&
		anything("/a"),
	    "but where all that comes counts, it does");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	ok(!text("**", longest), "nor is a name that none can have");
}

static void
test_own(void)
{
	char absolute[100], *pidfiles[4];
	struct rule r;

	scratch_sh("mkdir -p d/e other && ln -s d link");
	snprintf(absolute, sizeof absolute, "%s/d/abs.pid", scratch);
	r = rule("**", NULL);
	globs_add(&r.want, "**/.*", false);
	globs_add(&r.want, ".*.box", true);
	globs_add(&r.want, scratch, true);
	r.want.ignoring = false;
	pidfiles[0] = (char[]){ "app.pid" };
	pidfiles[1] = (char[]){ "d/sub.pid" };
	pidfiles[2] = absolute;
	pidfiles[3] = (char[]){ "link/../d/e/.odd.pid" };
	r.pidfiles = pidfiles;
	r.npidfiles = 4;
	ok(judge(&r, "app.pid", RULE_OWN, NULL) &&
		judge(&r, "d/sub.pid", RULE_OWN, NULL),
	    "the rule's pidfiles do not count");
	ok(judge(&r, ".app.pid.box", RULE_OWN, NULL) &&
		judge(&r, "d/.sub.pid.box", RULE_OWN, NULL),
	    "nor their letter boxes");
	ok(judge(&r, "d/abs.pid", RULE_OWN, NULL) &&
		judge(&r, "d/e/.odd.pid", RULE_OWN, NULL) &&
		judge(&r, "d/e/..odd.pid.box", RULE_OWN, NULL),
	    "however -p spells them");
	snprintf(absolute, sizeof absolute, "%s/app.pid", scratch);
	r.npidfiles = 2;
	ok(judge(&r, absolute, RULE_OWN, NULL),
	    "a relative pidfile is known by its absolute path");
	ok(judge(&r, "d/app.pid", RULE_COUNTS, "**") &&
		judge(&r, "sub.pid", RULE_COUNTS, "**") &&
		judge(&r, "nodir/app.pid", RULE_COUNTS, "**"),
	    "files of that name elsewhere do count");
	ok(judge(&r, ".other.box", RULE_COUNTS, "**/.*") &&
		judge(&r, ".app.pid.boxes", RULE_COUNTS, "**/.*") &&
		judge(&r, "app.pid.box", RULE_COUNTS, "**") &&
		judge(&r, ".box", RULE_COUNTS, "**/.*"),
	    "so do names that look alike");
	rule_free(&r);
}

int
main(void)
{
	scratch_begin();
	test_verdicts();
	test_reach();
	test_several();
	test_clean();
	test_text();
	test_own();
	scratch_end();
	return test_end();
}
