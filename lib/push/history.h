/* history.h - the last broadcast, and the generation that counts them */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "push/update.h"

enum {
	HISTORY_NAME = 32 /* bytes of a generation as text, with a NUL */
};

/*
 * A client is no more than the number of the last broadcast that it was sent.
 * If it missed one, that is sent; if it missed more, the strongest kind of
 * them, without paths.
 */
struct history {
	uint32_t boot; /* tells runs of the server apart */
	uint64_t n; /* broadcasts so far */
	uint64_t reload; /* n of the last that was of more than styles */
	int64_t since; /* ms of the last broadcast, of the start until then */
	struct update last; /* the last broadcast */
	struct buf report; /* of the build that is broken, else empty */
	uint32_t reports; /* how often that has changed */
};

void history_init(struct history *h, uint32_t boot, int64_t now);

void history_free(struct history *h);

/*
 * Take over what is new, which is empty after it.  Changes make the next
 * generation; a report, or that there is none any more, doesn't.
 */
void history_add(struct history *h, struct update *update, int64_t now);

/*
 * Return what a client missed that was sent the n-th broadcast, but not the last
 * one.  It is valid until the next broadcast.
 */
const struct update *history_since(const struct history *h, uint64_t n);

/* boot-n, such as 9f3c01d2-17, with a NUL */
void history_name(const struct history *h, char name[HISTORY_NAME]);

/* the n of a generation of this run, given as text; else that of now */
uint64_t history_find(const struct history *h, const char *name, size_t len);

/* ms since the last broadcast, never negative */
int64_t history_age(const struct history *h, int64_t now);

/*
 * Append "generation":"...","age":0,"reload":0,"broken":false, the members of
 * a JSON object; as buf_put.
 */
int history_put(const struct history *h, struct buf *b, int64_t now);

#endif
