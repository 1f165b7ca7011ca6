/* poke.h - raise the events of a save without changing the file */
#ifndef POKE_H
#define POKE_H

enum poke_result {
	POKE_OK,
	POKE_ERRNO, /* errno is set */
	POKE_ABSOLUTE, /* the path starts with a slash */
	POKE_UP, /* it has a `..` in it */
	POKE_LINK, /* it leads through a link, or to one */
	POKE_NOTFILE /* it is a FIFO, a socket or a device */
};

/*
 * Raise the events of a save: modified, attributes changed, closed after writing
 * (inotify(7)).  Contents and modification time stay as they are.  A file of
 * another user raises only the close; a file that cannot be opened for writing
 * raises all but the close.  For a directory the attributes event is raised; if
 * the path does not exist, for its nearest existing parent.
 *
 * The path is relative to the working directory and stays beneath it.  A refused
 * path is never opened.
 */
enum poke_result poke_path(const char *path);

/* Describe a result in words, e.g. "not a regular file". */
const char *poke_why(enum poke_result result);

#endif
