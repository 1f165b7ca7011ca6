/* json.h - strings as JSON has them (RFC 8259) */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append n bytes as a string in quotes, with U+FFFD for what is not UTF-8.  It may
 * stand in a script element.  As buf_put.
 */
int json_string(struct buf *b, const void *bytes, size_t n);

#endif
