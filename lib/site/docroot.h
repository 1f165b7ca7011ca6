/* docroot.h - open files beneath a directory, and nothing outside of it */
#ifndef DOCROOT_H
#define DOCROOT_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

enum {
	DOCROOT_PATH = 4096, /* bytes of a path */
	DOCROOT_LINKS = 40 /* symbolic links on the way to a file */
};

/* Identifies a file, whatever its name. */
struct docroot_file {
	dev_t dev;
	ino_t ino;
};

/*
 * A directory, which may be deleted and created again.  Symbolic links are
 * followed as long as they stay beneath it.  Names that start with a dot (but for
 * /.well-known), FIFOs, devices and a hidden file do not exist here; the hidden file
 * is never even opened.
 */
struct docroot {
	char *path; /* absolute: the working directory may be replaced, too */
	int fd; /* -1 while the directory does not exist */
	struct docroot_file self;
	char *real; /* the path without links, NULL while fd is -1 */
	bool hides; /* a file, under all of its names */
	struct docroot_file hidden;
};

/*
 * Open the directory at path.  Returns 0, or -1 with errno set.  After ENOENT the
 * root is usable, and docroot_renew finds the directory once it exists.
 */
int docroot_init(struct docroot *root, const char *path);

/* Close and free it. */
void docroot_free(struct docroot *root);

/* Hide a file, under all of its names, and it alone. */
void docroot_hide(struct docroot *root, dev_t dev, ino_t ino);

/* Reopen the directory if it was replaced.  Returns 0, or -1 with errno set. */
int docroot_renew(struct docroot *root);

/*
 * Open a file or a directory for reading, by its path beneath the root, without
 * slashes at the ends; "" is the root.  Sets *st.  Returns a descriptor, which
 * the caller closes, or -1 with errno set: ENOENT if it does not exist or must not
 * be served, EACCES if it cannot be read.
 */
int docroot_open(const struct docroot *root, const char *path, struct stat *st);

/* As docroot_open, without opening it.  Returns 0, or -1. */
int docroot_stat(const struct docroot *root, const char *path, struct stat *st);

/*
 * As docroot_stat, for a name in a directory that is open as dir and has this
 * path.
 */
int docroot_look(const struct docroot *root, int dir, const char *path,
    const char *name, struct stat *st);

#endif
