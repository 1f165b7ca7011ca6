/* access.h - whose requests are answered: Host, Origin and Sec-Fetch-Site */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

/* Hosts besides localhost and the loopback addresses. */
struct access {
	bool any; /* -a '*' */
	bool null; /* -a null: pages without an origin */
	size_t n;
	const char **hosts; /* host names, addresses, ".name": without ports */
};

/* Return true if a name consists of what host names or addresses consist of. */
bool access_name(struct span name);

/*
 * Allow a host, an address, `.name` (that name and all below it), `null` or `*`.  The
 * string is kept, and an IPv6 address loses its brackets.  Returns 0, or -1 if it is
 * none of these.  hosts must have room.
 */
int access_allow(struct access *a, char *name);

/*
 * Return true if a Host, with or without a port, is allowed.  `local` is the address
 * that the client connected to, as text, or NULL.
 */
bool access_host(const struct access *a, struct span host, const char *local);

/* Return true if a Host is localhost or a loopback address. */
bool access_is_loopback(struct span host);

/* Return true if an Origin is allowed; `local` as above. */
bool
access_origin(const struct access *a, struct span origin, const char *local);

/* Return true if a request is for the script, which any page may load. */
bool access_is_script(const struct request *r);

/* Return true if a request may be answered; `local` as above. */
bool access_allows(
    const struct access *a, const struct request *r, const char *local);

#endif
