#define _XOPEN_SOURCE 700
/* tree_events.c - tests of the tree: writers, permissions, depth, explanations */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

/* After a script, are just these the events, in this order, of all kinds? */
static int
sends(const char *script, const char *want)
{
	int same;

	w.also = "fwcusL";
	w.in_order = true;
	scratch_sh(script);
	settle();
	same = sent(want);
	w.also = NULL;
	w.in_order = false;
	return same;
}

/* ---- writers ---- */

static void
test_writers(void)
{
	int fd;

	set_scene("echo 1 >a; touch -d 2020-01-01 a; mkdir d out; "
		  "echo 1 >out/f; ln -s ../out/t d/l; echo 1 >out/t");
	watch("* d/*");
	ok(sends("echo 22 >>a", "*a ca"), "a file is changed, then closed");
	ok(sends("echo 1 >b", "+b wb cb"), "a file is created and written");
	ok(sends(": >c", "+c cc"), "a file is created empty");
	ok(sends("ln a h", "+h"), "a hard link is not closed");
	ok(sends("ln -s nowhere s", "+s"), "nor is a symbolic link");
	ok(sends("mv out/f f", "+f cf"), "a file that is moved in is complete");
	ok(sends("mv f g", "-f cf +g cg"), "also under its new name");
	ok(sends("rm g", "-g cg"), "a deleted file is closed");
	ok(sends("mkdir e", ""), "a directory is no file");
	ok(sends("echo 22 >>d/l", "*d/l cd/l"),
	    "the writer of a linked file is the link's");
	ok(sends("echo 1 >.x; echo 1 >x~", ""),
	    "files that do not count send nothing");
	unlink("h");
	settle();
	events();
	fd = open("a", O_WRONLY | O_APPEND);
	ok(write(fd, "more", 4) == 4 && sends(":", "*a"),
	    "a change is sent while the file is open");
	ok(close(fd) == 0 && sends(":", "ca"), "closing alone is no change");
	unwatch();
}

/* `cp -p` over a file leaves the size, the inode and the time as they were. */
static void
test_same_signature(void)
{
	int64_t mtime;

	mtime = 1500000000123456789;
	set_scene("echo 1 >a");
	set_time("a", mtime);
	watch("*");
	scratch_put("a", "2\n");
	set_time("a", mtime);
	/* The truncation and the write each give a hint, if not merged. */
	settle();
	ok(sent(""), "a file written with its size and time is not changed");
	scratch_put("a", "3\n");
	set_time("a", mtime);
	w.also = "wc";
	settle();
	ok(strncmp(events(), "ca wa", 5) == 0, "but suspect");
	w.also = NULL;
	ok(sends("chmod +x a", "*a"), "chmod +x is a change");
	ok(sends("chmod 750 a", "*a"), "so is a change of any executable bit");
	ok(sends("chmod 730 a", ""), "chmod without such a bit is none");
	unwatch();
}

/* ---- depth ---- */

static void
make_nested(int depth)
{
	char path[PATH_MAX];
	int i;

	for (i = 0; i < depth; i++) {
		path[2 * i] = 'd';
		path[2 * i + 1] = '\0';
		if (mkdir(path, 0777) < 0)
			exit(2);
		path[2 * i + 1] = '/';
	}
	path[2 * i] = 'f';
	path[2 * i + 1] = '\0';
	scratch_put(path, "1");
}

static void
count_dirs(
    void *arg, const char *path, bool is_dir, uint64_t rules, const char *by)
{
	(void)path;
	(void)rules;
	*(int *)arg += is_dir && strcmp(by, "inotify") == 0;
}

static void
test_deep(void)
{
	enum { DEPTH = 2000 };
	int n;

	set_scene("mkdir in");
	watch("in/**");
	make_nested(DEPTH);
	ok(rename("d", "in/d") == 0, "2,000 nested directories move in");
	settle();
	ok(w.n == 1 && w.tree->dirs.n == DEPTH + 2, "they are scanned");
	events();
	n = 0;
	tree_each(w.tree, count_dirs, &n);
	ok(n == DEPTH + 2, "each is visited");
	ok(rename("in/d", "d") == 0, "they move out");
	settle();
	ok(w.n == 1 && w.tree->dirs.n == 2 && w.tree->nfiles == 0,
	    "they are dropped");
	unwatch();
}

/* ---- permissions ---- */

static void
test_refused_dirs(void)
{
	set_scene("mkdir -p d/e f; echo 1 >d/e/a; echo 1 >f/b; chmod 0 d; "
		  "chmod 311 f");
	watch("**");
	ok(sent("!d !f") && w.error == EACCES,
	    "each unreadable directory is reported once");
	unwatch();
	watch("f/b");
	ok(sent("!f") && w.tree->nfiles == 1,
	    "a file that is named is found in one, but not watched");
	unwatch();
	watch("**");
	sent("!d !f");
	scratch_sh("echo 1 >g; echo 1 >h");
	settle();
	ok(sent("+g +h"), "and it is not reported again");
	scratch_sh("chmod 755 d");
	settle();
	ok(sent("+d/e/a"), "a directory is scanned as soon as it can be read");
	scratch_sh("echo 22 >d/e/a");
	settle();
	ok(sent("*d/e/a"), "and watched");
	scratch_sh("chmod 0 d");
	settle();
	sent("!d -d/e/a");
	scratch_sh("chmod 755 d");
	settle();
	ok(sent("+d/e/a"), "as often as that happens");
	scratch_sh("chmod 755 f");
	unwatch();
}

/* Only names lead there, so that writes above are not watched at first. */
static void
test_refused_base(void)
{
	set_scene("mkdir -p a/d; echo 1 >a/d/f; chmod 0 a/d");
	watch("a/d/*");
	ok(sent("!a/d"), "an unreadable base is reported");
	scratch_sh("chmod 755 a/d");
	settle();
	ok(sent("+a/d/f"), "and scanned as soon as it can be read");
	unwatch();
}

/* As a user for whom permissions matter. */
static void
test_refused(void)
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
		test_refused_dirs();
		test_refused_base();
		_exit(test_end());
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "unreadable directories are watched as soon as they can be");
	if (chdir(scratch) < 0)
		exit(2);
	scratch_sh("chmod -R u+rwx s && rm -rf s");
}

/* ---- why a name does not count ---- */

static void
test_explained(void)
{
	set_scene("mkdir d; echo 1 >d/p");
	watch_with((struct tree_options){ .explain = true },
	    "**/*.c **/*.number -gen* ");
	w.rule[0].pidfiles = (char *[]){ (char[]){ "own.number" } };
	w.rule[0].npidfiles = 1;
	scratch_sh("ln d/p gen.c; ln d/p a.h; ln d/p a~; ln d/p d/a.c; "
		   "ln d/p own.number");
	settle();
	ok(sent("+d/a.c ?a.h(no pattern matches) ?a~(built-in ignore *~) "
		"?gen.c(left out by -x gen*) ?own.number(our own)"),
	    "each name that does not count is explained");
	scratch_sh("echo 1 >>a.h");
	settle();
	ok(sent("?a.h(no pattern matches)"), "its writes are not");
	unwatch();
}

int
main(void)
{
	scratch_begin();
	test_writers();
	test_same_signature();
	test_deep();
	test_refused();
	test_explained();
	scratch_end();
	return test_end();
}
