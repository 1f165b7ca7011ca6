#define _GNU_SOURCE /* F_OFD_SETLK */
/* pidfile.c - tests of claiming and releasing a pidfile */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../child.h"
#include "../scratch.h"
#include "../test.h"
#include "notify/pidfile.h"

static int
holds_number(pid_t pid)
{
	char text[100], want[40];
	FILE *f;
	size_t n;

	f = fopen("pid", "r");
	if (f == NULL)
		return 0;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	snprintf(want, sizeof want, "%ld\n", (long)pid);
	return strcmp(text, want) == 0;
}

/* Reading the file drops our lock, so do that last. */
static void
test_claim(void)
{
	struct pidfile p;
	char own[40];

	ok(pidfile_claim("pid", &p) == PIDFILE_OK && p.fd >= 0 &&
		(fcntl(p.fd, F_GETFD) & FD_CLOEXEC) != 0,
	    "a pidfile is claimed, and closed at exec");
	ok(holds_number(getpid()), "it holds our number and a newline");
	pidfile_release(&p);
	ok(!is_there("pid") && p.fd == -1, "releasing removes it");
	pidfile_release(&p);
	ok(p.fd == -1, "a second release does nothing");
	scratch_put("pid", "999999999\n");
	ok(pidfile_claim("pid", &p) == PIDFILE_OK && holds_number(getpid()),
	    "a stale pidfile is taken over, and none of its text is left");
	pidfile_release(&p);
	scratch_put("pid", "");
	ok(pidfile_claim("pid", &p) == PIDFILE_OK && holds_number(getpid()),
	    "so is an empty file");
	pidfile_release(&p);
	snprintf(own, sizeof own, "%ld\n", (long)getpid());
	scratch_put("pid", own);
	ok(pidfile_claim("pid", &p) == PIDFILE_OK,
	    "so is one that a shell wrote before it became us");
	pidfile_release(&p);
}

/* A typing error must not cost a file. */
static void
test_other_files(void)
{
	static const char *const texts[] = { "all: x\n", "12 34\n", "12\n\n",
		"-5\n", " 12\n", "999999999 and a long text\n", "\n", "1\n" };
	enum pidfile_result result;
	struct pidfile p;
	char name[60];
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		scratch_put("other", texts[i]);
		scratch_put("was", texts[i]);
		snprintf(name, sizeof name, "file %d is left alone", (int)i);
		result = pidfile_claim("other", &p);
		scratch_sh("cmp -s other was");
		ok(p.fd == -1 &&
			(result == PIDFILE_OTHER || result == PIDFILE_HELD),
		    name);
	}
	ok(pidfile_claim("other", &p) == PIDFILE_HELD && p.holder == 1,
	    "so is that of a process which is older than it");
	scratch_sh("echo 999999999 >other && ln other linked");
	ok(pidfile_claim("other", &p) == PIDFILE_OTHER,
	    "and one that has another name");
	scratch_sh("echo 999999999 | cmp -s - linked; rm other linked was");
}

static void
test_held(void)
{
	struct pidfile p;
	struct child c;

	c = start(HOLDER);
	ok(pidfile_claim("pid", &p) == PIDFILE_HELD && p.fd == -1 &&
		p.holder == c.pid,
	    "a locked pidfile is refused, and its process is known");
	ok(holds_number(c.pid), "a refused pidfile keeps its text");
	pidfile_release(&p);
	ok(is_there("pid"), "releasing a refused pidfile does nothing");
	ok(link("pid", "hard") == 0 &&
		pidfile_claim("hard", &p) == PIDFILE_HELD,
	    "a hard link to a locked pidfile is refused");
	unlink("hard");
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "after all that, the process still has its lock");
	end(c);
	ok(holds_number(c.pid) && pidfile_claim("pid", &p) == PIDFILE_OK &&
		holds_number(getpid()),
	    "the pidfile of a killed process is taken over");
	pidfile_release(&p);
	c = start(READER);
	ok(pidfile_claim("pid", &p) == PIDFILE_HELD && p.holder == c.pid,
	    "a read lock prevents a claim");
	end(c);
	unlink("pid");
}

static void
test_not_files(void)
{
	static const char *const paths[] = { "link", "dangling", "dir", "fifo",
		"/dev/null" };
	struct pidfile p;
	char name[60];
	size_t i;

	scratch_sh("echo 5 >target && ln -s target link && "
		   "ln -s nowhere dangling && mkdir dir && mkfifo fifo");
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		snprintf(name, sizeof name, "%s is not a pidfile", paths[i]);
		ok(pidfile_claim(paths[i], &p) == PIDFILE_NOTFILE && p.fd == -1,
		    name);
	}
	scratch_sh("echo 5 | cmp -s - target && test ! -e nowhere");
	ok(1, "the targets of links are left alone");
	ok(pidfile_claim("nodir/pid", &p) == PIDFILE_ERRNO && errno == ENOENT,
	    "a pidfile in a missing directory: ENOENT");
	ok(pidfile_claim("target/pid", &p) == PIDFILE_ERRNO && errno == ENOTDIR,
	    "a pidfile beneath a file: ENOTDIR");
	ok(ring("dir") == PIDFILE_NOTFILE && ring("fifo") == PIDFILE_NOTFILE &&
		ring("/dev/null") == PIDFILE_NOTFILE,
	    "directories, FIFOs and devices signal no process");
	scratch_sh("rm -r link dangling dir fifo target");
}

static void
test_release(void)
{
	struct pidfile p;

	pidfile_claim("pid", &p);
	scratch_sh("rm pid && echo 4321 >pid");
	pidfile_release(&p);
	ok(is_there("pid"), "another file at the same path is not removed");
	unlink("pid");
	pidfile_claim("pid", &p);
	unlink("pid");
	pidfile_release(&p);
	ok(!is_there("pid") && p.fd == -1,
	    "a pidfile that is already removed is no error");
	pidfile_claim("pid", &p);
	scratch_sh("mv pid was && ln -s was pid");
	pidfile_release(&p);
	ok(is_there("pid") && is_there("was"),
	    "a link in its place is not removed, and neither is its target");
	scratch_sh("rm pid was");
}

/* Claim and release while others do so, and check to be the only one. */
static void
crowd(void)
{
	enum pidfile_result result;
	struct pidfile p;
	int i, got, fd;

	got = 0;
	/* If no try has succeeded, go on until one does. */
	for (i = 0; i < 2000 || (got == 0 && i < 2000000); i++) {
		result = pidfile_claim("pid", &p);
		if (result == PIDFILE_HELD)
			continue;
		fd = open("inside", O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (result != PIDFILE_OK || fd < 0)
			_exit(1);
		got++;
		close(fd);
		unlink("inside");
		pidfile_release(&p);
	}
	_exit(got > 0 ? 0 : 2);
}

static void
test_races(void)
{
	int i, status, well;

	for (i = 0; i < 4; i++)
		if (fork() == 0)
			crowd();
	well = 1;
	for (i = 0; i < 4; i++)
		well = wait(&status) > 0 && status == 0 && well;
	ok(well, "of many processes, only one at a time has it claimed");
	ok(!is_there("pid"), "the last one leaves no pidfile");
}

static void
claim_as_nobody(void)
{
	struct pidfile p;

	if (setgid(65534) == 0 && setuid(65534) == 0)
		_exit(pidfile_claim("new", &p) == PIDFILE_ERRNO ? errno : 0);
}

/* What only root can set up. */
static void
test_as_root(void)
{
	chmod(".", 0755);
	ok(apart(claim_as_nobody) == EACCES && !is_there("new"),
	    "a directory that we may not write to: EACCES");
}

static void
test_words(void)
{
	int i, all;

	all = 1;
	for (i = PIDFILE_OK; i <= PIDFILE_OURS; i++)
		all = all && pidfile_why(i) != NULL && *pidfile_why(i) != '\0';
	ok(all, "each result has a description");
}

int
main(void)
{
	scratch_begin();
	test_claim();
	test_other_files();
	test_held();
	test_not_files();
	test_release();
	test_races();
	if (getuid() == 0)
		test_as_root();
	test_words();
	scratch_end();
	return test_end();
}
