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
	    "a file's time is in nanoseconds");
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

/* If a type is known, it is the right one. */
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
	ok(right && seen == 6, "the types of directory entries are right");
}

/* Start a child that does this and then waits to be killed. */
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
	    "this process started within the last hour");
	before = now_ns();
	pid = child(plain);
	ok(os_started(pid, &its) == 0 && its > ours - GRAIN_NS &&
		its > before - GRAIN_NS && its < now_ns() + GRAIN_NS,
	    "a child's start is the time of its fork");
	kill(pid, SIGKILL);
	until(os_started(pid, &its) < 0);
	ok(os_started(pid, &its) == -1 && errno == ESRCH,
	    "a zombie has no start: ESRCH");
	waitpid(pid, &status, 0);
	ok(os_started(pid, &its) == -1 && errno == ESRCH,
	    "a reaped process has no start: ESRCH");
}

/* /proc/PID/stat holds the name of the program, in parentheses. */
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
	    "a descriptor of a process is closed at exec");
	ok(os_process_signal(process, SIGTERM) == 0 &&
		waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGTERM,
	    "a signal sent through it arrives");
	ok(os_process_signal(process, SIGTERM) == -1 && errno == ESRCH,
	    "after the process has ended, it signals none: ESRCH");
	close(process);
	ok(os_process(pid) == -1 && errno == ESRCH,
	    "a process that is gone cannot be opened: ESRCH");
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
	    "directories are opened, and closed at exec");
	ok(fstatat(dir, "file", &st, 0) == 0 && S_ISREG(st.st_mode),
	    "their entries can be reached");
	ok(os_open_dir(dir, "link") == -1 &&
		(errno == ELOOP || errno == ENOTDIR),
	    "a link to a directory is refused");
	ok(os_open_dir(dir, "file") == -1 && errno == ENOTDIR,
	    "a file is not a directory: ENOTDIR");
	ok(os_open_dir(dir, "missing") == -1 && errno == ENOENT,
	    "a missing directory: ENOENT");
	close(fd);
	close(dir);
	chmod("on", 0755);
}

/* Open the file "it" if it is still the file that st describes. */
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

/* On Linux no other file is opened: closing it would drop a lock. */
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
	    "a file is opened, and closed at exec");
	close(fd);
	held = open("other", O_RDWR | O_CLOEXEC);
	ok(fcntl(held, F_SETLK, &lock) == 0 && rename("other", "it") == 0 &&
		open_as(&st) == -1,
	    "a file that has taken its place is not opened");
	scratch_sh("ln -s missing link && mkfifo fifo");
	for (i = 0; i < 3; i++) {
		rename(i == 0 ? "link" : i == 1 ? "fifo" : "nothing", "it");
		if (open_as(&st) != -1)
			break;
	}
	ok(i == 3, "a link or a FIFO in its place is not opened");
	close(held);
	remove("it");
}

/* More children than one read returns. */
static void
test_children(void)
{
	enum { MANY = 700 };
	pid_t pids[MANY + 1], born[MANY];
	int i, j, n, found;

	n = os_children(getpid(), pids, MANY + 1);
	if (n < 0 && errno == ENOSYS)
		return;
	ok(n == 0, "a process without children has none");
	for (i = 0; i < MANY; i++)
		born[i] = child(plain);
	n = os_children(getpid(), pids, MANY + 1);
	found = 0;
	for (i = 0; i < n; i++)
		for (j = 0; j < MANY; j++)
			found += pids[i] == born[j];
	ok(n == MANY && found == MANY, "many children are all listed");
	ok(os_children(getpid(), pids, 3) == 3,
	    "no more children are listed than asked for");
	for (i = 0; i < MANY; i++)
		end(born[i]);
	ok(os_children(getpid(), pids, MANY) == 0,
	    "children that have ended are not listed");
	ok(os_children(born[0], pids, MANY) == -1 && errno == ESRCH,
	    "a process that has ended has no children: ESRCH");
}

/* Leave no descriptor. */
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
	less.rlim_cur = (rlim_t)free_fd;
	setrlimit(RLIMIT_NOFILE, &less);
	ok(os_children(getpid(), pids, 2) == -1 && errno == EMFILE,
	    "if children cannot be read, that is an error: EMFILE");
	setrlimit(RLIMIT_NOFILE, &limit);
	ok(os_children(getpid(), pids, 2) == 1 && pids[0] == pid,
	    "after that they are listed again");
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
	    "asking the server changes no file, and a missing one is no error");
	close(fd);
}

/* ---- file systems ---- */

static void
test_events(void)
{
	const char *name;

	ok(os_events("/proc", &name) == OS_EVENTS_NONE &&
		strcmp(name, "proc") == 0,
	    "/proc raises no events");
	ok(os_events(scratch, &name) == OS_EVENTS_ALL && *name == '\0',
	    "a directory on a disk raises all events");
	ok(os_events("nowhere", &name) == OS_EVENTS_ALL,
	    "for a missing path, all events are expected");
}

/* Counts of the mounts that were reported. */
static struct {
	int roots, others, parts;
	uint64_t sum;
} mounted;

static void
on_mount(void *arg, const char *path, bool is_part)
{
	*(int *)arg += 1;
	mounted.roots += strcmp(path, "/") == 0;
	mounted.others += *path != '/';
	mounted.parts += is_part;
	mounted.sum += strlen(path);
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
	    "the descriptor for mounts is closed at exec");
	n = again = 0;
	ok(os_mounts_each(mounts, on_mount, &n) == 0 && n > 0 &&
		mounted.roots > 0 && mounted.others == 0,
	    "each mount has an absolute path");
	sum = mounted.sum;
	mounted.sum = 0;
	ok(os_mounts_each(mounts, on_mount, &again) == 0 &&
		(again != n || mounted.sum == sum),
	    "a second look finds the same mounts");
	close(mounts);
	ok(os_mounts_each(mounts, on_mount, &n) == -1 && errno == EBADF,
	    "a bad descriptor: EBADF");
}

/* Collect the paths of a file that has the format of mountinfo. */
static void
on_line(void *arg, const char *path, bool is_part)
{
	char *text;
	size_t n;

	text = arg;
	n = strlen(text);
	snprintf(text + n, 200 - n, "%s%s", path, is_part ? "(part) " : " ");
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
	    "paths of any bytes and lines of any length are read");
	close(fd);
}

/* Other systems than Linux lack what the rest of the tests needs. */
static int
has_processes(void)
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
	if (has_processes()) {
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
		    "this system lacks it: ENOSYS");
	scratch_end();
	return test_end();
}
