/* server.h - the sockets of all peers: who comes, is served, told and let go */
#ifndef SERVER_H
#define SERVER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/connection.h"

enum {
	SERVER_OWN = 2, /* descriptors that the owner waits for as well */
	SERVER_SOCKETS = 32, /* sockets that listen */
	SERVER_WRITES = 16, /* to one peer before the others have their turn */
	SERVER_ACCEPTS = 256, /* from one socket, likewise */
	SERVER_BUSY_MS = 50, /* the longest that listeners are not looked at */
	SERVER_STUCK_MS = 20, /* for the system to find memory for sockets */
	SERVER_REST_MS = 1000, /* from accepting, when descriptors ran out */
	SERVER_MEMORY = 64
	    << 20 /* bytes for what all peers sent and are sent */
};

/*
 * fds[0 .. SERVER_OWN) are the owner's, -1 until it sets them, and it looks at
 * their revents itself; fds[SERVER_OWN .. base) are the sockets that listen;
 * fds[base + i] belongs to conns[i], i < n.  The listeners are those at
 * conns[active .. n), so that the few others can be looked at by themselves.
 *
 * One turn is server_wait, then the times of the handler are set, then what the
 * owner has to do, then server_serve.
 */
struct server {
	struct handler *handler; /* of all; the clients are counted here */
	struct pollfd *fds;
	struct connection **conns;
	size_t base, active, n, cap;
	int64_t soon; /* ms; none that is no listener has an earlier deadline */
	int64_t beat; /* ms; when listeners get their ping */
	int64_t resting; /* ms; no accepting until then */
	int64_t
	    busy; /* ms; others are likely to have something for us so long */
	int64_t looking; /* ms; when to look at the listeners, however busy */
	size_t looked; /* how many of fds were looked at */
	size_t memory,
	    most; /* bytes: connection_memory() of all, now and at most */
	bool stuck; /* somebody could be written to, and took nothing */
	bool wildcard; /* some socket listens at all addresses */
	unsigned char bytes[CONNECTION_READ];
};

/* nobody listens and nobody is here; 0, or -1 when memory is out */
int server_init(struct server *p, struct handler *handler);

/* accept from this socket, which is taken over; 0, or -1 if there are too many */
int server_listen(struct server *p, int fd, bool wildcard);

/* wait for anything to do, until `end` (ms) at the latest; 0, or -1 and errno */
int server_wait(struct server *p, int64_t end);

/* do what server_wait found, and what it is time for */
void server_serve(struct server *p);

/* Return the frames of a broadcast in a protocol; NULL: out of memory. */
typedef const struct buf *server_frame(void *arg, unsigned protocol);

/* Send a broadcast to all clients; latest: as connection_broadcast has it. */
void server_broadcast(struct server *s, server_frame *frame_of, void *arg,
    const struct client *latest);

/* nobody else may come; those that are here get our last words */
void server_leave(struct server *p);

#endif
