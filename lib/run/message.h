/* message.h - a batch as the change list tells it */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "run/batch.h"

/*
 * Append what these are owed, a `*` where that is anything or finds no room.
 * 0, or -1 when memory is out.
 */
int
message_changes(struct buf *to, const struct batch *b, uint64_t who, char end);

#endif
