/* ingest.h - requests that bring update, each in its client's way */
#ifndef INGEST_H
#define INGEST_H

#include <stdbool.h>

#include "http/request.h"
#include "push/update.h"

/* Return true if the request is one that brings update. */
bool ingest_wants(const struct request *r);

/* Return the methods of its path, as Allow has them; NULL: no request brings any there. */
const char *ingest_methods(const struct request *r);

/* Read what it says is new, for which ingest_wants holds; the body is written to. */
void ingest_read(
    const struct request *r, void *body, size_t n, struct update *update);

#endif
