/* bell.c - a pidfile as a doorbell, and the letter box beside it */
#include <errno.h>
#include <string.h>

#include "notify/mailbox.h"
#include "run/bell.h"

/* ./P is P */
static const char *
plain(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	return path;
}

static bool
same(const struct bell *b, const struct rule *r, const char *path)
{
	return strcmp(plain(b->path), plain(path)) == 0 && b->signo == r->signo;
}

/* The bell of one of the rule's pidfiles: one of the n, or a new one. */
static size_t
find(const struct bell *bells, size_t n, const struct rule *r, const char *path)
{
	size_t i;

	for (i = 0; i < n && !same(&bells[i], r, path); i++)
		;
	return i;
}

int
bells_make(struct bell bells[BELL_MAX], const struct rules *rules)
{
	const struct rule *r;
	size_t n, i, k, at;

	for (i = n = 0; i < rules->n; i++) {
		r = &rules->v[i];
		for (k = 0; k < r->npidfiles; k++) {
			at = find(bells, n, r, r->pidfiles[k]);
			if (at == BELL_MAX)
				return -1;
			if (at == n)
				bells[n++] = (struct bell){
					.path = r->pidfiles[k],
					.signo = r->signo
				};
			bells[at].rules |= (uint64_t)1 << i;
		}
	}
	return (int)n;
}

/* Signal while the mailbox is locked, so that the signal finds its messages. */
static enum pidfile_result
ring_locked(const struct bell *b, struct box *box)
{
	enum pidfile_result result;

	result = pidfile_signal(b->path, b->signo);
	if (result != PIDFILE_OK)
		box_undo(box);
	box_close(box);
	return result;
}

bool
bell_ring(struct bell *b, const struct buf *messages, bool boxed)
{
	enum pidfile_result result;
	struct box box;
	bool open, put;
	int error;

	b->again = true;
	open = box_open(&box, b->path) == BOX_OK;
	put = open && box_put(&box, buf_head(messages), messages->len) == 0;
	if (boxed && !put) {
		box_close(&box);
		return false;
	}
	if (open && !put)
		box_put_any(&box);
	result = open ? ring_locked(b, &box)
		      : pidfile_signal(b->path, b->signo);
	error = result == PIDFILE_ERRNO ? errno : 0;
	b->again = result == b->result && error == b->error;
	b->result = result;
	b->error = error;
	errno = error;
	return result == PIDFILE_OK;
}
