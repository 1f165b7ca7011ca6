/* mailbox.h - the mailbox of a pidfile: changes that wait for its process */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <sys/types.h>

#include "base/buf.h"

/*
 * The mailbox of dir/P is the file dir/.P.box.  It holds messages: records of
 * changelist.h that end with newlines.
 *
 * A writer locks it, adds messages, sends the signal, and only then closes it.
 * The process that was signalled locks it, drains the signals that have come,
 * and only then takes the messages.  So each signal finds its own messages,
 * and no others.  If anything is wrong with a mailbox, a signal without
 * messages says enough.
 *
 * POSIX drops the lock when the process closes any other descriptor of the file
 * (fcntl(2)).
 */

enum {
	MAILBOX_PATH = 4096, /* bytes of a mailbox's path with its NUL */
	MAILBOX_MAX = 64 * 1024, /* bytes of messages; more become one `*` */
	MAILBOX_WAIT = 100 /* ms to wait for the lock */
};

enum mailbox_result {
	MAILBOX_OK,
	MAILBOX_NONE, /* there is no mailbox */
	MAILBOX_ERRNO, /* errno is set */
	MAILBOX_NOTFILE, /* a link, a FIFO or such, or a file with several names */
	MAILBOX_LOCKED, /* another process kept it locked for MAILBOX_WAIT */
	MAILBOX_REPLACED /* another file took its place at each try */
};

/* An open and locked mailbox; fd is -1 while it is closed. */
struct mailbox {
	int fd;
	off_t before; /* its size when it was opened */
	off_t size; /* its size with the messages added since */
	off_t taken; /* how much of that mailbox_read has read */
};

/* Get the path of a pidfile's mailbox; MAILBOX_ERRNO if it is too long. */
enum mailbox_result mailbox_path(const char *pidfile, char path[MAILBOX_PATH]);

/*
 * Open and lock the mailbox of a pidfile, which this never creates.  The caller
 * closes it, whatever the result.
 */
enum mailbox_result mailbox_open(struct mailbox *b, const char *pidfile);

/*
 * Add messages, all or none.  If they and those that are there are more than
 * MAILBOX_MAX, those that are there become one `*`.  Returns 0, or -1 with errno
 * set.
 */
int mailbox_put(struct mailbox *b, const void *messages, size_t n);

/*
 * Add a `*`.  If that fails, empty the mailbox: the signal then stands for any
 * change, too.
 */
void mailbox_put_any(struct mailbox *b);

/* Remove the messages that were added since the mailbox was opened. */
void mailbox_undo(struct mailbox *b);

/*
 * Append the messages to a buffer with room for MAILBOX_MAX bytes, or a `*` if they
 * are more than that.  Returns 0, or -1 with errno set.
 */
int mailbox_read(struct mailbox *b, struct buf *messages);

/*
 * Remove what was read.  If a writer without a lock has added messages since,
 * all of them stay, and are read again.  Returns 0, or -1 with errno set.
 */
int mailbox_empty(struct mailbox *b);

/* Unlock and close it; keeps errno. */
void mailbox_close(struct mailbox *b);

/* Create the mailbox of a pidfile that we hold, in place of an existing one. */
enum mailbox_result mailbox_make(const char *pidfile);

/* Remove the mailbox of a pidfile that we hold. */
void mailbox_remove(const char *pidfile);

/* Describe a result; MAILBOX_ERRNO is for strerror(3) to describe. */
const char *mailbox_why(enum mailbox_result result);

#endif
