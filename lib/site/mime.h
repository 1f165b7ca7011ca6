/* mime.h - what a file is, told by its name */
#ifndef MIME_H
#define MIME_H

#include <stdbool.h>

/* the Content-Type for a file of this name; bytes, where it tells nothing */
const char *mime_type(const char *name);

/* is it that of pages? */
bool mime_is_page(const char *type);

#endif
