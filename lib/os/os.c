#define _GNU_SOURCE
/* os.c - what differs between systems, and what a system lacks */
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"

#ifdef __APPLE__
#define st_atim st_atimespec
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif
#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

enum {
	PROC_PATH = 96, /* bytes of a path beneath /proc */
	PROC_TEXT = 4096, /* bytes read from there at a time */
	MOUNT_LINE = 16384 /* bytes of a line of /proc/self/mountinfo */
};

/* ---- files ---- */

/* Times that do not fit, from the year 2262 on or before 1678, are cut. */
static int64_t
to_ns(struct timespec ts)
{
	if (ts.tv_sec >= INT64_MAX / 1000000000)
		return INT64_MAX;
	if (ts.tv_sec <= INT64_MIN / 1000000000)
		return INT64_MIN;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
os_mtime_ns(const struct stat *st)
{
	return to_ns(st->st_mtim);
}

int64_t
os_ctime_ns(const struct stat *st)
{
	return to_ns(st->st_ctim);
}

void
os_times(const struct stat *st, struct timespec times[2])
{
	times[0] = st->st_atim;
	times[1] = st->st_mtim;
}

/* open(2): EMLINK on FreeBSD, EFTYPE on NetBSD */
bool
os_is_link(int error)
{
#ifdef EFTYPE
	if (error == EFTYPE)
		return true;
#endif
	return error == ELOOP || error == EMLINK;
}

mode_t
os_dirent_type(const struct dirent *entry)
{
#ifdef DTTOIF
	return (mode_t)DTTOIF(entry->d_type);
#else
	(void)entry;
	return 0;
#endif
}

/* O_PATH needs no right to read, and asks no file server to open anything. */
int
os_open_dir(int dir, const char *name)
{
	int fd;

	fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && os_is_link(errno))
		errno = ELOOP;
	return fd;
}

void
os_close(int fd)
{
	int error;

	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
}

/* ---- what a proc(5) like that of Linux tells ---- */

/* Read the next bytes of a file beneath /proc, as a string; how many, or -1. */
static ssize_t
proc_read(int fd, char text[PROC_TEXT])
{
	ssize_t n;

	do
		n = read(fd, text, PROC_TEXT - 1);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		text[n] = '\0';
	return n;
}

/* Open a file of a process's first thread: proc(5). */
static int
proc_open(pid_t pid, const char *name)
{
	char path[PROC_PATH];
	int fd;

	snprintf(path, sizeof path, "/proc/%ld/task/%ld/%s", (long)pid,
	    (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* The process is gone, or /proc lacks the file. */
	if (fd < 0 && errno == ENOENT && (kill(pid, 0) == 0 || errno == EPERM))
		errno = ENOSYS;
	return fd;
}

/* Numbers, with a blank after each. */
int
os_children(pid_t pid, pid_t *pids, size_t max)
{
	char text[PROC_TEXT];
	size_t count;
	ssize_t i, n;
	pid_t child;
	int fd;

	fd = proc_open(pid, "children");
	if (fd < 0)
		return -1;
	count = 0;
	child = 0;
	while ((n = proc_read(fd, text)) > 0)
		for (i = 0; i < n; i++)
			if (text[i] >= '0' && text[i] <= '9')
				child = 10 * child + (text[i] - '0');
			else {
				if (count < max)
					pids[count++] = child;
				child = 0;
			}
	os_close(fd);
	return n < 0 ? -1 : (int)count;
}

int
os_mounts(void)
{
	return open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
}

/* proc(5): blanks, tabs, newlines and backslashes are written as \\040. */
static void
unescape(char *s)
{
	char *to;

	for (to = s; *s != '\0'; s++)
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
		    s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
			    (s[3] - '0'));
			s += 3;
		} else
			*to++ = *s;
	*to = '\0';
}

/* proc(5): mount ID, parent ID, major:minor, root, mount point, and more */
static void
parse_mount(char *line, void (*each)(void *arg, const char *path, bool is_part),
    void *arg)
{
	char *field[5], *p;
	size_t i;

	p = line;
	for (i = 0; i < 5; i++) {
		field[i] = p;
		p = strchr(p, ' ');
		if (p == NULL)
			return;
		*p++ = '\0';
	}
	unescape(field[4]);
	each(arg, field[4], strcmp(field[3], "/") != 0);
}

/* The fields that matter come first; the rest of a long line is left out. */
int
os_mounts_each(int mounts,
    void (*each)(void *arg, const char *path, bool is_part), void *arg)
{
	char text[PROC_TEXT], line[MOUNT_LINE];
	ssize_t i, n;
	size_t len;

	if (lseek(mounts, 0, SEEK_SET) < 0)
		return -1;
	len = 0;
	while ((n = proc_read(mounts, text)) > 0)
		for (i = 0; i < n; i++)
			if (text[i] == '\n') {
				line[len] = '\0';
				parse_mount(line, each, arg);
				len = 0;
			} else if (len < sizeof line - 1)
				line[len++] = text[i];
	return (int)n;
}

/* ---- systems ---- */

#ifdef __linux__

/* A read lease is granted only while nobody has the file open for writing. */
int
os_has_writer(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		return 0;
	}
	return errno == EAGAIN ? 1 : -1;
}

/*
 * An O_PATH descriptor does not open the file itself, so closing it drops no
 * lock.  /proc leads from it to the file; without /proc the name has to do.
 */
int
os_open_file(int dir, const char *name, const struct stat *st)
{
	enum { FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
	char link[PROC_PATH];
	struct stat now;
	int fd, path;

	path = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (path < 0)
		return -1;
	fd = -1;
	errno = ENOENT;
	if (fstat(path, &now) == 0 && now.st_dev == st->st_dev &&
	    now.st_ino == st->st_ino && S_ISREG(now.st_mode)) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", path);
		fd = open(link, FLAGS);
		if (fd < 0 && errno == ENOENT)
			fd = openat(dir, name, FLAGS | O_NOFOLLOW);
	}
	os_close(path);
	return fd;
}

/* The answer is not read: asking renews what the kernel remembers. */
void
os_refresh(int dir, const char *name)
{
	_Alignas(uint64_t) char answer[256]; /* statx(2) */

	syscall(SYS_statx, dir, name,
	    AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC, 0xff,
	    answer);
}

/* ---- file systems ---- */

/* statfs(2), f_type: file systems that change without this kernel's knowing. */
static const struct {
	uint32_t type;
	enum os_events events;
	const char *name;
} systems[] = {
	{ 0x00006969, OS_EVENTS_OURS, "NFS" },
	{ 0xff534d42, OS_EVENTS_OURS, "CIFS" },
	{ 0xfe534d42, OS_EVENTS_OURS, "SMB" },
	{ 0x0000517b, OS_EVENTS_OURS, "SMB" },
	{ 0x01021997, OS_EVENTS_OURS, "9p" },
	{ 0x65735546, OS_EVENTS_OURS, "FUSE" },
	{ 0x786f4256, OS_EVENTS_OURS, "vboxsf" },
	{ 0x7c7c6673, OS_EVENTS_OURS, "prl_fs" },
	{ 0xbacbacbc, OS_EVENTS_OURS, "vmhgfs" },
	{ 0x5346414f, OS_EVENTS_OURS, "AFS" },
	{ 0x6b414653, OS_EVENTS_OURS, "AFS" },
	{ 0x73757245, OS_EVENTS_OURS, "Coda" },
	{ 0x00c36400, OS_EVENTS_OURS, "Ceph" },
	{ 0x0bd00bd0, OS_EVENTS_OURS, "Lustre" },
	{ 0x47504653, OS_EVENTS_OURS, "GPFS" },
	{ 0x01161970, OS_EVENTS_OURS, "GFS" },
	{ 0x7461636f, OS_EVENTS_OURS, "OCFS2" },
	{ 0x19830326, OS_EVENTS_OURS, "BeeGFS" },
	{ 0xaad7aaea, OS_EVENTS_OURS, "PanFS" },
	{ 0xbeefdead, OS_EVENTS_OURS, "SNFS" },
	{ 0x013111a8, OS_EVENTS_OURS, "IBRIX" },
	{ 0x61636673, OS_EVENTS_OURS, "ACFS" },
	{ 0x0000564c, OS_EVENTS_OURS, "NCP" },
	{ 0x00009fa0, OS_EVENTS_NONE, "proc" },
	{ 0x62656572, OS_EVENTS_NONE, "sysfs" },
	{ 0x0027e0eb, OS_EVENTS_NONE, "cgroup" },
	{ 0x63677270, OS_EVENTS_NONE, "cgroup" },
};

enum os_events
os_events(const char *path, const char **name)
{
	struct statfs fs;
	size_t i;

	*name = "";
	if (statfs(path, &fs) < 0)
		return OS_EVENTS_ALL;
	for (i = 0; i < sizeof systems / sizeof systems[0]; i++)
		if ((uint32_t)fs.f_type == systems[i].type) {
			*name = systems[i].name;
			return systems[i].events;
		}
	return OS_EVENTS_ALL;
}

/* ---- processes ---- */

static int64_t
now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return to_ns(ts);
}

/*
 * When the system booted, by the clock of now.  If this process has to wait
 * between reading the two clocks, other processes seem older, not younger.
 */
static int64_t
boot_ns(void)
{
	int64_t now;

	now = now_ns(CLOCK_REALTIME);
	return now - now_ns(CLOCK_BOOTTIME);
}

/*
 * Field 22 of /proc/PID/stat.  Field 2, the command, is in parentheses and may
 * hold any byte; field 3 is the state.
 */
int
os_started(pid_t pid, int64_t *ns)
{
	enum { STATE = 3, START = 22 };
	unsigned long long ticks;
	char text[PROC_TEXT], *p;
	ssize_t n;
	int fd, i;

	fd = proc_open(pid, "stat");
	if (fd < 0)
		return -1;
	n = proc_read(fd, text);
	os_close(fd);
	if (n < 0)
		return -1;
	p = strrchr(text, ')');
	if (p == NULL || p[1] != ' ') {
		errno = ENOSYS;
		return -1;
	}
	/* A process that has ended may not be reaped yet. */
	if (p[2] == 'Z' || p[2] == 'X') {
		errno = ESRCH;
		return -1;
	}
	p += 3;
	for (i = STATE, ticks = 0; i < START; i++)
		ticks = strtoull(p, &p, 10);
	*ns = boot_ns() +
	    (int64_t)(ticks * (1000000000 / sysconf(_SC_CLK_TCK)));
	return 0;
}

int
os_process(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int
os_process_signal(int process, int signo)
{
	return (int)syscall(SYS_pidfd_send_signal, process, signo, NULL, 0);
}

int
os_adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* prctl(2): a parent that ended before this call is not told of. */
int
os_die_with(pid_t parent, int signo)
{
	if (prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0) < 0)
		return -1;
	return getppid() == parent ? 0 : raise(signo);
}

#else /* what POSIX gives */

static int
not_here(void)
{
	errno = ENOSYS;
	return -1;
}

int
os_open_file(int dir, const char *name, const struct stat *st)
{
	(void)st;
	return openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void
os_refresh(int dir, const char *name)
{
	(void)dir;
	(void)name;
}

int
os_started(pid_t pid, int64_t *ns)
{
	(void)pid;
	(void)ns;
	return not_here();
}

int
os_process(pid_t pid)
{
	(void)pid;
	return not_here();
}

int
os_process_signal(int process, int signo)
{
	(void)process;
	(void)signo;
	return not_here();
}

int
os_adopt(void)
{
	return not_here();
}

int
os_die_with(pid_t parent, int signo)
{
	(void)parent;
	(void)signo;
	return not_here();
}

/* ---- file systems ---- */

/* All of them are polled. */
enum os_events
os_events(const char *path, const char **name)
{
	(void)path;
	*name = "";
	return OS_EVENTS_ALL;
}

int
os_has_writer(int fd)
{
	(void)fd;
	return not_here();
}

#endif
