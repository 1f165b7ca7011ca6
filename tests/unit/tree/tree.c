#define _XOPEN_SOURCE 700
/* tree.c - tests of the tree: which events each kind of change sends */
#include "../test.h"
#include "watched.h"

/* Only tree_lost.c, which defines this first, can lose hints. */
#ifndef LOSES_HINTS
#define LOSES_HINTS false
static inline void
lose_hints(void)
{
}
#endif

/* A change and its events; perhaps another one after it. */
static const struct scene {
	const char *name, *before, *patterns, *act, *events, *then,
	    *then_events;
} scenes[] = {
	/* files */
	{ "a file written in place", "echo 1 >a", "*", "echo 22 >a", "*a", NULL,
	    NULL },
	{ "a file appended to", "echo 1 >a", "a", "echo 2 >>a", "*a", NULL,
	    NULL },
	{ "a file made", ":", "*", ": >a", "+a", "echo 1 >a", "*a" },
	{ "a file deleted", "echo 1 >a", "*", "rm a", "-a", "echo 1 >a", "+a" },
	{ "a file renamed", "echo 1 >a", "*", "mv a b", "+b -a", "echo 22 >b",
	    "*b" },
	{ "a file renamed to what does not count", "echo 1 >a.c", "*.c",
	    "mv a.c a.h", "-a.c", "mv a.h a.c", "+a.c" },
	{ "a file replaced by another", "echo 1 >a; echo 22 >b", "a", "mv b a",
	    "*a", NULL, NULL },
	{ "a file replaced by one of its size and time",
	    "echo 1 >a; echo 2 >b; touch -d 2020-01-01 a b", "a", "mv b a",
	    "*a", NULL, NULL },
	{ "a file replaced by an older one",
	    "echo 1 >a; echo 22 >b; touch -d 2020-01-01 b", "a", "mv b a", "*a",
	    NULL, NULL },
	{ "a hard link", "echo 1 >a", "*", "ln a b", "+b", NULL, NULL },
	{ "a touch", "echo 1 >a; touch -d 2020-01-01 a", "*", "touch a", "*a",
	    NULL, NULL },
	{ "a file whose time is set back", "echo 1 >a", "*",
	    "touch -d 2020-01-01 a", "*a", NULL, NULL },
	{ "a chmod", "echo 1 >a; touch -d 2020-01-01 a", "*",
	    "chmod 600 a; ln a ../link; rm ../link", "", NULL, NULL },
	{ "a poke", "echo 1 >a; touch -d 2020-01-01 a", "*",
	    ": >>a; touch -d 2020-01-01 a; touch -a a", "", NULL, NULL },
	{ "a file read", "echo 1 >a; touch -d 2020-01-01 a", "*",
	    "cat a >/dev/null", "", NULL, NULL },
	{ "a file made and deleted", ":", "*", "echo 1 >a; rm a", "", NULL,
	    NULL },
	{ "a file deleted and put back", "echo 1 >a; touch -d 2020-01-01 a",
	    "*", "mv a b; mv b a", "", NULL, NULL },
	{ "FIFOs and such", "echo 1 >a", "*", "mkfifo f; rm a; mkfifo a", "-a",
	    "rm a; echo 22 >a", "+a" },
	{ "an existing file with an odd name", "echo 1 >'[id].tsx'; echo 1 >i",
	    "[id].tsx", "echo 22 >'[id].tsx'; echo 22 >i.tsx", "*[id].tsx",
	    NULL, NULL },

	/* what does not count */
	{ "names that no pattern matches", "echo 1 >a.c", "*.c",
	    "echo 1 >a.h; mkdir d; echo 1 >d/a.c; echo 1 >.a.c", "", NULL,
	    NULL },
	{ "names that are ignored", ":", "**",
	    "echo 1 >4913; echo 1 >a~; mkdir .git d; echo 1 >.git/x; "
	    "echo 1 >d/.a.swp; mkdir node_modules; echo 1 >node_modules/x",
	    "", NULL, NULL },
	{ "names that are left out", "mkdir tmp", "** -tmp -*.o",
	    "echo 1 >tmp/a; mkdir d d/tmp; echo 1 >d/tmp/a; echo 1 >d/a.o", "",
	    "echo 1 >d/b", "+d/b" },

	/* directories */
	{ "a new directory that is filled at once", ":", "**",
	    "mkdir -p d/e/f; echo 1 >d/e/f/a; echo 1 >d/b", "+d/b +d/e/f/a",
	    "echo 22 >d/e/f/a; echo 1 >d/e/c", "*d/e/f/a +d/e/c" },
	{ "a directory moved in", "mkdir in out; mkdir out/d; echo 1 >out/d/a",
	    "in/**", "mv out/d in/e", "+in/e/a", "echo 22 >in/e/a", "*in/e/a" },
	{ "a directory moved out", "mkdir -p in/d; echo 1 >in/d/a", "in/**",
	    "mv in/d out", "-in/d/a", "echo 22 >out/a", "" },
	{ "a directory renamed", "mkdir -p d/x; echo 1 >d/x/a", "**", "mv d e",
	    "+e/x/a -d/x/a", "echo 22 >e/x/a; echo 1 >e/b", "*e/x/a +e/b" },
	{ "a directory moved to another", "mkdir -p a/d b; echo 1 >a/d/f", "**",
	    "mv a/d b/e", "+b/e/f -a/d/f", "echo 22 >b/e/f", "*b/e/f" },
	{ "a directory replaced", "mkdir d e; echo 1 >d/a; echo 22 >e/b", "d/*",
	    "mv d x; mv e d", "+d/b -d/a", "echo 1 >d/c; echo 1 >x/d", "+d/c" },
	{ "a directory deleted", "mkdir -p d/e; echo 1 >d/e/a; echo 1 >d/b",
	    "**", "rm -r d", "-d/b -d/e/a", "mkdir d; echo 1 >d/b", "+d/b" },
	{ "two directories that change places",
	    "mkdir d e; echo 1 >d/a; echo 1 >e/b", "**",
	    "mv d x; mv e d; mv x e", "+d/b +e/a -d/a -e/b",
	    "echo 22 >d/b; echo 22 >e/a", "*d/b *e/a" },
	{ "a directory in place of a file", "echo 1 >d", "**",
	    "rm d; mkdir d; echo 1 >d/a", "+d/a -d", "echo 22 >d/a", "*d/a" },
	{ "a file in place of a directory", "mkdir d; echo 1 >d/a", "**",
	    "rm -r d; echo 1 >d", "+d -d/a", "echo 22 >d", "*d" },
	{ "dotfiles beneath a directory that is named", "mkdir d", "d",
	    "echo 1 >d/.a; mkdir d/.b; echo 1 >d/.b/c", "+d/.a +d/.b/c",
	    "echo 22 >d/.b/c", "*d/.b/c" },
	{ "a directory in place of a file that is named", "echo 1 >a", "a",
	    "rm a; mkdir a; echo 1 >a/b", "+a/b -a", "rm -r a; echo 1 >a",
	    "+a -a/b" },

	/* bases */
	{ "a base that comes later", ":", "a/b/*.c",
	    "mkdir -p a/b; echo 1 >a/b/x.c; echo 1 >a/x.c", "+a/b/x.c",
	    "echo 22 >a/b/x.c; echo 1 >a/b/y.c", "*a/b/x.c +a/b/y.c" },
	{ "a base that comes in steps", ":", "a/b/c/*", "mkdir a", "",
	    "mkdir -p a/b/c; echo 1 >a/b/c/x", "+a/b/c/x" },
	{ "a file that comes later", ":", "a/b", "mkdir a; echo 1 >a/b", "+a/b",
	    "echo 22 >a/b", "*a/b" },
	{ "a base that goes and comes", "mkdir -p a/b; echo 1 >a/b/x", "a/b/*",
	    "rm -r a", "-a/b/x", "mkdir -p a/b; echo 22 >a/b/x", "+a/b/x" },
	{ "a base that is moved away and back", "mkdir -p a/b; echo 1 >a/b/x",
	    "a/b/*", "mv a c", "-a/b/x", "mv c a", "+a/b/x" },
	{ "a base moved away and back at once", "mkdir -p a/b; echo 1 >a/b/x",
	    "a/b/*", "mv a c; mv c a", "", "echo 22 >a/b/x", "*a/b/x" },
	{ "the middle of a base replaced",
	    "mkdir -p a/b/c x/b/c; echo 1 >a/b/c/f; echo 22 >x/b/c/f",
	    "a/b/c/*", "mv a y; mv x a", "+a/b/c/f -a/b/c/f",
	    "echo 333 >a/b/c/f; echo 1 >y/b/c/f", "*a/b/c/f" },

	/* spellings */
	{ "a path that goes up", "mkdir d", "d/../*.c ../s/d/*.c",
	    "echo 1 >x.c; echo 1 >d/y.c", "+../s/d/y.c +d/../x.c", "rm x.c",
	    "-d/../x.c" },
	{ "an absolute path", "mkdir d", "@/s/*.c @/s/d/**",
	    "echo 1 >x.c; echo 1 >d/y", "+@/s/d/y +@/s/x.c", "rm -r d",
	    "-@/s/d/y" },
	{ "a path with a dot in front", "mkdir d", "./**",
	    "echo 1 >a; echo 1 >d/b", "+a +d/b", NULL, NULL },
	{ "a directory spelled in several ways", "mkdir d",
	    "d/* @/s/d/* d/../d/*", "echo 1 >d/a", "+@/s/d/a +d/../d/a +d/a",
	    "rm d/a", "-@/s/d/a -d/../d/a -d/a" },
	{ "a directory watched for names and for files", "mkdir d",
	    "d/x/* @/s/d/*", "echo 1 >d/a; mkdir d/x; echo 1 >d/x/b",
	    "+@/s/d/a +d/x/b", "echo 22 >d/a", "*@/s/d/a" },
	{ "overlapping patterns", ":", "*.c a.* **/a.c a.c", "echo 1 >a.c",
	    "+a.c", "echo 22 >a.c", "*a.c" },

	/* links to files */
	{ "a linked file edited in place", "echo 1 >t; ln -s t l", "l",
	    "echo 22 >t", "*l", "echo 333 >l", "*l" },
	{ "a file linked from outside",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "echo 22 >out/t", "*in/l", "echo 1 >out/u; echo 333 >out/t",
	    "*in/l" },
	{ "a linked file replaced",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "echo 22 >out/x; mv out/x out/t", "*in/l", "echo 333 >out/t",
	    "*in/l" },
	{ "a linked file deleted",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "rm out/t", "*in/l", "echo 22 >out/t", "*in/l" },
	{ "a link pointed elsewhere",
	    "mkdir in o p; echo 1 >o/t; echo 22 >p/t; ln -s ../o/t in/l",
	    "in/*", "ln -sfn ../p/t in/l", "*in/l",
	    "echo 333 >o/t; echo 4444 >p/t", "*in/l" },
	{ "a link pointed elsewhere and back",
	    "mkdir in o p; echo 1 >o/t; echo 22 >p/t; ln -s ../o/t in/l",
	    "in/*", "ln -sfn ../p/t in/l", "*in/l", "ln -sfn ../o/t in/l",
	    "*in/l" },
	{ "a link deleted", "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l",
	    "in/*", "rm in/l", "-in/l", "echo 22 >out/t", "" },
	{ "the directory of a linked file deleted and made again",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "rm -r out; mkdir out; echo 22 >out/t", "*in/l", "echo 333 >out/t",
	    "*in/l" },
	{ "the directory of a linked file moved away",
	    "mkdir in out new; echo 1 >out/t; echo 22 >new/t; "
	    "ln -s ../out/t in/l",
	    "in/*", "mv out old", "*in/l", "mv new out", "*in/l" },
	{ "a directory further up a link's way moved away",
	    "mkdir -p in g/out; echo 1 >g/out/t; ln -s ../g/out/t in/l", "in/*",
	    "mv g old; mkdir -p g/out; echo 22 >g/out/t", "*in/l",
	    "echo 333 >g/out/t", "*in/l" },
	{ "a link made", "mkdir in out; echo 1 >out/t", "in/*",
	    "ln -s ../out/t in/l", "+in/l", "echo 22 >out/t", "*in/l" },
	{ "a file in place of a link",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "rm in/l; echo 22 >in/l", "*in/l", "echo 333 >out/t", "" },
	{ "a link to a file that comes later",
	    "mkdir in out; ln -s ../out/t in/l", "in/*", "echo 1 >out/t",
	    "*in/l", "echo 22 >out/t", "*in/l" },
	{ "a link made to a file that comes later", "mkdir in out", "in/*",
	    "ln -s \"$PWD/out/t\" in/l; ln -s t in/m", "+in/l +in/m",
	    "echo 1 >out/t; echo 1 >in/t", "*in/l *in/m +in/t" },
	{ "two links to one file", "echo 1 >t; ln -s t a; ln -s t b", "a b",
	    "echo 22 >t", "*a *b", "rm a; echo 333 >t", "*b -a" },
	{ "a link to a link", "echo 1 >t; ln -s t m; ln -s m l", "l",
	    "echo 22 >t", "*l", "echo 333 >u; ln -sfn u m", "*l" },
	{ "a link on the way of a link",
	    "mkdir a b c; echo 1 >c/t; echo 1 >c/u; ln -s ../c/t b/mid; "
	    "ln -s ../b/mid a/l",
	    "a/*", "ln -sfn ../c/u b/mid", "*a/l", "echo 22 >c/u", "*a/l" },
	{ "a linked directory on the way of a link",
	    "mkdir -p in out/1 out/2; echo 1 >out/1/t; echo 22 >out/2/t; "
	    "ln -s 1 out/now; ln -s ../out/now/t in/l",
	    "in/*", "ln -sfn 2 out/now", "*in/l", "echo 333 >out/2/t",
	    "*in/l" },
	{ "a volume that is swapped by its link",
	    "mkdir ..1; echo 1 >..1/f; ln -s ..1 ..data; ln -s ..data/f f", "*",
	    "mkdir ..2; echo 22 >..2/f; ln -s ..2 ..t; mv -T ..t ..data; "
	    "rm -r ..1",
	    "*f", "echo 333 >..2/f", "*f" },

	/* links to directories */
	{ "a linked directory that is spelled out",
	    "mkdir d; echo 1 >d/f; ln -s d cur", "cur/*", "echo 22 >d/f",
	    "*cur/f", "echo 1 >d/g", "+cur/g" },
	{ "a swap of that link",
	    "mkdir d e; echo 1 >d/f; echo 22 >e/g; ln -s d cur", "cur/*",
	    "ln -sfn e cur", "+cur/g -cur/f", "echo 333 >d/f; echo 333 >e/g",
	    "*cur/g" },
	{ "a linked directory that is made later", "mkdir d; echo 1 >d/f",
	    "cur/*", "ln -s d cur", "+cur/f", "rm cur", "-cur/f" },
	{ "a linked directory that is deleted and made again",
	    "mkdir -p out/d; echo 1 >out/d/f; ln -s out/d cur", "cur/*",
	    "rm -r out/d", "-cur/f", "mkdir out/d; echo 1 >out/d/f", "+cur/f" },
	{ "a link to a directory that comes later",
	    "mkdir out; ln -s out/d cur", "cur/*",
	    "mkdir out/d; echo 1 >out/d/f", "+cur/f", "rm cur", "-cur/f" },
	{ "a link to that one, swapped where it leads through",
	    "mkdir -p o/1 o/2; echo 1 >o/1/f; echo 22 >o/2/g; ln -s 1 o/now; "
	    "ln -s o/now cur",
	    "cur/*", "ln -sfn 2 o/now", "+cur/g -cur/f", "echo 333 >o/2/g",
	    "*cur/g" },
	{ "a link on the way to a base",
	    "mkdir -p d/e/f x/e/f; echo 1 >d/e/f/a; echo 22 >x/e/f/a; "
	    "ln -s d cur",
	    "cur/e/f/*", "ln -sfn x cur", "+cur/e/f/a -cur/e/f/a",
	    "echo 333 >x/e/f/a; echo 333 >d/e/f/a", "*cur/e/f/a" },
	{ "a linked directory that is not spelled out",
	    "mkdir d; echo 1 >d/f; ln -s d cur", "**", "echo 22 >d/f", "*d/f",
	    "ln -sfn . cur", "*cur" },
	{ "a linked directory that is named", "mkdir d; ln -s d cur", "cur",
	    "mkdir d/e; echo 1 >d/e/.f", "+cur/e/.f", NULL, NULL },
	{ "a link in place of the directory that it leads to",
	    "mkdir d; echo 1 >d/f; echo 1 >d/g", "**/f d/g",
	    "mv d e; ln -s e d", "+d/g +e/f -d/f -d/g",
	    "echo 22 >e/f; echo 22 >e/g", "*d/g *e/f" },
	{ "a file in place of a link that may have led to a directory",
	    "ln -s nowhere a", "a/*", "rm a; echo 1 >a", "",
	    "rm a; mkdir a; echo 1 >a/f", "+a/f" },
	{ "links in a circle", "ln -s . l", "l/l/*.c", "echo 1 >a.c",
	    "+l/l/a.c", "rm a.c", "-l/l/a.c" },

	/* several rules */
	{ "a file of several rules", "mkdir d; echo 1 >d/a.c",
	    "**/*.c ; d/* -*.c ; d/a.c", "echo 22 >d/a.c; echo 1 >d/b.h",
	    "*d/a.c:5 +d/b.h:2", "rm d/a.c d/b.h; echo 1 >c.c",
	    "+c.c:1 -d/a.c:5 -d/b.h:2" },
	{ "what one rule leaves out and another does not", "mkdir .git out",
	    "** -out ; out/** ; .git/*", "echo 1 >out/a; echo 1 >.git/b",
	    "+.git/b:4 +out/a:2", "mv out in", "+in/a:1 -out/a:2" },
	{ "what one rule ignores and another does not", "mkdir .hg",
	    "** ; -a **", "echo 1 >a~; echo 1 >b", "+a~:2 +b:3", NULL, NULL },
	{ "a linked directory that one rule spells out",
	    "mkdir d e; echo 1 >d/f; ln -s d cur", "** ; cur/*", "echo 22 >d/f",
	    "*cur/f:2 *d/f:1", "ln -sfn e cur", "+cur:1 -cur/f:2" },
	{ "a base that is a file for one rule", "mkdir d", "d/e ; d/e/*.c",
	    "echo 1 >d/e", "+d/e:1", "rm d/e; mkdir d/e; echo 1 >d/e/a.c",
	    "+d/e/a.c:3 -d/e:1" },
};

static const char *const words[] = { LOSES_HINTS ? "lost hints" : "inotify",
	"polling" };

/*
 * By hints, by scanning all after hints were lost, and by polling, a tree
 * sends the same events, and then remembers what is there.
 */
static void
act(bool polls, const struct scene *s, const char *script, const char *want)
{
	char name[200], text[300];
	int same;

	/* A directory that was just changed is read again anyway. */
	if (polls)
		grow_old();
	scratch_sh(script);
	if (LOSES_HINTS)
		lose_hints();
	settle();
	expand(want, text, sizeof text);
	same = sent(text);
	snprintf(name, sizeof name, "%s, by %s%s", s->name, words[polls],
	    script == s->act ? "" : ", and what follows");
	ok(same && is_true(), name);
}

static void
test_scenes(bool polls)
{
	const struct scene *s;
	size_t i;

	for (i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		s = &scenes[i];
		set_scene(s->before);
		watch_or_poll(polls, s->patterns);
		if (!sent(""))
			ok(0, "a file that was there before is no event");
		act(polls, s, s->act, s->events);
		if (s->then != NULL)
			act(polls, s, s->then, s->then_events);
		unwatch();
	}
}

int
main(void)
{
	scratch_begin();
	test_scenes(false);
	if (!LOSES_HINTS)
		test_scenes(true);
	scratch_end();
	return test_end();
}
