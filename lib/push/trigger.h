/* trigger.h - requests that bring news, each in its client's way */
#ifndef TRIGGER_H
#define TRIGGER_H

#include <stdbool.h>

#include "http/http.h"
#include "push/news.h"

/* is this request to ring? */
bool trigger_is(const struct http_request *r);

/* Read what it says is new, for which trigger_is holds; the body is written to. */
void trigger_read(
    const struct http_request *r, void *body, size_t n, struct news *news);

#endif
