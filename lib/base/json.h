/* json.h - as much of JSON (RFC 8259) as there is use for */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { JSON_DEPTH = 32 /* arrays and objects within each other */ };

/* append n bytes as a string in quotes, what is not UTF-8 as U+FFFD; as buf_put */
int json_string(struct buf *b, const void *bytes, size_t n);

/* takes one string; it has a NUL behind it, and may hold others */
typedef void json_take(void *arg, const char *text, size_t n);

/*
 * Read an object, and hand on each string that this member is or has in its
 * array.  A number comes as its text.  false if it is no JSON, as far as it was
 * read: what came before that has been handed on.
 */
bool json_member(
    const char *text, size_t n, const char *name, json_take *take, void *arg);

#endif
