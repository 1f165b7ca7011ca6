#define _POSIX_C_SOURCE 200809L
/* feed.c - changes that come as a list, instead of from the tree */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "run/feed.h"

int
feed_open(struct feed *f, const char *path, char end)
{
	list_begin(&f->reader, end);
	f->fd = strcmp(path, "-") == 0 ? STDIN_FILENO
				       : open(path, O_RDONLY | O_CLOEXEC);
	return f->fd < 0 ? -1 : 0;
}

int
feed_read(struct feed *f, feed_each *each, void *arg)
{
	struct list_record record;
	size_t off;
	ssize_t n;

	n = read(f->fd, f->bytes, sizeof f->bytes);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -1;
	if (n == 0) {
		list_finish(&f->reader, &record);
		if (record.kind != LIST_MORE)
			each(arg, &record);
		return 0;
	}
	for (off = 0; off < (size_t)n;) {
		off += list_feed(
		    &f->reader, f->bytes + off, (size_t)n - off, &record);
		if (record.kind != LIST_MORE)
			each(arg, &record);
	}
	return 1;
}
