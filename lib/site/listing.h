/* listing.h - the entries of a directory as a page */
#ifndef LISTING_H
#define LISTING_H

#include <stddef.h>

#include "base/buf.h"
#include "site/docroot.h"

/* Append n bytes as text in HTML, with U+FFFD for invalid characters; as buf_put. */
int listing_text(struct buf *b, const char *s, size_t n);

/*
 * Append a page, from within <head> on, that lists the directory which is open as
 * dir and has this path: at most max entries, and as many as there is room for.
 * Returns 0, or -1 with errno set.
 */
int listing_put(struct buf *b, const struct docroot *root, int dir,
    const char *path, size_t max);

#endif
