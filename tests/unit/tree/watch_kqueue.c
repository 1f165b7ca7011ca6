#define _XOPEN_SOURCE 700
/* watch_kqueue.c - tests of what is watched by kqueue(2), and hinted at */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../../fake/sys/event.h"
#include "../scratch.h"
#include "../test.h"
#include "tree/watch.h"

static const struct watch_backend *const kq = &watch_kqueue;
static struct watch *w;
static int ids[3]; /* of directories, told as A, B and C */

/* all that is hinted at now, as `A:bits` with blanks between */
static const char *
hints(void)
{
	static char text[1000];
	struct watch_hint hint;
	size_t len;
	int i;

	text[0] = '\0';
	for (len = 0; kq->next(w, &hint) == 1 && len < sizeof text - 20;) {
		for (i = 0; i < 3 && ids[i] != hint.id; i++)
			;
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%c:%s%s%s", len == 0 ? "" : " ", "ABC?"[i],
		    (hint.what & WATCH_SELF) != 0 ? "s" : "",
		    (hint.what & WATCH_ENDED) != 0 ? "e" : "",
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

static int
add_file(int id, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -2;
	return kq->add_file(w, id, path, &st);
}

static void
test_open(void)
{
	struct rlimit limit;

	w = kq->open();
	ok(w != NULL && strcmp(kq->name, "kqueue") == 0, "it opens");
	ok((fcntl(kq->fd(w), F_GETFD) & FD_CLOEXEC) != 0,
	    "its descriptor closes at exec");
	ok(getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
		(limit.rlim_cur == limit.rlim_max || limit.rlim_cur > 524288),
	    "it may have all the descriptors there are");
	ok(hinted(":", "") && fake_watched() == 0, "at first there is nothing");
}

static void
test_dirs(void)
{
	struct pollfd pfd = { .fd = kq->fd(w), .events = POLLIN };

	scratch_sh("mkdir a b; echo 1 >a/f; ln -s a link");
	ids[0] = kq->add(w, "a", WATCH_FILES, false);
	ids[1] = kq->add(w, "b", WATCH_NAMES, false);
	ok(ids[0] >= 0 && ids[1] >= 0 && ids[0] != ids[1] &&
		fake_watched() == 2,
	    "directories have ids of their own");
	ok(kq->add(w, "b/../a", WATCH_NAMES, false) == ids[0] &&
		kq->add(w, "link", WATCH_FILES, true) == ids[0] &&
		fake_watched() == 2,
	    "the same by whatever path, and once");
	ok((fcntl(ids[0], F_GETFD) & FD_CLOEXEC) != 0,
	    "no command inherits what is watched");
	ok(poll(&pfd, 1, 0) == 0, "without hints poll waits");
	scratch_put("a/g", "1");
	ok(poll(&pfd, 1, 0) == 1, "a hint ends its wait");
	ok(hinted(":", "A:"), "a file that is made is a hint at its directory");
	ok(hinted("mv a/g b/g", "A: B:"), "one that is moved at both");
	ok(hinted("rm b/g; : >b/h; rm b/h", "B:"), "many are one");
	ok(hinted("mkdir a/d; rmdir a/d", "A:"), "directories are names, too");
	ok(hinted("chmod 700 a", "A:"), "new rights may show more");
	ok(hinted("echo 2 >>a/f; cat a/f >/dev/null", ""),
	    "the writing of a file is not told by its directory");
}

static void
test_refused(void)
{
	ok(kq->add(w, "missing", WATCH_FILES, true) == -1 && errno == ENOENT,
	    "what is not there is refused: ENOENT");
	ok(kq->add(w, "a/f", WATCH_FILES, true) == -1 && errno == ENOTDIR,
	    "a file is no directory: ENOTDIR");
	ok(kq->add(w, "link", WATCH_FILES, false) == -1 && errno == ENOTDIR,
	    "nor is a link that is not to be followed");
	fake_refuse(EINVAL);
	scratch_sh("mkdir c");
	ok(kq->add(w, "c", WATCH_FILES, false) == -1 && errno == EINVAL &&
		add_file(ids[0], "a/f") == -1 && errno == EINVAL,
	    "what the kernel refuses is refused");
	fake_refuse(0);
	ok(fake_watched() == 2, "and leaves nothing open");
	hints();
}

static void
test_files(void)
{
	struct stat st;

	ok(add_file(ids[0], "a/f") == 1 && fake_watched() == 3,
	    "a file is watched by itself");
	ok(add_file(ids[0], "a/f") == 0 && fake_watched() == 3, "and once");
	ok(hinted("echo 1 >>a/f", "A:"),
	    "its writing is a hint at its directory");
	ok(hinted("echo 1 >a/f; echo 2 >a/f", "A:"), "merged, without a name");
	ok(hinted("touch a/f", "A:"), "so is a new time");
	ok(hinted("cat a/f >/dev/null", ""), "reading is nothing");
	ok(hinted("ln a/f b/f", "B: A:"), "and another name");
	ok(add_file(ids[1], "b/f") == 1 && fake_watched() == 4 &&
		hinted("echo 1 >a/f", "A: B:"),
	    "a file in two directories is a hint at both");
	scratch_sh("rm b/f");
	hints();
	ok(add_file(ids[0], "a/f") == 1 && hinted("echo 1 >a/f", "A:"),
	    "with one name less it is watched anew");
	stat("a/f", &st);
	scratch_sh("rm a/f; mkdir a/f");
	ok(kq->add_file(w, ids[0], "a/f", &st) == 0,
	    "what became something else in the meantime is not watched");
	scratch_sh("rmdir a/f; echo 1 >a/g; ln -s g a/f");
	hints();
	ok(kq->add_file(w, ids[0], "a/f", &st) == -1 && errno == ELOOP,
	    "nor is a link");
	ok(hinted("rm a/f; mv a/g a/f", "A:"), "a link is a name");
}

static void
test_ends(void)
{
	int before;

	before = fake_watched();
	ok(add_file(ids[0], "a/f") == 1 && hinted("mv a/f a/g", "A: A:") &&
		fake_watched() == before,
	    "a file that is moved is watched no more");
	ok(add_file(ids[0], "a/g") == 1 && hinted("echo 1 >>a/g", "A:"),
	    "but may be again");
	scratch_sh("echo 2 >a/n; mv a/n a/g");
	ok(hinted(":", "A: A:") && fake_watched() == before,
	    "nor one that another takes the place of");
	ok(add_file(ids[0], "a/g") == 1 && hinted("rm a/g", "A: A:") &&
		fake_watched() == before,
	    "nor one that is deleted");
	scratch_sh("echo 1 >a/f");
	hints();
	add_file(ids[0], "a/f");
	fake_happens("a/f", NOTE_REVOKE);
	ok(hinted(":", "A:") && fake_watched() == before,
	    "nor one that is taken away");
}

static void
test_dirs_end(void)
{
	ids[2] = kq->add(w, "c", WATCH_FILES, false);
	ok(ids[2] >= 0 && hinted("mv c d", "C:s"),
	    "a directory that moves tells it itself");
	ok(hinted("echo 1 >d/f", "C:"), "and is watched on");
	add_file(ids[2], "d/f");
	ok(hinted("rm -r d", "C:se") && fake_watched() == 2,
	    "one that is deleted ends its id, and all that was watched in it");
	scratch_sh("mkdir c; echo 1 >c/f");
	ids[2] = kq->add(w, "c", WATCH_FILES, false);
	add_file(ids[2], "c/f");
	fake_happens("c", NOTE_REVOKE);
	ok(hinted(":", "C:se") && fake_watched() == 2, "so does an unmount");
	ids[2] = kq->add(w, "c", WATCH_FILES, false);
	add_file(ids[2], "c/f");
	scratch_sh("echo 2 >c/f; : >c/g");
	kq->drop(w, ids[2]);
	ok(fake_watched() == 2 && hinted(":", ""),
	    "one that is dropped is closed with its files, and says no more");
	kq->drop(w, ids[2]);
	kq->drop(w, 9999);
	kq->drop(w, -1);
	ok(fake_watched() == 2, "to drop what is not watched is nothing");
}

static void
test_many(void)
{
	char path[40];
	int i, well, before;

	before = fake_watched();
	scratch_sh("rm -rf c; mkdir c");
	ids[2] = kq->add(w, "c", WATCH_FILES, false);
	for (i = well = 0; i < 500; i++) {
		snprintf(path, sizeof path, "c/%d", i);
		scratch_put(path, "1");
		well += add_file(ids[2], path) == 1;
	}
	hints();
	ok(well == 500 && fake_watched() == before + 501, "many are watched");
	for (i = well = 0; i < 500; i++) {
		snprintf(path, sizeof path, "c/%d", i);
		well += add_file(ids[2], path) == 0;
		scratch_put(path, "22");
		well += strcmp(hints(), "C:") == 0;
	}
	ok(well == 1000, "each of them once, and each is heard of");
}

/* Other users of descriptors need some, too. */
static void
test_limit(void)
{
	struct rlimit limit = { .rlim_cur = 100, .rlim_max = 100 };
	char path[40];
	int i, n, spare[70];

	kq->close(w);
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	w = kq->open();
	ids[0] = ids[1] = -1;
	ids[2] = kq->add(w, "c", WATCH_FILES, false);
	for (i = 0; i < 100; i++) {
		snprintf(path, sizeof path, "c/%d", i);
		if (add_file(ids[2], path) < 0)
			break;
	}
	ok(i > 20 && i < 36 && errno == ENOSPC,
	    "when there are no more descriptors that is said: ENOSPC");
	ok(kq->add(w, "a", WATCH_FILES, false) == -1 && errno == ENOSPC,
	    "to directories, too");
	ok(kq->lack(ENOSPC) != NULL && strstr(kq->lack(ENOSPC), "ulimit -n"),
	    "and what to do about it");
	for (n = 0; n < 70; n++)
		if ((spare[n] = open("c", O_RDONLY)) < 0)
			break;
	ok(n >= 60, "others have some left");
	ok(add_file(ids[2], "c/99") == -1 && errno == ENOSPC,
	    "if they take all of them it is the same");
	while (n-- > 0)
		close(spare[n]);
	ok(hinted("echo 333 >c/0", "C:"), "what is watched stays so");
	ok(hinted("rm c/0", "C: C:") && add_file(ids[2], "c/99") == 1,
	    "a file that goes leaves its place to another");
}

int
main(void)
{
	scratch_begin();
	test_open();
	test_dirs();
	test_refused();
	test_files();
	test_ends();
	test_dirs_end();
	test_many();
	test_limit();
	kq->close(w);
	ok(fake_watched() == 0, "closed, it watches nothing");
	scratch_end();
	return test_end();
}
