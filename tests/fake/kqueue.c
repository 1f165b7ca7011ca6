#define _GNU_SOURCE
/* kqueue.c - a kqueue(2) for EVFILT_VNODE, made of inotify(7) */
#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/event.h"

/*
 * It tells what the manual pages promise and no more: nothing of a file by its
 * directory, no name, nothing of what is closed, and one event for all that has
 * happened to a descriptor since the last one.
 */

enum { MOST = 8192 };

static struct note {
	bool live;
	bool isdir;
	int kq;
	dev_t dev;
	ino_t ino;
	nlink_t links;
	off_t size;
	int wd;
	unsigned wanted, pending;
} notes[MOST]; /* by descriptor */

static int top; /* descriptors from here on have no note */
static int refusing;

int
kqueue(void)
{
	return inotify_init1(IN_NONBLOCK);
}

/* Is it the file that was open there? */
static bool
is_open(int fd, struct stat *st)
{
	const struct note *n = &notes[fd];

	return n->live && fstat(fd, st) == 0 && st->st_dev == n->dev &&
	    st->st_ino == n->ino;
}

static int
enter(int kq, const struct kevent *change)
{
	char path[40];
	struct stat st;
	unsigned mask;
	int fd, wd;

	fd = (int)change->ident;
	if (refusing != 0) {
		errno = refusing;
		return -1;
	}
	if (fd >= MOST || fstat(fd, &st) < 0) {
		errno = EBADF;
		return -1;
	}
	if (change->filter != EVFILT_VNODE ||
	    change->flags != (EV_ADD | EV_CLEAR)) {
		errno = EINVAL;
		return -1;
	}
	mask = S_ISDIR(st.st_mode)
	    ? IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
	    : IN_MODIFY;
	mask |= IN_ATTRIB | IN_MOVE_SELF;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	wd = inotify_add_watch(kq, path, mask);
	if (wd < 0)
		return -1;
	while (top <= fd)
		notes[top++].live = false;
	notes[fd] = (struct note){ .live = true,
		.isdir = S_ISDIR(st.st_mode),
		.kq = kq,
		.dev = st.st_dev,
		.ino = st.st_ino,
		.links = st.st_nlink,
		.size = st.st_size,
		.wd = wd,
		.wanted = change->fflags };
	return 0;
}

/* What an event means to one that is open. */
static unsigned
meaning(
    const struct inotify_event *event, struct note *n, const struct stat *st)
{
	unsigned fflags;

	fflags = 0;
	if ((event->mask & (IN_CREATE | IN_DELETE | IN_MOVE)) != 0)
		fflags |= NOTE_WRITE;
	if ((event->mask & IN_MODIFY) != 0)
		fflags |= st->st_size > n->size ? NOTE_WRITE | NOTE_EXTEND
						: NOTE_WRITE;
	if ((event->mask & IN_ATTRIB) != 0 && event->len == 0)
		fflags |= NOTE_ATTRIB;
	if ((event->mask & IN_MOVE_SELF) != 0)
		fflags |= NOTE_RENAME;
	if (!n->isdir && st->st_nlink > n->links)
		fflags |= NOTE_LINK;
	/* FreeBSD says so though other names are left. */
	if (!n->isdir && st->st_nlink < n->links)
		fflags |= NOTE_DELETE;
	n->links = st->st_nlink;
	n->size = st->st_size;
	return fflags;
}

static void
happened(int kq, const struct inotify_event *event)
{
	struct stat st;
	int fd;

	for (fd = 0; fd < top; fd++)
		if (notes[fd].kq == kq && notes[fd].wd == event->wd &&
		    is_open(fd, &st))
			notes[fd].pending |= meaning(event, &notes[fd], &st) &
			    notes[fd].wanted;
}

/* A directory that is open is not told of its own end. */
static void
end_dirs(void)
{
	struct stat st;
	int fd;

	for (fd = 0; fd < top; fd++)
		if (notes[fd].isdir && is_open(fd, &st) && st.st_nlink == 0)
			notes[fd].pending |= NOTE_DELETE & notes[fd].wanted;
}

static void
take_in(int kq)
{
	static _Alignas(struct inotify_event) char data[65536];
	const struct inotify_event *event;
	ssize_t n, at;
	bool any;

	any = false;
	while ((n = read(kq, data, sizeof data)) > 0) {
		for (at = 0; at < n;
		     at += (ssize_t)(sizeof *event + event->len)) {
			event = (const void *)(data + at);
			if ((event->mask & IN_Q_OVERFLOW) != 0)
				abort();
			happened(kq, event);
		}
		any = true;
	}
	if (any)
		end_dirs();
}

int
kevent(int kq, const struct kevent *changes, int nchanges,
    struct kevent *events, int nevents, const struct timespec *timeout)
{
	struct stat st;
	int i, n, fd;

	if (nevents > 0 && (timeout == NULL || timeout->tv_sec != 0))
		abort();
	for (i = 0; i < nchanges; i++)
		if (enter(kq, &changes[i]) < 0)
			return -1;
	if (nevents == 0)
		return 0;
	take_in(kq);
	for (n = fd = 0; fd < top && n < nevents; fd++) {
		if (notes[fd].kq != kq || notes[fd].pending == 0)
			continue;
		if (is_open(fd, &st)) {
			EV_SET(&events[n], fd, EVFILT_VNODE, EV_CLEAR,
			    notes[fd].pending, 0, NULL);
			n++;
		}
		notes[fd].pending = 0;
	}
	return n;
}

int
fake_watched(void)
{
	struct stat st;
	int fd, n;

	for (fd = n = 0; fd < top; fd++)
		n += is_open(fd, &st);
	return n;
}

void
fake_happens(const char *path, unsigned fflags)
{
	struct stat st, open;
	int fd;

	if (stat(path, &st) < 0)
		abort();
	for (fd = 0; fd < top; fd++)
		if (is_open(fd, &open) && open.st_dev == st.st_dev &&
		    open.st_ino == st.st_ino)
			notes[fd].pending |= fflags & notes[fd].wanted;
}

void
fake_refuse(int error)
{
	refusing = error;
}
