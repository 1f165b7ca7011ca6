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
 * Set the times that the file has, by its descriptor, or by its name if fd is -1.
 * The time of modification alone raises the event of a write, both times raise
 * that of attributes (inotify(7)).  st must come from the file server: what is
 * cached here may be older than the change.  If the file is written between
 * stat and this call, it gets its former time back: a known limit.
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

/*
 * Poke an entry of a directory.  Nothing is beneath an entry that is no
 * directory; if the path goes on, the directory itself is poked.
 */
static enum poke_result
poke_entry(int dir, const char *name, mode_t mode, bool goes_on)
{
	if (S_ISLNK(mode))
		return POKE_LINK;
	if (goes_on)
		return poke_name(dir, ".");
	if (S_ISREG(mode))
		return poke_file(dir, name);
	return S_ISDIR(mode) ? poke_name(dir, name) : POKE_NOTFILE;
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
	struct stat st;
	int dir, into;

	for (dir = AT_FDCWD;; dir = into) {
		if (!next(&path, name) ||
		    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			result = errno == ENOENT ? poke_name(dir, ".")
						 : POKE_ERRNO;
			break;
		}
		if (*path == '\0' || !S_ISDIR(st.st_mode)) {
			result = poke_entry(
			    dir, name, st.st_mode, *path != '\0');
			break;
		}
		into = os_open_dir(dir, name);
		if (into < 0) {
			result = os_is_link(errno) ? POKE_LINK : POKE_ERRNO;
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
