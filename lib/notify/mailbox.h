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
	BOX_PATH = 4096, /* bytes of a mailbox's path with its NUL */
	BOX_MAX = 64 * 1024, /* bytes of messages; more become one `*` */
	BOX_WAIT = 100 /* ms to wait for the lock */
};

enum box_result {
	BOX_OK,
	BOX_NONE, /* there is no mailbox */
	BOX_ERRNO, /* errno is set */
	BOX_NOTFILE, /* a link, a FIFO or such, or a file with several names */
	BOX_LOCKED, /* another process kept it locked for BOX_WAIT */
	BOX_REPLACED /* another file took its place at each try */
};

/* An open and locked mailbox; fd is -1 while it is closed. */
struct box {
	int fd;
	off_t before; /* its size when it was opened */
	off_t size; /* its size with the messages added since */
	off_t taken; /* how much of that box_read has read */
};

/* Get the path of a pidfile's mailbox; BOX_ERRNO if it is too long. */
enum box_result box_path(const char *pidfile, char path[BOX_PATH]);

/*
 * Open and lock the mailbox of a pidfile, which this never creates.  The caller
 * closes it, whatever the result.
 */
enum box_result box_open(struct box *b, const char *pidfile);

/*
 * Add messages, all or none.  If they and those that are there are more than
 * BOX_MAX, those that are there become one `*`.  Returns 0, or -1 with errno
 * set.
 */
int box_put(struct box *b, const void *messages, size_t n);

/*
 * Add a `*`.  If that fails, empty the mailbox: the signal then stands for any
 * change, too.
 */
void box_put_any(struct box *b);

/* Remove the messages that were added since the mailbox was opened. */
void box_undo(struct box *b);

/*
 * Append the messages to a buffer with room for BOX_MAX bytes, or a `*` if they
 * are more than that.  Returns 0, or -1 with errno set.
 */
int box_read(struct box *b, struct buf *messages);

/*
 * Remove what was read.  If a writer without a lock has added messages since,
 * all of them stay, and are read again.  Returns 0, or -1 with errno set.
 */
int box_empty(struct box *b);

/* Unlock and close it; keeps errno. */
void box_close(struct box *b);

/* Create the mailbox of a pidfile that we hold, in place of an existing one. */
enum box_result box_make(const char *pidfile);

/* Remove the mailbox of a pidfile that we hold. */
void box_remove(const char *pidfile);

/* Describe a result; BOX_ERRNO is for strerror(3) to describe. */
const char *box_why(enum box_result result);

#endif
