/* listing.h - what is in a directory, as the rest of a page */
#ifndef LISTING_H
#define LISTING_H

#include <stddef.h>

#include "buf.h"
#include "root.h"

/* append n bytes so that HTML shows them as they are; as buf_put */
int listing_text(struct buf *b, const char *s, size_t n);

/*
 * Append, from within <head> on, a page of what can be seen in the directory
 * fd, at path beneath the root, the first max entries.  fd is closed.  0, or
 * -1 when it can't be read or memory is out.
 */
int listing_put(struct buf *b, const struct root *root, int fd,
    const char *path, size_t max);

#endif
