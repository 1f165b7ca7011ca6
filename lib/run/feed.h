/* feed.h - changes that come as a list, instead of from the tree */
#ifndef FEED_H
#define FEED_H

#include "notify/changelist.h"

enum {
	FEED_BYTES = 65536 /* read in one go */
};

struct feed {
	int fd;
	struct list_reader reader;
	unsigned char bytes[FEED_BYTES];
};

typedef void feed_each(void *arg, const struct list_record *record);

/* open a file, or standard input for "-"; 0, or -1 and errno */
int feed_open(struct feed *f, const char *path, char end);

/*
 * Hand out the records that there are, once poll() has said so: 1, 0 when that
 * was the last of them, -1 and errno.
 */
int feed_read(struct feed *f, feed_each *each, void *arg);

#endif
