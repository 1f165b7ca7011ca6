#define _XOPEN_SOURCE 700
/* inotify.c - tests of the hints of the kernel */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "../scratch.h"
#include "../test.h"
#include "tree/inotify.h"

static struct inotify in;

/* Return all hints that there are, as `wd:bits:name` with blanks between. */
static const char *
hints(void)
{
	static const char letters[] = "cwxdsel";
	static char text[4000];
	struct inotify_hint hint;
	char bits[8];
	size_t len;
	int i, n;

	text[0] = '\0';
	for (len = 0;
	     inotify_next(&in, &hint) == 1 && len < sizeof text - 300;) {
		for (i = n = 0; i < 7; i++)
			if ((hint.bits >> i & 1) != 0)
				bits[n++] = letters[i];
		bits[n] = '\0';
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%d:%s:%s", len == 0 ? "" : " ", hint.wd, bits,
		    hint.name == NULL ? "" : hint.name);
	}
	return text;
}

static int
hinted(const char *script, const char *want)
{
	const char *got;

	scratch_sh(script);
	got = hints();
	if (strcmp(got, want) == 0)
		return 1;
	printf("hints: %s\nwant:  %s\n", got, want);
	return 0;
}

static void
test_open(void)
{
	struct pollfd pfd;
	struct inotify_hint hint;

	ok(inotify_open(&in) == 0, "it opens");
	ok((fcntl(in.fd, F_GETFD) & FD_CLOEXEC) != 0,
	    "its descriptor closes at exec");
	ok(inotify_next(&in, &hint) == 0,
	    "without hints inotify_next returns at once");
	ok(inotify_add(&in, ".", INOTIFY_FILES) == 1,
	    "a directory has a watch descriptor");
	pfd = (struct pollfd){ .fd = in.fd, .events = POLLIN };
	ok(poll(&pfd, 1, 0) == 0, "without hints poll(2) waits");
	scratch_put("a", "1");
	ok(poll(&pfd, 1, 0) == 1, "a hint ends its wait");
	ok(strcmp(hints(), "1:c:a 1:w:a 1:x:a") == 0 && poll(&pfd, 1, 0) == 0,
	    "hints come in order, and once");
}

static void
test_files(void)
{
	ok(hinted(": >e", "1:c:e 1:x:e"),
	    "an empty file is created and closed");
	ok(hinted("echo 1 >>a", "1:w:a 1:x:a"), "appending writes and closes");
	ok(hinted("mv a b", "1:x:a 1:cx:b"),
	    "a rename gives hints about both names");
	ok(hinted("ln b c; ln -s b d", "1:c:c 1:c:d"), "links are created");
	ok(hinted("rm c d e", "1:x:c 1:x:d 1:x:e"), "files are deleted");
	ok(hinted("chmod 600 b", "1::b"),
	    "a new mode gives a hint without bits");
	ok(hinted("mkdir d", "1:cd:d"),
	    "the hint says that a name is a directory");
	ok(hinted("rmdir d", "1:xd:d"), "also when it is deleted");
	ok(hinted("cat b >/dev/null", ""), "reading gives no hint");
}

static void
test_truncate(void)
{
	ok(truncate("b", 1) == 0 && hinted(":", "1:w:b"),
	    "truncate(2) writes and never closes");
}

static void
test_levels(void)
{
	scratch_sh("mkdir n m");
	hints();
	ok(inotify_add(&in, "n", INOTIFY_NAMES) == 2,
	    "each directory has a watch descriptor of its own");
	ok(hinted("echo 1 >n/a", "2:c:a"),
	    "at the level of names writing gives no hint");
	ok(hinted("echo 1 >>n/a; chmod 600 n/a", ""),
	    "appending and chmod give none");
	ok(hinted("mv n/a n/b; rm n/b", "2:x:a 2:cx:b 2:x:b"),
	    "names that go give hints");
	ok(inotify_add(&in, "./n/../n", INOTIFY_FILES) == 2,
	    "by another path the watch is the same, at the higher level");
	ok(hinted("echo 1 >n/a", "2:c:a 2:w:a 2:x:a"),
	    "then writing gives hints");
	ok(inotify_add(&in, "n", INOTIFY_NAMES) == 2 &&
		hinted("echo 1 >>n/a", "2:w:a 2:x:a"),
	    "the lower level does not take that away");
}

static void
test_refused(void)
{
	scratch_sh("ln -s n link; : >file");
	hints();
	ok(inotify_add(&in, "missing", INOTIFY_FILES) == -1 && errno == ENOENT,
	    "a missing directory is refused: ENOENT");
	ok(inotify_add(&in, "file", INOTIFY_FILES) == -1 && errno == ENOTDIR,
	    "a file is refused: ENOTDIR");
	ok(inotify_add(&in, "link", INOTIFY_FILES) == 2,
	    "a link leads to its directory's watch");
}

static void
test_self(void)
{
	int wd;

	wd = inotify_add(&in, "m", INOTIFY_FILES);
	ok(wd == 3 && hinted("mv m o", "1:xd:m 1:cxd:o 3:s:"),
	    "a directory that moves gives a hint about itself");
	ok(hinted("rmdir o", "3:s: 3:se: 1:xd:o"),
	    "the watch of a deleted directory ends");
	scratch_sh("mkdir m");
	hints();
	wd = inotify_add(&in, "m", INOTIFY_FILES);
	ok(wd == 4, "a watch descriptor is not used again");
	inotify_drop(&in, wd);
	ok(hinted("echo 1 >m/a", "4:se:"), "a dropped watch ends as well");
	inotify_drop(&in, wd);
	inotify_drop(&in, 99);
	ok(hinted(":", ""), "to drop a watch that has ended does nothing");
}

static void
test_names(void)
{
	char name[256], path[260], want[270];
	int c, well;

	well = 1;
	for (c = 1; c < 256; c++) {
		if (c == '/' || c == '.')
			continue;
		snprintf(path, sizeof path, "n/x%c", c);
		mkdir(path, 0777);
		rmdir(path);
		snprintf(want, sizeof want, "2:cd:x%c 2:xd:x%c", c, c);
		well = strcmp(hints(), want) == 0 && well;
	}
	ok(well, "a name may have any byte");
	memset(name, 'x', 255);
	name[255] = '\0';
	snprintf(path, sizeof path, "n/%s", name);
	mkdir(path, 0777);
	snprintf(want, sizeof want, "2:cd:%s", name);
	ok(strcmp(hints(), want) == 0, "a name may have 255 bytes");
	rmdir(path);
	hints();
}

/* An open file that was deleted has no name. */
static void
test_unlinked(void)
{
	int fd;

	fd = open("n/u", O_WRONLY | O_CREAT, 0666);
	unlink("n/u");
	hints();
	ok(write(fd, "1", 1) == 1 && close(fd) == 0 && hinted(":", ""),
	    "writing to a deleted file gives no hint");
}

/* More hints than the kernel keeps; equal ones in a row would be merged. */
static void
test_overflow(void)
{
	struct inotify_hint hint;
	long limit, i;
	int lost;
	FILE *f;

	f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	if (f == NULL || fscanf(f, "%ld", &limit) != 1)
		limit = 16384;
	if (f != NULL)
		fclose(f);
	if (limit > 1000000)
		return;
	scratch_sh("echo 1 >n/a; echo 1 >n/b");
	hints();
	for (i = 0; i < limit + 10; i++)
		utimensat(AT_FDCWD, i % 2 == 0 ? "n/a" : "n/b", NULL, 0);
	lost = 0;
	for (i = 0; inotify_next(&in, &hint) == 1; i++)
		lost += (hint.bits & HINT_LOST) != 0;
	ok(i == limit + 1 && lost == 1, "lost hints are announced once");
	ok(hinted("echo 1 >>n/a", "2:w:a 2:x:a"), "and hints go on after that");
}

int
main(void)
{
#ifndef __linux__
	ok(inotify_open(&in) == -1 && errno == ENOSYS,
	    "elsewhere than on Linux there is no inotify");
	return test_end();
#endif
	scratch_begin();
	test_open();
	test_files();
	test_truncate();
	test_levels();
	test_refused();
	test_self();
	test_names();
	test_unlinked();
	test_overflow();
	close(in.fd);
	scratch_end();
	return test_end();
}
