#define _POSIX_C_SOURCE 200809L
/* contents.c - compares files by sums, and waits until they are complete */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/os.h"
#include "run/contents.h"

enum { PIECES = 16 /* read before signals are handled */ };

/* ---- what is remembered ---- */

/* Two paths with one hash of 64 bits are not expected. */
struct contents_sum {
	struct hash_node node; /* by path */
	uint64_t sum;
};

static struct contents_sum *
find_sum(const struct contents *c, const char *path)
{
	return (struct contents_sum *)hash_first(&c->sums, hash_string(path));
}

/* Remember a sum, or forget it if it is 0.  Without memory it is forgotten. */
static void
set_sum(struct contents *c, const char *path, uint64_t sum)
{
	struct contents_sum *one;

	one = find_sum(c, path);
	if (one != NULL && sum == 0) {
		hash_remove(&c->sums, &one->node);
		free(one);
	} else if (one != NULL)
		one->sum = sum;
	else if (sum != 0) {
		one = malloc(sizeof *one);
		if (one == NULL)
			return;
		one->sum = sum;
		if (hash_add(&c->sums, &one->node, hash_string(path)) < 0)
			free(one);
	}
}

/* ---- to read ---- */

/* Another piece or file is to be read. */
static void
count_piece(struct contents *c)
{
	if (++c->pieces % PIECES == 0)
		c->calls->signals();
}

/* Read n bytes, or up to the end.  Returns their number, or -1. */
static ssize_t
read_piece(int fd, unsigned char *piece, size_t n)
{
	size_t len;
	ssize_t got;

	for (len = 0; len < n; len += (size_t)got) {
		do
			got = read(fd, piece + len, n - len);
		while (got < 0 && errno == EINTR);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
	}
	return (ssize_t)len;
}

/*
 * Return the sum of the first `size` bytes of a file, 0 if it cannot be read or
 * is too large.  If it grows or shrinks meanwhile, another hint follows.
 */
static uint64_t
sum_file(struct contents *c, int fd, off_t size)
{
	unsigned char piece[CONTENTS_PIECE];
	uint64_t sum;
	size_t max;
	ssize_t n;

	if (size > CONTENTS_MAX - c->spent)
		return 0;
	c->spent += size;
	sum = hash_number((uint64_t)size);
	for (; size > 0; size -= n) {
		max = size < CONTENTS_PIECE ? (size_t)size : CONTENTS_PIECE;
		n = read_piece(fd, piece, max);
		if (n < (ssize_t)max)
			return 0;
		sum = hash_number(sum) ^ hash_bytes(piece, max);
		count_piece(c);
	}
	return sum == 0 ? 1 : sum;
}

/*
 * Return 1 if another process has the file open for writing, else 0; -1 if that
 * is not known.  *sum is the sum of a regular file without a writer, else 0; if
 * the writers are not known, `complete` decides.
 */
static int
read_path(struct contents *c, const char *path, bool complete, uint64_t *sum)
{
	struct stat st;
	int fd, writers;

	*sum = 0;
	count_piece(c);
	/* To open a FIFO would wake its writer, to open a device do anything. */
	errno = 0;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return errno == EACCES ? -1 : 0;
	/* Another process may have put a FIFO there: do not block. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? -1 : 0;
	writers = os_has_writer(fd);
	/* A writer may have finished since: its size is what it is now. */
	if ((writers == 0 || (writers < 0 && complete)) && fstat(fd, &st) == 0)
		*sum = sum_file(c, fd, st.st_size);
	close(fd);
	return writers;
}

/* ---- to compare ---- */

void
contents_found(struct contents *c, const char *path)
{
	uint64_t sum;

	read_path(c, path, true, &sum);
	c->spent = 0;
	set_sum(c, path, sum);
}

static uint64_t
known_sum(const struct contents *c, const char *path)
{
	const struct contents_sum *one;

	one = find_sum(c, path);
	return one == NULL ? 0 : one->sum;
}

void
contents_glance(struct contents *c, struct batch_path *p)
{
	uint64_t sum;

	/* A run that deletes its output may be about to make it as it was. */
	if (p->differed || p->hold == BATCH_HELD_VANISHED ||
	    read_path(c, p->path, true, &sum) > 0)
		return;
	p->differed = sum == 0 || sum != known_sum(c, p->path);
}

/*
 * Set p->writer, and p->sum if the file is complete.  If leases are refused, a
 * close or some quiet time stands in for the answer.
 */
static void
check_writer(
    struct contents *c, struct batch *b, struct batch_path *p, int64_t now)
{
	bool complete;
	int writers;

	if (p->writer == BATCH_WRITER_NONE || p->writer == BATCH_WRITER_STAYS)
		return;
	complete = p->closed || now >= p->last + CONTENTS_QUIET;
	writers = read_path(c, p->path, complete, &p->sum);
	p->writer = BATCH_WRITER_SOME;
	if (writers > 0)
		b->retry = now + CONTENTS_RETRY;
	else if (writers < 0 && !complete)
		b->retry = p->last + CONTENTS_QUIET;
	else
		p->writer = BATCH_WRITER_NONE;
}

/* Ask for the writers of all paths; return how many paths have one. */
static size_t
count_writers(struct contents *c, struct batch *b, int64_t now)
{
	struct batch_path *p;
	size_t n;

	n = 0;
	for (p = b->first; p != NULL; p = p->next) {
		check_writer(c, b, p, now);
		n += p->writer == BATCH_WRITER_SOME;
	}
	return n;
}

/*
 * Drop a path with equal contents for the rules that compare them.  If the
 * contents differed during a run, that run may have read them: the path stays.
 */
static void
sift_path(
    struct contents *c, struct batch *b, struct batch_path *p, uint64_t same)
{
	bool equal;

	if (p->writer == BATCH_WRITER_SOME) {
		/* After a forced batch the next one waits for the rest. */
		p->writer = b->forced ? BATCH_WRITER_UNKNOWN
				      : BATCH_WRITER_STAYS;
		p->sum = 0;
	}
	equal = !p->differed && p->sum != 0 && p->sum == known_sum(c, p->path);
	if (p->own || p->suspect)
		same = UINT64_MAX;
	if (!equal) {
		set_sum(c, p->path, p->sum);
		return;
	}
	if ((p->rules & ~same) == 0)
		c->calls->why("%s: is as it was", p->path);
	batch_drop(b, p, same);
}

bool
contents_check(struct contents *c, struct batch *b, uint64_t same, int64_t now)
{
	struct batch_path *p, *next;
	size_t writers;

	writers = count_writers(c, b, now);
	if (writers > 0 &&
	    (!batch_is_capped(b, now) ||
		(b->patient && writers == b->n && !b->forced)))
		return false;
	for (p = b->first; p != NULL; p = next) {
		next = p->next;
		sift_path(c, b, p, same);
	}
	c->spent = 0;
	return b->rules != 0;
}
