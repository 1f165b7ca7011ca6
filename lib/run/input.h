/* input.h - a list of changes, read instead of watching (-f) */
#ifndef INPUT_H
#define INPUT_H

#include "notify/changelist.h"

enum {
	INPUT_BYTES = 65536 /* of one read(2) */
};

struct input {
	int fd;
	struct changelist_reader reader;
	unsigned char bytes[INPUT_BYTES];
};

typedef void input_each(void *arg, const struct changelist_record *record);

/*
 * Open a file, or standard input for "-"; `end` ends each record.  Returns 0, or
 * -1 with errno set.
 */
int input_open(struct input *in, const char *path, char end);

/*
 * Read once poll(2) has reported input, and call each() for every record.
 * Returns 1, 0 at the end of the list, or -1 with errno set.
 */
int input_read(struct input *in, input_each *each, void *arg);

#endif
