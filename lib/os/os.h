/* os.h - what differs between systems, and what a system lacks */
#ifndef OS_H
#define OS_H

#include <sys/stat.h>
#include <sys/types.h>

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * Functions that return -1 set errno.  It is ENOSYS if this system, or a Linux
 * without /proc, lacks what the function needs.
 */

/* ---- files ---- */

/* A file's time of last modification, in nanoseconds since 1970. */
int64_t os_mtime_ns(const struct stat *st);

/* A file's time of last change of anything, in nanoseconds since 1970. */
int64_t os_ctime_ns(const struct stat *st);

/* A file's times of last access and modification, for futimens(2). */
void os_times(const struct stat *st, struct timespec times[2]);

/* Return whether this errno says that O_NOFOLLOW met a symbolic link. */
bool os_is_link(int error);

/* The type of a directory entry, as S_IFMT has it; 0 if it is unknown. */
mode_t os_dirent_type(const struct dirent *entry);

/*
 * Open a directory as a base for other calls, not to read it.  Returns the
 * descriptor, or -1: ELOOP or ENOTDIR for a link.
 */
int os_open_dir(int dir, const char *name);

/*
 * Open the regular file that st describes for reading, by its name.  Returns
 * the descriptor, or -1: ENOENT if another file has taken its place.  Not every
 * system notices that, so fstat the descriptor.
 */
int os_open_file(int dir, const char *name, const struct stat *st);

/*
 * Ask the file server about a file, so that the next stat is up to date.  The
 * file is `name` in `dir`, or the open file `dir` if name is "".
 */
void os_refresh(int dir, const char *name);

/* Close a descriptor, unless it is negative; keeps errno. */
void os_close(int fd);

/* ---- processes ---- */

/*
 * Get the time when a process started, in nanoseconds since 1970, rounded down
 * to the system's tick.  Returns 0, or -1: ESRCH if it has ended.
 */
int os_started(pid_t pid, int64_t *ns);

/*
 * Return 1 if somebody else has the open file open for writing, else 0; -1 with
 * errno set if that is not told: fcntl(2), F_SETLEASE, which asks for files of
 * our own.
 */
int os_has_writer(int fd);

/*
 * Open a descriptor that stands for the process, and never for a later one with
 * the same number.  The caller closes it.  Returns it, or -1: ESRCH if there is
 * no such process.
 */
int os_process(pid_t pid);

/* Signal the process behind that descriptor.  Returns 0 or -1. */
int os_process_signal(int process, int signo);

/*
 * Become the parent of orphans among our descendants, so that they are reaped
 * even if init does not do it.  Returns 0 or -1.
 */
int os_adopt(void);

/*
 * Get this signal when the parent ends, at once if it has ended already; to be
 * called in a child after fork(2), and kept by exec.  Returns 0, or -1: ENOSYS.
 */
int os_die_with(pid_t parent, int signo);

/*
 * List the children of a process's first thread, at most max.  Returns how many,
 * or -1: ESRCH if the process has ended.
 */
int os_children(pid_t pid, pid_t *pids, size_t max);

/* ---- file systems ---- */

/* For which changes of its files a file system raises events. */
enum os_events {
	OS_EVENTS_ALL,
	OS_EVENTS_OURS, /* those made on this machine, or through the mount */
	OS_EVENTS_NONE
};

/*
 * Find out for the file system of a path; ALL if it cannot be asked.  *name is
 * the file system's name, or "" for ALL.
 */
enum os_events os_events(const char *path, const char **name);

/*
 * Open a descriptor on which poll(2) reports POLLPRI after each mount and
 * unmount.  Returns it, or -1.
 */
int os_mounts(void);

/*
 * Call `each` for all mounts: the absolute path, and whether that is a part of a
 * file system, which may be a single file.  Returns 0 or -1.
 */
int os_mounts_each(int mounts,
    void (*each)(void *arg, const char *path, bool is_part), void *arg);

#endif
