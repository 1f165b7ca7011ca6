/* routes.h - what each request gets: files, the script, update, or a refusal */
#ifndef ROUTES_H
#define ROUTES_H

#include <stddef.h>
#include <stdint.h>

#include "http/access.h"
#include "http/request.h"
#include "http/response.h"
#include "push/generation.h"
#include "push/protocols.h"
#include "push/update.h"
#include "site/site.h"

enum routes_result {
	ROUTES_READY, /* the response is it */
	ROUTES_AGAIN, /* not now: ask again after SITE_AGAIN_MS */
	ROUTES_LISTEN /* the response's head is to go out, the peer is a listener */
};

/* what all connections share; its owner keeps it up to date */
struct world {
	const struct access *access;
	struct site *site; /* NULL: no files */
	const struct generation *generation;
	void (*ring)(struct update *update); /* tells all, and takes it over */
	size_t listeners;
	int64_t now; /* ms of clock_ms() */
	int64_t wall; /* seconds since 1970 */
	const char *local; /* the address the peer came to, or NULL */
	void (*why)(const char *fmt, ...); /* takes what -v says, or NULL */
	/* a page shows a generation, after so many ms; with why only */
	void (*shown)(const char *name, int64_t ms);
	/* this Host or Origin is not ours; or NULL */
	void (*refused)(struct span who);
};

/*
 * Answer a request.  A body is whole, and is written to.
 * *protocol is set with ROUTES_LISTEN.
 */
enum routes_result routes_answer(const struct world *w, const struct request *r,
    void *body, size_t n, struct response *response, enum protocol *protocol);

/* a plain text that says what is wrong */
void routes_status(struct response *response, int status, const char *why);

#endif
