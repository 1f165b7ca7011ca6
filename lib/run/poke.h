/* poke.h - wake whoever watches a file, without changing it */
#ifndef POKE_H
#define POKE_H

enum poke_result {
	POKE_OK,
	POKE_ERRNO, /* errno tells */
	POKE_ABSOLUTE, /* the path starts with a slash */
	POKE_UP, /* it has a `..` in it */
	POKE_LINK, /* it leads through a link, or to one */
	POKE_NOTFILE /* it is a FIFO, a socket or a device */
};

/*
 * Make the events of a save, with all that the file holds and its time of
 * modification left as they are: written to, attributes changed, closed after
 * writing.  Only the last of them for a file of another user, all but the last
 * for one that can't be opened for writing.  A directory has its attributes
 * changed; so has the nearest directory that is still there where the path is
 * no more.
 *
 * The path is relative to the working directory and stays beneath it; what is
 * refused is never opened.
 */
enum poke_result poke_path(const char *path);

/* what a result other than POKE_OK and POKE_ERRNO means, in words */
const char *poke_why(enum poke_result result);

#endif
