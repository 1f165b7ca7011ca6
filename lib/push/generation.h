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
 * A client is no more than the number of the last broadcast that it was sent.
 * If it missed one, that is sent; if it missed more, the strongest kind of
 * them, without paths.
 */
struct generation {
	uint32_t boot; /* tells runs of the server apart */
	uint64_t n; /* broadcasts so far */
	uint64_t reload; /* n of the last that was of more than styles */
	int64_t since; /* ms of the last broadcast, of the start until then */
	struct update last; /* the last broadcast */
	struct buf report; /* of the build that is broken, else empty */
	uint32_t reports; /* how often that has changed */
};

void generation_init(struct generation *g, uint32_t boot, int64_t now);

void generation_free(struct generation *g);

/*
 * Take over what is new, which is empty after it.  Changes make the next
 * generation; a report, or that there is none any more, doesn't.
 */
void generation_add(struct generation *g, struct update *update, int64_t now);

/*
 * Return what a client missed that was sent the n-th broadcast, but not the last
 * one.  It is valid until the next broadcast.
 */
const struct update *generation_since(const struct generation *g, uint64_t n);

/* boot-n, such as 9f3c01d2-17, with a NUL */
void generation_name(const struct generation *g, char name[GENERATION_NAME]);

/* the n of a generation of this run, given as text; else that of now */
uint64_t
generation_find(const struct generation *g, const char *name, size_t len);

/* ms since the last broadcast, never negative */
int64_t generation_age(const struct generation *g, int64_t now);

/*
 * Append "generation":"...","age":0,"reload":0,"broken":false, the members of
 * a JSON object; as buf_put.
 */
int generation_put(const struct generation *g, struct buf *b, int64_t now);

#endif
