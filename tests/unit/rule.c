#define _XOPEN_SOURCE 700
/* rule.c - tests of what one rule watches, and why a path counts or not */
#include <stdlib.h>
#include <string.h>

#include "rule.h"
#include "scratch.h"
#include "test.h"

/* What a path is judged, following it name by name, and by what. */
static enum rule_verdict verdict;
static const char *by;

static int
judge(const struct rule *r, const char *path, enum rule_verdict want,
    const char *want_by)
{
	struct rule_reach at, next;
	char dir[200], name[100];
	const char *rest, *root;
	size_t n;

	root = glob_root(path);
	at = rule_begin(r, root);
	for (rest = path + strlen(root); strchr(rest, '/') != NULL;
	     rest += n + 1) {
		n = strcspn(rest, "/");
		snprintf(name, sizeof name, "%.*s", (int)n, rest);
		next = rule_enter(r, &at, name, false);
		rule_reach_free(&at);
		at = next;
	}
	snprintf(dir, sizeof dir, "%.*s", (int)(rest - path), path);
	if (rest > path + 1)
		dir[rest - path - 1] = '\0';
	verdict = rule_judge(r, &at, dir, rest, &by);
	rule_reach_free(&at);
	return verdict == want &&
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
	struct rule_reach at, next;
	struct rule r;

	r = rule("d/**", "*.o");
	at = rule_begin(&r, "/");
	ok(at.want == NULL,
	    "a root that no pattern starts from is not reached");
	next = rule_enter(&r, &at, "d", false);
	ok(next.want == NULL && next.leave == NULL, "nor what is beneath it");
	ok(rule_judge(&r, &at, "/", "a", &by) == RULE_NONE,
	    "and nothing in it counts");
	rule_reach_free(&at);
	at = rule_begin(&r, "");
	next = rule_enter(&r, &at, "d", true);
	ok(next.want != NULL && next.leave != NULL,
	    "a linked directory that is spelled out is reached");
	rule_reach_free(&at);
	at = rule_enter(&r, &next, "e", true);
	ok(at.want == NULL, "one that is not is not");
	at = rule_enter(&r, &next, "e.o", false);
	ok(at.want == NULL && at.leave == NULL, "nor one that is left out");
	rule_reach_free(&next);
	rule_reach_free(&next);
	ok(next.want == NULL, "a reach may be given back twice");
	rule_free(&r);
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
	globs_add(&r.want, "./**", false);
	globs_add(&r.want, "./**/.*", false);
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
	ok(judge(&r, "./app.pid", RULE_OWN, NULL) &&
		judge(&r, "./d/.sub.pid.box", RULE_OWN, NULL),
	    "however the pattern spells them");
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

/* can this pattern match, as far as texts tell? */
static int
hopeless(const char *want, const char *leave, enum rule_verdict verdict_,
    const char *by_)
{
	struct rule r;
	int same;

	r = rule(want, leave);
	by = NULL;
	same = rule_hopeless(&r, &r.want.starts[0], &by) == verdict_ &&
	    (by_ == NULL || (by != NULL && strcmp(by, by_) == 0));
	rule_free(&r);
	return same;
}

static void
test_hopeless(void)
{
	static const struct {
		const char *want, *leave;
	} left[] = { { "*.c", "*.c" }, { "a", "a" }, { "d/**", "d" },
		{ "d/*.c", "d/" }, { "**/d/*.c", "d" }, { "d/e/x", "d/*" },
		{ "**/*.c", "*.c" }, { "a?", "a?" }, { "*.min.js", "*.js" },
		{ "./a", "a" }, { "/d/*", "/d" }, { "*", "*" },
		{ "**/a/b", "**/a/b" }, { "a1", "a[0-9]" } },
	  fine[] = { { "*.c", NULL }, { "*.c", "*.h" }, { "a*", "a" },
		  { "**", "a" }, { "a/**/b", "a/b" }, { "**/b", "./b" },
		  { "**/b", "b/x" }, { "**/b/*.c", "b/c/" }, { "[ab]c", "*a*" },
		  { "*", "?" }, { "*", "\\*" }, { "a*", "a?" },
		  { "/d/*", "./d" }, { "**/c", "a/**/c" }, { "*", "[!a]" } };
	static const char *const ignored[] = { "*~", ".*.sw?", "#*#", ".#*",
		"**/a*~", "d/.#x*" },
				 *const not [] = { "a~", ".git/*", "sed*.html",
					 "sed[a-f]*", ".*.sw*", "4913",
					 "node_modules/**", "*", "**", "a*" };
	char name[80];
	size_t i;

	for (i = 0; i < sizeof left / sizeof left[0]; i++) {
		snprintf(name, sizeof name, "-x %s leaves nothing of %s",
		    left[i].leave, left[i].want);
		ok(hopeless(
		       left[i].want, left[i].leave, RULE_LEFT, left[i].leave),
		    name);
	}
	for (i = 0; i < sizeof fine / sizeof fine[0]; i++) {
		snprintf(name, sizeof name, "-x %s may leave some of %s",
		    fine[i].leave == NULL ? "nothing" : fine[i].leave,
		    fine[i].want);
		ok(hopeless(fine[i].want, fine[i].leave, RULE_COUNTS, NULL),
		    name);
	}
	for (i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
		snprintf(name, sizeof name, "all of %s is ignored", ignored[i]);
		ok(hopeless(ignored[i], NULL, RULE_IGNORED, NULL), name);
	}
	for (i = 0; i < sizeof not / sizeof not [0]; i++) {
		snprintf(
		    name, sizeof name, "not all of %s is ignored", not [i]);
		ok(hopeless(not [i], NULL, RULE_COUNTS, NULL), name);
	}
}

int
main(void)
{
	scratch_begin();
	test_verdicts();
	test_reach();
	test_own();
	test_hopeless();
	scratch_end();
	return test_end();
}
