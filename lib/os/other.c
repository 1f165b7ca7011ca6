#ifndef __linux__
/* other.c - what differs between systems: what POSIX gives to all others */
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/os.h"

#ifdef __APPLE__
#define st_atim st_atimespec
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

static int
not_here(void)
{
	errno = ENOSYS;
	return -1;
}

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

static int
open_no_link(int dir, const char *name, int flags)
{
	int fd;

	fd = openat(dir, name, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && os_is_link(errno))
		errno = ELOOP;
	return fd;
}

int
os_open_dir(int dir, const char *name)
{
	return open_no_link(dir, name, O_DIRECTORY);
}

int
os_open_file(int dir, const char *name, const struct stat *st)
{
	(void)st;
	return open_no_link(dir, name, O_NONBLOCK | O_NOCTTY);
}

void
os_refresh(int dir, const char *name)
{
	(void)dir;
	(void)name;
}

int
os_path(int fd, char *path, size_t size)
{
	(void)fd;
	(void)path;
	(void)size;
	return not_here();
}

/* ---- processes ---- */

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
	errno = ENOSYS;
	return -1;
}

int
os_children(pid_t pid, pid_t *pids, size_t max)
{
	(void)pid;
	(void)pids;
	(void)max;
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
	errno = ENOSYS;
	return -1;
}

int
os_mounts(void)
{
	return not_here();
}

int
os_mounts_each(int mounts,
    void (*each)(void *arg, const char *path, bool is_part), void *arg)
{
	(void)mounts;
	(void)each;
	(void)arg;
	return not_here();
}

#else
typedef int other_is_not_used;
#endif
