/* base64.h - bytes as letters (RFC 4648) */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>

/* the letters for n bytes, with the NUL */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* write n bytes as letters and a NUL; out holds BASE64_SIZE(n) */
void base64_put(char *out, const void *bytes, size_t n);

/* how many bytes the n letters at s stand for, or -1 if they are not base64 */
long base64_size(const char *s, size_t n);

#endif
