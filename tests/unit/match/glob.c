#define _POSIX_C_SOURCE 200809L
/* glob.c - tests of patterns over paths */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../test.h"
#include "match/glob.h"

/*
 * Follow a path name by name, as the tree does.  A name that ends in '@' is
 * that of a linked directory.  The source that matches, or -1.
 */
static int
follow(const struct globs *g, const char *path)
{
	struct glob_set *set, *next;
	const char *root, *end;
	char name[1000];
	int source;
	size_t n;

	root = glob_root(path);
	set = globs_begin(g, root);
	path += strlen(root);
	while (set != NULL && (end = strchr(path, '/')) != NULL) {
		n = (size_t)(end - path);
		memcpy(name, path, n);
		name[n] = '\0';
		if (name[n - 1] == '@')
			name[n - 1] = '\0';
		next = globs_enter(g, set, name, path[n - 1] == '@');
		free(set);
		set = next;
		path = end + 1;
	}
	source = set == NULL ? -1 : globs_match(g, set, path);
	free(set);
	return source;
}

/* does one pattern match, with the built-in ignores? */
static int
matches(const char *pattern, const char *path)
{
	struct globs g = { .ignoring = true };
	int source;

	if (globs_add(&g, pattern, false) < 0)
		return -1;
	source = follow(&g, path);
	globs_free(&g);
	return source >= 0;
}

static int
leaves_out(const char *pattern, const char *path)
{
	struct globs g = { .leave_out = true };
	int source;

	if (globs_add(&g, pattern, false) < 0)
		return -1;
	source = follow(&g, path);
	globs_free(&g);
	return source >= 0;
}

/* A pattern, paths that it matches, and others; blanks stand between. */
struct row {
	const char *pattern, *yes, *no;
};

static void
walk(const char *pattern, const char *paths, int want, const char *verb,
    int (*judge)(const char *, const char *))
{
	char name[300], path[100];
	size_t n;

	for (; *paths != '\0'; paths += n + (paths[n] == ' ')) {
		n = strcspn(paths, " ");
		snprintf(path, sizeof path, "%.*s", (int)n, paths);
		snprintf(name, sizeof name, "%s %s %s", pattern, verb, path);
		ok(judge(pattern, path) == want, name);
	}
}

static const struct row wanted[] = {
	/* stars, question marks, brackets stop at a slash */
	{ "*", "a a.b -", ".a a/b a/" },
	{ "*.html", "a.html a.b.html", ".html .a.html a.htm d/a.html" },
	{ "a*", "a ab a.b", "b A a/b ba" },
	{ "*a*", "a bab xaya", "b .a a/a" },
	{ "a?c", "abc a.c", "ac abbc a/c" },
	{ "?a", "ba", ".a a /a" },
	{ "[ab]c", "ac bc", "cc abc [ab]c" },
	{ "[!ab]c", "cc xc", "ac bc .c /c" },
	{ "[a-c]", "a b c", "d - [a-c]" },
	{ "[]x]", "] x", "[" },
	{ "[a-]", "a -", "b" },
	{ "a[b", "a[b", "ab" },
	{ "[.]a", "", ".a" },
	{ "[[:digit:]]x", "1x 0x", "ax x" },
	/* paths of several names */
	{ "d/*", "d/a", "a d/.a d/e/a e/a" },
	{ "*/a", "d/a", "a .d/a d/e/a" },
	{ "d?/*.c", "d1/x.c", "d/x.c d12/x.c d1/x/y.c" },
	{ "./*.c", "a.c", "d/a.c /a.c" },
	{ "*.c", "a.c", "/a.c" },
	{ "././/./*.c", "a.c", "d/a.c /a.c" },
	{ "./d/././*.c", "d/a.c", "a.c" },
	{ "/./d//*.c", "/d/a.c", "d/a.c" },
	{ "/d/*.c", "/d/a.c", "d/a.c /d/d/a.c" },
	{ "../*.c", "../a.c", "a.c ../../a.c" },
	{ "d/../*.c", "d/../a.c", "a.c" },
	{ "d//e/./*.c", "d/e/a.c", "d/a.c" },
	/* two stars cross slashes */
	{ "**", "a d/a d/e/a", ".a .d/a d/.a d/.e/a /a" },
	{ "./**", "a d/a", ".a /a" },
	{ "/**", "/a /d/a", "a" },
	{ "**/a", "a d/a d/e/a", "b .d/a d/.e/a d/b a/b xa" },
	{ "**/*.css", "a.css d/a.css d/e/a.css", ".css d/.a.css a.js" },
	{ "a/**", "a/b a/b/c", "a b a/.b a/.b/c" },
	{ "a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb b a/.x/b a/b/c" },
	{ "**/a/**", "a/b x/a/b x/y/a/b/c", "a x/a b x/b" },
	{ "**/**", "a d/a", ".a" },
	{ "**/**/a", "a d/a d/e/a", "b" },
	{ "a/**/**/b", "a/b a/x/b", "a b" },
	{ "**/a/**/b", "a/b x/a/b x/a/y/z/b", "b a x/b" },
	{ "**/.a", ".a d/.a", "a .d/.a" },
	{ "**/.*", ".a d/.a", "a .d/.a d/a" },
	{ "**/.d/**", ".d/a x/.d/a .d/e/a", "d/a .d/.a .d/.e/a" },
	/* beside other characters, too */
	{ "a**", "a ab a/b ab/c/d", "b ba .a" },
	{ "**a", "a ba d/a d/ba", "b .a ab d/.a" },
	{ "a**b", "ab axb a/b ax/yb a/x/b", "a b ba a/.b a/.x/b" },
	{ "d/**.c", "d/a.c d/e/a.c", "a.c d/.c d/a.h" },
	{ "a***b", "ab a/b", "b" },
	{ "***", "a d/a", ".a" },
	{ "**.min.**", "a.min.js d/a.min.js d/a.min.d/b", "a.js" },
	/* braces */
	{ "{a,b}", "a b a/x", "c {a,b}" },
	{ "{a,b}.c", "a.c b.c", "c a,b.c {a,b}.c" },
	{ "x{,y}", "x xy", "y xyy" },
	{ "{x,}y", "xy y", "x" },
	{ "*.{html,css}", "a.html a.css", "a.js a. .css" },
	{ "{a,b/c}/*.d", "a/x.d b/c/x.d", "b/x.d c/x.d" },
	{ "{a,b{c,d}}e", "ae bce bde", "be ce" },
	{ "{{a,b},c}", "a b c", "d" },
	{ "{a,b}{c,d}", "ac ad bc bd", "ab cd a" },
	{ "{a,**/b}", "a b x/b", "x/a" },
	{ "{/a,b}/*", "/a/x b/x", "a/x /b/x" },
	{ "{./a,b}/*", "a/x b/x", "c/x /a/x" },
	{ "{*,.*}", "a .a", "d/a" },
	{ "{a}", "{a}", "a" },
	{ "{}", "{}", "" },
	{ "a{b", "a{b", "ab" },
	{ "a}b,c", "a}b,c", "a}b c" },
	{ "{a,b", "{a,b", "a b" },
	{ "{a,{b}", "{a,{b}", "a" },
	{ "{{a,b}", "{a {b", "a b" },
	{ "{a},{b,c}", "{a},b {a},c", "a b" },
	{ "*.{js,ts}{,x}", "a.js a.jsx a.tsx", "a.x a.jsxx" },
	/* escapes */
	{ "\\*", "*", "a" },
	{ "\\*.c*", "*.c *.cc", "a.c" },
	{ "a\\?", "a?", "ab" },
	{ "\\[a]", "[a]", "a" },
	{ "\\{a,b}", "{a,b}", "a b" },
	{ "{a\\,b,c}", "a,b c", "a b" },
	{ "{a,b\\}}", "a b}", "b {a,b}" },
	{ "\\a\\b", "ab", "\\a\\b" },
	{ "a\\\\b", "a\\b", "ab a\\\\b" },
	{ "a\\\\*", "a\\ a\\b", "a ab" },
	{ "a\\", "a\\", "a" },
	{ "\\**", "* *a", "a */a" },
	{ "\\\\**", "\\ \\a \\a/b", "* a" },
	{ "*\\**", "* a*b", "a a*/b" },
	{ "**\\*", "* a* d/a*", "a" },
	/* dots */
	{ ".*", ".a ..a", "a" },
	{ ".a*", ".a .ab", "a" },
	{ ".a/*", ".a/b", "a/b .a/.b" },
	{ ".*/a", ".d/a", "d/a" },
	{ "a.*", "a.b a..", "a" },
	/* without wildcards: itself, or all beneath */
	{ "a", "a a/b a/.b a/.d/c a/b/c", "b ab .a x/a" },
	{ "a/b", "a/b a/b/c a/b/.c", "a a/c" },
	{ "a/", "a/b a/.b", "b" },
	{ ".", "a .a d/.a", "/a" },
	{ "./a", "a a/b", "b" },
	{ "/", "/a /.a /d/e", "a" },
	{ "..", "../a ../.a", "a" },
	{ "*/", "d/a d/.a d/e/a", ".d/a" },
	{ "d*/", "d1/a", "a e/d" },
	{ "**/", "a d/a", ".a" },
};

static void
test_wanted(void)
{
	size_t i;

	for (i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		walk(wanted[i].pattern, wanted[i].yes, 1, "matches", matches);
		walk(wanted[i].pattern, wanted[i].no, 0, "spares", matches);
	}
}

static void
test_left_out(void)
{
	static const struct row rows[] = {
		/* without a slash: at any depth, and what is beneath */
		{ "*.o", "a.o .o .a.o d/a.o d/.e/a.o /d/a.o", "a.c o" },
		{ "tmp", "tmp d/tmp .d/tmp /tmp ../tmp", "tmpx xtmp" },
		{ "*", "a .a d/a /a", "" },
		{ "**", "a .a d/.a /a", "" },
		{ ".*", ".a d/.a .git", "a" },
		{ "?x", ".x ax d/.x", "x" },
		{ "{a,b}", "a b d/a", "c" },
		{ "**.o", "a.o d/a.o .a.o d/.a.o", "a.c" },
		/* with one: where it says */
		{ "d/*.o", "d/a.o d/.o", "a.o e/d/a.o /d/a.o d/e/a.o" },
		{ "./a", "a", "d/a /a" },
		{ "/d/a", "/d/a", "d/a /a" },
		{ "d/**", "d", "e" },
		{ "d/", "d x/d /d", "e" },
		{ "/d", "/d", "d /e/d" },
		{ "**/d/*.o", "d/a.o x/d/a.o .x/d/.o", "a.o" },
		{ "a/**/b", "a/b a/.x/b", "b a" },
		{ "*/**", "d/a d/.a .d/a d/e/a", "a .a" },
		{ "d/*/**", "d/e/a d/e/f/a", "d d/a" },
		{ "/", "/a /.a", "a d/a" },
	};
	struct globs g = { .leave_out = true };
	struct glob_set *set;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		walk(rows[i].pattern, rows[i].yes, 1, "leaves out", leaves_out);
		walk(rows[i].pattern, rows[i].no, 0, "leaves in", leaves_out);
	}
	globs_add(&g, "[id]", true);
	ok(follow(&g, "[id]") == 0 && follow(&g, "i") < 0 &&
		follow(&g, "d/[id]") == 0,
	    "an existing name is left out as that name, at any depth");
	globs_free(&g);
	g.leave_out = true;
	globs_add(&g, "d/[id]", true);
	ok(follow(&g, "d/[id]/x") < 0 && follow(&g, "d/[id]") == 0 &&
		follow(&g, "[id]") < 0 && follow(&g, "d/i") < 0,
	    "an existing path is left out where it is");
	set = globs_begin(&g, "/");
	ok(set == NULL, "where nothing is left out there is no place");
	globs_free(&g);
}

/* An argument that names something that exists is that, whatever it holds. */
static void
test_literal(void)
{
	static const char *const names[] = { "[id].tsx", "a*", "{a,b}", "a\\*",
		"**", "what?", "\\", "{" };
	struct globs g = { .ignoring = true };
	char beneath[60], name[80];
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		globs_add(&g, names[i], true);
		snprintf(beneath, sizeof beneath, "%s/.d/x", names[i]);
		snprintf(
		    name, sizeof name, "an existing %s is itself", names[i]);
		ok(follow(&g, names[i]) == 0 && follow(&g, beneath) == 0 &&
			follow(&g, "abc") < 0 && follow(&g, "i.tsx") < 0,
		    name);
		globs_free(&g);
		g.ignoring = true;
	}
	globs_add(&g, "d/[x]/", true);
	ok(follow(&g, "d/[x]/a") == 0 && follow(&g, "d/x/a") < 0,
	    "an existing directory is all that is beneath");
	globs_free(&g);
}

static void
test_ignores(void)
{
	static const struct row rows[] = {
		{ "**",
		    "4914 a~b box.a nodes a___jb_tmp node_modules2/a x.git/a",
		    "4913 a~ #a# d/4913 d/a~ a___jb_tmp___ a___jb_old___ "
		    "node_modules/a d/node_modules/e/a" },
		{ "**",
		    "sedabcde sedabcdefg sedlex.ml sed-1.txt sedation "
		    "sedan.css sed\xc3\xa9tudes sedXXXXXX1",
		    "sedAbC123 sed000000 sedzzzzzz d/sedAZaz09" },
		{ "**", "flycheck.el flycheck a.flycheck_b a.pid.c pid a.pids",
		    "flycheck_a.el flycheck_ d/flycheck_a/b a.pid d/a.pid" },
		{ "*.pid", "", "a.pid" },
		{ "a.pid", "a.pid", "b.pid" },
		{ "flycheck_a", "flycheck_a flycheck_a/b", "flycheck_b" },
		{ ".*", ".a .gitignore .a.swx.b .b.boxes",
		    ".#a .a.swp .a.swo .DS_Store .x.box .git .hg .svn .jj" },
		{ ".git/*", ".git/HEAD", ".git/a~ .git/4913" },
		{ ".git", ".git .git/HEAD .git/refs/x", ".git/a~ .git/.svn/x" },
		{ "a~", "a~ a~/b", "a~/b~ b~" },
		{ "node_modules/**/*.js",
		    "node_modules/a.js node_modules/d/a.js",
		    "node_modules/node_modules/a.js" },
		{ "**/node_modules/*.js",
		    "node_modules/a.js d/node_modules/a.js",
		    "node_modules/d/a.js" },
		{ "*/4913", "d/4913", "4913" },
		{ "d", "d/a", "d/a~ d/4913 d/.git/x d/.a.swp" },
	};
	struct globs g = { .ignoring = false };
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		walk(rows[i].pattern, rows[i].yes, 1, "matches", matches);
		walk(rows[i].pattern, rows[i].no, 0, "ignores", matches);
	}
	ok(strcmp(glob_ignored("x~"), "*~") == 0 &&
		strcmp(glob_ignored("sedAbC123"), "sedXXXXXX") == 0 &&
		glob_ignored("x") == NULL && glob_ignored("") == NULL,
	    "glob_ignored tells which ignore a name falls under");
	globs_add(&g, "**", false);
	globs_add(&g, ".git/**", false);
	ok(follow(&g, "4913") == 0 && follow(&g, "node_modules/a~") == 0,
	    "without ignores all of them match");
	globs_free(&g);
}

/* A name that ends in '@' is that of a linked directory. */
static void
test_links(void)
{
	static const struct row rows[] = {
		{ "**", "d/a", "d@/a d/e@/a" },
		{ "*/a", "d/a", "d@/a" },
		{ "d/**", "d@/a d@/e/a", "d@/e@/a" },
		{ "d/*.c", "d@/x.c d/x.c", "" },
		{ "d/e/*.c", "d@/e@/x.c", "" },
		{ "**/d/*.c", "d@/x.c e/d@/x.c", "e@/d/x.c" },
		{ "d", "d@/a d@/b/a", "d@/b@/a" },
		{ "d?/*.c", "d1/x.c", "d1@/x.c" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		walk(rows[i].pattern, rows[i].yes, 1, "matches", matches);
		walk(rows[i].pattern, rows[i].no, 0, "does not enter", matches);
	}
}

/* Names may hold any byte but zero and the slash. */
static void
test_bytes(void)
{
	struct globs all = { .ignoring = true }, one = { .ignoring = true };
	char name[4], pattern[12];
	int c, stars, question, itself, bracket, braces, count;

	stars = question = itself = bracket = braces = count = 0;
	globs_add(&all, "**", false);
	globs_add(&one, "x?y", false);
	for (c = 1; c < 256; c++) {
		if (c == '/')
			continue;
		count++;
		snprintf(name, sizeof name, "x%cy", c);
		stars += follow(&all, name) == 0;
		question += follow(&one, name) == 0;
		snprintf(pattern, sizeof pattern, "x\\%cy", c);
		itself += matches(pattern, name) == 1;
		snprintf(pattern, sizeof pattern, "x\\%c*", c);
		itself += matches(pattern, name) == 1;
		/* How these are meant in brackets depends on the system. */
		snprintf(pattern, sizeof pattern, "x[%c]y", c);
		bracket += c == '!' || c == '^' || c == '\\' ||
		    matches(pattern, name) == 1;
		snprintf(pattern, sizeof pattern, "{a,x\\%cy}", c);
		braces += matches(pattern, name) == 1;
	}
	ok(stars == count, "two stars match any byte");
	ok(question == count, "a question mark matches any byte");
	ok(itself == 2 * count, "any byte can be escaped");
	ok(bracket == count, "other bytes can stand in brackets");
	ok(braces == count, "any byte can stand in braces");
	ok(matches("*.c", "\xff\xfe\n.c") == 1 &&
		matches("*.c", "\xc3\xa9.c") == 1 &&
		matches("\xc3\xa9/*", "\xc3\xa9/\x80") == 1 &&
		matches("[\x80-\x90]", "\x85") == 1 &&
		matches("\n", "\n") == 1 && matches("\"'", "\"'") == 1,
	    "no encoding is asked for");
	globs_free(&all);
	globs_free(&one);
}

static void
test_several(void)
{
	struct globs g = { .ignoring = true };
	struct glob_set *set;

	globs_add(&g, "*.html", false);
	globs_add(&g, "site/{a,b}/**", false);
	globs_add(&g, "site/a/x", false);
	ok(follow(&g, "a.html") == 0 && follow(&g, "site/b/y") == 1 &&
		follow(&g, "site/a/x") == 1 && follow(&g, "site/a/x/.y") == 2,
	    "of several patterns the first that matches is told");
	ok(follow(&g, "a.css") < 0, "what none of them matches is not");
	ok(strcmp(g.sources[1].text, "site/{a,b}/**") == 0 &&
		!g.sources[1].literal && g.nsources == 3 && g.nstarts == 4,
	    "what they were written as is kept");
	set = globs_begin(&g, "");
	ok(globs_name(&g, set, 0) == NULL &&
		strcmp(globs_name(&g, set, 1), "site") == 0,
	    "a place that waits for one name tells it");
	free(set);
	ok(globs_begin(&g, "/") == NULL,
	    "a root that no pattern starts from has no places");
	globs_free(&g);
	ok(g.nparts == 0 && g.nsources == 0 && g.starts == NULL,
	    "freed patterns are none");
}

static void
test_prune(void)
{
	struct globs g = { .ignoring = true };
	struct glob_set *set, *next;

	globs_add(&g, "a/*.c", false);
	globs_add(&g, "b/**", false);
	set = globs_begin(&g, "");
	ok(globs_enter(&g, set, "c", false) == NULL,
	    "a directory that leads nowhere is not entered");
	next = globs_enter(&g, set, "a", false);
	ok(next != NULL && globs_enter(&g, next, "d", false) == NULL,
	    "nor what is beneath the last component");
	free(next);
	next = globs_enter(&g, set, "b", false);
	ok(next != NULL && globs_enter(&g, next, "node_modules", false) == NULL,
	    "nor a directory that is ignored");
	free(next);
	free(set);
	globs_free(&g);
}

/* base is where the start's matches lie beneath */
static int
has_base(const char *pattern, bool literal, const char *base)
{
	struct globs g = { 0 };
	char path[200];
	int same;

	same = globs_add(&g, pattern, literal) == 0 &&
	    globs_base(&g, &g.starts[0], path, sizeof path) == 0 &&
	    strcmp(path, base) == 0;
	globs_free(&g);
	return same;
}

static void
test_base(void)
{
	struct globs g = { 0 };
	char path[8];

	ok(has_base("a/b/*.c", false, "a/b/"), "the base ends at a wildcard");
	ok(has_base("a/b/c", false, "a/b/"), "a file's is its directory");
	ok(has_base("*.c", false, "") && has_base("**", false, ""),
	    "here is the empty base");
	ok(has_base("./a/**", false, "a/") && has_base("/a/*", false, "/a/"),
	    "a base is absolute if its pattern is");
	ok(has_base("../x/*", false, "../x/"), "a base may go up");
	ok(has_base("a\\*b/*", false, "a*b/"), "a base has no escapes");
	ok(has_base("[x]/y", true, "[x]/"), "a literal's may look wild");
	globs_add(&g, "/abcde/*", false);
	ok(globs_base(&g, &g.starts[0], path, sizeof path) == 0 &&
		strcmp(path, "/abcde/") == 0,
	    "a base may fill its room");
	ok(globs_base(&g, &g.starts[0], path, sizeof path - 1) == -1 &&
		globs_base(&g, &g.starts[0], path, 1) == -1,
	    "a base longer than its room is refused");
	globs_free(&g);
	g.leave_out = true;
	globs_add(&g, "**", false);
	ok(globs_reach(&g, &g.starts[0], path, sizeof path) == 0 &&
		strcmp(path, ".") == 0,
	    "what may begin anywhere reaches all that is here");
	globs_free(&g);
}

static int
refused(const char *pattern, int error)
{
	struct globs g = { 0 };
	int result;

	errno = 0;
	result = globs_add(&g, pattern, false) == -1 && errno == error;
	globs_free(&g);
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
	struct globs g = { 0 };
	char *s;

	ok(refused("", EINVAL), "an empty pattern is refused");
	ok(refused("{,}", EINVAL), "so is one of empty alternatives");
	ok(globs_add(&g, "", true) == -1 && errno == EINVAL && g.nsources == 0,
	    "in every way");
	s = repeat("{a,b}", 12, "");
	ok(globs_add(&g, s, false) == 0 && g.nstarts == GLOB_ALTERNATIVES &&
		follow(&g, "abababababab") == 0 && follow(&g, "ab") < 0,
	    "braces may stand for 4096 alternatives");
	free(s);
	globs_free(&g);
	s = repeat("{a,b}", 13, "");
	ok(refused(s, E2BIG), "but not for twice as many");
	free(s);
	s = repeat("{a,b}", 1000, "");
	ok(refused(s, E2BIG), "nor for numbers without end");
	free(s);
	s = repeat("{a,", 5000, "");
	ok(globs_add(&g, s, false) == 0,
	    "many braces that never close are text");
	globs_free(&g);
	free(s);
	s = repeat("a**", 100, "");
	ok(refused(s, E2BIG), "two stars in words count as alternatives");
	free(s);
}

/* Whatever a pattern is, a name is judged in no time. */
static void
test_bounded(void)
{
	struct globs g = { 0 };
	char path[401], *pattern;
	struct glob_set *set, *next;
	clock_t start;
	size_t n;
	int i;

	start = clock();
	pattern = repeat("**/a/", 200, "b");
	globs_add(&g, pattern, false);
	free(pattern);
	pattern = repeat("*a", 60, "b");
	globs_add(&g, pattern, false);
	free(pattern);
	memset(path, 'a', 200);
	path[200] = '\0';
	ok(follow(&g, path) < 0, "many stars in a name end without a match");
	for (n = 0; n < 400; n += 2)
		memcpy(path + n, "a/", 2);
	path[399] = '\0';
	ok(follow(&g, path) < 0, "many stars in a path end without a match");
	path[398] = 'b';
	ok(follow(&g, path) < 0, "one directory too few does not match");
	set = globs_begin(&g, "");
	for (i = 0; i < 5000 && set != NULL; i++) {
		next = globs_enter(&g, set, "a", false);
		free(set);
		set = next;
	}
	ok(set != NULL && set->n <= g.nparts && globs_match(&g, set, "b") == 0,
	    "a deep tree needs no more places than there are parts");
	free(set);
	globs_free(&g);
	ok(clock() - start < 10 * CLOCKS_PER_SEC, "all that in seconds");
}

int
main(void)
{
	test_wanted();
	test_left_out();
	test_literal();
	test_ignores();
	test_links();
	test_bytes();
	test_several();
	test_prune();
	test_base();
	test_refused();
	test_bounded();
	return test_end();
}
