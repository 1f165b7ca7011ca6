/* conn.h - one peer, from its first byte to its last, without its socket */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "push/generation.h"
#include "push/routes.h"
#include "ws/ws.h"

enum {
	CONN_READ = 16384, /* the most bytes to feed at once */
	CONN_OUT = 1 << 20, /* bytes that wait to be written */
	CONN_MESSAGE = 65536, /* bytes of a listener's message, else 1009 */
	CONN_REQUEST_MS = 10000, /* for a request, and between two */
	CONN_REPLY_MS = 30000, /* without a byte being taken */
	CONN_RATE = 8, /* and all of it by so many bytes a millisecond */
	CONN_PING_MS = 30000, /* from ping to ping */
	CONN_PINGS = 2, /* unanswered, then it is gone */
	CONN_CLOSING_MS = 2000, /* to read our last words */
	CONN_DISCARD = 262144 /* bytes that are read meanwhile, and dropped */
};

enum conn_state {
	CONN_REQUEST, /* its next request is not whole */
	CONN_REPLY, /* its answer is on its way */
	CONN_LISTENING, /* it waits for update */
	CONN_CLOSING /* it is to read what is in out, and to hang up */
};

/*
 * The owner reads from the peer while conn_reads and feeds it, and writes out
 * and says how much was sent.  What waits to be written is whole frames or
 * replies, so update may always be added behind it; but while anything waits,
 * nothing is: what a listener is owed then is what the generation has beyond what
 * it was told.  Buffers have no memory while they are empty, so a silent
 * listener is little more than this.
 */
struct conn {
	struct buf in; /* not answered yet; of a listener, the text it sends */
	struct buf out;
	int64_t deadline; /* ms; when to call conn_tick */
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
			struct ws ws;
			uint64_t told; /* the broadcast it was told last */
			uint32_t reported; /* of generation.reports, likewise */
		};
	};
	uint8_t state; /* enum conn_state */
	uint8_t protocol; /* of a listener */
	uint8_t silent; /* pings that were not answered */
	bool keep; /* another request may follow the response */
	bool asked; /* it has had an answer */
	bool eof; /* it sends no more */
	bool shut; /* we send no more */
	bool over; /* close it */
};

/* a peer that has just come */
void conn_init(struct conn *c, int64_t now);

void conn_free(struct conn *c);

/* n bytes came, at most CONN_READ; they may be changed */
void conn_feed(struct conn *c, const struct world *w, void *bytes, size_t n);

/* the peer sends no more */
void conn_eof(struct conn *c);

/* Return the bytes of memory that it has besides itself. */
size_t conn_memory(const struct conn *c);

/* n bytes of out were written */
void conn_sent(struct conn *c, const struct world *w, size_t n);

/* the deadline has come */
void conn_tick(struct conn *c, const struct world *w);

/* is there use for what it sends? */
bool conn_reads(const struct conn *c);

/* is our end of it to be shut now? true once */
bool conn_shuts(struct conn *c);

/* may a listener's update be written to it right away? */
bool conn_ready(const struct conn *c);

/*
 * All that the generation has is written to it, but for these n bytes that were
 * left over.
 */
void
conn_told(struct conn *c, const struct world *w, const void *rest, size_t n);

/* the server ends: say so and hang up */
void conn_leave(struct conn *c, const struct world *w);

/* request, response, listening or closing */
const char *conn_state_name(enum conn_state state);

#endif
