#ifdef __linux__
#define _GNU_SOURCE
#include <sys/inotify.h>
#endif

/* inotify.c - hints about directories; elsewhere than on Linux there are none */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "tree/inotify.h"

#ifdef __linux__

enum {
	NAMES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
	    IN_DELETE_SELF | IN_MOVE_SELF,
	/* truncate(2) raises MODIFY alone, chmod(2) ATTRIB alone. */
	FILES = NAMES | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB,
	LONGEST = sizeof(struct inotify_event) + NAME_MAX + 1
};

int
inotify_open(struct inotify *in)
{
	in->off = in->len = 0;
	in->emptied = false;
	in->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return in->fd < 0 ? -1 : 0;
}

int
inotify_add(struct inotify *in, const char *path, enum inotify_level level)
{
	return inotify_add_watch(in->fd, path,
	    (level == INOTIFY_FILES ? FILES : NAMES) | IN_ONLYDIR |
		IN_EXCL_UNLINK | IN_MASK_ADD);
}

void
inotify_drop(struct inotify *in, int wd)
{
	inotify_rm_watch(in->fd, wd);
}

static unsigned
hint_bits(uint32_t mask)
{
	static const struct {
		uint32_t events;
		unsigned bits;
	} table[] = {
		{ IN_CREATE | IN_MOVED_TO, HINT_CREATED },
		{ IN_MODIFY, HINT_WRITTEN },
		{ IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE,
		    HINT_CLOSED },
		{ IN_ISDIR, HINT_ISDIR },
		{ IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT, HINT_SELF },
		{ IN_IGNORED, HINT_SELF | HINT_ENDED },
		{ IN_Q_OVERFLOW, HINT_LOST },
	};
	unsigned bits;
	size_t i;

	bits = 0;
	for (i = 0; i < sizeof table / sizeof table[0]; i++)
		if ((mask & table[i].events) != 0)
			bits |= table[i].bits;
	return bits;
}

/* Read events; the number of bytes, 0 if there are none, or -1. */
static ssize_t
read_events(struct inotify *in)
{
	ssize_t n;

	/* If another event would have had room, the last read took all. */
	if (in->emptied) {
		in->emptied = false;
		return 0;
	}
	do
		n = read(in->fd, in->data, sizeof in->data);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	in->off = 0;
	in->len = (size_t)n;
	in->emptied = n > 0 && in->len + LONGEST <= sizeof in->data;
	return n;
}

int
inotify_next(struct inotify *in, struct inotify_hint *hint)
{
	const struct inotify_event *event;
	ssize_t n;

	if (in->off == in->len) {
		n = read_events(in);
		if (n <= 0)
			return (int)n;
	}
	event = (const void *)(in->data + in->off);
	in->off += sizeof *event + event->len;
	*hint = (struct inotify_hint){ .wd = event->wd,
		.bits = hint_bits(event->mask),
		.name = event->len > 0 ? event->name : NULL };
	return 1;
}

#else /* not Linux: inotify_open fails, so the rest is never called */

int
inotify_open(struct inotify *in)
{
	in->fd = -1;
	errno = ENOSYS;
	return -1;
}

int
inotify_add(struct inotify *in, const char *path, enum inotify_level level)
{
	(void)in;
	(void)path;
	(void)level;
	return -1;
}

void
inotify_drop(struct inotify *in, int wd)
{
	(void)in;
	(void)wd;
}

int
inotify_next(struct inotify *in, struct inotify_hint *hint)
{
	(void)in;
	(void)hint;
	return 0;
}

#endif
