#define _POSIX_C_SOURCE 200809L
/* poke.c - raise the events of a save without changing the file */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"
#include "run/poke.h"

static void
leave(int fd)
{
	int error;

	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
}

/*
 * By descriptor where there is one, else by name.  The time of modification
 * alone makes an event of writing, both times make one of attributes
 * (inotify(7)), though they are what they were.  They must be those that the
 * file server has: ours may be a second old, and of before the very change.  Of
 * a write that comes between the look at the times and their setting the time
 * is set back: a known limit.
 */
static int
set_times(int fd, int dir, const char *name, const struct stat *st)
{
	struct timespec times[2], read;
	int i, r;

	os_times(st, times);
	read = times[0];
	times[0] = (struct timespec){ .tv_nsec = UTIME_OMIT };
	for (r = i = 0; i < 2 && r == 0; i++) {
		r = fd >= 0 ? futimens(fd, times)
			    : utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);
		times[0] = read;
	}
	return r;
}

/* Poke by name, without opening the file. */
static enum poke_result
poke_name(int dir, const char *name)
{
	struct stat st;

	os_refresh(dir, name);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    set_times(-1, dir, name, &st) < 0)
		return POKE_ERRNO;
	return POKE_OK;
}

/* Poke a file that cannot be opened for writing: a busy program, a read-only file. */
static enum poke_result
poke_closed(int dir, const char *name)
{
	int error;

	error = errno;
	if (os_is_link(error))
		return POKE_LINK;
	switch (error) {
	case ENOENT:
		return poke_name(dir, ".");
	case ENXIO:
		return POKE_NOTFILE;
	case EACCES:
	case ETXTBSY:
		if (poke_name(dir, name) == POKE_OK)
			return POKE_OK;
		errno = error;
	}
	return POKE_ERRNO;
}

/* Check the type again after open: the name may stand for another file now. */
static enum poke_result
poke_file(int dir, const char *name)
{
	enum poke_result result;
	struct stat st;
	int fd;

	fd = openat(dir, name,
	    O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return poke_closed(dir, name);
	result = POKE_ERRNO;
	os_refresh(fd, "");
	if (fstat(fd, &st) == 0) {
		/* The file of another user: the close after open is its only event. */
		if (!S_ISREG(st.st_mode))
			result = POKE_NOTFILE;
		else if (set_times(fd, -1, "", &st) == 0 || errno == EPERM)
			result = POKE_OK;
	}
	leave(fd);
	return result;
}

/* Poke the last component of a path. */
static enum poke_result
poke_last(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? poke_name(dir, ".") : POKE_ERRNO;
	if (S_ISREG(st.st_mode))
		return poke_file(dir, name);
	if (S_ISDIR(st.st_mode))
		return poke_name(dir, name);
	return S_ISLNK(st.st_mode) ? POKE_LINK : POKE_NOTFILE;
}

/* Handle a component that could not be entered. */
static enum poke_result
poke_missing(int dir, const char *name)
{
	struct stat st;

	if (os_is_link(errno))
		return POKE_LINK;
	if (errno != ENOENT && errno != ENOTDIR)
		return POKE_ERRNO;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		return POKE_LINK;
	return poke_name(dir, ".");
}

/* Cut the next component off *path.  Returns false if it is too long. */
static bool
next(const char **path, char name[NAME_MAX + 1])
{
	size_t n;

	n = strcspn(*path, "/");
	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(name, *path, n);
	name[n] = '\0';
	*path += n;
	*path += strspn(*path, "/");
	return true;
}

/* Open one directory at a time, so that no link is followed. */
static enum poke_result
walk(const char *path)
{
	enum poke_result result;
	char name[NAME_MAX + 1];
	int dir, into;

	for (dir = AT_FDCWD;; dir = into) {
		result = POKE_ERRNO;
		if (!next(&path, name))
			break;
		if (*path == '\0') {
			result = poke_last(dir, name);
			break;
		}
		into = os_open_dir(dir, name);
		if (into < 0) {
			result = poke_missing(dir, name);
			break;
		}
		leave(dir);
	}
	leave(dir);
	return result;
}

static bool
goes_up(const char *path)
{
	size_t n;

	for (; *path != '\0'; path += n + strspn(path + n, "/")) {
		n = strcspn(path, "/");
		if (n == 2 && memcmp(path, "..", 2) == 0)
			return true;
	}
	return false;
}

enum poke_result
poke_path(const char *path)
{
	if (*path == '/')
		return POKE_ABSOLUTE;
	if (goes_up(path))
		return POKE_UP;
	if (*path != '\0')
		return walk(path);
	errno = ENOENT;
	return POKE_ERRNO;
}

const char *
poke_why(enum poke_result result)
{
	static const char *const why[] = {
		[POKE_OK] = "poked",
		[POKE_ERRNO] = "failed",
		[POKE_ABSOLUTE] = "not a relative path",
		[POKE_UP] = "leads out by ..",
		[POKE_LINK] = "a link, or beneath one",
		[POKE_NOTFILE] = "not a regular file",
	};

	return why[result];
}
