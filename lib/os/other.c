#ifndef __linux__
/* other.c - what differs between systems: the BSDs, macOS, any other */
#include <sys/types.h>

#include <sys/param.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"

/* They show what is theirs only where no standard is asked for. */
#if defined(__APPLE__)
#include <sys/mount.h>
#include <sys/sysctl.h>
#define HAS_PROCESSES
#define HAS_STATFS
#elif defined(__FreeBSD__)
#include <sys/mount.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#define HAS_PROCESSES
#define HAS_STATFS
#elif defined(__NetBSD__)
#include <sys/statvfs.h>
#include <sys/sysctl.h>
#define HAS_PROCESSES
#elif defined(__OpenBSD__)
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#define HAS_PROCESSES
#define HAS_STATFS
#endif

#ifdef __APPLE__
#define ATIM st_atimespec
#define MTIM st_mtimespec
#define CTIM st_ctimespec
#else
#define ATIM st_atim
#define MTIM st_mtim
#define CTIM st_ctim
#endif

/* ---- files ---- */

static int64_t
ns(struct timespec ts)
{
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
os_mtime_ns(const struct stat *st)
{
	return ns(st->MTIM);
}

int64_t
os_ctime_ns(const struct stat *st)
{
	return ns(st->CTIM);
}

void
os_times(const struct stat *st, struct timespec times[2])
{
	times[0] = st->ATIM;
	times[1] = st->MTIM;
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
open_it(int dir, const char *name, int flags)
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
	return open_it(dir, name, O_DIRECTORY);
}

int
os_open_file(int dir, const char *name, const struct stat *st)
{
	(void)st;
	return open_it(dir, name, O_NONBLOCK | O_NOCTTY);
}

/* Those that have file servers ask them often enough. */
void
os_refresh(int dir, const char *name)
{
	(void)dir;
	(void)name;
}

/* ---- processes ---- */

#ifdef HAS_PROCESSES

/* What a system tells of a process. */
#if defined(__APPLE__)
typedef struct kinfo_proc process;
#define NAME(pid) CTL_KERN, KERN_PROC, KERN_PROC_PID, pid
#define SECONDS(p) (p).kp_proc.p_starttime.tv_sec
#define MICROSECONDS(p) (p).kp_proc.p_starttime.tv_usec
#define ENDED(p) ((p).kp_proc.p_stat == SZOMB)
#elif defined(__FreeBSD__)
typedef struct kinfo_proc process;
#define NAME(pid) CTL_KERN, KERN_PROC, KERN_PROC_PID, pid
#define SECONDS(p) (p).ki_start.tv_sec
#define MICROSECONDS(p) (p).ki_start.tv_usec
#define ENDED(p) ((p).ki_stat == SZOMB)
#elif defined(__NetBSD__)
typedef struct kinfo_proc2 process;
#define NAME(pid) \
	CTL_KERN, KERN_PROC2, KERN_PROC_PID, pid, (int)sizeof(process), 1
#define SECONDS(p) (p).p_ustart_sec
#define MICROSECONDS(p) (p).p_ustart_usec
#define ENDED(p) ((p).p_realstat == SZOMB)
#elif defined(__OpenBSD__)
typedef struct kinfo_proc process;
#define NAME(pid) \
	CTL_KERN, KERN_PROC, KERN_PROC_PID, pid, (int)sizeof(process), 1
#define SECONDS(p) (p).p_ustart_sec
#define MICROSECONDS(p) (p).p_ustart_usec
#define ENDED(p) ((p).p_stat == SZOMB || (p).p_stat == SDEAD)
#endif

/* sysctl(3); 0, or -1 and errno: ESRCH where it is gone or has ended */
static int
ask(pid_t pid, process *p)
{
	int name[] = { NAME(pid) };
	size_t size;

	memset(p, 0, sizeof *p);
	size = sizeof *p;
	if (sysctl(name, sizeof name / sizeof name[0], p, &size, NULL, 0) < 0)
		return -1;
	if (size == sizeof *p && !ENDED(*p))
		return 0;
	errno = size == 0 || size == sizeof *p ? ESRCH : ENOSYS;
	return -1;
}

int
os_started(pid_t pid, int64_t *when)
{
	process p;

	if (ask(pid, &p) < 0)
		return -1;
	*when = ((int64_t)SECONDS(p) * 1000000 + (int64_t)MICROSECONDS(p)) *
	    1000;
	return 0;
}

#else

int
os_started(pid_t pid, int64_t *when)
{
	(void)pid;
	(void)when;
	errno = ENOSYS;
	return -1;
}

#endif

int
os_process(pid_t pid)
{
	(void)pid;
	errno = ENOSYS;
	return -1;
}

int
os_process_signal(int process_, int signo)
{
	(void)process_;
	(void)signo;
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
#ifdef PROC_NO_NEW_PRIVS_CTL
	int enable;

	enable = PROC_NO_NEW_PRIVS_ENABLE;
	return procctl(P_PID, 0, PROC_NO_NEW_PRIVS_CTL, &enable);
#else
	errno = ENOSYS;
	return -1;
#endif
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

/* ---- file systems ---- */

/* fcntl(2) of macOS and NetBSD: the path takes no more than MAXPATHLEN. */
int
os_path(int fd, char *path, size_t size)
{
#ifdef F_GETPATH
	char text[MAXPATHLEN];

	if (fcntl(fd, F_GETPATH, text) < 0)
		return -1;
	if (strlen(text) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(path, text, strlen(text) + 1);
	return 0;
#else
	(void)fd;
	(void)path;
	(void)size;
	errno = ENOSYS;
	return -1;
#endif
}

/* What says that it is local is, unless a program of a user makes it up. */
static enum os_events
judge(const char *type, bool local, const char **name)
{
	static const char *const words[] = { "nfs", "smbfs", "cifs", "webdav",
		"afpfs", "9p", "p9fs", "fuse", "ftp" };
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(type, words[i]) != NULL) {
			*name = words[i];
			return OS_EVENTS_OURS;
		}
	if (strcmp(type, "procfs") == 0) {
		*name = "procfs";
		return OS_EVENTS_NONE;
	}
	if (local)
		return OS_EVENTS_ALL;
	*name = "this file system";
	return OS_EVENTS_OURS;
}

enum os_events
os_events(const char *path, const char **name)
{
#if defined(HAS_STATFS)
	struct statfs fs;

	*name = "";
	if (statfs(path, &fs) == 0)
		return judge(
		    fs.f_fstypename, (fs.f_flags & MNT_LOCAL) != 0, name);
#elif defined(__NetBSD__)
	struct statvfs fs;

	*name = "";
	if (statvfs(path, &fs) == 0)
		return judge(
		    fs.f_fstypename, (fs.f_flag & ST_LOCAL) != 0, name);
#else
	*name = "";
	(void)path;
	(void)judge;
#endif
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

#else
typedef int other_is_not_used;
#endif
