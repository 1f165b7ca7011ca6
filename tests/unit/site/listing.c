#define _XOPEN_SOURCE 700
/* listing.c - tests of what is in a directory, as a page */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "site/listing.h"

static char top[] = "/tmp/listing.XXXXXX";
static struct docroot s;
static struct buf b = { .max = 100000 };

static void
touch(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0644));
}

/* the page of a directory, as a string; 0, or -1 */
static int
list(const char *path, size_t max)
{
	struct stat st;
	int fd, r;

	buf_free(&b);
	fd = docroot_open(&s, path, &st);
	if (fd < 0)
		return -1;
	r = listing_put(&b, &s, fd, path, max);
	close(fd);
	return r < 0 ? -1 : buf_put(&b, "", 1);
}

static bool
holds(const char *text)
{
	return strstr((char *)buf_head(&b), text) != NULL;
}

/* does the page have both, in this order? */
static bool
before(const char *a, const char *z)
{
	const char *p;

	p = strstr((char *)buf_head(&b), a);
	return p != NULL && strstr(p, z) != NULL;
}

static void
build(void)
{
	struct timespec old[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };

	touch("a&b");
	touch("b c");
	touch(".hidden");
	touch("javascript:x");
	touch("not\xff\n");
	touch("big");
	truncate("big", (off_t)5 << 30);
	utimensat(AT_FDCWD, "big", old, 0);
	mkdir("zoo", 0755);
	mkdir("zoo/deep", 0755);
	touch("zoo/deep/file");
	mkfifo("fifo", 0644);
	symlink("/etc/passwd", "out");
	symlink("zoo", "in");
	symlink("../big", "zoo/up");
}

static void
test_lists(void)
{
	ok(list("", 100) == 0 &&
		holds("<tr><td><a href=\"./a%26b\">a&amp;b</a></td>") &&
		holds("<tr><td><a href=\"./b%20c\">b c</a></td>"),
	    "files are listed, their names escaped");
	ok(holds("<tr><td><a href=\"./zoo/\">zoo/</a></td><td></td>") &&
		before("zoo/", "a&amp;b"),
	    "directories come first and have a slash");
	ok(before("a&amp;b", "b c") && before("b c", "big"), "all is in order");
	ok(holds("big</a></td><td>5368709120</td>"
		 "<td>2001-09-09 01:46:40</td>"),
	    "with sizes and dates");
	ok(holds("href=\"./in/\""), "links are what they lead to");
	ok(holds("href=\"./javascript:x\""),
	    "a name that looks like a scheme is none");
	ok(holds("href=\"./not%FF%0A\">not\xef\xbf\xbd\xef\xbf\xbd<"),
	    "what is no text is not shown as text");
	ok(!holds("hidden") && !holds("fifo") && !holds("out"),
	    "what can't be asked for is not listed");
	ok(!holds("\"../\""), "the root has no parent");
	ok(list("zoo", 100) == 0 && holds("<a href=\"../\">") &&
		holds("./deep/") && holds("<h1>/zoo</h1>") &&
		holds("up</a></td><td>5368709120</td>"),
	    "a directory beneath it has");
	ok(list("zoo/deep", 100) == 0 && holds("./file"), "at any depth");
}

static void
test_hidden(void)
{
	struct stat st;

	stat("big", &st);
	docroot_hide(&s, st.st_dev, st.st_ino);
	ok(list("", 100) == 0 && !holds("big") && list("zoo", 100) == 0 &&
		!holds("up"),
	    "what is hidden is not listed, nor are links to it");
	s.hides = false;
}

static void
test_ceilings(void)
{
	struct buf small = { .max = 10 };

	ok(list("", 100) == 0 && !holds("There is more"),
	    "a list that is whole does not say so");
	ok(list("", 0) == 0 && !holds("a&amp;b") && holds("There is more"),
	    "there are never more than so many");
	ok(listing_text(&small, "<<<", 3) == -1, "the ceiling holds");
	buf_free(&small);
	b.max = 200;
	ok(list("", 100) == -1, "for the whole page too");
	b.max = 8000;
	ok(list("", 100) == 0 && !holds("a&amp;b") && holds("There is more"),
	    "what there is no room for is left out");
}

int
main(void)
{
	char command[100];

	if (mkdtemp(top) == NULL || chdir(top) < 0 || docroot_init(&s, ".") < 0)
		return 1;
	build();
	test_lists();
	test_hidden();
	test_ceilings();
	buf_free(&b);
	docroot_free(&s);
	snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command) != 0 || test_end();
}
