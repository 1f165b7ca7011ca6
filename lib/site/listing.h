/* listing.h - what is in a directory, as the rest of a page */
#ifndef LISTING_H
#define LISTING_H

#include <stddef.h>

#include "base/buf.h"
#include "site/docroot.h"

/*
 * Append n bytes so that HTML shows them as they are, U+FFFD for those that
 * are no text; as buf_put.
 */
int listing_text(struct buf *b, const char *s, size_t n);

/*
 * Append, from within <head> on, a page of what can be seen in the directory
 * of descriptor dir, at path beneath the root: max entries, or as many as there
 * is room for.  0, or -1 when it can't be read, and errno, or memory is out.
 */
int listing_put(struct buf *b, const struct docroot *root, int dir,
    const char *path, size_t max);

#endif
