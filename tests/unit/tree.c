#define _XOPEN_SOURCE 700
/* tree.c - tests of the remembered tree, on real directories */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "test.h"
#include "tree.h"

/* ---- a backend that says what the test wants it to ---- */

enum { DIRS = 1000, HINTS = 1000 };

struct watch {
	int unused;
};

static struct {
	struct watch it;
	struct {
		dev_t dev;
		ino_t ino;
		enum watch_level level;
		bool live;
	} dirs[DIRS]; /* by id */
	int ndirs, live, adds, drops;
	struct watch_hint hints[HINTS];
	int nhints, heard;
	const char *path; /* adding this one fails */
	int error; /* with this errno; of open where path is NULL */
} fake;

static struct watch *
fake_open(void)
{
	memset(&fake.dirs, 0, sizeof fake.dirs);
	fake.ndirs = fake.live = fake.adds = fake.drops = 0;
	fake.nhints = fake.heard = 0;
	errno = fake.error;
	return fake.error != 0 && fake.path == NULL ? NULL : &fake.it;
}

static int
fake_fd(const struct watch *w)
{
	(void)w;
	return 1234;
}

static int
fake_id(const char *path, bool follow)
{
	struct stat st;
	int id;

	if ((follow ? stat(path, &st) : lstat(path, &st)) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	for (id = 0; id < fake.ndirs; id++)
		if (fake.dirs[id].live && fake.dirs[id].dev == st.st_dev &&
		    fake.dirs[id].ino == st.st_ino)
			return id;
	fake.dirs[id].dev = st.st_dev;
	fake.dirs[id].ino = st.st_ino;
	return id;
}

static int
fake_add(struct watch *w, const char *path, enum watch_level level, bool follow)
{
	int id;

	(void)w;
	fake.adds++;
	if (fake.path != NULL && strcmp(path, fake.path) == 0) {
		errno = fake.error;
		return -1;
	}
	id = fake_id(path, follow);
	if (id < 0)
		return -1;
	if (id == fake.ndirs) {
		fake.ndirs++;
		fake.live++;
		fake.dirs[id].live = true;
	}
	if (level > fake.dirs[id].level)
		fake.dirs[id].level = level;
	return id;
}

static void
fake_drop(struct watch *w, int id)
{
	(void)w;
	fake.drops++;
	fake.live -= fake.dirs[id].live;
	fake.dirs[id].live = false;
}

static int
fake_next(struct watch *w, struct watch_hint *hint)
{
	(void)w;
	if (fake.heard == fake.nhints)
		return 0;
	*hint = fake.hints[fake.heard++];
	return 1;
}

static void
fake_close(struct watch *w)
{
	(void)w;
}

static const struct watch_backend fake_backend = { .name = "fake",
	.open = fake_open,
	.fd = fake_fd,
	.add = fake_add,
	.drop = fake_drop,
	.next = fake_next,
	.close = fake_close };

/* something happened to this name in this directory */
static void
hint(const char *dir, const char *name, unsigned what)
{
	fake.hints[fake.nhints++] = (struct watch_hint){
		.id = fake_id(dir, true), .what = what, .name = name
	};
}

/* ---- a tree, and what it tells ---- */

enum { LINES = 4000 };

static struct {
	struct rule rule;
	struct tree tree;
	char *lines[LINES];
	int n, looks;
	int error; /* of the last TREE_UNREAD */
	bool all; /* keep not only what changed */
} w;

static void
on_news(void *arg, const char *path, enum tree_news news, const char *by)
{
	static const char signs[] = { [TREE_CHANGED] = '+',
		[TREE_GONE] = '-',
		[TREE_WRITTEN] = 'w',
		[TREE_CLOSED] = 'c',
		[TREE_UNREAD] = '!',
		[TREE_NOT_COUNTED] = '?' };
	char line[1000];

	(void)arg;
	if (news == TREE_UNREAD)
		w.error = errno;
	if ((news == TREE_WRITTEN || news == TREE_CLOSED) && !w.all)
		return;
	if (news == TREE_NOT_COUNTED)
		snprintf(line, sizeof line, "?%s(%s)", path, by);
	else
		snprintf(line, sizeof line, "%c%s", signs[news], path);
	if (w.n < LINES)
		w.lines[w.n++] = strdup(line);
}

/* what was told since the last call: sorted, blanks between */
static const char *
news(void)
{
	static char text[200000];
	char *line;
	size_t len;
	int i, j;

	for (i = 1; i < w.n && !w.all; i++)
		for (j = i; j > 0 && strcmp(w.lines[j - 1], w.lines[j]) > 0;
		     j--) {
			line = w.lines[j];
			w.lines[j] = w.lines[j - 1];
			w.lines[j - 1] = line;
		}
	text[0] = '\0';
	for (i = 0, len = 0; i < w.n; i++) {
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
		    len == 0 ? "" : " ", w.lines[i]);
		free(w.lines[i]);
	}
	w.n = 0;
	return text;
}

/* was just this told? shows what else it was */
static int
told(const char *want)
{
	const char *got;

	got = news();
	if (strcmp(got, want) == 0)
		return 1;
	printf("told: %s\nwant: %s\n", got, want);
	return 0;
}

static void
look(struct tree *t)
{
	while (tree_look(t) > 0)
		w.looks++;
}

static int
has_hints(void)
{
	struct pollfd pfd = { .fd = tree_fd(&w.tree), .events = POLLIN };

	if (w.tree.backend == &fake_backend)
		return fake.heard < fake.nhints;
	return poll(&pfd, 1, 0) == 1;
}

static void
settle(void)
{
	w.looks = 0;
	fake.adds = 0;
	do {
		tree_hear(&w.tree);
		look(&w.tree);
	} while (has_hints());
}

/* `@` stands for the scratch directory */
static void
expand(const char *from, char *to, size_t size)
{
	size_t n;

	for (n = 0; *from != '\0' && n + 1 < size; from++)
		if (*from == '@')
			n += (size_t)snprintf(to + n, size - n, "%s", scratch);
		else
			to[n++] = *from;
	to[n] = '\0';
}

/* patterns with blanks between; those that start with `-` are left out */
static void
set_rule(const char *patterns)
{
	char one[200], path[300];
	struct stat st;
	size_t n;

	w.rule = (struct rule){ .want.ignoring = true,
		.leave.leave_out = true };
	for (; *patterns != '\0'; patterns += n + (patterns[n] == ' ')) {
		n = strcspn(patterns, " ");
		snprintf(one, sizeof one, "%.*s", (int)n, patterns);
		expand(one, path, sizeof path);
		if (*path == '-')
			globs_add(&w.rule.leave, path + 1, false);
		else
			globs_add(&w.rule.want, path, stat(path, &st) == 0);
	}
}

/* an empty directory `s` in the scratch directory, with this in it */
static void
set_scene(const char *script)
{
	if (chdir(scratch) < 0)
		exit(2);
	scratch_sh("rm -rf s out && mkdir s");
	if (chdir("s") < 0)
		exit(2);
	scratch_sh(script);
}

static void
watch(const struct watch_backend *backend, const char *patterns)
{
	set_rule(patterns);
	if (tree_open(&w.tree, backend, &w.rule, on_news, NULL) < 0) {
		perror("tree_open");
		exit(2);
	}
	settle();
}

static void
unwatch(void)
{
	tree_close(&w.tree);
	rule_free(&w.rule);
	news();
}

/* ---- what is remembered ---- */

static void
list_one(void *arg, const struct tree_dir *d, const struct tree_entry *entry)
{
	char line[1000];

	(void)arg;
	if (entry == NULL)
		snprintf(line, sizeof line, "%s/", d->path);
	else
		snprintf(line, sizeof line, "%s/%s:%ld:%ld:%ld:%ld", d->path,
		    entry->name, (long)entry->ino, (long)entry->size,
		    (long)entry->mtime, (long)entry->type);
	if (w.n < LINES)
		w.lines[w.n++] = strdup(line);
}

/* does it remember just what a tree would that is made now? */
static int
is_true(void)
{
	struct tree fresh;
	char *was;
	int same;

	news();
	tree_each(&w.tree, list_one, NULL);
	was = strdup(news());
	tree_open(&fresh, &watch_inotify, &w.rule, on_news, NULL);
	look(&fresh);
	news();
	tree_each(&fresh, list_one, NULL);
	same = told(was) && fresh.ndirs == w.tree.ndirs &&
	    fresh.nfiles == w.tree.nfiles;
	tree_close(&fresh);
	free(was);
	return same;
}

/* ---- scenes: a change, and what is told of it ---- */

static const struct scene {
	const char *name, *before, *patterns, *act, *news, *then, *then_news;
} scenes[] = {
	/* files */
	{ "a file written in place", "echo 1 >a", "*", "echo 22 >a", "+a", NULL,
	    NULL },
	{ "a file appended to", "echo 1 >a", "a", "echo 2 >>a", "+a", NULL,
	    NULL },
	{ "a file made", ":", "*", ": >a", "+a", "echo 1 >a", "+a" },
	{ "a file deleted", "echo 1 >a", "*", "rm a", "-a", "echo 1 >a", "+a" },
	{ "a file renamed", "echo 1 >a", "*", "mv a b", "+b -a", "echo 22 >b",
	    "+b" },
	{ "a file renamed to what does not count", "echo 1 >a.c", "*.c",
	    "mv a.c a.h", "-a.c", "mv a.h a.c", "+a.c" },
	{ "a file replaced by another", "echo 1 >a; echo 22 >b", "a", "mv b a",
	    "+a", NULL, NULL },
	{ "a file replaced by one of its size and time",
	    "echo 1 >a; echo 2 >b; touch -d 2020-01-01 a b", "a", "mv b a",
	    "+a", NULL, NULL },
	{ "a file replaced by an older one",
	    "echo 1 >a; echo 22 >b; touch -d 2020-01-01 b", "a", "mv b a", "+a",
	    NULL, NULL },
	{ "a hard link", "echo 1 >a", "*", "ln a b", "+b", NULL, NULL },
	{ "a touch", "echo 1 >a; touch -d 2020-01-01 a", "*", "touch a", "+a",
	    NULL, NULL },
	{ "a file whose time is set back", "echo 1 >a", "*",
	    "touch -d 2020-01-01 a", "+a", NULL, NULL },
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
	    "[id].tsx", "echo 22 >'[id].tsx'; echo 22 >i.tsx", "+[id].tsx",
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
	    "echo 22 >d/e/f/a; echo 1 >d/e/c", "+d/e/c +d/e/f/a" },
	{ "a directory moved in", "mkdir in out; mkdir out/d; echo 1 >out/d/a",
	    "in/**", "mv out/d in/e", "+in/e/a", "echo 22 >in/e/a", "+in/e/a" },
	{ "a directory moved out", "mkdir -p in/d; echo 1 >in/d/a", "in/**",
	    "mv in/d out", "-in/d/a", "echo 22 >out/a", "" },
	{ "a directory renamed", "mkdir -p d/x; echo 1 >d/x/a", "**", "mv d e",
	    "+e/x/a -d/x/a", "echo 22 >e/x/a; echo 1 >e/b", "+e/b +e/x/a" },
	{ "a directory moved to another", "mkdir -p a/d b; echo 1 >a/d/f", "**",
	    "mv a/d b/e", "+b/e/f -a/d/f", "echo 22 >b/e/f", "+b/e/f" },
	{ "a directory replaced", "mkdir d e; echo 1 >d/a; echo 22 >e/b", "d/*",
	    "mv d x; mv e d", "+d/b -d/a", "echo 1 >d/c; echo 1 >x/d", "+d/c" },
	{ "a directory deleted", "mkdir -p d/e; echo 1 >d/e/a; echo 1 >d/b",
	    "**", "rm -r d", "-d/b -d/e/a", "mkdir d; echo 1 >d/b", "+d/b" },
	{ "two directories that change places",
	    "mkdir d e; echo 1 >d/a; echo 1 >e/b", "**",
	    "mv d x; mv e d; mv x e", "+d/b +e/a -d/a -e/b",
	    "echo 22 >d/b; echo 22 >e/a", "+d/b +e/a" },
	{ "a directory in place of a file", "echo 1 >d", "**",
	    "rm d; mkdir d; echo 1 >d/a", "+d/a -d", "echo 22 >d/a", "+d/a" },
	{ "a file in place of a directory", "mkdir d; echo 1 >d/a", "**",
	    "rm -r d; echo 1 >d", "+d -d/a", "echo 22 >d", "+d" },
	{ "dotfiles beneath a directory that is named", "mkdir d", "d",
	    "echo 1 >d/.a; mkdir d/.b; echo 1 >d/.b/c", "+d/.a +d/.b/c",
	    "echo 22 >d/.b/c", "+d/.b/c" },
	{ "a directory in place of a file that is named", "echo 1 >a", "a",
	    "rm a; mkdir a; echo 1 >a/b", "+a/b -a", "rm -r a; echo 1 >a",
	    "+a -a/b" },

	/* bases */
	{ "a base that comes later", ":", "a/b/*.c",
	    "mkdir -p a/b; echo 1 >a/b/x.c; echo 1 >a/x.c", "+a/b/x.c",
	    "echo 22 >a/b/x.c; echo 1 >a/b/y.c", "+a/b/x.c +a/b/y.c" },
	{ "a base that comes in steps", ":", "a/b/c/*", "mkdir a", "",
	    "mkdir -p a/b/c; echo 1 >a/b/c/x", "+a/b/c/x" },
	{ "a file that comes later", ":", "a/b", "mkdir a; echo 1 >a/b", "+a/b",
	    "echo 22 >a/b", "+a/b" },
	{ "a base that goes and comes", "mkdir -p a/b; echo 1 >a/b/x", "a/b/*",
	    "rm -r a", "-a/b/x", "mkdir -p a/b; echo 22 >a/b/x", "+a/b/x" },
	{ "a base that is moved away and back", "mkdir -p a/b; echo 1 >a/b/x",
	    "a/b/*", "mv a c", "-a/b/x", "mv c a", "+a/b/x" },
	{ "a base moved away and back at once", "mkdir -p a/b; echo 1 >a/b/x",
	    "a/b/*", "mv a c; mv c a", "", "echo 22 >a/b/x", "+a/b/x" },
	{ "the middle of a base replaced",
	    "mkdir -p a/b/c x/b/c; echo 1 >a/b/c/f; echo 22 >x/b/c/f",
	    "a/b/c/*", "mv a y; mv x a", "+a/b/c/f -a/b/c/f",
	    "echo 333 >a/b/c/f; echo 1 >y/b/c/f", "+a/b/c/f" },

	/* spellings */
	{ "a path that goes up", "mkdir d", "d/../*.c ../s/d/*.c",
	    "echo 1 >x.c; echo 1 >d/y.c", "+../s/d/y.c +d/../x.c", "rm x.c",
	    "-d/../x.c" },
	{ "an absolute path", "mkdir d", "@/s/*.c @/s/d/**",
	    "echo 1 >x.c; echo 1 >d/y", "+@/s/d/y +@/s/x.c", "rm -r d",
	    "-@/s/d/y" },
	{ "a path with a dot in front", "mkdir d", "./**",
	    "echo 1 >a; echo 1 >d/b", "+./a +./d/b", NULL, NULL },
	{ "a directory spelled in several ways", "mkdir d",
	    "d/* ./d/* @/s/d/* d/../d/*", "echo 1 >d/a",
	    "+./d/a +@/s/d/a +d/../d/a +d/a", "rm d/a",
	    "-./d/a -@/s/d/a -d/../d/a -d/a" },
	{ "a directory watched for names and for files", "mkdir d",
	    "d/x/* @/s/d/*", "echo 1 >d/a; mkdir d/x; echo 1 >d/x/b",
	    "+@/s/d/a +d/x/b", "echo 22 >d/a", "+@/s/d/a" },
	{ "overlapping patterns", ":", "*.c a.* **/a.c a.c", "echo 1 >a.c",
	    "+a.c", "echo 22 >a.c", "+a.c" },

	/* links to files */
	{ "a linked file edited in place", "echo 1 >t; ln -s t l", "l",
	    "echo 22 >t", "+l", "echo 333 >l", "+l" },
	{ "a file linked from outside",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "echo 22 >out/t", "+in/l", "echo 1 >out/u; echo 333 >out/t",
	    "+in/l" },
	{ "a linked file replaced",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "echo 22 >out/x; mv out/x out/t", "+in/l", "echo 333 >out/t",
	    "+in/l" },
	{ "a linked file deleted",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "rm out/t", "+in/l", "echo 22 >out/t", "+in/l" },
	{ "a link pointed elsewhere",
	    "mkdir in o p; echo 1 >o/t; echo 22 >p/t; ln -s ../o/t in/l",
	    "in/*", "ln -sfn ../p/t in/l", "+in/l",
	    "echo 333 >o/t; echo 4444 >p/t", "+in/l" },
	{ "a link pointed elsewhere and back",
	    "mkdir in o p; echo 1 >o/t; echo 22 >p/t; ln -s ../o/t in/l",
	    "in/*", "ln -sfn ../p/t in/l", "+in/l", "ln -sfn ../o/t in/l",
	    "+in/l" },
	{ "a link deleted", "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l",
	    "in/*", "rm in/l", "-in/l", "echo 22 >out/t", "" },
	{ "a link made", "mkdir in out; echo 1 >out/t", "in/*",
	    "ln -s ../out/t in/l", "+in/l", "echo 22 >out/t", "+in/l" },
	{ "a file in place of a link",
	    "mkdir in out; echo 1 >out/t; ln -s ../out/t in/l", "in/*",
	    "rm in/l; echo 22 >in/l", "+in/l", "echo 333 >out/t", "" },
	{ "a link to a file that comes later",
	    "mkdir in out; ln -s ../out/t in/l", "in/*", "echo 1 >out/t",
	    "+in/l", "echo 22 >out/t", "+in/l" },
	{ "a link made to a file that comes later", "mkdir in out", "in/*",
	    "ln -s \"$PWD/out/t\" in/l; ln -s t in/m", "+in/l +in/m",
	    "echo 1 >out/t; echo 1 >in/t", "+in/l +in/m +in/t" },
	{ "two links to one file", "echo 1 >t; ln -s t a; ln -s t b", "a b",
	    "echo 22 >t", "+a +b", "rm a; echo 333 >t", "+b -a" },
	{ "a link to a link", "echo 1 >t; ln -s t m; ln -s m l", "l",
	    "echo 22 >t", "+l", "echo 333 >u; ln -sfn u m", "+l" },
	{ "a link on the way of a link",
	    "mkdir a b c; echo 1 >c/t; echo 1 >c/u; ln -s ../c/t b/mid; "
	    "ln -s ../b/mid a/l",
	    "a/*", "ln -sfn ../c/u b/mid", "+a/l", "echo 22 >c/u", "+a/l" },
	{ "a linked directory on the way of a link",
	    "mkdir -p in out/1 out/2; echo 1 >out/1/t; echo 22 >out/2/t; "
	    "ln -s 1 out/now; ln -s ../out/now/t in/l",
	    "in/*", "ln -sfn 2 out/now", "+in/l", "echo 333 >out/2/t",
	    "+in/l" },
	{ "a volume that is swapped by its link",
	    "mkdir ..1; echo 1 >..1/f; ln -s ..1 ..data; ln -s ..data/f f", "*",
	    "mkdir ..2; echo 22 >..2/f; ln -s ..2 ..t; mv -T ..t ..data; "
	    "rm -r ..1",
	    "+f", "echo 333 >..2/f", "+f" },

	/* links to directories */
	{ "a linked directory that is spelled out",
	    "mkdir d; echo 1 >d/f; ln -s d cur", "cur/*", "echo 22 >d/f",
	    "+cur/f", "echo 1 >d/g", "+cur/g" },
	{ "a swap of that link",
	    "mkdir d e; echo 1 >d/f; echo 22 >e/g; ln -s d cur", "cur/*",
	    "ln -sfn e cur", "+cur/g -cur/f", "echo 333 >d/f; echo 333 >e/g",
	    "+cur/g" },
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
	    "+cur/g" },
	{ "a link on the way to a base",
	    "mkdir -p d/e/f x/e/f; echo 1 >d/e/f/a; echo 22 >x/e/f/a; "
	    "ln -s d cur",
	    "cur/e/f/*", "ln -sfn x cur", "+cur/e/f/a -cur/e/f/a",
	    "echo 333 >x/e/f/a; echo 333 >d/e/f/a", "+cur/e/f/a" },
	{ "a linked directory that is not spelled out",
	    "mkdir d; echo 1 >d/f; ln -s d cur", "**", "echo 22 >d/f", "+d/f",
	    "ln -sfn . cur", "+cur" },
	{ "a linked directory that is named", "mkdir d; ln -s d cur", "cur",
	    "mkdir d/e; echo 1 >d/e/.f", "+cur/e/.f", NULL, NULL },
	{ "a link in place of the directory that it leads to",
	    "mkdir d; echo 1 >d/f; echo 1 >d/g", "**/f d/g",
	    "mv d e; ln -s e d", "+d/g +e/f -d/f -d/g",
	    "echo 22 >e/f; echo 22 >e/g", "+d/g +e/f" },
	{ "links in a circle", "ln -s . l", "l/l/*.c", "echo 1 >a.c",
	    "+l/l/a.c", "rm a.c", "-l/l/a.c" },
};

/*
 * Told by hints of the kernel, or finding it all after hints were lost, a
 * tree tells the same, and then remembers what is there.
 */
static void
act(const struct watch_backend *backend, const struct scene *s,
    const char *script, const char *want)
{
	char name[200], text[300];
	int same;

	scratch_sh(script);
	if (backend == &fake_backend)
		hint(".", NULL, WATCH_LOST);
	settle();
	expand(want, text, sizeof text);
	same = told(text);
	snprintf(name, sizeof name, "%s, %s%s", s->name,
	    backend == &fake_backend ? "found" : "heard of",
	    script == s->act ? "" : ", and what follows");
	ok(same && is_true(), name);
}

static void
test_scenes(const struct watch_backend *backend)
{
	const struct scene *s;
	size_t i;

	for (i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		s = &scenes[i];
		set_scene(s->before);
		watch(backend, s->patterns);
		if (!told(""))
			ok(0, "what was there before is no news");
		act(backend, s, s->act, s->news);
		if (s->then != NULL)
			act(backend, s, s->then, s->then_news);
		unwatch();
		if (fake.live != 0)
			ok(0, "a closed tree watches nothing");
	}
}

/* ---- what it costs ---- */

static void
test_cost(void)
{
	set_scene(
	    "for i in 1 2 3 4 5 6 7 8 9; do "
	    "mkdir -p $i/a $i/b; echo 1 >$i/a/f; touch -d 2020-01-01 $i/a/f; done; "
	    "ln -s 1/a/f l");
	watch(&fake_backend, "**/f l");
	ok(w.tree.ndirs == 28 && fake.live == 28 && w.tree.nfiles == 10,
	    "each directory on the way is watched once, for a link as well");
	hint("5/a", "f", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(w.looks == 1 && fake.adds == 1,
	    "a hint costs a look at the directory that it names");
	hint("5/a", "f", WATCH_WRITTEN);
	hint("5/a", "f", WATCH_CLOSED);
	hint("5/a", "g", WATCH_CREATED | WATCH_ISDIR);
	hint("5/b", "f", WATCH_CREATED);
	settle();
	ok(w.looks == 2, "many hints for a directory are one look");
	hint("5/a", "x", WATCH_CREATED);
	hint("5/a", "4913", WATCH_CREATED | WATCH_CLOSED);
	hint("5", "f~", WATCH_CLOSED);
	settle();
	ok(w.looks == 0, "names that can't count cost none");
	hint("5", ".git", WATCH_CREATED | WATCH_ISDIR);
	hint("5", ".cache", WATCH_CREATED | WATCH_ISDIR);
	settle();
	ok(w.looks == 0, "nor do directories that are not entered");
	hint("1/a", "f", WATCH_CLOSED);
	settle();
	ok(w.looks == 2, "a linked file's directory and the link's are due");
	hint("1/a", "x", WATCH_CLOSED);
	settle();
	ok(w.looks == 0 || w.looks == 1,
	    "another name beside a linked file does not touch the link");
	fake.hints[fake.nhints++] = (struct watch_hint){
		.id = 900, .what = WATCH_CLOSED, .name = "f"
	};
	settle();
	ok(w.looks == 0, "hints of an unknown id are nothing");
	hint("5/a", NULL, WATCH_SELF);
	settle();
	ok(w.looks == 2, "a directory that moved is due, and the one above");
	hint(".", NULL, WATCH_LOST);
	settle();
	ok(w.looks == 28, "when hints were lost everything is due, once");
	ok(told(""), "of all this there is nothing to tell");
	unwatch();
	ok(fake.live == 0, "a closed tree watches nothing");
}

static void
test_pruned(void)
{
	set_scene("mkdir -p .git/a node_modules/b tmp/c d/tmp/e x/y; "
		  "echo 1 >x/y/f");
	watch(&fake_backend, "** -tmp");
	ok(fake.ndirs == 4 && w.tree.ndirs == 4,
	    "what is left out or ignored is not even watched");
	unwatch();
	watch(&fake_backend, "x/*.c");
	ok(fake.ndirs == 2 && fake.dirs[0].level == WATCH_NAMES &&
		fake.dirs[1].level == WATCH_FILES,
	    "on the way to a base only names are heard of");
	unwatch();
	watch(&fake_backend, "x/y/f");
	ok(fake.ndirs == 3 && fake.dirs[1].level == WATCH_NAMES &&
		fake.dirs[2].level == WATCH_FILES,
	    "where a file is named its writing is");
	unwatch();
	set_scene("mkdir d");
	watch(&fake_backend, "d/* ./d/* @/s/d/*");
	ok(w.tree.ndirs > 6 && fake.dirs[fake_id("d", true)].live,
	    "a directory may have several users");
	hint("d", "a", WATCH_CLOSED);
	scratch_sh("echo 1 >d/a");
	settle();
	ok(w.looks == 3, "a hint for it is one for each of them");
	unwatch();
	ok(fake.live == 0, "its watch ends with the last");
}

/* ---- writers ---- */

/* Told in the order of its coming, writers as well. */
static int
hears(const char *script, const char *want)
{
	int same;

	scratch_sh(script);
	settle();
	w.all = true;
	same = told(want);
	w.all = false;
	return same;
}

static void
test_writers(void)
{
	int fd;

	set_scene("echo 1 >a; touch -d 2020-01-01 a; mkdir d out; "
		  "echo 1 >out/f; ln -s ../out/t d/l; echo 1 >out/t");
	watch(&watch_inotify, "* d/*");
	w.all = true;
	ok(hears("echo 22 >>a", "wa ca +a"),
	    "a writer is told, and that it closes");
	w.all = true;
	ok(hears("echo 1 >b", "wb wb cb +b"),
	    "who makes a file is a writer at once");
	w.all = true;
	ok(hears(": >c", "wc cc +c"), "even if nothing is written");
	w.all = true;
	ok(hears("ln a h", "+h"), "a hard link has no writer");
	w.all = true;
	ok(hears("ln -s nowhere s", "+s"), "nor has a symbolic link");
	w.all = true;
	ok(hears("mv out/f f", "cf +f"), "what is moved in comes whole");
	w.all = true;
	ok(hears("rm f", "cf -f"), "what goes goes whole");
	w.all = true;
	ok(hears("mkdir e", ""), "a directory is no file");
	w.all = true;
	ok(hears("echo 22 >>d/l", "wd/l cd/l +d/l"),
	    "the writer of a linked file is the link's");
	w.all = true;
	ok(hears("echo 1 >.x; echo 1 >x~", ""), "what does not count has none");
	unlink("h");
	settle();
	news();
	fd = open("a", O_WRONLY | O_APPEND);
	w.all = true;
	ok(write(fd, "more", 4) == 4 && hears(":", "wa +a"),
	    "a change is told though the writer goes on");
	w.all = true;
	ok(close(fd) == 0 && hears(":", "ca"), "its end alone is no change");
	unwatch();
}

/* ---- what may change and look the same ---- */

static void
set_time(const char *path, int64_t ns)
{
	struct timespec times[2];

	times[0].tv_sec = (time_t)(ns / 1000000000);
	times[0].tv_nsec = (long)(ns % 1000000000);
	times[1] = times[0];
	utimensat(AT_FDCWD, path, times, 0);
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
test_fresh(void)
{
	int64_t now;

	set_scene("echo 1 >a");
	set_time("a", 1500000000123456789);
	watch(&fake_backend, "a");
	hint(".", "a", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(told(""), "an old file that looks the same has not changed");

	now = now_ns() + 1000000000;
	set_time("a", now);
	hint(".", "a", WATCH_CLOSED);
	settle();
	ok(told("+a"), "a file may be of the future");
	scratch_put("a", "2\n");
	set_time("a", now);
	hint(".", "a", WATCH_WRITTEN | WATCH_CLOSED);
	settle();
	ok(told("+a"), "a fresh file that was written to has, seen or not");
	hint(".", "a", WATCH_CLOSED);
	settle();
	ok(told(""), "one that nobody wrote to has not");
	hint(".", NULL, 0);
	settle();
	ok(told("") && w.looks == 1, "nor when the hint names nothing");

	now = now_ns() / 1000000000 * 1000000000;
	set_time("a", now);
	hint(".", "a", WATCH_CLOSED);
	settle();
	ok(told("+a"), "a time of whole seconds is a time");
	hint(".", "a", WATCH_WRITTEN);
	settle();
	ok(now_ns() - now > 1900000000 || told("+a"),
	    "where seconds are counted a file is fresh for two");
	unwatch();
}

/* ---- what goes wrong ---- */

static void
test_unwatched(void)
{
	set_scene("mkdir -p d/e f; echo 1 >d/a; echo 1 >d/e/b");
	fake.path = "d";
	fake.error = ENOSPC;
	watch(&fake_backend, "**");
	ok(told("!d") && w.error == ENOSPC,
	    "a directory that can't be watched is told, and why");
	ok(w.tree.nfiles == 2 && w.tree.ndirs == 4,
	    "what is in it is remembered all the same");
	scratch_sh("echo 22 >d/e/b; echo 1 >f/c");
	hint("d/e", "b", WATCH_CLOSED);
	hint("f", "c", WATCH_CREATED);
	settle();
	ok(told("+d/e/b +f/c"), "what is beneath it is heard of");
	fake.path = NULL;
	fake.error = 0;
	scratch_sh("echo 22 >d/a");
	hint(".", NULL, WATCH_LOST);
	settle();
	ok(told("+d/a") && is_true() && fake_id("d", true) < fake.ndirs &&
		fake.dirs[fake_id("d", true)].live,
	    "when it can be it is");
	unwatch();

	fake.error = EMFILE;
	set_rule("**");
	errno = 0;
	ok(tree_open(&w.tree, &fake_backend, &w.rule, on_news, NULL) == -1 &&
		errno == EMFILE,
	    "a backend that does not open is told by errno");
	fake.error = 0;
	rule_free(&w.rule);

	fake.path = "d";
	fake.error = EACCES;
	watch(&fake_backend, "d/e/*");
	ok(told("") && w.tree.nfiles == 1,
	    "where only names are spelled out nothing need be read");
	unwatch();
	fake.path = NULL;
	fake.error = 0;
}

/* A file system may give a directory the inode of the one before it. */
static void
test_made_again(void)
{
	set_scene("mkdir d; echo 1 >d/a");
	watch(&fake_backend, "**");
	hint("d", NULL, WATCH_SELF | WATCH_ENDED);
	scratch_sh("rm -r d");
	ok(tree_hear(&w.tree) == 0 && tree_look(&w.tree) == 1,
	    "a look may find that a directory is gone");
	scratch_sh("mkdir d; echo 22 >d/b");
	settle();
	ok(told("+d/b -d/a") && is_true(),
	    "one that is made before the next look is looked at");
	unwatch();
}

/* As a user who may not read everything, which root may. */
static int
unreadable(void)
{
	set_scene("mkdir -p d/e f; echo 1 >d/e/a; echo 1 >f/b; chmod 0 d; "
		  "chmod 311 f");
	watch(&watch_inotify, "**");
	ok(told("!d !f") && w.error == EACCES,
	    "directories that can't be read are told, once each");
	unwatch();
	watch(&watch_inotify, "f/b");
	ok(told("!f") && w.tree.nfiles == 1,
	    "a file that is named is found in one all the same");
	unwatch();
	watch(&watch_inotify, "**");
	told("!d !f");
	scratch_sh("echo 1 >g; echo 1 >h");
	settle();
	ok(told("+g +h"), "and not again with what changes beside them");
	scratch_sh("chmod 755 d");
	settle();
	ok(told("+d/e/a"), "one that can be read later is read then");
	scratch_sh("echo 22 >d/e/a");
	settle();
	ok(told("+d/e/a"), "and watched");
	scratch_sh("chmod 755 f");
	unwatch();
	return test_end();
}

static void
test_unreadable(void)
{
	int status;
	pid_t pid;

	if (chmod(scratch, 0777) < 0 || chdir(scratch) < 0)
		return;
	scratch_sh("rm -rf s out");
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(0);
		_exit(unreadable());
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "directories that can't be read are no trouble");
}

/* ---- why not ---- */

static void
test_explained(void)
{
	set_scene("mkdir d; echo 1 >d/p");
	watch(&watch_inotify, "**/*.c **/*.pid -gen* ");
	w.rule.pidfiles = (char *[]){ (char[]){ "own.pid" } };
	w.rule.npidfiles = 1;
	w.tree.explain = true;
	scratch_sh("ln d/p gen.c; ln d/p a.h; ln d/p a~; ln d/p d/a.c; "
		   "ln d/p own.pid");
	settle();
	ok(told("+d/a.c ?a.h(no pattern matches) ?a~(built-in ignore *~) "
		"?gen.c(left out by -x gen*) ?own.pid(own pidfile)"),
	    "each name that does not count is told with its reason");
	unwatch();
}

/* ---- names of any bytes ---- */

static void
test_bytes(void)
{
	char path[20], want[40];
	int c, made, removed, count;

	set_scene("mkdir d");
	watch(&watch_inotify, "**");
	made = removed = count = 0;
	for (c = 1; c < 256; c++) {
		if (c == '/' || c == '~')
			continue;
		count++;
		snprintf(path, sizeof path, "d/x%c", c);
		mkdir(path, 0777);
		snprintf(path, sizeof path, "d/x%c/%cy", c, c);
		scratch_put(path, "1");
		settle();
		snprintf(want, sizeof want, "+%s", path);
		made += c == '.' ? told("") : told(want);
		want[0] = '-';
		unlink(path);
		settle();
		removed += c == '.' ? told("") : told(want);
	}
	ok(made == count, "files with any byte in their names are seen");
	ok(removed == count, "and are seen to go");
	unwatch();
}

/* ---- many ---- */

static void
test_many(void)
{
	char path[40];
	int i;

	set_scene(":");
	watch(&watch_inotify, "**");
	mkdir("d", 0777);
	for (i = 0; i < 3000; i++) {
		snprintf(path, sizeof path, "d/%d", i * 7919 % 3000);
		scratch_put(path, "1");
	}
	settle();
	ok(w.n == 3000 && is_true(),
	    "a directory filled at once is seen whole");
	for (i = 0; i < 3000; i += 3) {
		snprintf(path, sizeof path, "d/%d", i);
		unlink(path);
	}
	settle();
	ok(w.n == 1000 && is_true(), "each of many that go is told");
	scratch_sh("rm -r d");
	settle();
	ok(w.n == 2000 && w.tree.ndirs == 1 && w.tree.nfiles == 0,
	    "when all are gone nothing is remembered");
	unwatch();
}

/* ---- whatever happens ---- */

static unsigned long seed;

static unsigned
dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* a path of up to four names of three */
static const char *
somewhere(char path[20])
{
	size_t i, n;

	n = 1 + dice(4);
	for (i = 0; i < n; i++) {
		path[2 * i] = (char)('a' + dice(3));
		path[2 * i + 1] = '/';
	}
	path[2 * n - 1] = '\0';
	return path;
}

static void
write_to(const char *path)
{
	char text[40] = "0123456789012345678901234567890123456";
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0666);
	if (fd < 0)
		return;
	if (write(fd, text, 1 + dice(30)) < 0)
		perror(path);
	close(fd);
}

/*
 * Links lead to a file `t` beside them, which comes and goes: what happens on
 * a longer way from a link to its file may pass unheard.
 */
static void
link_to_file(const char *path)
{
	char target[20];

	snprintf(target, sizeof target, "%s", path);
	target[strlen(target) - 1] = 't';
	if (symlink("t", path) < 0 || dice(2) == 0)
		write_to(target);
	else if (dice(2) == 0)
		unlink(target);
}

static void
anything(void)
{
	char a[20], b[20];

	somewhere(a);
	somewhere(b);
	switch (dice(10)) {
	case 0:
		nftw(a, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
		break;
	case 1:
	case 2:
		rename(a, b);
		break;
	case 3:
	case 4:
	case 5:
		mkdir(a, 0777);
		break;
	case 6:
		link_to_file(a);
		break;
	default:
		write_to(a);
		break;
	}
}

/* Hear and look now and then, as far as it comes. */
static void
anything_at_all(int changes)
{
	while (changes-- > 0) {
		anything();
		if (dice(4) == 0)
			tree_hear(&w.tree);
		if (dice(3) == 0)
			w.looks += tree_look(&w.tree);
	}
}

static void
test_anything(void)
{
	static const char *const patterns[] = { "**", "a/** b/*/c -b",
		"*/*/c a/b/c/** -*/a/", "a b/c/* ./**/a @/s/c/**",
		"a/b/../* ../s/a/*" };
	char name[100];
	int round, right;
	size_t i;

	for (i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		set_scene(":");
		watch(&watch_inotify, patterns[i]);
		right = 1;
		for (round = 0; round < 150 && right; round++) {
			seed = (unsigned long)round * 1000 + i;
			anything_at_all(1 + (int)dice(40));
			settle();
			right = is_true();
			if (!right)
				printf("round %d\n", round);
		}
		snprintf(name, sizeof name,
		    "whatever happens, %s remembers what is there",
		    patterns[i]);
		ok(right, name);
		unwatch();
	}
}

int
main(void)
{
	scratch_begin();
	test_scenes(&watch_inotify);
	test_scenes(&fake_backend);
	test_cost();
	test_pruned();
	test_writers();
	test_fresh();
	test_unwatched();
	test_made_again();
	test_unreadable();
	test_explained();
	test_bytes();
	test_many();
	test_anything();
	scratch_end();
	return test_end();
}
