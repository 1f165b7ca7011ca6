#define _XOPEN_SOURCE 700
/* rule.c - tests of which rules a path counts for, and why */
#include <stdlib.h>
#include <string.h>

#include "../scratch.h"
#include "../test.h"
#include "base/str.h"
#include "match/rule.h"

/* The last verdict, and its pattern or ignore. */
static enum rule_verdict verdict;
static const char *by;

static struct rule v[3];
static struct rules rules = { .v = v };

/* Return the reach of the directory of a path; *name is the rest. */
static struct rules_reach *
reach(const struct rules *rs, const char *path, const char **name)
{
	struct rules_reach *at, *next;
	char one[100];
	const char *root;
	size_t n;

	root = *path == '/' ? "/" : "";
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

/*
 * Return 1 if rules_explain gives this verdict on a path for the only rule, by
 * this pattern, and rules_judge and rules_match agree.
 */
static int
judge(const char *path, enum rule_verdict want, const char *want_by)
{
	struct rules_reach *at;
	char dir[200];
	const char *name, *text_by;
	int same;

	at = reach(&rules, path, &name);
	snprintf(dir, sizeof dir, "%.*s", (int)(name - path), path);
	if (name > path + 1)
		dir[name - path - 1] = '\0';
	verdict = RULE_NONE;
	by = text_by = NULL;
	same = 1;
	if (at != NULL) {
		verdict = rules_explain(&rules, at, dir, name, &by);
		same = rules_judge(&rules, at, dir, name, &text_by) ==
		    (verdict == RULE_COUNTS);
	}
	rules_leave(&rules, at);
	same = same &&
	    rules_match(&rules, path, &text_by) == (verdict == RULE_COUNTS);
	return same && verdict == want &&
	    (text_by == NULL) == (want != RULE_COUNTS) &&
	    (want_by == NULL ? by == NULL
			     : by != NULL && strcmp(by, want_by) == 0);
}

/* Start anew with one rule, or none. */
static void
begin_rules(void)
{
	rules_free(&rules);
	memset(v, 0, sizeof v);
	rules = (struct rules){ .v = v };
}

/* Add a rule; want and leave may be NULL. */
static void
add_rule(const char *want, const char *leave)
{
	rules.n++;
	if (want != NULL)
		rules_add(&rules, want, GLOB_WANTED);
	if (leave != NULL)
		rules_add(&rules, leave, GLOB_LEFT_OUT);
}

static void
set_rule(const char *want, const char *leave)
{
	begin_rules();
	add_rule(want, leave);
}

static void
test_verdicts(void)
{
	set_rule("**/*.c", "gen_*");
	rules_add(&rules, "old/new/", GLOB_LEFT_OUT);
	ok(judge("a.c", RULE_COUNTS, "**/*.c") &&
		judge("d/a.c", RULE_COUNTS, "**/*.c"),
	    "rules_explain names the pattern by which a file counts");
	ok(judge("a.h", RULE_NONE, NULL) && judge(".d/a.c", RULE_NONE, NULL),
	    "a path that no pattern matches has no reason");
	ok(judge("gen_a.c", RULE_LEFT, "gen_*") &&
		judge("d/gen_a.c", RULE_LEFT, "gen_*"),
	    "rules_explain names the -x that leaves a path out");
	ok(judge("gen_a.h", RULE_NONE, NULL),
	    "-x is no reason for a path that no pattern matches");
	ok(judge("gen_d/a.c", RULE_NONE, NULL),
	    "a directory that is left out is not entered");
	ok(judge("old/new/a.c", RULE_NONE, NULL) &&
		judge("old/x/a.c", RULE_COUNTS, "**/*.c") &&
		judge("new/a.c", RULE_COUNTS, "**/*.c"),
	    "-x of a path leaves out nothing elsewhere");

	set_rule("**", NULL);
	ok(judge("a~", RULE_IGNORED, "*~") &&
		judge("d/4913", RULE_IGNORED, "4913"),
	    "rules_explain names the built-in ignore");
	ok(judge("node_modules/a", RULE_NONE, NULL),
	    "an ignored directory is not entered");
	rules.ignore_nothing = 1;
	ok(judge("a~", RULE_COUNTS, "**") &&
		judge("node_modules/a", RULE_COUNTS, "**"),
	    "under -a ignored names count");

	set_rule(".git/HEAD", ".git");
	ok(judge(".git/HEAD", RULE_NONE, NULL),
	    "-x leaves out even a component that a pattern spells out");
}

static void
test_reach(void)
{
	struct rules_reach *at, *next, *after;

	set_rule("d/**", "*.o");
	ok(rules_begin(&rules, "/") == NULL,
	    "a root that no pattern starts from is not reached");
	at = rules_begin(&rules, "");
	ok(at != NULL && rules_at(&rules, at) == 1,
	    "the root that a pattern starts from is reached");
	ok(rules_enter(&rules, at, "x", false) == NULL &&
		rules_entering(&rules, at, "x", false) == 0,
	    "a directory that no pattern leads through is not entered");
	next = rules_enter(&rules, at, "d", true);
	ok(next != NULL && rules_at(&rules, next) == 1 &&
		rules_entering(&rules, at, "d", true) == 1,
	    "a linked directory that is spelled out is entered");
	rules_leave(&rules, at);
	if (next == NULL)
		return;
	ok(rules_enter(&rules, next, "e", true) == NULL &&
		rules_entering(&rules, next, "e", true) == 0,
	    "a linked directory that is not spelled out is not entered");
	ok(rules_enter(&rules, next, "e.o", false) == NULL &&
		rules_entering(&rules, next, "e.o", false) == 0,
	    "a directory that is left out is not entered");
	after = rules_enter(&rules, next, "e", false);
	ok(after == next,
	    "a directory with the places of its parent shares them");
	rules_leave(&rules, next);
	ok(rules_judge(&rules, after, "d/e", "a", &by) == 1,
	    "shared places stay for the last that uses them");
	rules_leave(&rules, after);
	rules_leave(&rules, NULL);
}

/* Return true if the path counts for these rules, by this pattern. */
static int
matches(const char *path, uint64_t want, const char *want_by)
{
	struct rules_reach *at;
	const char *name;
	uint64_t set;

	at = reach(&rules, path, &name);
	by = NULL;
	set = at == NULL ? 0 : rules_judge(&rules, at, "nowhere", name, &by);
	rules_leave(&rules, at);
	if (set != want || (set == 0 ? by != NULL : strcmp(by, want_by) != 0))
		return 0;
	return rules_match(&rules, path, &by) == want &&
	    (set == 0 ? by == NULL : strcmp(by, want_by) == 0);
}

static void
test_several(void)
{
	struct rules_reach *at, *next;

	begin_rules();
	add_rule("**/*.c", "gen");
	add_rule("src/**", "*.c");
	add_rule("src/*/x.c", NULL);
	ok(rules_all(&rules) == 7, "there are three rules");
	ok(matches("a.c", 1, "**/*.c") && matches("a.h", 0, "") &&
		matches("src/a.h", 2, "src/**"),
	    "a path counts for the rules that match it");
	ok(matches("src/d/x.c", 5, "**/*.c"),
	    "-x of one rule leaves out nothing for the others");
	ok(matches("src/gen/x.c", 4, "src/*/x.c"),
	    "nor does -x of a directory that others enter");
	ok(matches("src/gen/a.c", 0, ""), "a path may count for no rule");
	ok(matches("src/a~", 0, ""), "a built-in ignore holds for all rules");
	rules.ignore_nothing = 2;
	ok(matches("src/a~", 2, "src/**") && matches("src/a~/x.c", 0, ""),
	    "a built-in ignore does not hold for a rule with -a");
	at = rules_begin(&rules, "");
	ok(rules_at(&rules, at) == 7, "all rules may reach a directory");
	next = rules_enter(&rules, at, "lib", false);
	ok(next != NULL && rules_at(&rules, next) == 1,
	    "one rule may reach a directory");
	rules_leave(&rules, next);
	next = rules_enter(&rules, at, "src", true);
	ok(next != NULL && rules_at(&rules, next) == 6 &&
		rules_entering(&rules, at, "src", true) == 6,
	    "only the rules that spell it out enter a linked directory");
	ok(rules_explain(&rules, next, "src", "a.c", &by) == RULE_LEFT &&
		strcmp(by, "*.c") == 0,
	    "the first rule that has a reason gives it");
	ok(rules_explain(&rules, next, "src", "a.h", &by) == RULE_COUNTS &&
		strcmp(by, "src/**") == 0,
	    "a path that counts for another rule counts");
	rules_leave(&rules, next);
	ok(rules_enter(&rules, at, ".git", false) == NULL,
	    "no rule enters an ignored directory");
	rules_leave(&rules, at);
	v[2].pidfiles = (char *[]){ (char[]){ "app.c" } };
	v[2].npidfiles = 1;
	ok(rules_match(&rules, "app.c", &by) == 0 && by == NULL,
	    "the pidfile of one rule counts for none");
}

/* Return 1 if the pattern matches the path. */
static int
text(const char *pattern, const char *path)
{
	char clean[400];

	set_rule(pattern, NULL);
	str_clean(path, clean);
	return rules_match(&rules, clean, &by) == 1 && strcmp(by, pattern) == 0;
}

/* Return 1 if the path counts for a rule of -f without patterns. */
static int
anything(const char *path)
{
	set_rule(NULL, "*.o");
	rules_add(&rules, "**", GLOB_ANY_PATH);
	return rules_match(&rules, path, &by) == 1;
}

static void
test_text(void)
{
	char longest[400];

	ok(text("*.c", "a.c") && text("d/**", "d/e/a.c") &&
		text("/d/*", "/d/a"),
	    "rules_match follows a path");
	ok(text("*.c", "./a.c") && text("./*.c", "a.c") &&
		text("**/a", "././d/./a") && text("./d/./*", "d/a"),
	    "./ makes no difference");
	ok(text("d/*", "d//a") && text("d/*", "d/a/"),
	    "needless slashes make no difference");
	ok(!text("*.c", "/a.c") && !text("/*.c", "a.c"),
	    "a relative pattern matches no absolute path");
	ok(text("../*.c", "../a.c") && text("d/../*.c", "d/../a.c"),
	    "a path matches .. if the pattern has it");
	ok(!text("**", "../a") && !text("**", "d/../a") && !text("*/a", "../a"),
	    "wildcards do not match ..");
	ok(!text("**", "") && !text("**", "/") && !text("**", ".") &&
		!text("/**", "/"),
	    "a directory without a name does not count");
	ok(anything("../a") && anything("d/../a") && anything("d/.a") &&
		anything("/a") && anything("a~") && anything(".git/a"),
	    "without a pattern every path of a list counts");
	ok(!anything("a.o") && !anything("d/.a.o"),
	    "-x leaves out paths of a list");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	ok(!text("**", longest), "a name longer than 255 bytes does not count");
}

static void
test_own(void)
{
	char absolute[100], *pidfiles[4];

	scratch_sh("mkdir -p d/e other && ln -s d link");
	snprintf(absolute, sizeof absolute, "%s/d/abs.pid", scratch);
	set_rule("**", NULL);
	rules_add(&rules, "**/.*", GLOB_WANTED);
	rules_add(&rules, ".*.box", GLOB_WANTED);
	rules_add(&rules, scratch, GLOB_WANTED);
	rules.ignore_nothing = 1;
	pidfiles[0] = (char[]){ "app.pid" };
	pidfiles[1] = (char[]){ "d/sub.pid" };
	pidfiles[2] = absolute;
	pidfiles[3] = (char[]){ "link/../d/e/.odd.pid" };
	v[0].pidfiles = pidfiles;
	v[0].npidfiles = 4;
	ok(judge("app.pid", RULE_OWN, NULL) &&
		judge("d/sub.pid", RULE_OWN, NULL),
	    "the rule's pidfiles do not count");
	ok(judge(".app.pid.box", RULE_OWN, NULL) &&
		judge("d/.sub.pid.box", RULE_OWN, NULL),
	    "their mailboxes do not count");
	ok(judge("d/abs.pid", RULE_OWN, NULL) &&
		judge("d/e/.odd.pid", RULE_OWN, NULL) &&
		judge("d/e/..odd.pid.box", RULE_OWN, NULL),
	    "a pidfile does not count, however -p spells it");
	snprintf(absolute, sizeof absolute, "%s/app.pid", scratch);
	v[0].npidfiles = 2;
	ok(judge(absolute, RULE_OWN, NULL),
	    "a relative pidfile is known by its absolute path");
	ok(judge("d/app.pid", RULE_COUNTS, "**") &&
		judge("sub.pid", RULE_COUNTS, "**") &&
		judge("nodir/app.pid", RULE_COUNTS, "**"),
	    "a file that has the name of a pidfile counts elsewhere");
	ok(judge(".other.box", RULE_COUNTS, "**/.*") &&
		judge(".app.pid.boxes", RULE_COUNTS, "**/.*") &&
		judge("app.pid.box", RULE_COUNTS, "**") &&
		judge(".box", RULE_COUNTS, "**/.*"),
	    "names like those of mailboxes count");
}

int
main(void)
{
	scratch_begin();
	test_verdicts();
	test_reach();
	test_several();
	test_text();
	test_own();
	rules_free(&rules);
	scratch_end();
	return test_end();
}
