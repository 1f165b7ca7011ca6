#ifndef __linux__
#define _POSIX_C_SOURCE 200809L
/* os_other.c - what differs between systems: those without ways of their own */
#include <errno.h>
#include <fcntl.h>

#include "os.h"

int64_t
os_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

mode_t
os_dirent_type(const struct dirent *entry)
{
	(void)entry;
	return 0;
}

int
os_open_dir(int dir, const char *name)
{
	return openat(
	    dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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
	errno = ENOSYS;
	return -1;
}

int
os_deadly(pid_t pid, int signo)
{
	(void)pid;
	(void)signo;
	return -1;
}

int
os_process(pid_t pid)
{
	(void)pid;
	errno = ENOSYS;
	return -1;
}

int
os_adopt(void)
{
	errno = ENOSYS;
	return -1;
}

int
os_no_new_rights(void)
{
	errno = ENOSYS;
	return -1;
}

int
os_children(pid_t pid, pid_t *pids, size_t max)
{
	(void)pid;
	(void)pids;
	(void)max;
	errno = ENOSYS;
	return -1;
}

int
os_environ(pid_t pid, const char *name, char *value, size_t size)
{
	(void)pid;
	(void)name;
	(void)value;
	(void)size;
	errno = ENOSYS;
	return -1;
}

int
os_path(int fd, char *path, size_t size)
{
	(void)fd;
	(void)path;
	(void)size;
	errno = ENOSYS;
	return -1;
}

int
os_process_signal(int process, int signo)
{
	(void)process;
	(void)signo;
	errno = ENOSYS;
	return -1;
}

/* ---- file systems ---- */

enum os_events
os_events(const char *path, const char **name)
{
	(void)path;
	*name = "";
	return OS_EVENTS_ALL;
}

int
os_mounts(void)
{
	errno = ENOSYS;
	return -1;
}

int
os_mounts_each(int mounts,
    void (*each)(void *arg, const char *path, uint64_t id, bool part),
    void *arg)
{
	(void)mounts;
	(void)each;
	(void)arg;
	errno = ENOSYS;
	return -1;
}

int64_t
os_ctime_ns(const struct stat *st)
{
	return (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}

#else
typedef int os_other_is_not_used;
#endif
