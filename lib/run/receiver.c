/* receiver.c - a pidfile that is signalled, and the mailbox beside it */
#include <errno.h>
#include <string.h>

#include "notify/mailbox.h"
#include "run/receiver.h"

/* Return the path without leading "./". */
static const char *
plain(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	return path;
}

static bool
same(const struct receiver *to, const struct rule *r, const char *path)
{
	return strcmp(plain(to->path), plain(path)) == 0 &&
	    to->signo == r->signo;
}

/* Return the index of a pidfile's receiver, or n if it is a new one. */
static size_t
find(const struct receiver *receivers, size_t n, const struct rule *r,
    const char *path)
{
	size_t i;

	for (i = 0; i < n && !same(&receivers[i], r, path); i++)
		;
	return i;
}

int
receivers_make(
    struct receiver receivers[RECEIVER_MAX], const struct rules *rules)
{
	const struct rule *r;
	size_t n, i, k, at;

	for (i = n = 0; i < rules->n; i++) {
		r = &rules->v[i];
		for (k = 0; k < r->npidfiles; k++) {
			at = find(receivers, n, r, r->pidfiles[k]);
			if (at == RECEIVER_MAX)
				return -1;
			if (at == n)
				receivers[n++] = (struct receiver){
					.path = r->pidfiles[k],
					.signo = r->signo
				};
			receivers[at].rules |= (uint64_t)1 << i;
		}
	}
	return (int)n;
}

/* Signal while the mailbox is locked, so that the signal finds its messages. */
static enum pidfile_result
signal_locked(const struct receiver *to, struct mailbox *box)
{
	enum pidfile_result result;

	result = pidfile_signal(to->path, to->signo);
	if (result != PIDFILE_OK)
		mailbox_undo(box);
	mailbox_close(box);
	return result;
}

bool
receiver_signal(struct receiver *to, const struct buf *messages, bool boxed)
{
	enum pidfile_result result;
	struct mailbox box;
	bool open, put;
	int error;

	to->again = true;
	open = mailbox_open(&box, to->path) == MAILBOX_OK;
	put = open && mailbox_put(&box, buf_head(messages), messages->len) == 0;
	if (boxed && !put) {
		mailbox_close(&box);
		return false;
	}
	if (open && !put)
		mailbox_put_any(&box);
	result = open ? signal_locked(to, &box)
		      : pidfile_signal(to->path, to->signo);
	error = result == PIDFILE_ERRNO ? errno : 0;
	to->again = result == to->result && error == to->error;
	to->result = result;
	to->error = error;
	errno = error;
	return result == PIDFILE_OK;
}
