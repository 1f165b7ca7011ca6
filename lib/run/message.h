/* message.h - a batch as records of a change list */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "run/batch.h"

/*
 * Append the paths that the receivers `who` are owed, each with `end` after it.
 * If anything may have changed, or the paths find no room, a `*` is appended.
 * Returns 0, or -1: out of memory.
 */
int
message_changes(struct buf *to, const struct batch *b, uint64_t who, char end);

#endif
