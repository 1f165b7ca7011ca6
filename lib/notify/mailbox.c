#define _POSIX_C_SOURCE 200809L
/* mailbox.c - the letter box of a pidfile: changes that wait for its holder */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "notify/mailbox.h"
#include "os/os.h"

enum {
	TRIES = 10, /* a file that is replaced at every look */
	YIELDS = 20, /* first tries to lock it; then we sleep in between: */
	NAP_NS = 20000, /* at first, then ever longer, */
	NAP_MOST_NS = 2000000, /* up to this */
	FLAGS = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC
};

static const char anything[] = "*\n\n";

enum { ANYTHING = sizeof anything - 1 };

enum box_result
box_path(const char *pidfile, char path[BOX_PATH])
{
	const char *name;
	int n;

	name = str_base(pidfile);
	n = snprintf(path, BOX_PATH, "%.*s.%s.box", (int)(name - pidfile),
	    pidfile, name);
	if (n >= 0 && n < BOX_PATH)
		return BOX_OK;
	errno = ENAMETOOLONG;
	return BOX_ERRNO;
}

/* ---- to open and to lock ---- */

/*
 * Looked at before it is opened: a FIFO's reader would wake, a device might
 * act, and to close another name of our pidfile would drop its lock.
 */
static enum box_result
look(const char *path, struct stat *st)
{
	if (lstat(path, st) < 0)
		return errno == ENOENT ? BOX_NONE : BOX_ERRNO;
	return S_ISREG(st->st_mode) && st->st_nlink == 1 ? BOX_OK : BOX_NOTFILE;
}

/*
 * Who rings holds it for a moment more, unless it was made to give way to us:
 * then it is to go on.  A nap takes longer than what it is for.
 */
static enum box_result
lock(int fd)
{
	struct timespec nap = { .tv_nsec = NAP_NS };
	struct flock fl;
	int64_t deadline;
	int i;

	deadline = clock_ms() + BOX_WAIT;
	for (i = 0;; i++) {
		fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
		if (fcntl(fd, F_SETLK, &fl) == 0)
			return BOX_OK;
		if (errno != EACCES && errno != EAGAIN && errno != EINTR)
			return BOX_ERRNO;
		if (clock_ms() >= deadline)
			return BOX_LOCKED;
		if (i < YIELDS) {
			sched_yield();
			continue;
		}
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < NAP_MOST_NS)
			nap.tv_nsec *= 2;
	}
}

/* Whoever had it locked may have removed it, or put another in its place. */
static enum box_result
open_once(struct box *b, const char *path)
{
	enum box_result result;
	struct stat st, own;

	result = look(path, &st);
	if (result != BOX_OK)
		return result;
	b->fd = open(path, FLAGS);
	if (b->fd < 0)
		return errno == ENOENT || os_is_link(errno) ? BOX_REPLACED
							    : BOX_ERRNO;
	result = lock(b->fd);
	if (result != BOX_OK)
		return result;
	if (fstat(b->fd, &own) < 0)
		return BOX_ERRNO;
	if (look(path, &st) != BOX_OK || st.st_dev != own.st_dev ||
	    st.st_ino != own.st_ino)
		return BOX_REPLACED;
	b->dev = own.st_dev;
	b->ino = own.st_ino;
	b->before = b->size = own.st_size;
	return BOX_OK;
}

static enum box_result
open_path(struct box *b, const char *path)
{
	enum box_result result;
	int i;

	*b = (struct box){ .fd = -1 };
	result = BOX_REPLACED;
	for (i = 0; i < TRIES && result == BOX_REPLACED; i++) {
		result = open_once(b, path);
		if (result != BOX_OK)
			box_close(b);
	}
	return result;
}

enum box_result
box_open(struct box *b, const char *pidfile)
{
	enum box_result result;
	char path[BOX_PATH];

	*b = (struct box){ .fd = -1 };
	result = box_path(pidfile, path);
	return result == BOX_OK ? open_path(b, path) : result;
}

/* As open_once, with what we know. */
static enum box_result
take_up(struct box *b, const char *path)
{
	enum box_result result;
	struct stat st;

	result = lock(b->fd);
	if (result != BOX_OK)
		return result;
	if (look(path, &st) != BOX_OK || st.st_dev != b->dev ||
	    st.st_ino != b->ino)
		return BOX_REPLACED;
	b->before = b->size = st.st_size;
	b->taken = 0;
	b->rests = false;
	return BOX_OK;
}

enum box_result
box_open_again(struct box *b, const char *pidfile)
{
	enum box_result result;
	char path[BOX_PATH];

	if (!b->rests)
		return box_open(b, pidfile);
	result = box_path(pidfile, path);
	if (result == BOX_OK)
		result = take_up(b, path);
	if (result == BOX_OK)
		return result;
	box_close(b);
	return result == BOX_REPLACED ? open_path(b, path) : result;
}

void
box_rest(struct box *b)
{
	struct flock fl;

	fl = (struct flock){ .l_type = F_UNLCK, .l_whence = SEEK_SET };
	if (fcntl(b->fd, F_SETLK, &fl) == 0)
		b->rests = true;
	else
		box_close(b);
}

void
box_close(struct box *b)
{
	int error;

	error = errno;
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	b->rests = false;
	errno = error;
}

/* ---- to write ---- */

/* make it that short; what it held before counts no more where that is less */
static int
cut(struct box *b, off_t size)
{
	int r;

	do
		r = ftruncate(b->fd, size);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -1;
	b->size = size;
	if (b->before > size)
		b->before = size;
	return 0;
}

/* at its end, all or, as far as the file can be cut again, nothing */
static int
append(struct box *b, const void *bytes, size_t n)
{
	ssize_t done;
	int error;

	do
		done = write(b->fd, bytes, n);
	while (done < 0 && errno == EINTR);
	if (done >= 0 && (size_t)done == n) {
		b->size += (off_t)n;
		return 0;
	}
	error = done < 0 ? errno : ENOSPC;
	if (done > 0)
		cut(b, b->size);
	errno = error;
	return -1;
}

/* all that is in it becomes one `*` */
static int
merge(struct box *b)
{
	if (cut(b, 0) < 0 || append(b, anything, ANYTHING) < 0)
		return -1;
	b->before = b->size;
	return 0;
}

/* Who was here before may have left a record without its end. */
static int
end_last(struct box *b)
{
	char last;

	if (b->size == 0 || pread(b->fd, &last, 1, b->size - 1) != 1 ||
	    last == '\n')
		return 0;
	return append(b, "\n", 1);
}

int
box_put(struct box *b, const void *letters, size_t n)
{
	if (n > BOX_MAX - ANYTHING) {
		errno = EFBIG;
		return -1;
	}
	if (b->size > BOX_MAX - (off_t)n && merge(b) < 0)
		return -1;
	return end_last(b) < 0 ? -1 : append(b, letters, n);
}

void
box_put_any(struct box *b)
{
	if (box_put(b, anything, ANYTHING) < 0)
		cut(b, 0);
}

void
box_undo(struct box *b)
{
	if (b->size != b->before)
		cut(b, b->before);
}

/* ---- to read ---- */

/* the letters at the end of buf; how many bytes, BOX_MAX + 1 for more */
static ssize_t
read_all(int fd, struct buf *letters)
{
	size_t len;
	ssize_t n;
	char *room, more;

	room = buf_room(letters, BOX_MAX);
	if (room == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (len = 0; len < BOX_MAX; len += (size_t)n) {
		n = pread(fd, room + len, BOX_MAX - len, (off_t)len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -1;
		else if (n == 0)
			return (ssize_t)len;
	}
	return BOX_MAX + (pread(fd, &more, 1, BOX_MAX) == 1 ? 1 : 0);
}

int
box_read(struct box *b, struct buf *letters)
{
	ssize_t n;

	n = read_all(b->fd, letters);
	if (n < 0)
		return -1;
	if (n > BOX_MAX)
		buf_put(letters, anything, ANYTHING);
	else
		buf_added(letters, (size_t)n);
	b->taken = n;
	return 0;
}

int
box_empty(struct box *b)
{
	struct stat st;

	if (b->taken == 0)
		return 0;
	if (fstat(b->fd, &st) < 0)
		return -1;
	if (st.st_size > b->taken && b->taken <= BOX_MAX)
		return 0;
	return cut(b, 0);
}

/* ---- to make and to remove ---- */

/*
 * Made anew, not emptied: who has the old one locked may have stopped for good.
 * Letters that come into that one have a ring of their own.
 */
enum box_result
box_make(const char *pidfile)
{
	enum box_result result;
	struct stat st;
	char path[BOX_PATH];
	int fd;

	result = box_path(pidfile, path);
	if (result != BOX_OK)
		return result;
	result = look(path, &st);
	if (result == BOX_OK && unlink(path) < 0)
		return BOX_ERRNO;
	if (result != BOX_OK && result != BOX_NONE)
		return result;
	fd = open(path, FLAGS | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return BOX_ERRNO;
	close(fd);
	return BOX_OK;
}

void
box_remove(const char *pidfile)
{
	struct stat st;
	char path[BOX_PATH];

	if (box_path(pidfile, path) == BOX_OK && look(path, &st) == BOX_OK)
		unlink(path);
}

const char *
box_why(enum box_result result)
{
	static const char *const why[] = {
		[BOX_OK] = "open",
		[BOX_NONE] = "not there",
		[BOX_ERRNO] = "failed",
		[BOX_NOTFILE] = "not a regular file, or not its only name",
		[BOX_LOCKED] = "another process has it locked",
		[BOX_REPLACED] = "replaced again and again",
	};

	return why[result];
}
