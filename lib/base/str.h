/* str.h - what C's string functions lack */
#ifndef STR_H
#define STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read the decimal digits at the front of n bytes.  Returns how many they are;
 * *v is their number, or INT64_MAX if it is larger.
 */
size_t str_digits(const char *s, size_t n, int64_t *v);

/* Read a whole string as a decimal number from min to max.  Returns 0 or -1. */
int str_num(const char *s, int64_t min, int64_t max, int64_t *n);

/* Read seconds such as 0.01 or 30, as ms rounded up.  Returns 0 or -1. */
int str_secs(const char *s, int64_t *ms);

/* Return whether the n bytes at s are the string t, ASCII case aside. */
bool str_is(const void *s, size_t n, const char *t);

/* Return c, as a lower-case letter if it is an ASCII letter. */
unsigned char str_lower(unsigned char c);

/*
 * Copy a path without its `.` components and needless slashes: `./a//b/./` is
 * `a/b`, and `./` is empty.  path has room for all of text, or is text itself.
 */
void str_clean(const char *text, char *path);

/* Return what follows the last slash, or all if there is none. */
const char *str_base(const char *path);

#endif
