/* mime.h - what a file is, told by its name */
#ifndef MIME_H
#define MIME_H

#include <stdbool.h>

/*
 * Return the media type for a file of this name, without a charset; that of any
 * bytes if it tells nothing.
 */
const char *mime_type(const char *path);

/* Return true if mime_type returned that of pages. */
bool mime_is_page(const char *type);

/* Return true if a charset may be added. */
bool mime_is_text(const char *type);

#endif
