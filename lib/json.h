/* json.h - strings as JSON has them */
#ifndef JSON_H
#define JSON_H

#include "buf.h"

/* append n bytes as a string in quotes, what is not UTF-8 as U+FFFD; as buf_put */
int json_string(struct buf *b, const void *bytes, size_t n);

#endif
