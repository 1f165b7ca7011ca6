#define _XOPEN_SOURCE 700
/* tree_content.c - tests of the tree: rewritten, and the same as before */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

/* after this script, is just this told? */
static int
does(const char *script, const char *want)
{
	scratch_sh(script);
	settle();
	return told(want);
}

/* writers that are looked at while they write */
static int fd;

static int
opens(const char *path, int flags, const char *want)
{
	fd = open(path, O_WRONLY | flags, 0666);
	settle();
	return fd >= 0 && told(want);
}

static int
writes(const char *text, const char *want)
{
	ssize_t n;

	n = write(fd, text, strlen(text));
	settle();
	return n > 0 && told(want);
}

static int
closes(const char *want)
{
	close(fd);
	settle();
	return told(want);
}

static void
test_rewritten(const struct watch_backend *backend, const char *patterns,
    const char *first)
{
	set_scene("echo 1 >a; echo 1 >../b; touch -d 2020-01-01 a");
	watch(backend, patterns);
	ok(does("echo 1 >a", first),
	    *first == '=' ? "with -u content is known from the start on"
			  : "what it held before its first change is unknown");
	ok(does("echo 1 >a", "=a"), "a file rewritten as it was is the same");
	ok(does("touch a", "=a"), "one that is touched is, too");
	ok(does("mv ../b a", "=a"), "and one replaced by its like");
	ok(does("echo 2 >a", "+a"), "with another content it is not");
	ok(does("echo 2 >a", "=a"), "though that may come twice");
	ok(does("echo 22 >>a", "+a") && does("echo 2 >a", "+a"),
	    "nor is it the same as before the last change");
	ok(does("echo 3 >n", "+n") && does("echo 3 >n", "=n"),
	    "a new file is known from the start on");
	ok(does("mkdir d; echo 1 >d/f", "+d/f") && does("touch d/f", "=d/f"),
	    "so is one in a new directory");
	ok(is_true(), "and all that is known is true");
	unwatch();
}

static void
test_rules(const struct watch_backend *backend)
{
	set_scene("echo 1 >a.c; echo 1 >a.h; touch -d 2020-01-01 a.c a.h");
	watch(backend, "*.c ; -u *.h");
	ok(does("touch a.h a.c", "+a.c:1 =a.h:2"),
	    "only the files of a rule that asks are known at the start");
	unwatch();
	scratch_sh("touch -d 2020-01-01 a.c a.h");
	watch(backend, "* ; -u *.c");
	ok(does("touch a.h a.c", "+a.h:1 =a.c:3"),
	    "what they are told as is the same for all rules");
	unwatch();
}

/* A relay tells other watchers of a change by such a poke; with a text it has
 * lost to a change that came in between. */
static int
poke_open(const char *path, const char *text)
{
	struct timespec times[2];
	struct stat st;
	int poked;

	fd = open(path, O_WRONLY);
	if (fd < 0 || fstat(fd, &st) < 0 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return 0;
	times[0].tv_nsec = UTIME_OMIT;
	times[1] = st.st_mtim;
	poked = futimens(fd, times) == 0;
	times[0] = st.st_atim;
	return poked && futimens(fd, times) == 0;
}

static int
poke(const char *path)
{
	int poked;

	poked = poke_open(path, "");
	close(fd);
	return poked;
}

static void
test_poke(const struct watch_backend *backend)
{
	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(backend, "*");
	ok(poke("a") && does(":", ""), "a poke is no news");
	scratch_put("a", "2");
	settle();
	ok(told("+a") && poke("a") && does(":", ""),
	    "nor is one at a file that has just been changed");
	scratch_put("a", "2");
	ok(poke("a") && does(":", "=a"), "a change before it is");
	unwatch();
}

static void
test_slow_poke(void)
{
	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(&watch_inotify, "*");
	ok(does("echo 2 >a", "+a"), "a file changes");
	ok(poke_open("a", "") && does(":", ""),
	    "a poke is no news before it is closed");
	ok(closes(""), "nor after that");
	ok(does("echo 3 >a", "+a") && poke_open("a", "4") && does(":", ""),
	    "what changes without a trace may be a poke");
	ok(closes("+a"), "until it is closed and read");
	ok(is_true(), "all that is known is true");
	unwatch();
}

static void
test_writers(void)
{
	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(&watch_inotify, "-u *");
	ok(opens("a", O_TRUNC, "+a"), "a file that is emptied has changed");
	ok(writes("1\n", "+a") && closes("<a"),
	    "when it is closed as it was before it is back");
	ok(does("touch a", "=a"), "and then it is the same again");
	ok(opens("a", O_TRUNC, "+a") && writes("2\n", "+a") && closes(""),
	    "closed with something else it has changed");
	ok(does("touch a", "=a"), "and that is what it holds");
	ok(opens("a", O_APPEND, "") && writes("3", "+a") && closes(""),
	    "a file that is written to has changed");
	ok(opens("a", 0, "") && closes(""), "one that is opened has not");
	ok(truncate("a", 2) == 0 && does(":", "+a"),
	    "one that is truncated has");
	ok(does("printf '2\\n3' >a", "<a"), "until it is made what it was");
	ok(is_true(), "all that is known is true");
	unwatch();
}

static void
test_gone(void)
{
	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a");
	watch(&watch_inotify, "-u *");
	ok(does("mv a a~", "-a") && does("echo 1 >a", "<a"),
	    "a file that is put back as it was is back");
	ok(does("rm a", "-a") && does("echo 2 >a", "+a"),
	    "as something else it has changed");
	ok(does("rm a b", "-a -b") && opens("a", O_CREAT | O_EXCL, "+a") &&
		writes("2\n", "+a") && closes("<a"),
	    "it may be made anew in steps");
	ok(does("rm a", "-a") && opens("a", O_CREAT, "+a") &&
		writes("2", "+a") && closes("") && does("touch a", "=a"),
	    "as something else as well");
	ok(opens("c", O_CREAT, "+c") && writes("3", "+c") && closes("") &&
		does("touch c", "=c"),
	    "one that never was is no different");
	ok(does("rm c", "-c") && opens("c", O_CREAT, "+c") &&
		does("rm c", "-c") && closes("") && does("printf 3 >c", "<c"),
	    "nor is one that goes before it is closed");
	ok(is_true(), "all that is known is true");
	unwatch();
}

/* Who has acted on what was told first has to act again. */
static void
test_acted(void)
{
	set_scene("echo 1 >a; echo 1 >b; touch -d 2020-01-01 a b");
	watch(&watch_inotify, "-u *");
	ok(opens("a", O_TRUNC, "+a"), "a file that is emptied has changed");
	tree_acted(&w.tree);
	ok(writes("1\n", "+a") && closes(""),
	    "who acted on that can't take the rest for no change");
	ok(does("touch a", "=a"), "what it holds is known all the same");
	ok(opens("a", O_TRUNC, "+a") && writes("1\n", "+a"), "it is emptied");
	tree_acted(&w.tree);
	ok(closes(""), "who acted on what it holds now need not act again");
	ok(opens("a", O_TRUNC, "+a") && writes("1\n", "+a") && closes("<a"),
	    "and all starts over");
	ok(does("rm b", "-b"), "a file goes");
	tree_acted(&w.tree);
	ok(opens("b", O_CREAT, "+b") && writes("1\n", "+b") && closes(""),
	    "who acted on that has to see it come back");
	unwatch();
}

static void
test_came(const struct watch_backend *backend)
{
	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(backend, "* d/*");
	w.came = true;
	ok(does("echo 2 >a", "+a"), "what was there before us has changed");
	ok(does("echo 3 >n", "*n"), "where nothing was a file comes");
	ok(does("echo 4 >n", "+n"), "once: then it changes");
	ok(does("mv n a", "+a -n"), "and what it is moved over was there");
	ok(does("mkdir d; echo 1 >d/f; ln -s ../a d/l", "*d/f *d/l"),
	    "so do files of a new directory, and links");
	ok(does("mv d/f d/g", "*d/g -d/f"), "what is moved comes and goes");
	ok(does("rm d/g", "-d/g") && does("echo 2 >d/g", "*d/g"),
	    "what went comes anew");
	ok(does("rm d/g", "-d/g") && does("echo 2 >d/g", "<d/g"),
	    "but not as it was, which is another news");
	w.came = false;
	unwatch();
}

static void
test_links(const struct watch_backend *backend)
{
	set_scene("mkdir in x y; echo 1 >x/t; echo 1 >y/t; ln -s ../x/t in/l");
	watch(backend, "-u in/*");
	ok(does("ln -sfn ../y/t in/l", "=in/l"),
	    "a link to a file that holds the same is the same");
	ok(does("echo 2 >y/t", "+in/l"), "until that is changed");
	ok(does("rm y/t", "+in/l") && does("echo 2 >y/t", "+in/l"),
	    "one that leads nowhere holds nothing");
	unwatch();
}

static void
test_large(const struct watch_backend *backend)
{
	set_scene(": >a");
	watch(backend, "*");
	ok(does("truncate -s 64M a; touch a", "+a") && does("touch a", "=a"),
	    "64 MiB are read");
	ok(does("truncate -s 67108865 a; touch a", "+a") &&
		does("touch a", "+a"),
	    "more is not");
	unwatch();
	watch(backend, "-u *");
	ok(does("touch a", "=a"), "unless somebody asks for it");
	unwatch();
}

static void
test_lost(void)
{
	set_scene("echo 1 >a; touch -d 2020-01-01 a");
	watch(&fake_backend, "-u *");
	scratch_sh("echo 1 >a");
	hint(".", NULL, WATCH_LOST);
	settle();
	ok(told("=a"), "when hints were lost content is compared as well");
	scratch_sh(": >a");
	hint(".", "a", WATCH_WRITTEN);
	settle();
	ok(told("+a"), "a writer may be at work then");
	scratch_sh("echo 1 >a");
	hint(".", NULL, WATCH_LOST);
	settle();
	ok(told("<a"), "and nobody hear that it is done");
	unwatch();
}

static void
test_all(const struct watch_backend *backend)
{
	test_rewritten(backend, "**", "+a");
	test_rewritten(backend, "-u **", "=a");
	test_rules(backend);
	test_poke(backend);
	test_came(backend);
	test_links(backend);
	test_large(backend);
}

int
main(void)
{
	scratch_begin();
	test_all(&watch_inotify);
	test_all(NULL);
	test_slow_poke();
	test_writers();
	test_gone();
	test_acted();
	test_lost();
	scratch_end();
	return test_end();
}
