/* input.h - changes that come as a list, instead of from the tree */
#ifndef INPUT_H
#define INPUT_H

#include "notify/changelist.h"

enum {
	INPUT_BYTES = 65536 /* read in one go */
};

struct input {
	int fd;
	struct list_reader reader;
	unsigned char bytes[INPUT_BYTES];
};

typedef void input_each(void *arg, const struct list_record *record);

/* open a file, or standard input for "-"; 0, or -1 and errno */
int input_open(struct input *in, const char *path, char end);

/*
 * Hand out the records that there are, once poll() has said so: 1, 0 when that
 * was the last of them, -1 and errno.
 */
int input_read(struct input *in, input_each *each, void *arg);

#endif
