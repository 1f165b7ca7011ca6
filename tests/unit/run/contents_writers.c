#define _XOPEN_SOURCE 700
/* contents_writers.c - tests of files that are still being written */
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

#include "../scratch.h"
#include "../test.h"
#include "checked.h"
#include "os/os.h"

enum { NOBODY = 65534 /* a user without rights */ };

/* Return a descriptor that writes to a file, and changes it. */
static int
open_writer(const char *path)
{
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0 || write(fd, "x", 1) != 1) {
		perror(path);
		exit(2);
	}
	return fd;
}

static void
test_writer(void)
{
	int fd;

	fd = open_writer("a");
	change(&batch, "a", 1, 100);
	change(&batch, "b", 1, 100);
	ok(!check(0, 110) && batch.n == 2 && due_at(&batch, 210),
	    "a file that is open for writing holds its batch");
	ok(!check(0, 210) && due_at(&batch, 310),
	    "its writer is asked for every 100 ms");
	close(fd);
	batch_closed(&batch, "a", 220);
	ok(due_at(&batch, 110) && takes(0, 220, "a:1 b:1 "),
	    "the close makes the batch due");
	suspect("a", 1, 300);
	ok(takes(0, 310, ""), "and its contents are known");
	fd = open_writer("a");
	change(&batch, "a", 1, 400);
	ok(!check(0, 410), "a later writer holds the next batch");
	close(fd);
	ok(takes(0, 510, "a:1 "), "a close without an event is found out");
	fd = open_writer("a");
	contents_glance(&contents, own_change("a", 1, 600));
	ok(batch.first != NULL && !batch.first->differed,
	    "a glance waits for the close, too");
	close(fd);
	end_scene();
}

/* The writer is another process. */
static void
test_process(void)
{
	int fd, status, ends[2];
	pid_t pid;
	char c;

	fd = open_writer("a");
	if (pipe(ends) < 0 || (pid = fork()) < 0) {
		perror("fork");
		exit(2);
	}
	if (pid == 0) {
		close(ends[1]);
		_exit(read(ends[0], &c, 1) != 0);
	}
	close(fd);
	change(&batch, "a", 1, 100);
	ok(!check(0, 110), "another process may be the writer");
	close(ends[0]);
	close(ends[1]);
	ok(waitpid(pid, &status, 0) == pid && status == 0 &&
		takes(0, 210, "a:1 "),
	    "its end is the end of writing");
	end_scene();
}

static void
test_stays(void)
{
	int fd;

	fd = open_writer("log");
	change(&batch, "log", 1, 0);
	ok(!check(0, 990) && due_at(&batch, 1000), "the cap ends the wait");
	ok(takes(0, 1000, "log:1 "), "the file is then a change as it is");
	change(&batch, "log", 1, 1100);
	change(&batch, "page", 1, 1100);
	ok(takes(0, 1150, "log:1 page:1 "), "and is not waited for again");
	suspect("log", 1, 1200);
	ok(takes(1, 1210, "log:1 "), "what it holds is not known meanwhile");
	close(fd);
	batch_closed(&batch, "log", 1300);
	ok(batch.paths.n == 0, "when it is closed that is forgotten");
	fd = open_writer("log");
	change(&batch, "log", 1, 1400);
	ok(!check(0, 1410), "and the next writer is waited for");
	close(fd);
	end_scene();
}

static void
test_forced(void)
{
	int fd;

	fd = open_writer("a");
	change(&batch, "a", 1, 0);
	ok(!check(0, 10), "a file that is being saved holds its batch");
	batch_any(&batch, 1, 20);
	batch_flush(&batch);
	ok(takes(0, 20, "a:1 "), "a forced batch does not wait for it");
	change(&batch, "a", 1, 100);
	ok(!check(0, 110), "the next batch waits for the rest of the save");
	close(fd);
	batch_closed(&batch, "a", 120);
	ok(takes(0, 120, "a:1 "), "and gets it");
	end_scene();
}

static void
test_patient(void)
{
	int a, b;

	batch.patient = true;
	a = open_writer("a");
	b = open_writer("b");
	change(&batch, "a", 1, 0);
	change(&batch, "b", 1, 0);
	ok(!check(0, 1000) && !check(0, 5000) && due_at(&batch, 5100),
	    "a patient batch has no cap while all files are being written");
	close(b);
	batch_closed(&batch, "b", 5010);
	ok(takes(0, 5010, "a:1 b:1 "), "one complete file brings the cap back");
	change(&batch, "b", 1, 6000);
	ok(takes(0, 6010, "b:1 "), "without a writer it is as others");
	close(a);
	batch_closed(&batch, "a", 6020);
	a = open_writer("a");
	change(&batch, "a", 1, 7000);
	ok(!check(0, 9000), "a patient batch waits");
	batch_any(&batch, 1, 9010);
	batch_flush(&batch);
	ok(takes(0, 9010, "a:1 "), "until it is forced");
	close(a);
	end_scene();
}

/* Return true if this system knows whether a file has a writer. */
static bool
can_ask(const char *path)
{
	bool can;
	int fd;

	fd = open(path, O_RDONLY);
	can = fd >= 0 && os_has_writer(fd) >= 0;
	close(fd);
	return can;
}

/* Leases are refused for files of other users. */
static void
test_foreign(void)
{
	int64_t now;

	change(&batch, "foreign", 1, 0);
	ok(!check(0, 10) && due_at(&batch, 150),
	    "if leases are refused, a file holds for 150 ms");
	change(&batch, "foreign", 1, 140);
	ok(!check(0, 150) && due_at(&batch, 290),
	    "each event begins them anew");
	ok(takes(0, 290, "foreign:1 "), "then the batch is taken");
	suspect("foreign", 1, 300);
	ok(takes(0, 450, ""), "and its contents are known");
	change(&batch, "foreign", 1, 500);
	batch_closed(&batch, "foreign", 505);
	ok(takes(0, 510, "foreign:1 "), "a close ends the wait");
	change(&batch, "foreign", 1, 600);
	batch_unsettled(&batch, "foreign");
	batch_closed(&batch, "foreign", 130);
	ok(takes(0, 610, "foreign:1 "), "so do two polls that agree");
	change(&batch, "large", 1, 1000);
	ok(!check(0, 1010) && breaks < 10 && takes(0, 1150, "large:1 "),
	    "a large file is not read before it is complete");
	suspect("large", 1, 1300);
	ok(takes(0, 1450, ""), "and then once, so that it is known");
	for (now = 2000; now < 3000; now += 100) {
		change(&batch, "foreign", 1, now);
		check(0, now + 10);
	}
	ok(due_at(&batch, 3000) && takes(0, 3000, "foreign:1 "),
	    "and so does the cap");
	end_scene();
}

static void
test_secret(void)
{
	change(&batch, "secret", 1, 0);
	ok(!check(0, 10) && due_at(&batch, 150) && takes(0, 150, "secret:1 "),
	    "a file that can't be read is waited for alike");
	suspect("secret", 1, 900);
	ok(takes(1, 1050, "secret:1 "), "and is always a change");
	contents_found(&contents, "secret");
	contents_glance(&contents, own_change("secret", 1, 1100));
	ok(takes(1, 1250, "secret:1 "), "whatever is asked of it");
	end_scene();
}

/* Root checks as another user. */
static void
test_others(void)
{
	bool root;

	root = geteuid() == 0;
	scratch_put("foreign", "1");
	scratch_put("secret", "1");
	scratch_put("large", "1");
	if (truncate("large", CONTENTS_MAX) < 0 || chmod("secret", 0) < 0 ||
	    chmod(scratch, 0755) < 0 || (root && seteuid(NOBODY) < 0)) {
		perror(scratch);
		exit(2);
	}
	if (can_ask("foreign"))
		printf("skip 'files of others' (there are none)\n");
	else
		test_foreign();
	test_secret();
	if (root && seteuid(0) < 0)
		exit(2);
}

/* What a link leads to is what its path holds. */
static void
test_link(void)
{
	int fd;

	scratch_put("target", "1");
	if (symlink("target", "link") < 0)
		exit(2);
	act_on("link", 0);
	suspect("link", 1, 100);
	ok(takes(0, 110, ""), "a link holds what its target holds");
	fd = open_writer("target");
	change(&batch, "link", 1, 200);
	ok(!can_ask("target") == check(0, 210),
	    "and its writers are asked for");
	close(fd);
	ok(takes(0, 400, "link:1 "), "until they are done");
	end_scene();
}

int
main(void)
{
	scratch_begin();
	signal(SIGIO, SIG_IGN); /* see os_has_writer() */
	scratch_put("a", "1");
	if (can_ask("a")) {
		test_writer();
		test_process();
		test_stays();
		test_forced();
		test_patient();
	} else
		printf("skip 'open files' (leases are refused here)\n");
	test_others();
	test_link();
	scratch_end();
	return test_end();
}
