#define _XOPEN_SOURCE 700
/* watch_inotify.c - tests of what the kernel hints at */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "../scratch.h"
#include "../test.h"
#include "tree/watch.h"

static const struct watch_backend *const in = &watch_inotify;
static struct watch *w;

/* all that is hinted at now, as `id:bits:name` with blanks between */
static const char *
hints(void)
{
	static const char letters[] = "cwxdsel";
	static char text[4000];
	struct watch_hint hint;
	char bits[8];
	size_t len;
	int i, n;

	text[0] = '\0';
	for (len = 0; in->next(w, &hint) == 1 && len < sizeof text - 300;) {
		for (i = n = 0; i < 7; i++)
			if ((hint.what >> i & 1) != 0)
				bits[n++] = letters[i];
		bits[n] = '\0';
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%d:%s:%s", len == 0 ? "" : " ", hint.id, bits,
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
	struct watch_hint hint;

	w = in->open();
	ok(w != NULL && strcmp(in->name, "inotify") == 0, "it opens");
	ok((fcntl(in->fd(w), F_GETFD) & FD_CLOEXEC) != 0,
	    "its descriptor closes at exec");
	ok(in->next(w, &hint) == 0, "at first there is no hint, and no wait");
	ok(in->add(w, ".", WATCH_FILES, true) == 1, "a directory has an id");
	pfd = (struct pollfd){ .fd = in->fd(w), .events = POLLIN };
	ok(poll(&pfd, 1, 0) == 0, "without hints poll waits");
	scratch_put("a", "1");
	ok(poll(&pfd, 1, 0) == 1, "a hint ends its wait");
	ok(strcmp(hints(), "1:c:a 1:w:a 1:x:a") == 0 && poll(&pfd, 1, 0) == 0,
	    "hints come in order, and once");
}

static void
test_files(void)
{
	ok(hinted(": >e", "1:c:e 1:x:e"), "an empty file is made and closed");
	ok(hinted("echo 1 >>a", "1:w:a 1:x:a"), "appending writes and closes");
	ok(hinted("mv a b", "1:x:a 1:x:b"), "a rename is told of both names");
	ok(hinted("ln b c; ln -s b d", "1:c:c 1:c:d"), "links are made");
	ok(hinted("rm c d e", "1:x:c 1:x:d 1:x:e"), "what is deleted is gone");
	ok(hinted("chmod 600 b", "1::b"), "a new mode is a mere hint");
	ok(hinted("mkdir d", "1:cd:d"), "a directory is told as one");
	ok(hinted("rmdir d", "1:xd:d"), "and its end");
	ok(hinted("cat b >/dev/null", ""), "reading is nothing");
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
	ok(in->add(w, "n", WATCH_NAMES, false) == 2, "ids count up");
	ok(hinted("echo 1 >n/a", "2:c:a"),
	    "at the level of names no writing is told");
	ok(hinted("echo 1 >>n/a; chmod 600 n/a", ""), "nor later");
	ok(hinted("mv n/a n/b; rm n/b", "2:x:a 2:x:b 2:x:b"),
	    "but names that go are");
	ok(in->add(w, "./n/../n", WATCH_FILES, false) == 2,
	    "by another path it is the same, at the higher level");
	ok(hinted("echo 1 >n/a", "2:c:a 2:w:a 2:x:a"), "then writing is told");
	ok(in->add(w, "n", WATCH_NAMES, false) == 2 &&
		hinted("echo 1 >>n/a", "2:w:a 2:x:a"),
	    "and the lower level does not take that away");
}

static void
test_refused(void)
{
	scratch_sh("ln -s n link; : >file");
	hints();
	ok(in->add(w, "missing", WATCH_FILES, true) == -1 && errno == ENOENT,
	    "what is not there is refused: ENOENT");
	ok(in->add(w, "file", WATCH_FILES, true) == -1 && errno == ENOTDIR,
	    "a file is refused: ENOTDIR");
	ok(in->add(w, "link", WATCH_FILES, false) == -1 && errno == ENOTDIR,
	    "a link that is not to be followed is refused: ENOTDIR");
	ok(in->add(w, "link", WATCH_FILES, true) == 2,
	    "one that is leads to its directory's id");
}

static void
test_self(void)
{
	int id;

	id = in->add(w, "m", WATCH_FILES, false);
	ok(id == 3 && hinted("mv m o", "1:xd:m 1:xd:o 3:s:"),
	    "a directory that moves tells it itself");
	ok(hinted("rmdir o", "3:s: 3:se: 1:xd:o"),
	    "one that is deleted ends its id");
	scratch_sh("mkdir m");
	hints();
	id = in->add(w, "m", WATCH_FILES, false);
	ok(id == 4, "an id is not used again");
	in->drop(w, id);
	ok(hinted("echo 1 >m/a", "4:se:"), "a dropped one ends as well");
	in->drop(w, id);
	in->drop(w, 99);
	ok(hinted(":", ""), "to drop what is not watched is nothing");
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
	ok(well, "names of any byte are told");
	memset(name, 'x', 255);
	name[255] = '\0';
	snprintf(path, sizeof path, "n/%s", name);
	mkdir(path, 0777);
	snprintf(want, sizeof want, "2:cd:%s", name);
	ok(strcmp(hints(), want) == 0, "so is the longest name");
	rmdir(path);
	hints();
}

/* An open file that was deleted has no name any more. */
static void
test_unlinked(void)
{
	int fd;

	fd = open("n/u", O_WRONLY | O_CREAT, 0666);
	unlink("n/u");
	hints();
	ok(write(fd, "1", 1) == 1 && close(fd) == 0 && hinted(":", ""),
	    "the writing of a deleted file is nothing");
}

/* More than the kernel keeps; equal ones in a row would be one. */
static void
test_overflow(void)
{
	struct watch_hint hint;
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
	for (i = 0; in->next(w, &hint) == 1; i++)
		lost += (hint.what & WATCH_LOST) != 0;
	ok(i == limit + 1 && lost == 1, "when hints are lost that is told");
	ok(hinted("echo 1 >>n/a", "2:w:a 2:x:a"), "and then it goes on");
}

int
main(void)
{
	if (in->open == NULL) {
		ok(strcmp(in->name, "inotify") == 0,
		    "another system's backend has a name, and does not open");
		return test_end();
	}
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
	in->close(w);
	scratch_end();
	return test_end();
}
