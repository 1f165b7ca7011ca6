/* access.h - which Host and Origin are answered, and who may ask from afar */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

/* what was opened beyond localhost and the loopback addresses */
struct access {
	bool any; /* -a '*' */
	bool null; /* -a null: pages without an origin */
	size_t n;
	const char **hosts; /* host names, addresses, ".name": without ports */
};

/* is it a host name or an address, as it may stand in hosts? */
bool access_name(struct span name);

/*
 * Answer what this names, too: a host, an address, `.name` for that name and all
 * below it, `null`, or all by `*`.  It is kept, and loses the brackets of an IPv6 address; 0, or -1 where it is
 * none of these.  hosts must have room.
 */
int access_allow(struct access *a, char *name);

/* is this Host, with or without a port, one of ours? local: see below */
bool access_host(const struct access *a, struct span host, const char *local);

/* Return true if it is a name of the loopback, with or without a port. */
bool access_is_loopback(struct span host);

/* is this Origin? */
bool
access_origin(const struct access *a, struct span origin, const char *local);

/* Return true if it asks for the script, which any page may have. */
bool access_is_script(const struct request *r);

/*
 * May this request be answered?  local is the address, as text, at which the
 * connection came in, or NULL.  A script that any page may include is told
 * by its path.
 */
bool access_allows(
    const struct access *a, const struct request *r, const char *local);

#endif
