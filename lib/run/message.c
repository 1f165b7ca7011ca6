/* message.c - a batch as records of a change list */
#include "run/message.h"
#include "notify/changelist.h"

int
message_changes(struct buf *to, const struct batch *b, uint64_t who, char end)
{
	const struct batch_path *p;
	size_t len;

	len = to->len;
	if ((b->owed_any & who) != 0 && changelist_put_any(to, end) < 0)
		return -1;
	for (p = b->taken; p != NULL; p = p->taken)
		if ((p->owed & who) != 0 &&
		    changelist_put_path(to, p->path, end) < 0) {
			/* The list is full: a `*` stands for all paths. */
			to->len = len;
			return changelist_put_any(to, end);
		}
	return 0;
}
