#define _GNU_SOURCE /* chroot, F_OFD_SETLK */
/* pidfile_signal.c - tests of who is signalled through a pidfile */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "../child.h"
#include "../scratch.h"
#include "../test.h"
#include "notify/pidfile.h"

/* the file as if it was written so many seconds from now */
static void
set_age(int seconds)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec += seconds;
	times[1] = times[0];
	utimensat(AT_FDCWD, "pid", times, 0);
}

static void
test_ring_holder(void)
{
	struct pidfile p;
	struct child c, other;

	c = start(HOLDER);
	ok(ring("pid") == PIDFILE_OK && rung(c), "the holder is rung");
	other = start(BYSTANDER);
	put_number(other.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c) && spared(other),
	    "the lock counts, not the number in the file");
	scratch_put("pid", "");
	ok(ring("pid") == PIDFILE_OK && rung(c), "nor that there is none");
	set_age(-1000);
	ok(ring("pid") == PIDFILE_OK && rung(c), "nor how old the file is");
	scratch_sh("ln pid hard && ln -s pid soft");
	ok(ring("hard") == PIDFILE_OK && rung(c), "a hard link rings it");
	ok(ring("soft") == PIDFILE_OK && rung(c), "a symbolic link rings it");
	scratch_sh("rm hard soft");
	end(c);
	put_number(other.pid);
	set_age(-1000);
	ok(ring("pid") == PIDFILE_YOUNGER && spared(other),
	    "when the holder is gone its number is rung no more");
	end(other);
	unlink("pid");
	pidfile_claim("pid", &p);
	ok(ring("pid") != PIDFILE_OK, "who holds it does not ring itself");
	pidfile_release(&p);
}

static enum pidfile_result
ring_again(struct pidfile_holder *h)
{
	enum pidfile_result result;

	result = pidfile_find(h, "pid", SIGUSR1, false);
	if (result == PIDFILE_OK)
		result = pidfile_signal(h, SIGUSR1);
	pidfile_close(h);
	return result;
}

/* What is kept of a holder from one ring to the next is no reason to trust it. */
static void
test_ring_again(void)
{
	struct pidfile_holder h = { 0 };
	struct child c, other;
	pid_t was;
	int process;

	c = start(HOLDER);
	ok(ring_again(&h) == PIDFILE_OK && rung(c), "a holder is found");
	process = h.process;
	ok(ring_again(&h) == PIDFILE_OK && rung(c) && h.process == process,
	    "and rung again, by what is known of it");
	end(c);
	ok(ring_again(&h) != PIDFILE_OK && h.pid == 0,
	    "when it is gone it is forgotten");
	c = start(HOLDER);
	ring_again(&h);
	was = h.pid;
	ok(rung(c), "another one is found");
	end(c);
	c = start(HOLDER);
	ok(ring_again(&h) == PIDFILE_OK && rung(c) && h.pid != was,
	    "and the next one in its place");
	end(c);
	c = start(HOLDER);
	h.pid = c.pid;
	ok(ring_again(&h) == PIDFILE_OK && rung(c),
	    "one with the number of the last one is another");
	other = start(BYSTANDER);
	pidfile_find(&h, "pid", SIGUSR1, false);
	end(c);
	ok(pidfile_signal(&h, SIGUSR1) == PIDFILE_STALE && spared(other),
	    "who goes after it was found is not rung");
	end(other);
	pidfile_close(&h);
	c = start(CHANGING_HOLDER);
	ok(ring_again(&h) == PIDFILE_OK && rung(c), "one that catches it is");
	kill(c.pid, SIGUSR2);
	ok(rung(c) && ring_again(&h) == PIDFILE_DEADLY &&
		waitpid(c.pid, NULL, WNOHANG) == 0,
	    "until it does no more");
	end(c);
	pidfile_forget(&h);
	unlink("pid");
}

static void
test_ring_number(void)
{
	struct child c;
	siginfo_t info;

	c = start(BYSTANDER);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "without a lock the number counts");
	set_age(-1);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "clocks may differ by a second");
	set_age(3600);
	ok(ring("pid") == PIDFILE_OK && rung(c), "a younger file is fine");
	set_age(-60);
	ok(ring("pid") == PIDFILE_YOUNGER && spared(c),
	    "a process younger than the file is a stranger");
	ok(ring_by("pid", SIGUSR1, true) == PIDFILE_YOUNGER && spared(c),
	    "it is one whatever signal the user names");
	put_number(getpid());
	ok(ring("pid") == PIDFILE_OURS, "our own number is refused");
	end(c);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_STALE, "the number of nobody is stale");
	c = start(BYSTANDER);
	put_number(c.pid);
	kill(c.pid, SIGKILL);
	waitid(P_PID, (id_t)c.pid, &info, WEXITED | WNOWAIT);
	ok(ring("pid") == PIDFILE_STALE, "so is that of a process that ended");
	end(c);
	c = start(READER);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "a reader's lock does not answer, the number does");
	put_number(999999999);
	ok(ring("pid") == PIDFILE_STALE && spared(c),
	    "a reader is not taken for the holder");
	end(c);
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
	char name[80], text[40];
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
	    "zero bytes are garbage");
	ok(pwrite(fd, "999999999\n", 10, 0) == 10 &&
		ftruncate(fd, 1000000) == 0 && ring("pid") == PIDFILE_STALE,
	    "only the start of a long file is read");
	close(fd);
	unlink("pid");
}

static void
test_deadly(void)
{
	struct child c;
	int status;

	c = start(VICTIM);
	ok(ring("pid") == PIDFILE_DEADLY &&
		waitpid(c.pid, &status, WNOHANG) == 0,
	    "a holder that the signal would kill is spared");
	ok(ring_by("pid", SIGUSR1, true) == PIDFILE_OK &&
		waitpid(c.pid, &status, 0) == c.pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGUSR1,
	    "unless the user named the signal");
	close(c.news);
	c = start(PLAIN_VICTIM);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_DEADLY &&
		waitpid(c.pid, &status, WNOHANG) == 0,
	    "a number without a lock is spared as well");
	ok(ring_by("pid", SIGTERM, true) == PIDFILE_OK &&
		waitpid(c.pid, &status, 0) == c.pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGTERM,
	    "the signal that was named is the one that comes");
	close(c.news);
	unlink("pid");
}

static void
test_errors(void)
{
	ok(ring("missing") == PIDFILE_ERRNO && errno == ENOENT,
	    "a missing pidfile is told by errno");
	scratch_sh("ln -s missing dangling");
	ok(ring("dangling") == PIDFILE_ERRNO && errno == ENOENT,
	    "so is a link to nothing");
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
	    "a lock that names no process rings nobody");
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
ring_any_without_proc(void)
{
	if (chroot(".") == 0)
		_exit(ring_by("pid", SIGUSR1, true));
}

static void
ring_as_nobody(void)
{
	if (setgid(65534) == 0 && setuid(65534) == 0)
		_exit(ring("pid") == PIDFILE_ERRNO ? errno : 0);
}

static void
test_as_root(void)
{
	struct child c;

	c = start(BYSTANDER);
	put_number(c.pid);
	ok(apart(ring_without_proc) == PIDFILE_UNKNOWN && spared(c),
	    "where nobody can tell what the signal does, it is not sent");
	ok(apart(ring_any_without_proc) == PIDFILE_OK && rung(c),
	    "unless the user named it");
	chmod(".", 0755);
	ok(apart(ring_as_nobody) == EPERM, "another user's process: EPERM");
	chmod("pid", 0);
	ok(apart(ring_as_nobody) == EACCES, "a file we may not read: EACCES");
	end(c);
	unlink("pid");
	c = start(HOLDER);
	ok(apart(ring_without_proc) == PIDFILE_OK && rung(c),
	    "a lock vouches for its holder where nobody can tell");
	end(c);
	unlink("pid");
}

int
main(void)
{
	scratch_begin();
	test_ring_holder();
	test_ring_again();
	test_ring_number();
	test_texts();
	test_deadly();
	test_errors();
	test_outside();
	if (getuid() == 0)
		test_as_root();
	scratch_end();
	return test_end();
}
