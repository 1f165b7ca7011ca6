/* pidfile.h - a pidfile: who holds its write lock is the address to signal */
#ifndef PIDFILE_H
#define PIDFILE_H

#include <sys/types.h>

#include <stdbool.h>

enum pidfile_result {
	PIDFILE_OK,
	PIDFILE_ERRNO, /* errno tells */
	PIDFILE_NOTFILE, /* a link, directory, FIFO or device */
	PIDFILE_HELD, /* claim: another process holds it */
	PIDFILE_EMPTY, /* ring: nothing in it, and nobody holds it */
	PIDFILE_GARBAGE, /* ring: no number above 1 in it */
	PIDFILE_YOUNGER, /* ring: it names a process younger than itself */
	PIDFILE_STALE, /* ring: nobody holds it, and no such process */
	PIDFILE_OUTSIDE, /* ring: its holder can't be seen from here */
	PIDFILE_DEADLY, /* ring: the signal would kill its process */
	PIDFILE_UNKNOWN, /* ring: can't tell whether it would */
	PIDFILE_OURS /* ring: the process is this one */
};

/* a claimed pidfile; fd is -1 while nothing is claimed */
struct pidfile {
	const char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	pid_t holder; /* after PIDFILE_HELD: who, or 0 */
};

/*
 * Lock path for writing and put our pid into it.  Call it when signals are
 * caught and the sockets listen: from then on it may be rung.  The path is
 * kept, not copied.  POSIX drops the lock when this process closes any other
 * descriptor of the same file (fcntl(2)), so never open it again.
 */
enum pidfile_result pidfile_claim(const char *path, struct pidfile *p);

/* is it claimed, and still at its path? */
bool pidfile_ours(const struct pidfile *p);

/* remove a claimed pidfile, if it is still ours, and give up the lock */
void pidfile_release(struct pidfile *p);

/*
 * Who holds a pidfile; all zero at first.  What was found out of a process is
 * kept from one ring to the next, for as long as it lives.
 */
struct pidfile_holder {
	pid_t pid; /* 0: nobody was found */
	bool locked; /* its lock vouches for that */
	int process, about; /* descriptors of it, see os.h; or -1 */
	int fd; /* the pidfile, from pidfile_find to pidfile_close */
};

/*
 * Find out who holds path, and whether signo may be sent to it.  Unless deadly,
 * it must catch, block or ignore the signal.  Where nobody locks the file, the
 * number in it counts if that process is older than the file.
 */
enum pidfile_result pidfile_find(
    struct pidfile_holder *h, const char *path, int signo, bool deadly);

/* send it, where that process is the holder still; after pidfile_find */
enum pidfile_result pidfile_signal(struct pidfile_holder *h, int signo);

/* close the pidfile, after pidfile_find; who held it is remembered */
void pidfile_close(struct pidfile_holder *h);

/* forget who it was */
void pidfile_forget(struct pidfile_holder *h);

/* what a result other than PIDFILE_OK and PIDFILE_ERRNO means, in words */
const char *pidfile_why(enum pidfile_result result);

#endif
