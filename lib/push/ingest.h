/* ingest.h - requests that broadcast an update, in the ways of their clients */
#ifndef INGEST_H
#define INGEST_H

#include <stdbool.h>

#include "http/request.h"
#include "push/update.h"

/* Return true if a request broadcasts an update. */
bool ingest_wants(const struct request *r);

/*
 * Return the methods that are allowed at the path of a request, as a list for Allow;
 * NULL if no request there broadcasts an update.
 */
const char *ingest_methods(const struct request *r);

/* Read the update of a request for which ingest_wants is true; modifies the body. */
void ingest_read(
    const struct request *r, void *body, size_t n, struct update *update);

#endif
