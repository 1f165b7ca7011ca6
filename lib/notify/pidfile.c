#define _POSIX_C_SOURCE 200809L
/* pidfile.c - a pidfile: its lock, and the process that it signals */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "notify/pidfile.h"
#include "os/os.h"

enum {
	TRIES = 100, /* to open a file that is replaced each time */
	TEXT = 64, /* bytes of a pidfile that are read */
	PID_MOST = 999999999, /* no system has larger numbers */
	/* How much older than its process a file may seem. */
	GRAIN_NS = 50000000, /* ticks of the process table and of stamps */
	GRAIN_WHOLE_NS = 2000000000 /* stamps in seconds, on FAT in pairs */
};

/* ---- claiming ---- */

static enum pidfile_result
lock_file(struct pidfile *p)
{
	struct flock fl;

	fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(p->fd, F_SETLK, &fl) == 0)
		return PIDFILE_OK;
	if (errno != EACCES && errno != EAGAIN)
		return PIDFILE_ERRNO;
	fl.l_type = F_WRLCK;
	if (fcntl(p->fd, F_GETLK, &fl) == 0 && fl.l_type != F_UNLCK)
		p->holder = fl.l_pid;
	return PIDFILE_HELD;
}

bool
pidfile_ours(const struct pidfile *p)
{
	struct stat st;

	return p->fd >= 0 && lstat(p->path, &st) == 0 && st.st_dev == p->dev &&
	    st.st_ino == p->ino;
}

/* Open and lock the file; PIDFILE_STALE if it was replaced meanwhile. */
static enum pidfile_result
open_and_lock(struct pidfile *p)
{
	enum pidfile_result result;
	struct stat st;

	p->fd = open(p->path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
	    0644);
	if (p->fd < 0)
		return os_is_link(errno) || errno == EISDIR || errno == ENXIO
		    ? PIDFILE_NOTFILE
		    : PIDFILE_ERRNO;
	if (fstat(p->fd, &st) < 0)
		return PIDFILE_ERRNO;
	if (!S_ISREG(st.st_mode))
		return PIDFILE_NOTFILE;
	p->dev = st.st_dev;
	p->ino = st.st_ino;
	result = lock_file(p);
	if (result == PIDFILE_OK && !pidfile_ours(p))
		return PIDFILE_STALE;
	return result;
}

/*
 * The number in a file without a lock may have passed on to another process.
 * That process is younger than the file.
 */
static enum pidfile_result
check_age(int fd, pid_t pid)
{
	struct stat st;
	int64_t started, written, grain;

	if (fstat(fd, &st) < 0)
		return PIDFILE_ERRNO;
	if (os_started(pid, &started) < 0)
		return errno == ESRCH ? PIDFILE_STALE : PIDFILE_UNKNOWN;
	written = os_mtime_ns(&st);
	grain = written % 1000000000 == 0 ? GRAIN_WHOLE_NS : GRAIN_NS;
	return started - grain <= written ? PIDFILE_OK : PIDFILE_YOUNGER;
}

/* Only a pidfile may be overwritten: nothing, or a number and a newline. */
static enum pidfile_result
check_text(struct pidfile *p)
{
	char text[TEXT];
	struct stat st;
	int64_t number;
	ssize_t n;
	size_t digits;

	if (fstat(p->fd, &st) < 0 ||
	    (n = pread(p->fd, text, sizeof text, 0)) < 0)
		return PIDFILE_ERRNO;
	digits = str_digits(text, (size_t)n, &number);
	if (st.st_nlink != 1 || (n > 0 && digits == 0) ||
	    (n > (ssize_t)digits &&
		(n > (ssize_t)digits + 1 || text[digits] != '\n')))
		return PIDFILE_OTHER;
	/* A shell may have written our own number before exec. */
	if (n == 0 || number < 1 || number > PID_MOST || number == getpid() ||
	    check_age(p->fd, (pid_t)number) != PIDFILE_OK)
		return PIDFILE_OK;
	p->holder = (pid_t)number;
	return PIDFILE_HELD;
}

static enum pidfile_result
write_number(struct pidfile *p)
{
	char text[TEXT];
	int n;

	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(p->fd, 0) < 0 || write(p->fd, text, (size_t)n) != n)
		return PIDFILE_ERRNO;
	return PIDFILE_OK;
}

enum pidfile_result
pidfile_claim(const char *path, struct pidfile *p)
{
	enum pidfile_result result;
	int i;

	*p = (struct pidfile){ .path = path, .fd = -1 };
	/* Its former holder may remove the file while we open it. */
	result = PIDFILE_STALE;
	for (i = 0; i < TRIES && result == PIDFILE_STALE; i++) {
		os_close(p->fd);
		result = open_and_lock(p);
	}
	if (result == PIDFILE_OK)
		result = check_text(p);
	if (result == PIDFILE_OK)
		result = write_number(p);
	if (result != PIDFILE_OK) {
		os_close(p->fd);
		p->fd = -1;
	}
	return result;
}

void
pidfile_release(struct pidfile *p)
{
	if (p->fd < 0)
		return;
	if (pidfile_ours(p))
		unlink(p->path);
	close(p->fd);
	p->fd = -1;
}

/* ---- signalling ---- */

/*
 * Set *pid to the process that has the file locked, to 0 if none has.  F_RDLCK
 * asks for write locks only (fcntl(2)).  The kernel answers with the process's
 * number in our pid namespace: 0 for a process outside of it, -1 for a lock
 * that belongs to an open file.
 */
static enum pidfile_result
query_lock(int fd, pid_t *pid)
{
	struct flock fl;

	*pid = 0;
	fl = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET };
	if (fcntl(fd, F_GETLK, &fl) < 0)
		return PIDFILE_ERRNO;
	if (fl.l_type == F_UNLCK)
		return PIDFILE_OK;
	*pid = fl.l_pid;
	return fl.l_pid < 1 ? PIDFILE_OUTSIDE : PIDFILE_OK;
}

/* The first line is a number; blanks may surround it. */
static enum pidfile_result
read_number(int fd, pid_t *pid)
{
	char text[TEXT + 1], *p, *end;
	int64_t number;
	ssize_t n;

	n = pread(fd, text, TEXT, 0);
	if (n < 0)
		return PIDFILE_ERRNO;
	text[n] = '\0';
	p = text + strspn(text, " \t");
	if (p + strspn(p, "\n") == text + n)
		return PIDFILE_EMPTY;
	end = p + str_digits(p, strlen(p), &number);
	end += strspn(end, " \t\r");
	if (number < 2 || number > PID_MOST || (end < text + n && *end != '\n'))
		return PIDFILE_GARBAGE;
	*pid = (pid_t)number;
	return PIDFILE_OK;
}

/* The process may have ended, and dropped its lock, since it was asked for. */
static enum pidfile_result
check_lock(int fd, pid_t pid)
{
	enum pidfile_result result;
	pid_t now;

	result = query_lock(fd, &now);
	return result == PIDFILE_OK && now != pid ? PIDFILE_STALE : result;
}

/*
 * Open the process before checking it: a descriptor never stands for a later
 * process with the same number.  Without such descriptors the number has to do.
 */
static enum pidfile_result
check_and_send(int fd, pid_t pid, bool locked, int signo)
{
	enum pidfile_result result;
	int process, sent;

	process = os_process(pid);
	if (process < 0 && errno == ESRCH)
		return PIDFILE_STALE;
	result = locked ? check_lock(fd, pid) : check_age(fd, pid);
	if (result == PIDFILE_OK) {
		sent = process >= 0 ? os_process_signal(process, signo)
				    : kill(pid, signo);
		if (sent < 0)
			result = errno == ESRCH ? PIDFILE_STALE : PIDFILE_ERRNO;
	}
	os_close(process);
	return result;
}

static enum pidfile_result
signal_file(int fd, int signo)
{
	enum pidfile_result result;
	struct stat st;
	bool locked;
	pid_t pid;

	if (fstat(fd, &st) < 0)
		return PIDFILE_ERRNO;
	if (!S_ISREG(st.st_mode))
		return PIDFILE_NOTFILE;
	result = query_lock(fd, &pid);
	locked = pid > 0;
	if (result == PIDFILE_OK && !locked)
		result = read_number(fd, &pid);
	if (result != PIDFILE_OK)
		return result;
	return pid == getpid() ? PIDFILE_OURS
			       : check_and_send(fd, pid, locked, signo);
}

enum pidfile_result
pidfile_signal(const char *path, int signo)
{
	enum pidfile_result result;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENXIO ? PIDFILE_NOTFILE : PIDFILE_ERRNO;
	result = signal_file(fd, signo);
	os_close(fd);
	return result;
}

const char *
pidfile_why(enum pidfile_result result)
{
	static const char *const why[] = {
		[PIDFILE_OK] = "signalled",
		[PIDFILE_ERRNO] = "failed",
		[PIDFILE_NOTFILE] = "not a regular file",
		[PIDFILE_HELD] = "another process holds it",
		[PIDFILE_OTHER] = "not a pidfile, so it is left alone",
		[PIDFILE_EMPTY] = "empty, and no process holds it",
		[PIDFILE_GARBAGE] = "holds no process number above 1",
		[PIDFILE_STALE] = "no process holds it",
		[PIDFILE_YOUNGER] = "stale: the process with its number "
				    "started after it was written",
		[PIDFILE_UNKNOWN] = "not locked, and this system does not tell "
				    "whether its process is older than it",
		[PIDFILE_OUTSIDE] = "its holder is outside this pid namespace",
		[PIDFILE_OURS] = "names the very process that would signal it",
	};

	return why[result];
}
