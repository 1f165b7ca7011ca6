/* generation.h - the last broadcast, and the generation that counts them */
#ifndef GENERATION_H
#define GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "push/update.h"

enum {
	GENERATION_NAME = 32 /* bytes of a generation as text, with a NUL */
};

/*
 * Clients have no queue: of each only the number of the last broadcast that it was
 * sent is remembered.  A client that missed one broadcast is sent that; one that
 * missed more is sent the strongest kind among them, without paths.
 */
struct generation {
	uint32_t boot; /* tells runs of the server apart */
	uint64_t n; /* broadcasts so far */
	uint64_t reload; /* n of the last one of kind reload */
	int64_t since; /* ms: when that was; before it, the start */
	struct update last; /* the last broadcast */
	struct buf report; /* empty unless the build is broken */
	uint32_t reports; /* how often the report has changed */
};

void generation_init(struct generation *g, uint32_t boot, int64_t now);

void generation_free(struct generation *g);

/*
 * Take ownership of an update, which is empty afterwards.  Changes make the next
 * generation; a report, or the end of one, does not.
 */
void generation_add(struct generation *g, struct update *update, int64_t now);

/*
 * Return what a client missed whose last broadcast was the n-th, n < g->n.  It is
 * valid until the next broadcast.
 */
const struct update *generation_since(const struct generation *g, uint64_t n);

/* Format the generation as boot-n, such as 9f3c01d2-17. */
void generation_name(const struct generation *g, char name[GENERATION_NAME]);

/* Parse the name of a generation of this run.  Returns its n; for others g->n. */
uint64_t
generation_find(const struct generation *g, const char *name, size_t len);

/* Return the milliseconds since the last broadcast, at least 0. */
int64_t generation_age(const struct generation *g, int64_t now);

/*
 * Append "generation":"...","age":0,"reload":0,"broken":false, the members of
 * a JSON object; as buf_put.
 */
int generation_put(const struct generation *g, struct buf *b, int64_t now);

#endif
