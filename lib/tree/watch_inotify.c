#ifdef __linux__
#define _GNU_SOURCE
/* watch_inotify.c - a backend: inotify(7) */
#include <sys/inotify.h>

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "tree/watch.h"

enum {
	NAMES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
	    IN_DELETE_SELF | IN_MOVE_SELF,
	/* MODIFY alone is all that truncate(2) raises. */
	FILES = NAMES | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB,
	EVENTS = 65536, /* bytes of events in a read */
	LONGEST = sizeof(struct inotify_event) + NAME_MAX + 1
};

struct watch {
	int fd;
	size_t off, len; /* events not yet handed out: data[off .. len) */
	bool emptied; /* by the last read */
	_Alignas(struct inotify_event) char data[EVENTS];
};

static struct watch *
open_(void)
{
	struct watch *w;
	int error;

	w = malloc(sizeof *w);
	if (w == NULL)
		return NULL;
	w->off = w->len = 0;
	w->emptied = false;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0) {
		error = errno;
		free(w);
		errno = error;
		return NULL;
	}
	return w;
}

static int
fd_(const struct watch *w)
{
	return w->fd;
}

static int
add(struct watch *w, const char *path, enum watch_level level, bool follow)
{
	unsigned mask;

	mask = level == WATCH_FILES ? FILES : NAMES;
	mask |= IN_ONLYDIR | IN_EXCL_UNLINK | IN_MASK_ADD;
	if (!follow)
		mask |= IN_DONT_FOLLOW;
	return inotify_add_watch(w->fd, path, mask);
}

static void
drop(struct watch *w, int id)
{
	inotify_rm_watch(w->fd, id);
}

static unsigned
what(uint32_t mask)
{
	unsigned bits;

	bits = 0;
	if ((mask & IN_CREATE) != 0)
		bits |= WATCH_CREATED;
	if ((mask & IN_MODIFY) != 0)
		bits |= WATCH_WRITTEN;
	if ((mask &
		(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)) !=
	    0)
		bits |= WATCH_CLOSED;
	if ((mask & IN_ISDIR) != 0)
		bits |= WATCH_ISDIR;
	if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0)
		bits |= WATCH_SELF;
	if ((mask & IN_IGNORED) != 0)
		bits |= WATCH_SELF | WATCH_ENDED;
	if ((mask & IN_Q_OVERFLOW) != 0)
		bits |= WATCH_LOST;
	return bits;
}

static int
next(struct watch *w, struct watch_hint *hint)
{
	const struct inotify_event *event;
	ssize_t n;

	if (w->off == w->len && w->emptied) {
		w->emptied = false;
		return 0;
	}
	if (w->off == w->len) {
		do
			n = read(w->fd, w->data, sizeof w->data);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		w->off = 0;
		w->len = (size_t)n;
		/* One more event would have had room. */
		w->emptied = w->len + LONGEST <= sizeof w->data;
		if (n == 0)
			return 0;
	}
	event = (const void *)(w->data + w->off);
	w->off += sizeof *event + event->len;
	*hint = (struct watch_hint){ .id = event->wd,
		.what = what(event->mask),
		.name = event->len > 0 ? event->name : NULL };
	return 1;
}

static void
close_(struct watch *w)
{
	close(w->fd);
	free(w);
}

static const char *
lack(int error)
{
	switch (error) {
	case ENOSPC:
		return "no inotify watches left; "
		       "raise fs.inotify.max_user_watches (sysctl)";
	case EMFILE:
		return "no inotify instance left; "
		       "raise fs.inotify.max_user_instances (sysctl)";
	case ENFILE:
		return "too many open files in system";
	case ENOSYS:
		return "no inotify here";
	default:
		return NULL;
	}
}

const struct watch_backend watch_inotify = { .name = "inotify",
	.open = open_,
	.fd = fd_,
	.add = add,
	.drop = drop,
	.next = next,
	.close = close_,
	.lack = lack };

#else
/* watch_inotify.c - a backend that this system has not */
#include "tree/watch.h"

const struct watch_backend watch_inotify = { .name = "inotify" };
#endif
