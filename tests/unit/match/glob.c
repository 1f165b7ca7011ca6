#define _XOPEN_SOURCE 700
/* glob.c - tests of the patterns, as rules match them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../scratch.h"
#include "../test.h"
#include "match/rule.h"

static struct rule rule;
static struct rules rules = { .v = &rule, .n = 1 };

/*
 * Follow a path name by name, as the tree does.  A name that ends in '@' is
 * that of a linked directory.  Return the pattern by which the path counts, or
 * NULL.
 */
static const char *
follow(const char *path)
{
	struct rules_reach *reach, *next;
	const char *root, *end, *by;
	char name[1000];
	size_t n;

	root = *path == '/' ? "/" : "";
	reach = rules_begin(&rules, root);
	path += strlen(root);
	while (reach != NULL && (end = strchr(path, '/')) != NULL) {
		n = (size_t)(end - path);
		memcpy(name, path, n);
		name[n] = '\0';
		if (name[n - 1] == '@')
			name[n - 1] = '\0';
		next = rules_enter(&rules, reach, name, path[n - 1] == '@');
		rules_leave(&rules, reach);
		reach = next;
		path = end + 1;
	}
	by = NULL;
	if (reach != NULL)
		rules_judge(&rules, reach, "nowhere", path, &by);
	rules_leave(&rules, reach);
	return by;
}

/* Return 1 if a pattern matches a path, 0, or -1 if the pattern is refused. */
static int
matches(const char *pattern, const char *path)
{
	int result;

	result = rules_add(&rules, pattern, GLOB_WANTED);
	if (result == 0)
		result = follow(path) != NULL;
	rules_free(&rules);
	return result;
}

/* Return 1 if a pattern of -x leaves a path out. */
static int
leaves_out(const char *pattern, const char *path)
{
	int result;

	rules_add(&rules, "**", GLOB_ANY_PATH);
	result = rules_add(&rules, pattern, GLOB_LEFT_OUT);
	if (result == 0)
		result = follow(path) == NULL;
	rules_free(&rules);
	return result;
}

/* Return true if these are the starts of a pattern, with blanks between. */
static bool
has_starts(const char *pattern, const char *want)
{
	struct rules_start start;
	char text[200];
	size_t i, n;

	rules_add(&rules, pattern, GLOB_WANTED);
	rules_add(&rules, "x*/{y,z}", GLOB_LEFT_OUT);
	*text = '\0';
	for (i = n = 0; rules_start(&rules, &i, &start);)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
		    n > 0 ? " " : "", start.path);
	rules_free(&rules);
	return strcmp(text, want) == 0;
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
	{ "*", "a a.b -", ".a a/b" },
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
		{ "d/**", "d d/a d/.e/a", "e e/d/a" },
		{ "d/", "d x/d /d d/a", "e" },
		{ "/d", "/d", "d /e/d" },
		{ "**/d/*.o", "d/a.o x/d/a.o .x/d/.o", "a.o" },
		{ "a/**/b", "a/b a/.x/b", "b a" },
		{ "*/**", "d/a d/.a .d/a d/e/a", "a .a" },
		{ "d/*/**", "d/e/a d/e/f/a", "d d/a" },
		{ "/", "/a /.a /d/a", "a d/a" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		walk(rows[i].pattern, rows[i].yes, 1, "leaves out", leaves_out);
		walk(rows[i].pattern, rows[i].no, 0, "leaves in", leaves_out);
	}
	scratch_sh("mkdir -p d/'[id]' '[id]'");
	ok(leaves_out("[id]", "[id]") && !leaves_out("[id]", "i") &&
		leaves_out("[id]", "d/[id]"),
	    "-x of an existing name leaves out that name, at any depth");
	ok(leaves_out("d/[id]", "d/[id]/x") && leaves_out("d/[id]", "d/[id]") &&
		!leaves_out("d/[id]", "[id]") && !leaves_out("d/[id]", "d/i"),
	    "-x of an existing path leaves out that path");
	scratch_sh("rm -r d '[id]'");
}

static void
test_literal(void)
{
	static const char *const names[] = { "[id].tsx", "a*", "{a,b}", "a\\*",
		"**", "what?", "\\", "{" };
	char beneath[60], name[80];
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		scratch_put(names[i], "");
		snprintf(beneath, sizeof beneath, "%s/.d/x", names[i]);
		snprintf(name, sizeof name,
		    "an argument that names an existing %s is that file",
		    names[i]);
		ok(matches(names[i], names[i]) == 1 &&
			matches(names[i], beneath) == 1 &&
			matches(names[i], "abc") == 0 &&
			matches(names[i], "i.tsx") == 0,
		    name);
		unlink(names[i]);
	}
	scratch_sh("ln -s nowhere 'l*'");
	ok(matches("l*", "l*") == 1 && matches("l*", "lx") == 0,
	    "a link that leads nowhere is an existing file");
	scratch_sh("rm 'l*'; mkdir -p 'd/[x]'");
	ok(matches("d/[x]/", "d/[x]/a") == 1 && matches("d/[x]/", "d/x/a") == 0,
	    "an argument that names a directory is everything beneath");
	scratch_sh("rm -r d");
}

/* A component that exists as it is written is that name. */
static void
test_literal_components(void)
{
	static const struct row rows[] = {
		{ "app/[id]/*.tsx", "app/[id]/a.tsx", "app/i/a.tsx app/d/a.tsx" },
		{ "./app//[id]/./*.tsx", "app/[id]/a.tsx", "app/i/a.tsx" },
		{ "[slug]/page.tsx", "[slug]/page.tsx", "s/page.tsx" },
		{ "[slug]/new.tsx", "[slug]/new.tsx", "s/new.tsx" },
		{ "app/(group)/[[...slug]]/**",
		    "app/(group)/[[...slug]]/a app/(group)/[[...slug]]/d/a",
		    "app/(group)/s]/a" },
		{ "{app,lib}/[id]/*", "app/[id]/a lib/i/a lib/d/a",
		    "app/i/a lib/[id]/a" },
		{ "app/[id]/{a,b}/[x]", "app/[id]/a/x app/[id]/b/x",
		    "app/i/a/x app/[id]/a/[x]" },
		{ "app/\\[id]/[sub]/*", "app/[id]/[sub]/a", "app/[id]/s/a" },
		{ "app/[id]/[sub]", "app/[id]/[sub]/a app/[id]/[sub]", "app/[id]/s" },
		{ "*/[id]/*", "app/i/a app/d/a", "app/[id]/a" },
		{ "app/[file]/*", "app/f/a", "app/[file]/a" },
		{ "app/[file]{,x}", "app/[file] app/fx app/lx", "app/f" },
		{ "x{a,b}/*.c", "x{a,b}/a.c", "xa/a.c xb/a.c" },
		{ "x{a,b}/{c,d}", "x{a,b}/c x{a,b}/d", "xa/c x{a,b}/{c,d}" },
		{ "{y,x{a,b}}/*", "y/z x{a,b}/z", "xa/z xb/z" },
		{ "{x,y}/x{a,b}/*", "y/x{a,b}/z x/xa/z", "y/xa/z x/x{a,b}/z" },
		/* A wildcard that matches its own name stays one. */
		{ "s*/a", "s*/a sx/a", "a/a" },
	}, left_out[] = {
		{ "app/[id]/*", "app/[id]/a", "app/i/a" },
		{ "app/[id]/**", "app/[id]/a app/[id]/d/a", "app/i/a" },
		{ "[slug]/page.tsx", "[slug]/page.tsx", "s/page.tsx" },
		{ "[slug]", "[slug] d/[slug]", "s d/s" },
		{ "[id]", "i d d/i", "[id]" },
	};
	size_t i;

	scratch_sh("mkdir -p 'app/[id]/[sub]' 'app/(group)/[[...slug]]' "
		   "'[slug]' 'x{a,b}' 'y/x{a,b}' 's*' && "
		   "touch 'app/[file]' '[slug]/page.tsx'");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		walk(rows[i].pattern, rows[i].yes, 1, "matches", matches);
		walk(rows[i].pattern, rows[i].no, 0, "spares", matches);
	}
	for (i = 0; i < sizeof left_out / sizeof left_out[0]; i++) {
		walk(left_out[i].pattern, left_out[i].yes, 1, "leaves out",
		    leaves_out);
		walk(left_out[i].pattern, left_out[i].no, 0, "leaves in",
		    leaves_out);
	}
	ok(has_starts("app/[id]/*.tsx", "app/[id]"),
	    "a start includes components that exist");
	scratch_sh("rm -r app '[slug]' 'x{a,b}' y 's*'");
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
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		walk(rows[i].pattern, rows[i].yes, 1, "matches", matches);
		walk(rows[i].pattern, rows[i].no, 0, "ignores", matches);
	}
	ok(strcmp(glob_ignored("x~"), "*~") == 0 &&
		strcmp(glob_ignored("sedAbC123"), "sedXXXXXX") == 0 &&
		glob_ignored("x") == NULL && glob_ignored("") == NULL,
	    "glob_ignored tells which ignore a name falls under");
	rules.ignore_nothing = 1;
	ok(matches("**", "4913") == 1 && matches("**", "node_modules/a~") == 1,
	    "under -a ignored names match");
	rules.ignore_nothing = 0;
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
	char name[4], pattern[12];
	int c, stars, question, itself, bracket, braces, count;

	stars = question = itself = bracket = braces = count = 0;
	for (c = 1; c < 256; c++) {
		if (c == '/')
			continue;
		count++;
		snprintf(name, sizeof name, "x%cy", c);
		stars += matches("**", name) == 1;
		question += matches("x?y", name) == 1;
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
	ok(bracket == count, "other bytes can be in brackets");
	ok(braces == count, "any byte can be in braces");
	ok(matches("*.c", "\xff\xfe\n.c") == 1 &&
		matches("*.c", "\xc3\xa9.c") == 1 &&
		matches("\xc3\xa9/*", "\xc3\xa9/\x80") == 1 &&
		matches("[\x80-\x90]", "\x85") == 1 &&
		matches("\n", "\n") == 1 && matches("\"'", "\"'") == 1,
	    "patterns match bytes in any encoding");
}

static void
test_several(void)
{
	struct rules_reach *reach;
	const char *by;
	size_t i;

	rules_add(&rules, "*.html", GLOB_WANTED);
	rules_add(&rules, "site/{a,b}/**", GLOB_WANTED);
	rules_add(&rules, "site/a/x", GLOB_WANTED);
	ok(strcmp(follow("a.html"), "*.html") == 0 &&
		strcmp(follow("site/b/y"), "site/{a,b}/**") == 0 &&
		strcmp(follow("site/a/x"), "site/{a,b}/**") == 0 &&
		strcmp(follow("site/a/x/.y"), "site/a/x") == 0,
	    "a path counts by the first of several patterns that match");
	ok(follow("a.css") == NULL, "a path that none matches does not count");
	reach = rules_begin(&rules, "");
	i = 0;
	ok(strcmp(rules_name(&rules, reach, &i), "site") == 0,
	    "rules_name returns the names that patterns spell out");
	while ((by = rules_name(&rules, reach, &i)) != NULL)
		if (strcmp(by, "site") != 0)
			break;
	ok(by == NULL, "rules_name returns no other names");
	ok(!rules_only_names(&rules, reach),
	    "a directory in which a wildcard matches needs more than names");
	rules_leave(&rules, reach);
	ok(rules_begin(&rules, "/") == NULL,
	    "a root that no pattern starts from has no reach");
	rules_free(&rules);
	ok(rules.globs.parts == NULL && rules_begin(&rules, "") == NULL,
	    "freed patterns reach nothing");
	rules_add(&rules, "a/b", GLOB_WANTED);
	rules_add(&rules, "c/*", GLOB_WANTED);
	rules_add(&rules, "*.o", GLOB_LEFT_OUT);
	reach = rules_begin(&rules, "");
	ok(rules_only_names(&rules, reach),
	    "only names can match if each pattern spells one out");
	rules_leave(&rules, reach);
	rules_free(&rules);
}

static void
test_prune(void)
{
	struct rules_reach *reach, *next;

	rules_add(&rules, "a/*.c", GLOB_WANTED);
	rules_add(&rules, "b/**", GLOB_WANTED);
	reach = rules_begin(&rules, "");
	ok(rules_enter(&rules, reach, "c", false) == NULL && errno != ENOMEM,
	    "a directory that leads nowhere is not entered");
	next = rules_enter(&rules, reach, "a", false);
	ok(next != NULL && rules_enter(&rules, next, "d", false) == NULL,
	    "a directory beneath the last component is not entered");
	rules_leave(&rules, next);
	next = rules_enter(&rules, reach, "b", false);
	ok(next != NULL &&
		rules_enter(&rules, next, "node_modules", false) == NULL,
	    "an ignored directory is not entered");
	rules_leave(&rules, next);
	rules_leave(&rules, reach);
	rules_free(&rules);
}

static void
test_start(void)
{
	char *s;

	ok(has_starts("a/b/*.c", "a/b"), "a start ends before a wildcard");
	ok(has_starts("a/b/c", "a/b/c"), "a file is its own start");
	ok(has_starts("*.c", ".") && has_starts("**", ".") &&
		has_starts("./", "."),
	    "the start may be the current directory");
	ok(has_starts("./a/**", "a") && has_starts("/a/*", "/a") &&
		has_starts("/*", "/"),
	    "a start is absolute if its pattern is");
	ok(has_starts("../x/*", "../x"), "a start may go up");
	ok(has_starts("a\\*b/*", "a*b"), "a start has no escapes");
	ok(has_starts("{a,b/c}/*", "a b/c"), "each alternative has a start");
	s = malloc(RULE_PATH + 1);
	memset(s, 'x', RULE_PATH);
	s[RULE_PATH] = '\0';
	ok(has_starts(s, ""), "a start that is longer than a path is empty");
	free(s);
}

int
main(void)
{
	scratch_begin();
	test_wanted();
	test_left_out();
	test_literal();
	test_literal_components();
	test_ignores();
	test_links();
	test_bytes();
	test_several();
	test_prune();
	test_start();
	scratch_end();
	return test_end();
}
