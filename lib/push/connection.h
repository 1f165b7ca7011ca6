/* connection.h - one peer, from its first byte to its last, without its socket */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "push/generation.h"
#include "push/routes.h"
#include "ws/frame.h"

enum {
	CONNECTION_READ = 16384, /* the most bytes to feed at once */
	CONNECTION_OUT = 1 << 20, /* bytes that wait to be written */
	CONNECTION_MESSAGE =
	    65536, /* bytes of a listener's message, else 1009 */
	CONNECTION_REQUEST_MS = 10000, /* for a request, and between two */
	CONNECTION_RESPONSE_MS = 30000, /* without a byte being taken */
	CONNECTION_RATE = 8, /* and all of it by so many bytes a millisecond */
	CONNECTION_PING_MS = 30000, /* from ping to ping */
	CONNECTION_PINGS = 2, /* unanswered, then it is gone */
	CONNECTION_CLOSING_MS = 2000, /* to read our last words */
	CONNECTION_DISCARD =
	    262144 /* bytes that are read meanwhile, and dropped */
};

enum connection_state {
	CONNECTION_REQUEST, /* its next request is not whole */
	CONNECTION_RESPONSE, /* its answer is on its way */
	CONNECTION_CLIENT, /* it waits for update */
	CONNECTION_CLOSING /* it is to read what is in out, and to hang up */
};

/*
 * The owner reads from the peer while connection_reads and feeds it, and writes out
 * and says how much was sent.  What waits to be written is whole frames or
 * replies, so update may always be added behind it; but while anything waits,
 * nothing is: what a listener is owed then is what the generation has beyond what
 * it was told.  Buffers have no memory while they are empty, so a silent
 * listener is little more than this.
 */
struct connection {
	struct buf in; /* not answered yet; of a listener, the text it sends */
	struct buf out;
	int64_t deadline; /* ms; when to call connection_tick */
	union { /* what was asked for is done with before it listens */
		struct { /* while it asks and is answered */
			int64_t off, left; /* of the file that is being sent */
			int64_t end; /* ms; when the response is to be out */
			size_t seen; /* for request_head_size */
			int fd; /* that file, or -1 */
			uint32_t skip; /* bytes that are ignored */
			uint32_t head; /* of the head whose body is to come */
			uint32_t body; /* bytes of that body */
		};
		struct { /* while it listens */
			struct frame_reader ws;
			uint64_t told; /* the broadcast it was told last */
			uint32_t reported; /* of generation.reports, likewise */
		};
	};
	uint8_t state; /* enum connection_state */
	uint8_t protocol; /* of a listener */
	uint8_t silent; /* pings that were not answered */
	bool keep; /* another request may follow the response */
	bool asked; /* it has had an answer */
	bool eof; /* it sends no more */
	bool shut; /* we send no more */
	bool over; /* close it */
};

/* a peer that has just come */
void connection_init(struct connection *c, int64_t now);

void connection_free(struct connection *c);

/* n bytes came, at most CONNECTION_READ; they may be changed */
void connection_feed(
    struct connection *c, const struct world *w, void *bytes, size_t n);

/* the peer sends no more */
void connection_eof(struct connection *c);

/* Return the bytes of memory that it has besides itself. */
size_t connection_memory(const struct connection *c);

/* n bytes of out were written */
void connection_sent(struct connection *c, const struct world *w, size_t n);

/* the deadline has come */
void connection_tick(struct connection *c, const struct world *w);

/* is there use for what it sends? */
bool connection_reads(const struct connection *c);

/* is our end of it to be shut now? true once */
bool connection_shuts(struct connection *c);

/* may a listener's update be written to it right away? */
bool connection_ready(const struct connection *c);

/*
 * All that the generation has is written to it, but for these n bytes that were
 * left over.
 */
void connection_told(
    struct connection *c, const struct world *w, const void *rest, size_t n);

/* the server ends: say so and hang up */
void connection_leave(struct connection *c, const struct world *w);

/* request, response, listening or closing */
const char *connection_state_name(enum connection_state state);

#endif
