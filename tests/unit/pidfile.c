#define _GNU_SOURCE /* chroot, F_OFD_SETLK */
/* pidfile.c - tests of who holds a pidfile, and who is signalled through it */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "os.h"
#include "pidfile.h"
#include "scratch.h"
#include "test.h"

/* What a child does before it waits to be killed; all of them catch USR1. */
enum role {
	BYSTANDER,
	HOLDER, /* claims "pid" */
	READER, /* has a read lock on "pid" */
	OPEN_HOLDER, /* its lock belongs to the open file */
	VICTIM, /* claims "pid", but is a program that USR1 kills */
	PLAIN_VICTIM /* holds nothing, and is such a program */
};

/* A child, and the end of the pipe that tells what comes to it. */
struct child {
	pid_t pid;
	int news;
};

static int news_fd;

static void
on_signal(int signo)
{
	(void)signo;
	if (write(news_fd, "!", 1) != 1)
		_exit(9);
}

static void
lock(int type, int command)
{
	struct flock fl = { .l_type = (short)type, .l_whence = SEEK_SET };
	int fd;

	fd = open("pid", O_RDWR | O_CREAT, 0644);
	if (fd < 0 || fcntl(fd, command, &fl) < 0)
		_exit(8);
}

static void
take_role(enum role role)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct pidfile p;

	if (role != VICTIM && role != PLAIN_VICTIM)
		sigaction(SIGUSR1, &act, NULL);
	if ((role == HOLDER || role == VICTIM) &&
	    pidfile_claim("pid", &p) != PIDFILE_OK)
		_exit(8);
	if (role == VICTIM)
		fcntl(p.fd, F_SETFD, 0); /* the lock outlives exec with it */
	if (role == VICTIM || role == PLAIN_VICTIM) {
		fcntl(news_fd, F_SETFD, FD_CLOEXEC);
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(6);
	}
	if (role == READER)
		lock(F_RDLCK, F_SETLK);
#ifdef F_OFD_SETLK
	if (role == OPEN_HOLDER)
		lock(F_WRLCK, F_OFD_SETLK);
#endif
}

static struct child
start(enum role role)
{
	struct child c;
	char byte;
	int ends[2];

	if (pipe(ends) < 0)
		return (struct child){ .pid = -1, .news = -1 };
	c = (struct child){ .pid = fork(), .news = ends[0] };
	if (c.pid == 0) {
		news_fd = ends[1];
		take_role(role);
		if (write(news_fd, ".", 1) != 1)
			_exit(7);
		for (;;)
			pause();
	}
	close(ends[1]);
	if (read(c.news, &byte, 1) < 0)
		c.pid = -1;
	fcntl(c.news, F_SETFL, O_NONBLOCK);
	return c;
}

static void
end(struct child c)
{
	kill(c.pid, SIGKILL);
	waitpid(c.pid, NULL, 0);
	close(c.news);
}

/* has the signal come to it? */
static int
rung(struct child c)
{
	ssize_t n;
	char byte;

	until((n = read(c.news, &byte, 1)) == 1);
	return n == 1;
}

/* has nothing come, though it is alive and would have told? */
static int
spared(struct child c)
{
	kill(c.pid, SIGUSR1);
	return rung(c) && read(c.news, &(char){ 0 }, 1) < 0;
}

static enum pidfile_result
ring(const char *path)
{
	return pidfile_ring(path, SIGUSR1, false);
}

static void
put_number(pid_t pid)
{
	char text[40];

	snprintf(text, sizeof text, "%ld\n", (long)pid);
	scratch_put("pid", text);
}

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

static int
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* ---- to hold one ---- */

/* Reading it drops the lock of this process, so that is done last. */
static void
test_claim(void)
{
	struct pidfile p;

	ok(pidfile_claim("pid", &p) == PIDFILE_OK && p.fd >= 0 &&
		(fcntl(p.fd, F_GETFD) & FD_CLOEXEC) != 0,
	    "a pidfile is claimed, and not passed on");
	ok(holds_number(getpid()),
	    "it holds the claimer's number and a newline");
	pidfile_release(&p);
	ok(!is_there("pid") && p.fd == -1, "a release removes it");
	pidfile_release(&p);
	ok(p.fd == -1, "a second release does nothing");
	scratch_put("pid", "999999999 and a long stale text\nof two lines\n");
	ok(pidfile_claim("pid", &p) == PIDFILE_OK && holds_number(getpid()),
	    "a stale one is taken over, and nothing of it is left");
	pidfile_release(&p);
}

static void
test_held(void)
{
	struct pidfile p;
	struct child c;

	c = start(HOLDER);
	ok(pidfile_claim("pid", &p) == PIDFILE_HELD && p.fd == -1 &&
		p.holder == c.pid,
	    "a held pidfile is refused, and its holder told");
	ok(holds_number(c.pid), "what stands in it is left alone");
	pidfile_release(&p);
	ok(is_there("pid"), "who was refused releases nothing");
	ok(link("pid", "hard") == 0 &&
		pidfile_claim("hard", &p) == PIDFILE_HELD,
	    "a hard link to a held one is refused");
	unlink("hard");
	ok(ring("pid") == PIDFILE_OK && rung(c),
	    "after all that the holder still holds it");
	end(c);
	ok(holds_number(c.pid) && pidfile_claim("pid", &p) == PIDFILE_OK &&
		holds_number(getpid()),
	    "what a killed holder left is taken over");
	pidfile_release(&p);
	c = start(READER);
	ok(pidfile_claim("pid", &p) == PIDFILE_HELD && p.holder == c.pid,
	    "a reader's lock keeps a claimer out");
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
		snprintf(name, sizeof name, "%s is no pidfile", paths[i]);
		ok(pidfile_claim(paths[i], &p) == PIDFILE_NOTFILE && p.fd == -1,
		    name);
	}
	scratch_sh("echo 5 | cmp -s - target && test ! -e nowhere");
	ok(1, "what links lead to is left alone");
	ok(pidfile_claim("nodir/pid", &p) == PIDFILE_ERRNO && errno == ENOENT,
	    "without its directory it can't be");
	ok(pidfile_claim("target/pid", &p) == PIDFILE_ERRNO && errno == ENOTDIR,
	    "nor beneath a file");
	ok(ring("dir") == PIDFILE_NOTFILE && ring("fifo") == PIDFILE_NOTFILE &&
		ring("/dev/null") == PIDFILE_NOTFILE,
	    "directories, FIFOs and devices are not rung");
	scratch_sh("rm -r link dangling dir fifo target");
}

static void
test_release(void)
{
	struct pidfile p;

	pidfile_claim("pid", &p);
	scratch_sh("rm pid && echo 4321 >pid");
	pidfile_release(&p);
	ok(is_there("pid"), "another's file at the same path is not removed");
	unlink("pid");
	pidfile_claim("pid", &p);
	unlink("pid");
	pidfile_release(&p);
	ok(!is_there("pid") && p.fd == -1, "one removed before is no trouble");
	pidfile_claim("pid", &p);
	scratch_sh("mv pid was && ln -s was pid");
	pidfile_release(&p);
	ok(is_there("pid") && is_there("was"),
	    "a link in its place is not removed, nor what it leads to");
	scratch_sh("rm pid was");
}

/* Claimers and releasers in a crowd: never two at once. */
static void
crowd(void)
{
	enum pidfile_result result;
	struct pidfile p;
	int i, got, fd;

	got = 0;
	for (i = 0; i < 2000; i++) {
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
	ok(well, "of many that claim and release, one at a time holds it");
	ok(!is_there("pid"), "the last one leaves nothing behind");
}

/* ---- to ring one ---- */

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
	ok(ring("pid") == PIDFILE_STALE && spared(other),
	    "when the holder is gone its number is rung no more");
	end(other);
	unlink("pid");
	pidfile_claim("pid", &p);
	ok(ring("pid") != PIDFILE_OK, "who holds it does not ring itself");
	pidfile_release(&p);
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
	ok(ring("pid") == PIDFILE_STALE && spared(c),
	    "a process younger than the file is a stranger");
	ok(pidfile_ring("pid", SIGUSR1, true) == PIDFILE_STALE && spared(c),
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
	ok(pidfile_ring("pid", SIGUSR1, true) == PIDFILE_OK &&
		waitpid(c.pid, &status, 0) == c.pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGUSR1,
	    "unless the user named the signal");
	close(c.news);
	c = start(PLAIN_VICTIM);
	put_number(c.pid);
	ok(ring("pid") == PIDFILE_DEADLY &&
		waitpid(c.pid, &status, WNOHANG) == 0,
	    "a number without a lock is spared as well");
	ok(pidfile_ring("pid", SIGTERM, true) == PIDFILE_OK &&
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

/* the status of a child that runs this */
static int
apart(void (*run)(void))
{
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0) {
		run();
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

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
		_exit(pidfile_ring("pid", SIGUSR1, true));
}

static void
ring_as_nobody(void)
{
	if (setgid(65534) == 0 && setuid(65534) == 0)
		_exit(ring("pid") == PIDFILE_ERRNO ? errno : 0);
}

static void
claim_as_nobody(void)
{
	struct pidfile p;

	if (setgid(65534) == 0 && setuid(65534) == 0)
		_exit(pidfile_claim("new", &p) == PIDFILE_ERRNO ? errno : 0);
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
	ok(apart(claim_as_nobody) == EACCES && !is_there("new"),
	    "a directory we may not write to: EACCES");
	end(c);
	unlink("pid");
	c = start(HOLDER);
	ok(apart(ring_without_proc) == PIDFILE_OK && rung(c),
	    "a lock vouches for its holder where nobody can tell");
	end(c);
	unlink("pid");
}

static void
test_words(void)
{
	int i, all;

	all = 1;
	for (i = PIDFILE_OK; i <= PIDFILE_OURS; i++)
		all = all && pidfile_why(i) != NULL && *pidfile_why(i) != '\0';
	ok(all, "each result has its words");
}

int
main(void)
{
	scratch_begin();
	test_claim();
	test_held();
	test_not_files();
	test_release();
	test_races();
	test_ring_holder();
	test_ring_number();
	test_texts();
	test_deadly();
	test_errors();
	test_outside();
	if (getuid() == 0)
		test_as_root();
	test_words();
	scratch_end();
	return test_end();
}
