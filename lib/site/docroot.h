/* docroot.h - files beneath a root, and nothing else */
#ifndef DOCROOT_H
#define DOCROOT_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

enum { DOCROOT_PATH = 4096, DOCROOT_LINKS = 40, DOCROOT_HIDDEN = 4 };

/* a file by what it is, whatever it is called */
struct docroot_file {
	dev_t dev;
	ino_t ino;
};

/*
 * The directory at path, which may be deleted and made again.  Links are
 * followed as long as they stay beneath it.  A component that starts with a
 * dot, a FIFO or a device is as if it weren't there, and so are the hidden
 * files, which are never even opened.
 */
struct docroot {
	char *
	    path; /* from "/" on: the working directory may be made again, too */
	int fd; /* -1 while there is no such directory */
	struct docroot_file self;
	char *real; /* the path without links, NULL while fd is -1 */
	size_t nhidden;
	struct docroot_file hidden[DOCROOT_HIDDEN];
	size_t npaths;
	char *path_hidden[DOCROOT_HIDDEN];
};

/*
 * The root at path; 0, or -1 and errno: ENOENT where it may still come, and
 * docroot_renew will find it.
 */
int docroot_init(struct docroot *root, const char *path);

/* give up the root */
void docroot_free(struct docroot *root);

/* this file is not there, whatever it is called; -1 if there are too many */
int docroot_hide(struct docroot *root, dev_t dev, ino_t ino);

/*
 * Whatever file is at path is not there by any other name either; -1 if there
 * are too many, or memory is out.
 */
int docroot_hide_path(struct docroot *root, const char *path);

/* find the root again where it was replaced; 0, or -1 and errno */
int docroot_renew(struct docroot *root);

/*
 * Open by its path beneath the root, with no slash at either end, a file for
 * reading or a directory to go on from; "" is the root itself.  The descriptor
 * and what fstat says, or -1 and errno: ENOENT for whatever must not be seen,
 * EACCES for what may but can't be read.
 */
int docroot_open(const struct docroot *root, const char *path, struct stat *st);

/* what it is, without opening it; 0, or -1 and errno as above */
int docroot_stat(const struct docroot *root, const char *path, struct stat *st);

/*
 * The same of a name in the directory of descriptor dir, whose path is that;
 * 0, or -1 and errno as above.
 */
int docroot_look(const struct docroot *root, int dir, const char *path,
    const char *name, struct stat *st);

#endif
