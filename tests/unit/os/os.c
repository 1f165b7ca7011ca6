#define _XOPEN_SOURCE 700
/* os.c - tests of what differs between systems */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "os/os.h"

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
test_mtime(void)
{
	struct timespec times[2] = { { .tv_sec = 1, .tv_nsec = 2 },
		{ .tv_sec = 1234567890, .tv_nsec = 123456789 } };
	struct stat st;

	scratch_put("file", "");
	utimensat(AT_FDCWD, "file", times, 0);
	stat("file", &st);
	ok(os_mtime_ns(&st) == 1234567890123456789,
	    "a file's time is told in nanoseconds");
	times[1] = (struct timespec){ .tv_sec = -1 };
	utimensat(AT_FDCWD, "file", times, 0);
	stat("file", &st);
	ok(os_mtime_ns(&st) == -1000000000, "a time before 1970 is negative");
	times[1] = (struct timespec){ .tv_sec = 15000000000 };
	utimensat(AT_FDCWD, "file", times, 0);
	stat("file", &st);
	ok(os_mtime_ns(&st) > 1234567890123456789,
	    "a time in the far future is not before 1970");
}

/* Where the type is told, it is the right one. */
static void
test_types(void)
{
	const struct dirent *entry;
	struct stat st;
	mode_t type;
	int right, seen;
	DIR *dir;

	scratch_sh("mkdir types && cd types && mkdir dir && : >file && "
		   "ln -s dir link && mkfifo fifo");
	dir = opendir("types");
	right = 1;
	for (seen = 0; (entry = readdir(dir)) != NULL; seen++) {
		type = os_dirent_type(entry);
		right = right &&
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    (type == 0 || type == (st.st_mode & S_IFMT));
	}
	closedir(dir);
	ok(right && seen == 6, "a directory tells what its entries are");
}

/* A child that does this and then waits to be killed. */
static pid_t
child(void (*prepare)(void))
{
	char byte;
	pid_t pid;
	int ends[2];

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prepare();
		if (write(ends[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	if (read(ends[0], &byte, 1) != 1)
		return -1;
	close(ends[0]);
	close(ends[1]);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
plain(void)
{
}

enum { GRAIN_NS = 20000000 /* two ticks of the process table */ };

static void
test_started(void)
{
	int64_t ours, its, before;
	pid_t pid;
	int status;

	ok(os_started(getpid(), &ours) == 0 && ours <= now_ns() &&
		ours > now_ns() - 3600 * (int64_t)1000000000,
	    "this process started not long ago");
	before = now_ns();
	pid = child(plain);
	ok(os_started(pid, &its) == 0 && its > ours - GRAIN_NS &&
		its > before - GRAIN_NS && its < now_ns() + GRAIN_NS,
	    "a child's start is when it was forked, as clocks go");
	kill(pid, SIGKILL);
	until(os_started(pid, &its) < 0);
	ok(os_started(pid, &its) == -1 && errno == ESRCH,
	    "a process that has ended is gone, waited for or not");
	waitpid(pid, &status, 0);
	ok(os_started(pid, &its) == -1 && errno == ESRCH,
	    "a process that was waited for is gone");
}

/* The name of a program stands in its line of facts, in parentheses. */
static void
test_odd_name(void)
{
	static const char name[] = ") Z 1 (\n) 2";
	int64_t its;
	pid_t pid;
	char byte;
	int ends[2];

	scratch_sh("cp \"$(command -v sleep)\" ') Z 1 (\n) 2'");
	if (pipe(ends) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		execl(name, name, "100", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	ok(read(ends[0], &byte, 1) == 0 && os_started(pid, &its) == 0 &&
		its > now_ns() - 60000000000 && its < now_ns() + GRAIN_NS,
	    "a program's odd name does not hide its start");
	close(ends[0]);
	end(pid);
}

static void
test_process(void)
{
	int process, status;
	pid_t pid;

	pid = child(plain);
	process = os_process(pid);
	if (process < 0 && errno == ENOSYS) {
		end(pid);
		return;
	}
	ok(process >= 0 && (fcntl(process, F_GETFD) & FD_CLOEXEC) != 0,
	    "a descriptor stands for a process, and closes at exec");
	ok(os_process_signal(process, SIGTERM) == 0 &&
		waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGTERM,
	    "a signal sent through it arrives");
	ok(os_process_signal(process, SIGTERM) == -1 && errno == ESRCH,
	    "through it nobody else is signalled later");
	close(process);
	ok(os_process(pid) == -1 && errno == ESRCH,
	    "no descriptor stands for a process that is gone");
}

static void
test_open_dir(void)
{
	struct stat st;
	int dir, fd;

	scratch_sh("mkdir -p on/to && : >on/file && ln -s to on/link && "
		   "chmod 311 on");
	dir = os_open_dir(AT_FDCWD, "on");
	fd = os_open_dir(dir, "to");
	ok(dir >= 0 && fd >= 0 && (fcntl(dir, F_GETFD) & FD_CLOEXEC) != 0,
	    "directories are opened to go on from, and not passed on");
	ok(fstatat(dir, "file", &st, 0) == 0 && S_ISREG(st.st_mode),
	    "what is in them can be reached");
	ok(os_open_dir(dir, "link") == -1 &&
		(errno == ELOOP || errno == ENOTDIR),
	    "a link to one is not");
	ok(os_open_dir(dir, "file") == -1 && errno == ENOTDIR,
	    "nor is a file: ENOTDIR");
	ok(os_open_dir(dir, "missing") == -1 && errno == ENOENT,
	    "nor what is not there: ENOENT");
	close(fd);
	close(dir);
	chmod("on", 0755);
}

/* the descriptor of what the name stands for now, if it is what st tells of */
static int
open_as(const struct stat *st)
{
	struct stat now;
	int fd;

	fd = os_open_file(AT_FDCWD, "it", st);
	if (fd < 0)
		return -1;
	if (fstat(fd, &now) == 0 && now.st_ino == st->st_ino &&
	    now.st_dev == st->st_dev)
		return fd;
	close(fd);
	return -1;
}

/* On Linux nothing else is opened: a lock that closing would drop still holds. */
static void
test_open_file(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat st;
	char c;
	int fd, held, i;

	scratch_sh("echo one >it && echo two >other");
	stat("it", &st);
	fd = open_as(&st);
	ok(fd >= 0 && read(fd, &c, 1) == 1 && c == 'o' &&
		(fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0,
	    "a file that was seen is opened, and not passed on");
	close(fd);
	held = open("other", O_RDWR | O_CLOEXEC);
	ok(fcntl(held, F_SETLK, &lock) == 0 && rename("other", "it") == 0 &&
		open_as(&st) == -1,
	    "what has taken its place is not");
	scratch_sh("ln -s missing link && mkfifo fifo");
	for (i = 0; i < 3; i++) {
		rename(i == 0 ? "link" : i == 1 ? "fifo" : "nothing", "it");
		if (open_as(&st) != -1)
			break;
	}
	ok(i == 3,
	    "nor is a link, or a FIFO, whose other end nobody waits for");
	close(held);
	remove("it");
}

/* More of them than a page of the list holds. */
static void
test_children(void)
{
	enum { MANY = 700 };
	pid_t pids[MANY + 1], born[MANY];
	int i, j, n, found;

	n = os_children(getpid(), pids, MANY + 1);
	if (n < 0 && errno == ENOSYS)
		return;
	ok(n == 0, "who has no children has none");
	for (i = 0; i < MANY; i++)
		born[i] = child(plain);
	n = os_children(getpid(), pids, MANY + 1);
	found = 0;
	for (i = 0; i < n; i++)
		for (j = 0; j < MANY; j++)
			found += pids[i] == born[j];
	ok(n == MANY && found == MANY, "many children are all told");
	ok(os_children(getpid(), pids, 3) == 3, "but no more than asked for");
	for (i = 0; i < MANY; i++)
		end(born[i]);
	ok(os_children(getpid(), pids, MANY) == 0, "the gone are not");
	ok(os_children(born[0], pids, MANY) == -1 && errno == ESRCH,
	    "nor are theirs");
}

/* Descriptors for the directory of its threads, but for none of these. */
static void
test_children_unread(void)
{
	struct rlimit limit, less;
	pid_t pid, pids[2];
	int free_fd;

	pid = child(plain);
	free_fd = dup(0);
	close(free_fd);
	getrlimit(RLIMIT_NOFILE, &limit);
	less = limit;
	less.rlim_cur = (rlim_t)free_fd + 1;
	setrlimit(RLIMIT_NOFILE, &less);
	ok(os_children(getpid(), pids, 2) == -1 && errno == EMFILE,
	    "children that can't be read are not taken for none");
	setrlimit(RLIMIT_NOFILE, &limit);
	ok(os_children(getpid(), pids, 2) == 1 && pids[0] == pid,
	    "they are there");
	end(pid);
}

static void
test_refresh(void)
{
	struct stat st;
	int fd;

	scratch_put("asked", "x");
	fd = open("asked", O_WRONLY);
	os_refresh(fd, "");
	os_refresh(AT_FDCWD, "asked");
	os_refresh(AT_FDCWD, "missing");
	ok(fstat(fd, &st) == 0 && st.st_size == 1,
	    "to ask anew changes nothing of a file, there or not");
	close(fd);
}

/* ---- file systems ---- */

static void
test_events(void)
{
	const char *name;

	ok(os_events("/proc", &name) == OS_EVENTS_NONE &&
		strcmp(name, "proc") == 0,
	    "what is not on a disk tells of no changes");
	ok(os_events(scratch, &name) == OS_EVENTS_ALL && *name == '\0',
	    "what is on one does");
	ok(os_events("nowhere", &name) == OS_EVENTS_ALL,
	    "of what is not there nothing is presumed");
}

/* What was told of mounts: of the root, and in all. */
static struct {
	int roots, others, parts;
	uint64_t sum;
} mounted;

static void
on_mount(void *arg, const char *path, uint64_t id, bool part)
{
	*(int *)arg += 1;
	mounted.roots += strcmp(path, "/") == 0;
	mounted.others += *path != '/';
	mounted.parts += part;
	mounted.sum += id;
}

static void
test_mounts(void)
{
	uint64_t sum;
	int mounts, n, again;

	mounts = os_mounts();
	if (mounts < 0)
		return;
	ok((fcntl(mounts, F_GETFD) & FD_CLOEXEC) != 0,
	    "a descriptor stands for all mounts, and closes at exec");
	n = again = 0;
	ok(os_mounts_each(mounts, on_mount, &n) == 0 && n > 0 &&
		mounted.roots > 0 && mounted.others == 0,
	    "each is told by its path");
	sum = mounted.sum;
	mounted.sum = 0;
	ok(os_mounts_each(mounts, on_mount, &again) == 0 &&
		(again != n || mounted.sum == sum),
	    "and the same way another time");
	close(mounts);
	ok(os_mounts_each(mounts, on_mount, &n) == -1 && errno == EBADF,
	    "what goes wrong is told");
}

/* Any file will do: its lines are what counts. */
static void
on_line(void *arg, const char *path, uint64_t id, bool part)
{
	char *text;
	size_t n;

	(void)id;
	text = arg;
	n = strlen(text);
	snprintf(text + n, 200 - n, "%s%s", path, part ? "(part) " : " ");
}

static void
test_lines(void)
{
	char got[200] = "";
	FILE *f;
	int fd, i;

	f = fopen("mountinfo", "w");
	fputs("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
	      "2 1 8:1 /a\\040b /mnt/with\\040blank\\011tab rw - ext4 x rw\n"
	      "3 1 8:1 / /back\\134slash\\012 rw - ext4 x rw\n"
	      "4 1 0:5 / /long rw - overlay x rw,lowerdir=",
	    f);
	for (i = 0; i < 10000; i++)
		fputs("/layer:", f);
	fputs("\n5 1 0:6 / /last rw - tmpfs none rw\nhalf a line", f);
	fclose(f);
	fd = open("mountinfo", O_RDONLY);
	ok(os_mounts_each(fd, on_line, got) == 0 &&
		strcmp(got,
		    "/ /mnt/with blank\ttab(part) /back\\slash\n "
		    "/long /last ") == 0,
	    "paths with odd characters and lines of any length are told");
	close(fd);
}

/* A system that can't tell says so; what is asked of it here is the rest. */
static int
can_tell(void)
{
	int64_t ns;

	return os_started(getpid(), &ns) == 0 || errno != ENOSYS;
}

int
main(void)
{
	scratch_begin();
	test_mtime();
	test_types();
	test_open_dir();
	test_open_file();
	test_refresh();
	if (can_tell()) {
		test_started();
		test_odd_name();
		test_process();
		test_events();
		test_mounts();
		test_lines();
		test_children();
		test_children_unread();
	} else
		ok(os_process(getpid()) == -1 && errno == ENOSYS,
		    "where this system can't tell, it says so");
	scratch_end();
	return test_end();
}
