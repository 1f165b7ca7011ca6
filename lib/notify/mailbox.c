#define _POSIX_C_SOURCE 200809L
/* mailbox.c - the mailbox of a pidfile: changes that wait for its process */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "notify/mailbox.h"
#include "os/os.h"

enum {
	TRIES = 10, /* to open a file that is replaced each time */
	YIELDS = 20, /* to wait for the lock, before sleeping */
	NAP_NS = 500000,
	FLAGS = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC
};

static const char anything[] = "*\n\n";

enum { ANYTHING = sizeof anything - 1 };

enum mailbox_result
mailbox_path(const char *pidfile, char path[MAILBOX_PATH])
{
	const char *name;
	int n;

	name = str_base(pidfile);
	n = snprintf(path, MAILBOX_PATH, "%.*s.%s.box", (int)(name - pidfile),
	    pidfile, name);
	if (n >= 0 && n < MAILBOX_PATH)
		return MAILBOX_OK;
	errno = ENAMETOOLONG;
	return MAILBOX_ERRNO;
}

/* ---- opening and locking ---- */

/*
 * Check the file before opening it: that would wake the reader of a FIFO or
 * start a device, and closing another name of our pidfile would drop its lock.
 */
static enum mailbox_result
check_file(const char *path, struct stat *st)
{
	if (lstat(path, st) < 0)
		return errno == ENOENT ? MAILBOX_NONE : MAILBOX_ERRNO;
	return S_ISREG(st->st_mode) && st->st_nlink == 1 ? MAILBOX_OK
							 : MAILBOX_NOTFILE;
}

/*
 * A writer that has just sent the signal holds the lock for a moment more.  If
 * it lost its processor to us, it needs only that back, and a sleep would take
 * longer.
 */
static enum mailbox_result
lock_file(int fd)
{
	static const struct timespec nap = { .tv_nsec = NAP_NS };
	struct flock fl;
	int64_t deadline;
	int i;

	deadline = clock_ms() + MAILBOX_WAIT;
	for (i = 0;; i++) {
		fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
		if (fcntl(fd, F_SETLK, &fl) == 0)
			return MAILBOX_OK;
		if (errno != EACCES && errno != EAGAIN && errno != EINTR)
			return MAILBOX_ERRNO;
		if (clock_ms() >= deadline)
			return MAILBOX_LOCKED;
		if (i < YIELDS)
			sched_yield();
		else
			nanosleep(&nap, NULL);
	}
}

/* The process that had the lock may have removed or replaced the file. */
static enum mailbox_result
open_once(struct mailbox *b, const char *path)
{
	enum mailbox_result result;
	struct stat st, named;

	result = check_file(path, &named);
	if (result != MAILBOX_OK)
		return result;
	b->fd = open(path, FLAGS);
	if (b->fd < 0)
		return errno == ENOENT || os_is_link(errno) ? MAILBOX_REPLACED
							    : MAILBOX_ERRNO;
	result = lock_file(b->fd);
	if (result != MAILBOX_OK)
		return result;
	if (fstat(b->fd, &st) < 0)
		return MAILBOX_ERRNO;
	if (check_file(path, &named) != MAILBOX_OK ||
	    named.st_dev != st.st_dev || named.st_ino != st.st_ino)
		return MAILBOX_REPLACED;
	b->before = b->size = st.st_size;
	return MAILBOX_OK;
}

enum mailbox_result
mailbox_open(struct mailbox *b, const char *pidfile)
{
	enum mailbox_result result;
	char path[MAILBOX_PATH];
	int i;

	*b = (struct mailbox){ .fd = -1 };
	result = mailbox_path(pidfile, path);
	if (result != MAILBOX_OK)
		return result;
	result = MAILBOX_REPLACED;
	for (i = 0; i < TRIES && result == MAILBOX_REPLACED; i++) {
		result = open_once(b, path);
		if (result != MAILBOX_OK)
			mailbox_close(b);
	}
	return result;
}

void
mailbox_close(struct mailbox *b)
{
	os_close(b->fd);
	b->fd = -1;
}

/* ---- writing ---- */

static int
set_size(struct mailbox *b, off_t size)
{
	if (ftruncate(b->fd, size) < 0)
		return -1;
	b->size = size;
	if (b->before > size)
		b->before = size;
	return 0;
}

/* Append all bytes, or nothing if a part of them can be removed again. */
static int
append(struct mailbox *b, const void *bytes, size_t n)
{
	ssize_t written;
	int error;

	written = write(b->fd, bytes, n);
	if (written >= 0 && (size_t)written == n) {
		b->size += (off_t)n;
		return 0;
	}
	error = written < 0 ? errno : ENOSPC;
	if (written > 0)
		set_size(b, b->size);
	errno = error;
	return -1;
}

/* Replace the messages by one `*`. */
static int
merge(struct mailbox *b)
{
	if (set_size(b, 0) < 0 || append(b, anything, ANYTHING) < 0)
		return -1;
	b->before = b->size;
	return 0;
}

/* An earlier writer may have left a record without its newline. */
static int
end_last_record(struct mailbox *b)
{
	char last;

	if (b->size == 0 || pread(b->fd, &last, 1, b->size - 1) != 1 ||
	    last == '\n')
		return 0;
	return append(b, "\n", 1);
}

int
mailbox_put(struct mailbox *b, const void *messages, size_t n)
{
	if (n > MAILBOX_MAX - ANYTHING) {
		errno = EFBIG;
		return -1;
	}
	if (b->size > MAILBOX_MAX - (off_t)n && merge(b) < 0)
		return -1;
	return end_last_record(b) < 0 ? -1 : append(b, messages, n);
}

void
mailbox_put_any(struct mailbox *b)
{
	if (mailbox_put(b, anything, ANYTHING) < 0)
		set_size(b, 0);
}

void
mailbox_undo(struct mailbox *b)
{
	if (b->size != b->before)
		set_size(b, b->before);
}

/* ---- reading ---- */

int
mailbox_read(struct mailbox *b, struct buf *messages)
{
	ssize_t n;
	char *room;

	b->taken = b->size;
	if (b->size == 0)
		return 0;
	if (b->size > MAILBOX_MAX)
		return buf_put(messages, anything, ANYTHING);
	room = buf_room(messages, MAILBOX_MAX);
	if (room == NULL) {
		errno = ENOMEM;
		return -1;
	}
	n = pread(b->fd, room, (size_t)b->size, 0);
	if (n < 0)
		return -1;
	buf_added(messages, (size_t)n);
	return 0;
}

int
mailbox_empty(struct mailbox *b)
{
	struct stat st;

	if (b->taken == 0)
		return 0;
	if (fstat(b->fd, &st) < 0)
		return -1;
	return st.st_size > b->taken ? 0 : set_size(b, 0);
}

/* ---- creating and removing ---- */

/*
 * An existing mailbox is replaced, not emptied: a process that has it locked
 * may be stopped for good.  Messages that still go into it come with a signal
 * of their own.
 */
enum mailbox_result
mailbox_make(const char *pidfile)
{
	enum mailbox_result result;
	struct stat st;
	char path[MAILBOX_PATH];
	int fd;

	result = mailbox_path(pidfile, path);
	if (result != MAILBOX_OK)
		return result;
	result = check_file(path, &st);
	if (result == MAILBOX_OK && unlink(path) < 0)
		return MAILBOX_ERRNO;
	if (result != MAILBOX_OK && result != MAILBOX_NONE)
		return result;
	fd = open(path, FLAGS | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return MAILBOX_ERRNO;
	close(fd);
	return MAILBOX_OK;
}

void
mailbox_remove(const char *pidfile)
{
	struct stat st;
	char path[MAILBOX_PATH];

	if (mailbox_path(pidfile, path) == MAILBOX_OK &&
	    check_file(path, &st) == MAILBOX_OK)
		unlink(path);
}

const char *
mailbox_why(enum mailbox_result result)
{
	static const char *const why[] = {
		[MAILBOX_OK] = "open",
		[MAILBOX_NONE] = "not there",
		[MAILBOX_ERRNO] = "failed",
		[MAILBOX_NOTFILE] = "not a regular file, or not its only name",
		[MAILBOX_LOCKED] = "another process has it locked",
		[MAILBOX_REPLACED] = "replaced again and again",
	};

	return why[result];
}
