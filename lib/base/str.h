/* str.h - what C's string functions lack */
#ifndef STR_H
#define STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* a decimal number from min to max, nothing around it; 0, or -1 */
int str_num(const char *s, int64_t min, int64_t max, int64_t *n);

/* seconds such as 0.01 or 30, as milliseconds rounded up; 0, or -1 */
int str_secs(const char *s, int64_t *ms);

/* do the n bytes at s equal the string t, ASCII case aside? */
bool str_is(const void *s, size_t n, const char *t);

/* c as a lower-case letter, where it is an ASCII letter */
unsigned char str_lower(unsigned char c);

/* the bytes after the last slash; the whole where there is none */
const char *str_base(const char *path);

#endif
