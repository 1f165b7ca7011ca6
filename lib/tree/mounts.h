/* mounts.h - files that are mounted by themselves, as containers do it */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct mounts {
	int fd; /* poll(2) reports POLLPRI after each mount; or -1 */
	struct mounts_part {
		char *path; /* where a part of a file system is mounted */
		dev_t dev; /* of the directory that it is in */
		ino_t ino;
	} * parts;
	size_t n;
};

/* Open m->fd, and read the mounts; without mountinfo there are none. */
void mounts_open(struct mounts *m);

/* Read the mounts again. */
void mounts_read(struct mounts *m);

/* Return true if a file is mounted in that directory: it raises no events. */
bool mounts_in(const struct mounts *m, dev_t dev, ino_t ino);

void mounts_close(struct mounts *m);

#endif
