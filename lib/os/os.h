/* os.h - what differs between systems, and what of it a system lacks */
#ifndef OS_H
#define OS_H

#include <sys/stat.h>
#include <sys/types.h>

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* a file's time of last modification, nanoseconds since 1970 */
int64_t os_mtime_ns(const struct stat *st);

/* a file's times of last access and modification, as futimens(2) takes them */
void os_times(const struct stat *st, struct timespec times[2]);

/* does this errno say that O_NOFOLLOW met a link? */
bool os_is_link(int error);

/* the S_IFMT part of a directory entry's mode, or 0 where it does not tell */
mode_t os_dirent_type(const struct dirent *entry);

/*
 * Open a directory to go on from, not to read; -1 and errno: ELOOP or ENOTDIR
 * for a link.
 */
int os_open_dir(int dir, const char *name);

/*
 * Open for reading the regular file of this name that st tells of.  What has
 * taken its place since is not opened, where the system can do that; so fstat
 * the descriptor.  -1 and errno: ENOENT where it was noticed.
 */
int os_open_file(int dir, const char *name, const struct stat *st);

/*
 * Have a file server asked anew about the file of this name in a directory, or
 * for "" about the open file `dir`, so that the next stat is of now.
 */
void os_refresh(int dir, const char *name);

/*
 * When a process started, nanoseconds since 1970, to the grain of the
 * system's tick; 0, or -1 and errno: ESRCH where it is gone or has ended,
 * ENOSYS where this system has no way to tell.
 */
int os_started(pid_t pid, int64_t *ns);

/*
 * A descriptor that stands for the process, and never for a later one with
 * the same number; -1 and errno: ESRCH where there is none, ENOSYS where
 * there are no such descriptors.
 */
int os_process(pid_t pid);

/*
 * Become the parent of what our children leave behind, so that they are waited
 * for even where init does not; 0, or -1 and errno.
 */
int os_adopt(void);

/*
 * From here on exec gives this process and its children no rights that it has
 * not; 0, or -1 and errno, ENOSYS where this system has no such thing.
 */
int os_no_new_rights(void);

/*
 * The children of a process, at most max; how many, or -1 and errno: ESRCH
 * where it is gone, ENOSYS where this system does not tell.
 */
int os_children(pid_t pid, pid_t *pids, size_t max);

/*
 * A variable of the environment that a process was exec'ed with, as a string;
 * 1, or 0 where it has none or a longer one, or -1 and errno: EAGAIN while it
 * is just becoming another program, ENOSYS where this system does not tell.
 */
int os_environ(pid_t pid, const char *name, char *value, size_t size);

/* signal the process behind that descriptor; 0, or -1 and errno */
int os_process_signal(int process, int signo);

/* ---- file systems ---- */

/* the path of an open file, where it still has one; 0, or -1 and errno */
int os_path(int fd, char *path, size_t size);

/* How much of what happens to its files a file system raises events for. */
enum os_events {
	OS_EVENTS_ALL,
	OS_EVENTS_OURS, /* what is done on this machine, or through the mount */
	OS_EVENTS_NONE
};

/* that of the file system a path is on; *name: what it is called */
enum os_events os_events(const char *path, const char **name);

/*
 * A descriptor that poll(2) tells POLLPRI of when something was mounted or
 * unmounted; -1 and errno, ENOSYS where this system has none.
 */
int os_mounts(void);

/*
 * Each mount: its absolute path, a number that changes with what is mounted
 * there, and whether that is only a part of a file system, maybe one file.
 * 0, or -1 and errno.
 */
int os_mounts_each(int mounts,
    void (*each)(void *arg, const char *path, uint64_t id, bool part),
    void *arg);

/* a file's time of last change of anything, nanoseconds since 1970 */
int64_t os_ctime_ns(const struct stat *st);

#endif
