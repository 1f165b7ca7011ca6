#define _XOPEN_SOURCE 700
/* listing.c - tests of what is in a directory, as a page */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listing.h"
#include "test.h"

static char top[] = "/tmp/listing.XXXXXX";
static struct root s;
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
	int fd;

	buf_free(&b);
	fd = root_open(&s, path, &st);
	if (fd < 0 || listing_put(&b, &s, fd, path, max) < 0)
		return -1;
	return buf_put(&b, "", 1);
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
test_lists(void)
{
	touch("a&b");
	touch("b c");
	touch(".hidden");
	touch("javascript:x");
	mkdir("zoo", 0755);
	mkdir("zoo/deep", 0755);
	mkfifo("fifo", 0644);
	symlink("/etc/passwd", "out");
	symlink("zoo", "in");
	ok(list("", 100) == 0 &&
		holds("<li><a href=\"./a%26b\">a&amp;b</a></li>") &&
		holds("<li><a href=\"./b%20c\">b c</a></li>"),
	    "files are listed, their names escaped");
	ok(holds("<li><a href=\"./zoo/\">zoo/</a></li>") &&
		before("zoo/", "a&amp;b"),
	    "directories come first and have a slash");
	ok(holds("href=\"./in/\""), "so do links to them");
	ok(holds("href=\"./javascript:x\""),
	    "a name that looks like a scheme is none");
	ok(!holds("hidden") && !holds("fifo") && !holds("out"),
	    "what can't be asked for is not listed");
	ok(!holds("\"../\""), "the root has no parent");
	ok(list("zoo", 100) == 0 && holds("<a href=\"../\">") &&
		holds("./deep/") && holds("<h1>/zoo</h1>"),
	    "a directory beneath it has");
	ok(list("", 0) == 0 && !holds("a&amp;b"),
	    "there are never more than so many");
}

int
main(void)
{
	struct buf small = { .max = 10 };
	char command[100];

	if (mkdtemp(top) == NULL || chdir(top) < 0 || root_init(&s, ".") < 0)
		return 1;
	test_lists();
	ok(listing_text(&small, "<<<", 3) == -1, "the ceiling holds");
	b.max = 200;
	ok(list("", 100) == -1, "for the whole page too");
	buf_free(&small);
	buf_free(&b);
	root_free(&s);
	snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command) != 0 || test_end();
}
