/* routes.h - what requests get, and what clients are owed: files, updates, reports */
#ifndef ROUTES_H
#define ROUTES_H

#include <stddef.h>
#include <stdint.h>

#include "http/access.h"
#include "http/connection.h"
#include "push/generation.h"
#include "push/update.h"
#include "site/site.h"

struct routes {
	const struct access *access;
	struct site *site; /* NULL: no files */
	const struct generation *generation;
	struct handler *handler; /* the times, and how many clients there are */
	/* Broadcast an update, and take ownership of it. */
	void (*broadcast)(struct update *update);
	/* A page shows a generation, after so many ms; or NULL. */
	void (*shown)(const char *name, int64_t ms);
	/* A request was refused because of this Host or Origin; or NULL. */
	void (*refused)(struct span name);
};

/* Set the functions of a handler.  All of the routes stay the owner's. */
void routes_handle(struct routes *routes, struct handler *handler);

#endif
