#define _GNU_SOURCE /* chroot, F_OFD_SETLK */
/* pidfile_signal.c - tests of which process a pidfile signals */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "../child.h"
#include "../scratch.h"
#include "../test.h"
#include "notify/pidfile.h"
#include "os/os.h"

static const int64_t ms = 1000000, second = 1000000000;

/* Set the time of modification of the pidfile, in nanoseconds since 1970. */
static void
set_mtime(int64_t ns)
{
	struct timespec times[2];

	times[0].tv_sec = (time_t)(ns / second);
	times[0].tv_nsec = (long)(ns % second);
	times[1] = times[0];
	utimensat(AT_FDCWD, "pid", times, 0);
}

/* Make the pidfile so many seconds old. */
static void
set_age(int seconds)
{
	set_mtime(((int64_t)time(NULL) - seconds) * second + 1);
}

static void
test_holder(void)
{
	struct pidfile p;
	struct child c, other;

	c = start(HOLDER);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "the process that holds the lock is signalled");
	other = start(BYSTANDER);
	put_number(other.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c) && spared(other),
	    "with a lock, the number in the file does not matter");
	scratch_put("pid", "");
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "with a lock, the file may be empty");
	set_age(1000);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "with a lock, the age of the file does not matter");
	scratch_sh("ln pid hard && ln -s pid soft");
	ok(ring("hard") == PIDFILE_OK && rung(c),
	    "a hard link to the pidfile works");
	ok(ring("soft") == PIDFILE_OK && rung(c),
	    "a symbolic link to the pidfile works");
	scratch_sh("rm hard soft");
	end(c);
	put_number(other.pid);
	set_age(1000);
	ok(ring("pid") == PIDFILE_YOUNGER && spared(other),
	    "the lock ends with its process");
	c = start(HOLDER);
	ok(ring("pid") == PIDFILE_OK && rung(c) && spared(other),
	    "the next process that takes the lock is signalled");
	end(c);
	end(other);
	unlink("pid");
	pidfile_claim("pid", &p);
	ok(ring("pid") != PIDFILE_OK, "a process does not signal itself");
	pidfile_release(&p);
}

static void
test_number(void)
{
	struct child c;
	siginfo_t info;

	c = start(BYSTANDER);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "without a lock, the number in the file counts");
	put_number(getpid());
	ok(ring("pid") == PIDFILE_OURS, "our own number is refused");
	end(c);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_STALE, "the number of no process is stale");
	c = start(BYSTANDER);
	put_number(c.pid);
	kill(c.pid, SIGKILL);
	waitid(P_PID, (id_t)c.pid, &info, WEXITED | WNOWAIT);
	ok(ring("pid") == PIDFILE_STALE, "the number of a zombie is stale");
	end(c);
	c = start(READER);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "with a read lock, the number in the file counts");
	put_number(999999999);
	ok(ring("pid") == PIDFILE_STALE && spared(c),
	    "the process with the read lock does not");
	end(c);
	unlink("pid");
}

/* The result if the file was written so many ns after the process started. */
static enum pidfile_result
ring_stamped(struct child c, int64_t after, bool whole_seconds)
{
	int64_t started;

	if (os_started(c.pid, &started) < 0)
		return PIDFILE_UNKNOWN;
	put_number(c.pid);
	started += after;
	set_mtime(whole_seconds ? started - started % second : started | 1);
	return ring("pid");
}

static enum pidfile_result
ring_after(struct child c, int64_t after)
{
	return ring_stamped(c, after, false);
}

/* The same on a file system that keeps whole seconds. */
static enum pidfile_result
ring_after_whole(struct child c, int64_t after)
{
	return ring_stamped(c, after, true);
}

/* Without a lock, the process must be older than the file. */
static void
test_age(void)
{
	const struct timespec far[2] = { { .tv_sec = 15000000000 },
		{ .tv_sec = 15000000000 } };
	struct child c;

	c = start(BYSTANDER);
	ok(ring_after(c, 5 * ms) == PIDFILE_OK && rung(c),
	    "a file that is a little younger than the process is fine");
	ok(ring_after(c, 3600 * second) == PIDFILE_OK && rung(c),
	    "a file with a time in the future is fine");
	put_number(c.pid);
	utimensat(AT_FDCWD, "pid", far, 0);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "a file from the far future is fine");
	ok(ring_after(c, -30 * ms) == PIDFILE_OK && rung(c),
	    "50 ms are allowed for the clocks");
	ok(ring_after(c, -70 * ms) == PIDFILE_YOUNGER && spared(c),
	    "a file that is 70 ms older than the process is stale");
	ok(ring_after(c, -1500 * ms) == PIDFILE_YOUNGER && spared(c),
	    "so is a file that is seconds older");
	ok(ring_after_whole(c, -1 * second) == PIDFILE_OK && rung(c),
	    "2 s are allowed if the file's time has whole seconds");
	ok(ring_after_whole(c, -3 * second) == PIDFILE_YOUNGER && spared(c),
	    "a file with whole seconds that is older than that is stale");
	ok(ring_after(c, -3600 * second) == PIDFILE_YOUNGER && spared(c),
	    "so is a file from before the last boot");
	end(c);
	unlink("pid");
}

/* Return whether the child dies of the signal, sent by its pidfile. */
static int
dies_of(struct child c, int signo)
{
	int status;

	put_number(c.pid);
	if (pidfile_signal("pid", signo) != PIDFILE_OK)
		kill(c.pid, SIGKILL);
	waitpid(c.pid, &status, 0);
	close(c.news);
	return WIFSIGNALED(status) && WTERMSIG(status) == signo;
}

/* What the signal does to the process is the user's business. */
static void
test_dispositions(void)
{
	struct child c;

	c = start(WAITER);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c) && ring("pid") == PIDFILE_OK &&
		rung(c),
	    "a process that waits in sigwait(3) is signalled");
	end(c);
	ok(dies_of(start(VICTIM), SIGUSR1),
	    "a process that the signal ends is signalled");
	ok(dies_of(start(BYSTANDER), SIGTERM),
	    "the signal that was asked for is sent");
	unlink("pid");
}

static void
test_texts(void)
{
	static const struct {
		const char *text;
		enum pidfile_result result;
	} rows[] = { { "", PIDFILE_EMPTY }, { "\n", PIDFILE_EMPTY },
		{ " \t\n\n", PIDFILE_EMPTY }, { "0\n", PIDFILE_GARBAGE },
		{ "1\n", PIDFILE_GARBAGE }, { "-1\n", PIDFILE_GARBAGE },
		{ "-5\n", PIDFILE_GARBAGE }, { "+5\n", PIDFILE_GARBAGE },
		{ "x\n", PIDFILE_GARBAGE }, { "0x10\n", PIDFILE_GARBAGE },
		{ "4000000 x\n", PIDFILE_GARBAGE },
		{ "4000000x\n", PIDFILE_GARBAGE },
		{ "\n4000000\n", PIDFILE_GARBAGE },
		{ "99999999999999999999999\n", PIDFILE_GARBAGE },
		{ "4294967298\n", PIDFILE_GARBAGE },
		{ "18446744073709551618\n", PIDFILE_GARBAGE },
		{ "999999999", PIDFILE_STALE },
		{ "999999999\n", PIDFILE_STALE },
		{ "  999999999 \r\n", PIDFILE_STALE },
		{ "000999999999\n", PIDFILE_STALE },
		{ "999999999\nits second line\n", PIDFILE_STALE } };
	char name[160], text[40];
	size_t i, j;
	int fd;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		scratch_put("pid", rows[i].text);
		snprintf(text, sizeof text, "%s", rows[i].text);
		for (j = 0; text[j] != '\0'; j++)
			if ((unsigned char)text[j] < ' ')
				text[j] = '_';
		snprintf(name, sizeof name, "the text '%s': %s", text,
		    pidfile_why(rows[i].result));
		ok(ring("pid") == rows[i].result, name);
	}
	fd = open("pid", O_WRONLY | O_TRUNC);
	ok(write(fd, "\0\0\0\0", 4) == 4 && ring("pid") == PIDFILE_GARBAGE,
	    "zero bytes are no number");
	ok(pwrite(fd, "999999999\0\n", 11, 0) == 11 &&
		ring("pid") == PIDFILE_GARBAGE,
	    "a zero byte behind the number is refused");
	ok(pwrite(fd, "999999999\n", 10, 0) == 10 &&
		ftruncate(fd, 1000000) == 0 && ring("pid") == PIDFILE_STALE,
	    "only the start of a long file is read");
	close(fd);
	unlink("pid");
}

static void
test_errors(void)
{
	ok(ring("missing") == PIDFILE_ERRNO && errno == ENOENT,
	    "a missing pidfile: ENOENT");
	scratch_sh("ln -s missing dangling");
	ok(ring("dangling") == PIDFILE_ERRNO && errno == ENOENT,
	    "a link to nothing: ENOENT");
	unlink("dangling");
}

static void
test_outside(void)
{
#ifdef F_OFD_SETLK
	struct child c;

	c = start(OPEN_HOLDER);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_OUTSIDE && spared(c),
	    "a lock that belongs to no process signals none");
	end(c);
	unlink("pid");
#endif
}

/* ---- what only root can set up ---- */

static void
ring_without_proc(void)
{
	if (chroot(".") == 0)
		_exit(ring("pid"));
}

static void
ring_as_nobody(void)
{
	if (setgid(65534) == 0 && setuid(65534) == 0)
		_exit(ring("pid") == PIDFILE_ERRNO ? errno : 0);
}

/* In a new pid namespace the first child is process 1, which holds the file. */
static void
ring_first(void)
{
#ifdef CLONE_NEWPID
	struct child c;
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWPID) < 0)
		_exit(PIDFILE_OK);
	c = start(HOLDER);
	pid = fork();
	if (pid == 0)
		_exit(ring("pid"));
	waitpid(pid, &status, 0);
	end(c);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
#else
	_exit(PIDFILE_OK);
#endif
}

static void
test_as_root(void)
{
	struct child c;

	c = start(BYSTANDER);
	put_number(c.pid);
	ok(apart(ring_without_proc) == PIDFILE_UNKNOWN && spared(c),
	    "a process of unknown age is not signalled");
	chmod(".", 0755);
	ok(apart(ring_as_nobody) == EPERM, "another user's process: EPERM");
	chmod("pid", 0);
	ok(apart(ring_as_nobody) == EACCES, "an unreadable pidfile: EACCES");
	end(c);
	unlink("pid");
	c = start(HOLDER);
	ok(apart(ring_without_proc) == PIDFILE_OK && rung(c),
	    "the age of a process that holds the lock is not asked");
	end(c);
	unlink("pid");
	ok(apart(ring_first) == PIDFILE_OK,
	    "process 1 of a container is signalled if it holds the lock");
	unlink("pid");
}

int
main(void)
{
	scratch_begin();
	test_holder();
	test_number();
	test_age();
	test_dispositions();
	test_texts();
	test_errors();
	test_outside();
	if (getuid() == 0)
		test_as_root();
	scratch_end();
	return test_end();
}
