/* mounts.h - which file systems come and go where patterns reach */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/rule.h"

struct mounts {
	int fd; /* poll(2) tells POLLPRI of it; -1: nobody tells */
	uint64_t sum; /* over the mounts at, above and beneath our bases */
	struct mounts_dir {
		dev_t dev;
		ino_t ino;
	} * dirs; /* in which a single file is mounted */
	size_t ndirs;
};

/* without a way to know there are none, and none come */
void mounts_open(struct mounts *m, const struct rules *rs);

/* has something been mounted or unmounted that matters to these rules? */
bool mounts_changed(struct mounts *m, const struct rules *rs);

/* is a single file mounted in that directory? its events are raised elsewhere */
bool mounts_in(const struct mounts *m, dev_t dev, ino_t ino);

void mounts_close(struct mounts *m);

#endif
