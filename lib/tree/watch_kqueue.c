#ifndef __linux__
/* watch_kqueue.c - a backend: kqueue(2) of the BSDs and macOS */
#include <sys/types.h>

#include <sys/event.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "tree/watch.h"

/*
 * It tells what happens to an open file.  Of a directory that is that names
 * come and go; the writing of a file is told of the file alone, so that each
 * takes a descriptor.  A hint about a file is one about its directory.
 */

#ifndef O_EVTONLY /* macOS: such a descriptor keeps no volume mounted */
#define O_EVTONLY O_RDONLY
#endif

enum {
	NOTES = NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_LINK |
	    NOTE_DELETE | NOTE_RENAME | NOTE_REVOKE,
	ENDS = NOTE_DELETE | NOTE_REVOKE,
	OTHERS = 64, /* descriptors that are left to the rest of the program */
	MOST = 1 << 20, /* descriptors that we ask for */
	FLAGS = O_EVTONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
};

/* What is watched, by its descriptor; of a directory that is its id. */
struct spot {
	dev_t dev;
	ino_t ino;
	int dir; /* of a file: the id of its directory; or -1 */
	int files; /* of a directory: the first of its files, or -1 */
	int beside; /* of a file: the next one there, or -1 */
	int next; /* in the bucket, or -1 */
	bool live;
};

struct watch {
	int fd;
	int max; /* descriptors from there on are not for us */
	struct spot *spots; /* by descriptor */
	int nspots;
	int *buckets; /* the first of each, or -1: a hash table */
	size_t nbuckets; /* a power of two, or 0 */
	size_t n; /* spots that are live */
};

/* ---- what is watched ---- */

static int *
bucket(const struct watch *w, dev_t dev, ino_t ino, int dir)
{
	uint64_t key;

	key = (uint64_t)ino * 31 + (uint64_t)dev;
	key = (key * 31 + (uint64_t)dir) * 0x9e3779b97f4a7c15u;
	return &w->buckets[(size_t)(key >> 32) & (w->nbuckets - 1)];
}

static int
find(const struct watch *w, const struct stat *st, int dir)
{
	const struct spot *s;
	int fd;

	if (w->nbuckets == 0)
		return -1;
	for (fd = *bucket(w, st->st_dev, st->st_ino, dir); fd >= 0;
	     fd = s->next) {
		s = &w->spots[fd];
		if (s->dev == st->st_dev && s->ino == st->st_ino &&
		    s->dir == dir)
			return fd;
	}
	return -1;
}

static void
into_bucket(struct watch *w, int fd)
{
	struct spot *s;
	int *first;

	s = &w->spots[fd];
	first = bucket(w, s->dev, s->ino, s->dir);
	s->next = *first;
	*first = fd;
}

static int
grow_buckets(struct watch *w)
{
	size_t i, n;
	int *buckets, fd;

	n = w->nbuckets == 0 ? 64 : w->nbuckets * 2;
	buckets = malloc(n * sizeof *buckets);
	if (buckets == NULL)
		return -1;
	for (i = 0; i < n; i++)
		buckets[i] = -1;
	free(w->buckets);
	w->buckets = buckets;
	w->nbuckets = n;
	for (fd = 0; fd < w->nspots; fd++)
		if (w->spots[fd].live)
			into_bucket(w, fd);
	return 0;
}

/* have a place for this descriptor */
static int
grow_spots(struct watch *w, int fd)
{
	struct spot *spots;
	int n;

	if (fd < w->nspots)
		return 0;
	n = fd + fd / 2 + 64;
	spots = realloc(w->spots, (size_t)n * sizeof *spots);
	if (spots == NULL)
		return -1;
	w->spots = spots;
	while (w->nspots < n)
		w->spots[w->nspots++] = (struct spot){ .live = false };
	return 0;
}

/* The kernel forgets what is closed, and what it had to tell of it. */
static void
forget(struct watch *w, int fd)
{
	struct spot *s;
	int *p;

	s = &w->spots[fd];
	for (p = bucket(w, s->dev, s->ino, s->dir); *p != fd;
	     p = &w->spots[*p].next)
		;
	*p = s->next;
	s->live = false;
	w->n--;
	close(fd);
}

static void
forget_file(struct watch *w, int fd)
{
	int *p;

	for (p = &w->spots[w->spots[fd].dir].files; *p != fd;
	     p = &w->spots[*p].beside)
		;
	*p = w->spots[fd].beside;
	forget(w, fd);
}

static void
forget_dir(struct watch *w, int id)
{
	int fd;

	while ((fd = w->spots[id].files) >= 0) {
		w->spots[id].files = w->spots[fd].beside;
		forget(w, fd);
	}
	forget(w, id);
}

static bool
is_dir(const struct watch *w, int id)
{
	return id >= 0 && id < w->nspots && w->spots[id].live &&
	    w->spots[id].dir < 0;
}

/* Takes the descriptor over, in whichever way it ends. */
static int
take(struct watch *w, int fd, const struct stat *st, int dir)
{
	struct kevent change;
	int error;

	EV_SET(&change, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTES, 0, 0);
	if ((w->n == w->nbuckets && grow_buckets(w) < 0) ||
	    grow_spots(w, fd) < 0 ||
	    kevent(w->fd, &change, 1, NULL, 0, NULL) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	w->spots[fd] = (struct spot){ .dev = st->st_dev,
		.ino = st->st_ino,
		.dir = dir,
		.files = -1,
		.beside = -1,
		.live = true };
	into_bucket(w, fd);
	w->n++;
	return fd;
}

/* The rest of the program needs some, too. */
static int
open_spot(const struct watch *w, const char *path, int flags)
{
	int fd;

	fd = open(path, FLAGS | flags);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		errno = ENOSPC;
	if (fd < w->max)
		return fd;
	close(fd);
	errno = ENOSPC;
	return -1;
}

/* ---- the backend ---- */

/*
 * As many descriptors as we may have; how many those are.  macOS names a limit
 * that it does not grant.
 */
static int
raise_limit(void)
{
	struct rlimit limit, more;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return OTHERS;
	more = limit;
	more.rlim_cur = limit.rlim_max < (rlim_t)MOST ? limit.rlim_max : MOST;
	for (; more.rlim_cur > limit.rlim_cur; more.rlim_cur /= 2)
		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			return (int)more.rlim_cur;
	return limit.rlim_cur < (rlim_t)MOST ? (int)limit.rlim_cur : MOST;
}

static struct watch *
open_(void)
{
	struct watch *w;
	int error;

	w = malloc(sizeof *w);
	if (w == NULL)
		return NULL;
	*w = (struct watch){ .fd = kqueue() };
	if (w->fd < 0 || fcntl(w->fd, F_SETFD, FD_CLOEXEC) < 0) {
		error = errno;
		if (w->fd >= 0)
			close(w->fd);
		free(w);
		errno = error;
		return NULL;
	}
	w->max = raise_limit() - OTHERS;
	return w;
}

static int
fd_(const struct watch *w)
{
	return w->fd;
}

/* The level does not matter: files are added one by one. */
static int
add(struct watch *w, const char *path, enum watch_level level, bool follow)
{
	struct stat st;
	int fd, id;

	(void)level;
	if ((follow ? stat(path, &st) : lstat(path, &st)) < 0)
		return -1;
	id = find(w, &st, -1);
	if (id >= 0)
		return id;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	fd = open_spot(w, path, O_DIRECTORY | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return -1;
	/* It may be another one by now. */
	if (fstat(fd, &st) < 0 || (id = find(w, &st, -1)) >= 0) {
		close(fd);
		return id;
	}
	return take(w, fd, &st, -1);
}

static int
add_file(struct watch *w, int id, const char *path, const struct stat *st)
{
	struct stat now;
	int fd;

	if (find(w, st, id) >= 0)
		return 0;
	fd = open_spot(w, path, O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &now) < 0 || !S_ISREG(now.st_mode) ||
	    find(w, &now, id) >= 0) {
		close(fd);
		return 0;
	}
	if (take(w, fd, &now, id) < 0)
		return -1;
	w->spots[fd].beside = w->spots[id].files;
	w->spots[id].files = fd;
	return 1;
}

static void
drop(struct watch *w, int id)
{
	if (is_dir(w, id))
		forget_dir(w, id);
}

/*
 * One at a time, so that nothing waits here that tells of a descriptor which
 * was closed since.  A file that is moved or deleted may be another one's by
 * now: who still counts is added anew when the directory is looked at.
 */
static int
next(struct watch *w, struct watch_hint *hint)
{
	static const struct timespec now = { .tv_sec = 0 };
	struct kevent event;
	int n, id, dir;

	do
		n = kevent(w->fd, NULL, 0, &event, 1, &now);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n;
	id = (int)event.ident;
	dir = w->spots[id].dir;
	*hint = (struct watch_hint){ .id = dir < 0 ? id : dir };
	if (dir >= 0) {
		if ((event.fflags & (ENDS | NOTE_RENAME)) != 0)
			forget_file(w, id);
		return 1;
	}
	if ((event.fflags & (ENDS | NOTE_RENAME)) != 0)
		hint->what = WATCH_SELF;
	if ((event.fflags & ENDS) != 0) {
		hint->what |= WATCH_ENDED;
		forget_dir(w, id);
	}
	return 1;
}

static void
close_(struct watch *w)
{
	int fd;

	for (fd = 0; fd < w->nspots; fd++)
		if (w->spots[fd].live)
			close(fd);
	close(w->fd);
	free(w->spots);
	free(w->buckets);
	free(w);
}

static const char *
lack(int error)
{
	return error == ENOSPC || error == EMFILE
	    ? "no descriptors left; raise the limit (ulimit -n)"
	    : NULL;
}

const struct watch_backend watch_kqueue = { .name = "kqueue",
	.open = open_,
	.fd = fd_,
	.add = add,
	.add_file = add_file,
	.drop = drop,
	.next = next,
	.close = close_,
	.lack = lack };

#else
/* watch_kqueue.c - a backend that this system has not */
#include "tree/watch.h"

const struct watch_backend watch_kqueue = { .name = "kqueue" };
#endif
