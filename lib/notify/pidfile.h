/* pidfile.h - a pidfile: its lock, and the process that it signals */
#ifndef PIDFILE_H
#define PIDFILE_H

#include <sys/types.h>

#include <stdbool.h>

enum pidfile_result {
	PIDFILE_OK,
	PIDFILE_ERRNO, /* errno is set */
	PIDFILE_NOTFILE, /* a link, directory, FIFO or device */
	PIDFILE_HELD, /* claim: another process has it */
	PIDFILE_OTHER, /* claim: it has several names, or is no pidfile */
	PIDFILE_EMPTY, /* signal: no lock and no text */
	PIDFILE_GARBAGE, /* signal: no lock and no number above 1 */
	PIDFILE_STALE, /* signal: no lock and no such process */
	PIDFILE_YOUNGER, /* signal: no lock; the process is younger */
	PIDFILE_UNKNOWN, /* signal: no lock; the process's age is unknown */
	PIDFILE_OUTSIDE, /* signal: the lock's process cannot be seen */
	PIDFILE_OURS /* signal: the process is this one */
};

/* A claimed pidfile; fd is -1 while nothing is claimed. */
struct pidfile {
	const char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	pid_t holder; /* after PIDFILE_HELD: that process, or 0 */
};

/*
 * Lock path for writing and write our pid into it.  An existing file is taken over
 * only if it has one name and holds nothing, or one number, and no process of that
 * number is older than the file; any other file is left as it is.  Call this when signals are
 * caught and the sockets listen: a signal may come at once.  p keeps the
 * pointer to path.  POSIX drops the lock when this process closes any other
 * descriptor of the file (fcntl(2)), so never open it again.
 */
enum pidfile_result pidfile_claim(const char *path, struct pidfile *p);

/* Return whether p is claimed and its file is still at its path. */
bool pidfile_ours(const struct pidfile *p);

/* Remove a claimed pidfile, if it is still ours, and drop the lock. */
void pidfile_release(struct pidfile *p);

/*
 * Send signo to the process that has a write lock on path.  If there is no
 * lock, send it to the process whose number the first line holds, provided
 * that it is older than the file.
 */
enum pidfile_result pidfile_signal(const char *path, int signo);

/* Describe a result; PIDFILE_ERRNO is for strerror(3) to describe. */
const char *pidfile_why(enum pidfile_result result);

#endif
