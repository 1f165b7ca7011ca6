#define _POSIX_C_SOURCE 200809L
/* input.c - a list of changes, read instead of watching (-f) */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "run/input.h"

int
input_open(struct input *in, const char *path, char end)
{
	changelist_begin(&in->reader, end);
	in->fd = strcmp(path, "-") == 0 ? STDIN_FILENO
					: open(path, O_RDONLY | O_CLOEXEC);
	return in->fd < 0 ? -1 : 0;
}

int
input_read(struct input *in, input_each *each, void *arg)
{
	struct changelist_record record;
	size_t off;
	ssize_t n;

	n = read(in->fd, in->bytes, sizeof in->bytes);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -1;
	if (n == 0) {
		changelist_finish(&in->reader, &record);
		if (record.kind != CHANGELIST_MORE)
			each(arg, &record);
		return 0;
	}
	for (off = 0; off < (size_t)n;) {
		off += changelist_feed(
		    &in->reader, in->bytes + off, (size_t)n - off, &record);
		if (record.kind != CHANGELIST_MORE)
			each(arg, &record);
	}
	return 1;
}
