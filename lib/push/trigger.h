/* trigger.h - requests that bring news, each in its client's way */
#ifndef TRIGGER_H
#define TRIGGER_H

#include <stdbool.h>

#include "http/http.h"
#include "push/news.h"

/* is this request to ring? */
bool trigger_is(const struct http_request *r);

/*
 * What it says is new.  The body is written to; false if it is not in the form
 * that it ought to have.
 */
bool trigger_read(
    const struct http_request *r, void *body, size_t n, struct news *news);

#endif
