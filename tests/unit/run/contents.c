#define _XOPEN_SOURCE 700
/* contents.c - tests of files that are rewritten with equal contents */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

#include "../scratch.h"
#include "../test.h"
#include "checked.h"

enum { MIB = 1048576 };

static void
test_suspect(void)
{
	scratch_put("a\n\xff", "1");
	suspect("a\n\xff", 1, 0);
	ok(takes(0, 10, "a\n\xff:1 ") && were_unchanged(""),
	    "a suspect that was never acted on is a change");
	suspect("a\n\xff", 1, 100);
	ok(takes(0, 110, "") && were_unchanged("a\n\xff ") && batch.n == 0 &&
		due_at(&batch, BATCH_NEVER),
	    "a suspect with equal contents is none");
	scratch_put("a\n\xff", "2");
	suspect("a\n\xff", 1, 200);
	ok(takes(0, 210, "a\n\xff:1 "), "with other contents it is one");
	change(&batch, "a\n\xff", 1, 300);
	ok(takes(0, 310, "a\n\xff:1 "),
	    "a change from outside counts, whatever the contents");
	suspect("a\n\xff", 1, 400);
	change(&batch, "a\n\xff", 1, 400);
	ok(takes(0, 410, "a\n\xff:1 "),
	    "even if the path is a suspect as well");
	scratch_put("b", "");
	act_on("b", 500);
	suspect("b", 1, 600);
	suspect("c", 1, 600);
	scratch_put("c", "1");
	ok(takes(0, 650, "c:1 ") && were_unchanged("b "),
	    "an empty file is equal to itself, and others stay in the batch");
	batch_any(&batch, 2, 700);
	suspect("b", 1, 700);
	ok(check(0, 710) && take(&batch, 710) == 0 && taken.rules == 2,
	    "a batch of unknown paths is taken without the path");
	end_scene();
}

static void
test_own(void)
{
	struct batch_path *p;

	scratch_put("out", "1");
	act_on("out", 0);
	own_change("out", 1, 100);
	ok(takes(0, 110, "") && were_unchanged("out "),
	    "a file that a run made anew as it was is no change");
	scratch_put("out", "2");
	own_change("out", 1, 200);
	ok(takes(0, 210, "out:1 "), "made otherwise it is one");
	p = own_change("out", 1, 300);
	contents_glance(&contents, p);
	ok(!p->differed && takes(0, 310, ""),
	    "a glance at equal contents changes nothing");
	p = own_change("out", 1, 400);
	scratch_put("out", "3");
	contents_glance(&contents, p);
	scratch_put("out", "2");
	contents_glance(&contents, p);
	ok(p->differed && takes(0, 410, "out:1 "),
	    "a file that had other contents during a run is a change");
	own_change("out", 1, 500);
	ok(takes(0, 510, ""), "for that batch alone");
	batch_gone(&batch, "out", 1, true, 550);
	unlink("out");
	contents_glance(&contents, batch_closed(&batch, "out", 550));
	scratch_put("out", "2");
	batch_changed(&batch, "out", 1, BATCH_CREATE, true, 560);
	ok(takes(0, 570, "") && were_unchanged("out "),
	    "a file that a run deletes and makes as it was is no change");
	unlink("out");
	batch_gone(&batch, "out", 1, true, 580);
	ok(takes(0, 590, "out:1 "), "a file that a run deletes is one");
	scratch_put("new", "1");
	contents_glance(&contents, own_change("new", 1, 600));
	ok(takes(0, 610, "new:1 "), "a new file is a change");
	p = own_change("none", 1, 700);
	contents_glance(&contents, p);
	ok(p->differed, "a file that is gone differs");
	take(&batch, 800);
	end_scene();
}

/* Rule 1 counts what is rewritten, rule 2 (-u) does not. */
static void
test_same(void)
{
	struct batch_path *p;

	scratch_put("a", "1");
	scratch_put("b", "1");
	contents_found(&contents, "a");
	contents_found(&contents, "none");
	change(&batch, "a", 3, 0);
	ok(takes(2, 10, "a:1 ") && were_unchanged(""),
	    "under -u a file may be equal to what it was at the start");
	change(&batch, "a", 3, 100);
	ok(takes(3, 110, "") && were_unchanged("a "),
	    "if no rule is left it is unchanged");
	change(&batch, "a", 2, 200);
	change(&batch, "b", 2, 200);
	ok(takes(2, 250, "b:2 ") && were_unchanged("a "),
	    "a file that was not there at the start is a change");
	scratch_put("a", "2");
	change(&batch, "a", 3, 300);
	ok(takes(3, 310, "a:3 "), "other contents are a change for each rule");
	suspect("a", 3, 400);
	ok(takes(2, 410, "") && were_unchanged("a "),
	    "a suspect with equal contents is none for any rule");
	p = own_change("a", 3, 500);
	p->differed = true;
	ok(takes(2, 510, "a:3 "),
	    "other contents during a run count for each rule");
	end_scene();
}

static void
test_gone(void)
{
	scratch_put("a", "1");
	act_on("a", 0);
	unlink("a");
	batch_gone(&batch, "a", 1, false, 100);
	ok(takes(1, 200, "a:1 "), "a deletion is a change");
	scratch_put("a", "1");
	suspect("a", 1, 300);
	ok(takes(1, 310, "a:1 "), "after it a file has no known contents");
	unlink("a");
	batch_gone(&batch, "a", 1, false, 400);
	scratch_put("a", "1");
	batch_changed(&batch, "a", 3, BATCH_CREATE, false, 450);
	ok(takes(2, 460, "a:1 "),
	    "a file that is put back as it was is equal to it");
	end_scene();
	unlink("a");
}

/* A file of so many bytes, which take no room. */
static void
put_sparse(const char *path, off_t size)
{
	scratch_put(path, "x");
	if (truncate(path, size) < 0) {
		perror(path);
		exit(2);
	}
}

static void
test_large(void)
{
	put_sparse("big", CONTENTS_MAX);
	act_on("big", 0);
	ok(breaks > 0, "to read a large file does not stop all else");
	suspect("big", 1, 100);
	ok(takes(0, 110, ""), "64 MiB are read");
	put_sparse("big", (off_t)CONTENTS_MAX + 1);
	suspect("big", 1, 200);
	ok(takes(0, 210, "big:1 ") && breaks == 0,
	    "a larger file is a change, and is not read");
	put_sparse("big", CONTENTS_MAX);
	suspect("big", 1, 300);
	ok(takes(0, 310, "big:1 "), "its sum was forgotten");
	/* Some file systems have no files as large as that. */
	if (truncate("big", (off_t)1 << 38) == 0) {
		contents_found(&contents, "big");
		suspect("big", 1, 400);
		ok(takes(1, 410, "big:1 "), "a file of 256 GiB is a change");
	}
	end_scene();
	unlink("big");
}

static void
test_budget(void)
{
	put_sparse("a", 40 * MIB);
	put_sparse("b", 40 * MIB);
	contents_found(&contents, "a");
	contents_found(&contents, "b");
	suspect("a", 1, 0);
	suspect("b", 1, 0);
	ok(takes(0, 50, "b:1 "), "64 MiB are read for all files of a batch");
	suspect("a", 1, 100);
	ok(takes(0, 110, ""), "a file that was read is known");
	suspect("b", 1, 200);
	ok(takes(0, 210, "b:1 "), "a file that was not read is a change");
	suspect("b", 1, 300);
	ok(takes(0, 310, ""), "each batch has its own 64 MiB");
	contents_glance(&contents, own_change("a", 1, 400));
	ok(takes(0, 410, "a:1 "), "a glance is paid from them, too");
	end_scene();
	unlink("a");
	unlink("b");
}

/* What is no file is a change, and is not touched. */
static void
test_no_file(void)
{
	static const char *const names[] = { "fifo", "dir", "missing",
		"dangling", "loop", "zero", "socket", "fifo/below", "" };
	struct sockaddr_un addr = { .sun_family = AF_UNIX,
		.sun_path = "socket" };
	size_t i;
	int s;

	s = socket(AF_UNIX, SOCK_STREAM, 0);
	if (mkfifo("fifo", 0644) < 0 || mkdir("dir", 0755) < 0 ||
	    symlink("missing", "dangling") < 0 || symlink("loop", "loop") < 0 ||
	    symlink("/dev/zero", "zero") < 0 ||
	    bind(s, (struct sockaddr *)&addr, sizeof addr) < 0) {
		perror("scene");
		exit(2);
	}
	/* To block would be the end. */
	alarm(60);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		contents_found(&contents, names[i]);
		suspect(names[i], 1, 0);
		contents_glance(&contents, own_change(names[i], 1, 0));
	}
	ok(check(1, 200) && batch.n == i && were_unchanged(""),
	    "what is no file is always a change");
	alarm(0);
	take(&batch, 200);
	close(s);
	end_scene();
}

/* A process that opens a FIFO waits for a reader, and we are none. */
static void
test_fifo(void)
{
	int status, i;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		alarm(60);
		_exit(open("fifo", O_WRONLY) < 0);
	}
	for (i = 0; i < 50; i++) {
		change(&batch, "fifo", 1, i);
		check(1, i + 10);
		scratch_nap();
	}
	ok(pid > 0 && waitpid(pid, &status, WNOHANG) == 0,
	    "a FIFO is not opened, so its writer still waits");
	i = open("fifo", O_RDONLY | O_NONBLOCK);
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "it goes on with a reader");
	close(i);
	end_scene();
}

static void
test_many(void)
{
	char path[40];
	int i;

	scratch_sh("mkdir many && cd many && seq 2000 | xargs touch");
	for (i = 1; i <= 2000; i++) {
		snprintf(path, sizeof path, "many/%d", i);
		change(&batch, path, 1, 0);
	}
	ok(check(0, 500) && breaks > 10,
	    "to read many small files does not stop all else");
	take(&batch, 500);
	end_scene();
}

int
main(void)
{
	scratch_begin();
	signal(SIGIO, SIG_IGN); /* see os_has_writer() */
	test_suspect();
	test_own();
	test_same();
	test_gone();
	test_large();
	test_budget();
	test_no_file();
	test_fifo();
	test_many();
	scratch_end();
	return test_end();
}
