#define _POSIX_C_SOURCE 200809L
/* pidfile.c - a pidfile: who holds its write lock is the address to signal */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "notify/pidfile.h"
#include "os/os.h"

enum {
	TRIES = 100, /* a file that is replaced at every look */
	TEXT = 64, /* of a pidfile, that is looked at */
	GRAIN_NS = 2000000000 /* of the clocks that are compared */
};

/* ---- to hold one ---- */

static enum pidfile_result
lock(struct pidfile *p)
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

/* Is what the path names now the file that we have open? */
bool
pidfile_ours(const struct pidfile *p)
{
	struct stat st;

	return p->fd >= 0 && lstat(p->path, &st) == 0 && st.st_dev == p->dev &&
	    st.st_ino == p->ino;
}

/* Open and lock what is there; PIDFILE_STALE when it was replaced meanwhile. */
static enum pidfile_result
take(struct pidfile *p)
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
	result = lock(p);
	if (result == PIDFILE_OK && !pidfile_ours(p))
		return PIDFILE_STALE;
	return result;
}

static enum pidfile_result
fill(struct pidfile *p)
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
	int i, error;

	*p = (struct pidfile){ .path = path, .fd = -1 };
	/* Whoever held it before may be removing it while we open it. */
	for (i = 0; i < TRIES; i++) {
		result = take(p);
		if (result != PIDFILE_STALE)
			break;
		close(p->fd);
	}
	if (result == PIDFILE_OK)
		result = fill(p);
	if (result != PIDFILE_OK && p->fd >= 0) {
		error = errno;
		close(p->fd);
		p->fd = -1;
		errno = error;
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

/* ---- to ring one ---- */

/*
 * F_RDLCK, so that only a write lock answers (fcntl(2)).  l_pid is the holder
 * as this pid namespace sees it: 0 when it is outside, -1 when the lock
 * belongs to an open file and not to a process.
 */
static enum pidfile_result
ask_lock(int fd, struct pidfile_holder *h)
{
	struct flock fl;

	fl = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET };
	if (fcntl(fd, F_GETLK, &fl) < 0)
		return PIDFILE_ERRNO;
	h->locked = fl.l_type != F_UNLCK;
	if (h->locked)
		h->pid = fl.l_pid;
	return h->locked && h->pid < 1 ? PIDFILE_OUTSIDE : PIDFILE_OK;
}

/* The first line, a number; blanks may stand around it. */
static enum pidfile_result
ask_text(int fd, struct pidfile_holder *h)
{
	char text[TEXT + 1], *p, *end;
	ssize_t n;
	long pid;

	n = pread(fd, text, TEXT, 0);
	if (n < 0)
		return PIDFILE_ERRNO;
	text[n] = '\0';
	p = text + strspn(text, " \t");
	if (p[strspn(p, "\n")] == '\0' && strlen(text) == (size_t)n)
		return PIDFILE_EMPTY;
	pid = 0;
	for (end = p; *end >= '0' && *end <= '9' && pid < 100000000; end++)
		pid = pid * 10 + (*end - '0');
	end += strspn(end, " \t\r");
	if (end == p || (*end != '\n' && *end != '\0') || pid < 2)
		return PIDFILE_GARBAGE;
	h->pid = (pid_t)pid;
	return PIDFILE_OK;
}

/* A number that nobody vouches for may be that of a stranger by now. */
static enum pidfile_result
check_age(int fd, const struct pidfile_holder *h, bool deadly)
{
	struct stat st;
	int64_t started;

	if (fstat(fd, &st) < 0)
		return PIDFILE_ERRNO;
	if (os_started(h->pid, &started) < 0) {
		if (errno == ESRCH)
			return PIDFILE_STALE;
		return deadly ? PIDFILE_OK : PIDFILE_UNKNOWN;
	}
	return started <= os_mtime_ns(&st) + GRAIN_NS ? PIDFILE_OK
						      : PIDFILE_YOUNGER;
}

static enum pidfile_result
check_deadly(const struct pidfile_holder *h, int signo)
{
	switch (os_deadly(h->pid, signo)) {
	case 0:
		return PIDFILE_OK;
	case 1:
		return PIDFILE_DEADLY;
	default:
		return h->locked ? PIDFILE_OK : PIDFILE_UNKNOWN;
	}
}

static void
drop(int *fd)
{
	int error;

	error = errno;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = error;
}

void
pidfile_forget(struct pidfile_holder *h)
{
	if (h->pid != 0) {
		drop(&h->process);
		drop(&h->about);
	}
	h->pid = 0;
}

void
pidfile_close(struct pidfile_holder *h)
{
	drop(&h->fd);
}

/* Descriptors of it keep its number ours. */
static enum pidfile_result
get_hold(struct pidfile_holder *h, pid_t pid)
{
	pidfile_forget(h);
	h->process = os_process(pid);
	if (h->process < 0 && errno == ESRCH)
		return PIDFILE_STALE;
	h->about = h->process < 0 ? -1 : os_about(pid);
	h->pid = pid;
	return PIDFILE_OK;
}

/*
 * Are those that were kept of the process that has that number now?  Those of
 * one that is gone answer no more.
 */
static bool
holds(const struct pidfile_holder *h, pid_t pid)
{
	return h->pid == pid && h->process >= 0 &&
	    os_process_signal(h->process, 0) == 0;
}

static bool
spared(const struct pidfile_holder *h, int signo)
{
	return h->about >= 0 && os_spared(h->about, signo);
}

/* All that is asked about it, which takes a while. */
static enum pidfile_result
check(const struct pidfile_holder *h, int signo, bool deadly)
{
	enum pidfile_result result;

	result = h->locked ? PIDFILE_OK : check_age(h->fd, h, deadly);
	if (result != PIDFILE_OK || deadly || spared(h, signo))
		return result;
	return check_deadly(h, signo);
}

static enum pidfile_result
find(struct pidfile_holder *h, int signo, bool deadly)
{
	enum pidfile_result result;
	struct pidfile_holder who;
	struct stat st;

	if (fstat(h->fd, &st) < 0)
		return PIDFILE_ERRNO;
	if (!S_ISREG(st.st_mode))
		return PIDFILE_NOTFILE;
	who = (struct pidfile_holder){ 0 };
	result = ask_lock(h->fd, &who);
	if (result == PIDFILE_OK && !who.locked)
		result = ask_text(h->fd, &who);
	if (result != PIDFILE_OK)
		return result;
	if (who.pid == getpid())
		return PIDFILE_OURS;
	if (who.pid < 2)
		return PIDFILE_GARBAGE;
	h->locked = who.locked;
	/* Of one that is gone this would not be known. */
	if (h->pid == who.pid && h->locked && !deadly && spared(h, signo))
		return PIDFILE_OK;
	result = holds(h, who.pid) ? PIDFILE_OK : get_hold(h, who.pid);
	return result == PIDFILE_OK ? check(h, signo, deadly) : result;
}

enum pidfile_result
pidfile_find(struct pidfile_holder *h, const char *path, int signo, bool deadly)
{
	enum pidfile_result result;

	h->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (h->fd >= 0)
		result = find(h, signo, deadly);
	else
		result = errno == ENXIO ? PIDFILE_NOTFILE : PIDFILE_ERRNO;
	if (result != PIDFILE_OK) {
		pidfile_close(h);
		pidfile_forget(h);
	}
	return result;
}

/* Is it the holder still, whose number no other process has? */
static enum pidfile_result
still(const struct pidfile_holder *h)
{
	enum pidfile_result result;
	struct pidfile_holder now;

	if (!h->locked)
		return PIDFILE_OK;
	now = (struct pidfile_holder){ 0 };
	result = ask_lock(h->fd, &now);
	if (result == PIDFILE_OK && (!now.locked || now.pid != h->pid))
		return PIDFILE_STALE;
	return result;
}

enum pidfile_result
pidfile_signal(struct pidfile_holder *h, int signo)
{
	enum pidfile_result result;
	int sent;

	result = still(h);
	if (result != PIDFILE_OK)
		return result;
	sent = h->process >= 0 ? os_process_signal(h->process, signo)
			       : kill(h->pid, signo);
	if (sent == 0)
		return PIDFILE_OK;
	pidfile_forget(h);
	return errno == ESRCH ? PIDFILE_STALE : PIDFILE_ERRNO;
}

const char *
pidfile_why(enum pidfile_result result)
{
	static const char *const why[] = {
		[PIDFILE_OK] = "rung",
		[PIDFILE_ERRNO] = "failed",
		[PIDFILE_NOTFILE] = "not a regular file",
		[PIDFILE_HELD] = "another process holds it",
		[PIDFILE_EMPTY] = "empty, and no process holds it",
		[PIDFILE_GARBAGE] = "holds no process number above 1",
		[PIDFILE_YOUNGER] = "stale: its process is younger than it",
		[PIDFILE_STALE] = "no process holds it",
		[PIDFILE_OUTSIDE] = "its holder is outside this pid namespace",
		[PIDFILE_DEADLY] = "the signal would kill its process; "
				   "say -s to send it all the same",
		[PIDFILE_UNKNOWN] =
		    "can't tell whether the signal would kill "
		    "its process; say -s to send it all the same",
		[PIDFILE_OURS] = "names the very process that would ring it",
	};

	return why[result];
}
