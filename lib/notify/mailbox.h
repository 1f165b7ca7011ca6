/* mailbox.h - the letter box of a pidfile: changes that wait for its holder */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The box of dir/P is the file dir/.P.box; its letters are records of changelist.h
 * that end with newlines.  Who writes locks it, puts letters in, rings, and
 * only then closes it; who was rung locks it, drains the signals that have
 * come, and only then takes the letters.  So no ring finds the letters of
 * another.  Whatever is wrong with a box, a ring without letters says enough.
 *
 * As with any lock of a process, it is dropped when the process closes another
 * descriptor of that file (fcntl(2)).
 */

enum {
	BOX_PATH = 4096, /* bytes of the path of one, with its NUL */
	BOX_MAX = 64 * 1024, /* bytes of letters; more are told as a `*` */
	BOX_WAIT = 100 /* ms, for whoever has it locked */
};

enum box_result {
	BOX_OK,
	BOX_NONE, /* there is no box */
	BOX_ERRNO, /* errno tells */
	BOX_NOTFILE, /* a link, one of several hard links, a FIFO or such */
	BOX_LOCKED, /* and it stayed so for as long as we wait */
	BOX_REPLACED /* by another at each look */
};

/* an open and locked box; fd is -1 while it is none; all zero: never opened */
struct box {
	int fd;
	bool rests; /* open, not locked: for box_open_again only */
	dev_t dev;
	ino_t ino;
	off_t before; /* bytes in it when it was opened */
	off_t size; /* and with what was put in since */
	off_t taken; /* of these were read */
};

/* where the box of a pidfile is; BOX_ERRNO where that is too long */
enum box_result box_path(const char *pidfile, char path[BOX_PATH]);

/* open and lock the box of a pidfile, which is never made by this */
enum box_result box_open(struct box *b, const char *pidfile);

/*
 * Likewise: one at rest is taken up, if it is the box of that pidfile still.
 * What neither rests nor was opened yet is opened.
 */
enum box_result box_open_again(struct box *b, const char *pidfile);

/* unlock it, and keep it open for the next time */
void box_rest(struct box *b);

/*
 * Put letters in, all or none; 0, or -1 and errno.  With those that nobody has
 * taken they may be more than BOX_MAX: then these become one `*`.
 */
int box_put(struct box *b, const void *letters, size_t n);

/*
 * Put a `*` in; where even that can't be, empty the box, and so the ring is
 * for anything, too.
 */
void box_put_any(struct box *b);

/* take back what was put in since the box was opened */
void box_undo(struct box *b);

/*
 * Copy the letters to the end of `letters`, which has room for BOX_MAX more;
 * a `*` in place of more than BOX_MAX bytes of them.  0, or -1 and errno.
 */
int box_read(struct box *b, struct buf *letters);

/*
 * Empty the box of what was read; 0, or -1 and errno.  Letters that came in
 * meanwhile, from one who does not lock it, stay there with those that were
 * read.
 */
int box_empty(struct box *b);

/* unlock and close it */
void box_close(struct box *b);

/* make the box of a pidfile that we hold, in the place of one that is there */
enum box_result box_make(const char *pidfile);

/* remove it */
void box_remove(const char *pidfile);

/* what a result other than BOX_OK and BOX_ERRNO means, in words */
const char *box_why(enum box_result result);

#endif
