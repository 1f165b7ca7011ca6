#define _XOPEN_SOURCE 700
/* docroot.c - tests of files beneath a root, and nothing else */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "site/docroot.h"

static char top[] = "/tmp/root.XXXXXX";
static char target[200];
static struct docroot s;

static void
put(const char *path, const char *text)
{
	FILE *f;

	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

/* make what the tests look at, beneath top */
static void
build(void)
{
	char real[100];

	if (mkdtemp(top) == NULL || chdir(top) < 0)
		exit(1);
	mkdir("root", 0755);
	mkdir("root/sub", 0755);
	mkdir("root/.git", 0755);
	put("secret", "secret");
	put("root/file", "file");
	put("root/sub/inner", "inner");
	put("root/.hidden", "hidden");
	put("root/.git/config", "config");
	mkfifo("root/fifo", 0644);
	symlink("file", "root/to-file");
	symlink("sub/../file", "root/up-and-down");
	symlink("sub", "root/to-sub");
	symlink("../file", "root/sub/up");
	symlink("../../secret", "root/sub/out");
	symlink("../secret", "root/out");
	symlink("../root/file", "root/out-and-in");
	symlink(".hidden", "root/to-hidden");
	symlink("loop", "root/loop");
	symlink("/etc/passwd", "root/absolute");
	symlink("missing", "root/dangling");
	symlink("/dev/null", "root/device");
	snprintf(
	    target, sizeof target, "%s/root/sub/inner", realpath(".", real));
	symlink(target, "root/absolute-in");
}

/* what opening gives: the start of the file, "dir", or "" for nothing */
static const char *
opens(const char *path)
{
	static char text[100];
	struct stat st, again;
	ssize_t n;
	int fd;

	fd = docroot_open(&s, path, &st);
	if ((docroot_stat(&s, path, &again) == 0) != (fd >= 0) &&
	    errno != EACCES)
		return "stat and open differ";
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ||
			errno == ENAMETOOLONG
		    ? ""
		    : strerror(errno);
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		return "dir";
	}
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static int
is(const char *path, const char *want)
{
	return strcmp(opens(path), want) == 0;
}

static void
test_files(void)
{
	ok(is("file", "file") && is("sub/inner", "inner"), "files are opened");
	ok(is("", "dir") && is("sub", "dir"), "so are directories");
	ok(is("missing", "") && is("file/x", "") && is("missing/x", ""),
	    "what is not there is not");
	ok(is(".hidden", "") && is(".git/config", "") && is("sub/.x", ""),
	    "what starts with a dot is not");
	ok(is("fifo", "") && is("device", ""), "nor are FIFOs and devices");
}

static void
test_links(void)
{
	ok(is("to-file", "file") && is("to-sub/inner", "inner") &&
		is("to-sub", "dir") && is("sub/up", "file") &&
		is("up-and-down", "file"),
	    "links that stay inside are followed");
	ok(is("absolute-in", "inner"), "absolute ones too");
	ok(is("out", "") && is("sub/out", "") && is("absolute", ""),
	    "links that lead out are not");
	ok(is("out-and-in", ""), "not even when they come back");
	ok(is("..", "") && is("../secret", "") && is("sub/../../secret", "") &&
		is("to-sub/../../secret", ""),
	    "nor does .. lead out");
	ok(is("to-hidden", ""), "a link makes no dotfile visible");
	ok(is("loop", "") && is("dangling", ""),
	    "links in a circle and to nowhere lead nowhere");
}

static void
test_limits(void)
{
	char path[DOCROOT_PATH * 2];
	char name[20], link[20];
	int i;

	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	ok(is(path, ""), "a path that is too long is not there");
	path[400] = '\0';
	ok(is(path, ""), "nor is a name that is too long");
	for (i = 0; i < DOCROOT_LINKS + 1; i++) {
		snprintf(name, sizeof name, "root/l%d", i);
		snprintf(link, sizeof link, "l%d", i + 1);
		symlink(i == DOCROOT_LINKS ? "file" : link, name);
	}
	ok(is("l1", "file") && is("l0", ""),
	    "a chain of links ends after 40 of them");
}

static void
test_hidden(void)
{
	struct stat st;

	link("root/file", "root/hard");
	stat("root/file", &st);
	ok(is("hard", "file"), "a hard link is a file like others");
	docroot_hide(&s, st.st_dev, st.st_ino);
	ok(is("file", "") && is("hard", "") && is("to-file", ""),
	    "what is hidden is so by all its names");
	ok(is("sub/inner", "inner"), "other files are not");
	s.hides = false;
}

static int
looks(int dir, const char *path, const char *name)
{
	struct stat st;

	return docroot_look(&s, dir, path, name, &st) == 0;
}

static void
test_names(void)
{
	struct stat st;
	int dir;

	dir = docroot_open(&s, "sub", &st);
	ok(looks(dir, "sub", "inner") && looks(dir, "sub", "up"),
	    "the names in a directory are looked at");
	ok(!looks(dir, "sub", "out") && !looks(dir, "sub", ".x") &&
		!looks(dir, "sub", "..") && !looks(dir, "sub", "missing"),
	    "what can't be opened is not seen");
	close(dir);
	dir = docroot_open(&s, "", &st);
	ok(!looks(dir, "", "fifo") && !looks(dir, "", "device") &&
		!looks(dir, "", ".hidden") && looks(dir, "", "to-sub"),
	    "whatever it is");
	close(dir);
}

/* root may read all, so there it is only asked for */
static void
test_rights(void)
{
	chmod("root/sub", 0711);
	ok(is("sub", "dir") && is("sub/inner", "inner"),
	    "a directory that can't be listed can be gone through");
	chmod("root/sub", 0755);
	chmod("root/file", 0);
	ok(geteuid() == 0 || is("file", strerror(EACCES)),
	    "a file that can't be read is there");
	chmod("root/file", 0644);
}

static void
test_renewal(void)
{
	ok(rename("root", "old") == 0 && docroot_renew(&s) == -1 &&
		is("sub/inner", ""),
	    "without its root nothing is there");
	mkdir("root", 0755);
	put("root/new", "new");
	ok(docroot_renew(&s) == 0 && is("new", "new") && is("sub/inner", ""),
	    "a root that was made again is opened anew");
	rename("root", "older");
	symlink("old", "root");
	ok(docroot_renew(&s) == 0 && is("sub/inner", "inner"),
	    "so is one that is a link pointed elsewhere");
}

int
main(void)
{
	char command[100];

	build();
	ok(docroot_init(&s, "root/file") == -1 && errno == ENOTDIR,
	    "a file is no root");
	ok(docroot_init(&s, "root") == 0, "a directory is one");
	test_files();
	test_links();
	test_limits();
	test_hidden();
	test_names();
	test_rights();
	test_renewal();
	docroot_free(&s);
	snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command) != 0 || test_end();
}
