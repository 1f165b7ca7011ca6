/* connection.h - a connection from its first byte to its last, without its socket */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"
#include "ws/frame.h"

enum {
	CONNECTION_READ = 16384, /* the most bytes for connection_feed */
	CONNECTION_OUT = 1 << 20, /* bytes that wait to be written */
	CONNECTION_MESSAGE = 65536, /* bytes of a client's message, else 1009 */
	CONNECTION_REQUEST_MS = 10000, /* for a request, and between two */
	CONNECTION_RESPONSE_MS = 30000, /* without a byte being taken */
	CONNECTION_RATE = 8, /* bytes of a response a millisecond, at least */
	CONNECTION_LATER_MS = 20, /* after HANDLER_LATER */
	CONNECTION_PING_MS = 30000, /* from ping to ping */
	CONNECTION_PINGS = 2, /* without an answer, then it is closed */
	CONNECTION_CLOSING_MS = 2000, /* for the last bytes to be taken */
	CONNECTION_DISCARD = 262144 /* bytes that are read meanwhile */
};

/* ---- what the connection does not know ---- */

/* A WebSocket or a stream of events that waits for updates, for the handler. */
struct client {
	uint64_t sent; /* the last broadcast that it was sent */
	uint32_t reported; /* the last report, likewise */
	uint8_t protocol;
};

enum handler_result {
	HANDLER_DONE, /* send the response */
	HANDLER_LATER, /* call again after CONNECTION_LATER_MS */
	HANDLER_WEBSOCKET, /* send the response's head: it is a client then */
	HANDLER_STREAM /* likewise, a stream of events (HTML, 9.2) */
};

/* Functions that respond to requests and serve clients; they return as buf_put. */
struct handler {
	void *arg; /* for the functions */
	/*
	 * Respond to a request with a body of n bytes, which may be modified.  Fill in
	 * the response, which is empty with status 200, or the client.
	 */
	enum handler_result (*respond)(void *arg, const struct request *r,
	    void *body, size_t n, struct response *response,
	    struct client *client);
	/* Append what a new client is sent first. */
	int (*hello)(void *arg, struct client *client, struct buf *out);
	/* Append what a client has missed, if anything. */
	int (*owed)(void *arg, struct client *client, struct buf *out);
	/* A client sent a short text; or NULL: texts are ignored. */
	void (*text)(
	    void *arg, const struct client *client, const char *text, size_t n);
	/* Messages for -v, or NULL. */
	void (*log)(const char *fmt, ...);
	/* set by the owner of the connections */
	int64_t now; /* ms of clock_ms() */
	int64_t wall; /* seconds since 1970 */
	const char *local; /* the address the request came to, or NULL */
	size_t clients; /* that there are */
};

/* ---- a connection ---- */

enum connection_state {
	CONNECTION_REQUEST, /* a request is incomplete */
	CONNECTION_RESPONSE, /* the response is being sent */
	CONNECTION_CLIENT, /* it is a client */
	CONNECTION_CLOSING /* `out` is being sent, then it is closed */
};

/*
 * The owner reads bytes while connection_reads is true and feeds them; it writes
 * `out` and says how much was sent.  `out` consists of complete frames and responses.
 * While it is not empty, nothing is added for a client: what the client has missed is
 * added when `out` has been sent.  Buffers have no memory while they are empty, so an
 * idle client is little more than this struct.
 */
struct connection {
	struct buf in; /* bytes of a request; of a client, its text */
	struct buf out;
	int64_t deadline; /* ms; when to call connection_tick */
	union {
		struct { /* REQUEST, RESPONSE */
			int64_t off, left; /* of the file that is being sent */
			int64_t end; /* ms; when the response is to be out */
			size_t seen; /* for request_head_size */
			int fd; /* that file, or -1 */
			uint32_t skip; /* bytes to ignore; in CLOSING, too */
			uint32_t head; /* bytes of a head without its body */
			uint32_t body; /* bytes of that body */
		};
		struct { /* CLIENT */
			struct frame_reader ws;
			struct client client;
		};
	};
	uint8_t state; /* enum connection_state */
	uint8_t silent; /* pings without an answer */
	bool is_stream; /* a client: no WebSocket */
	bool keep; /* another request may follow the response */
	bool asked; /* there has been a response */
	bool eof; /* the peer sends no more */
	bool shut; /* we send no more */
	bool over; /* to be closed now */
};

void connection_init(struct connection *c, int64_t now);

void connection_free(struct connection *c);

/* Take n bytes that were read, at most CONNECTION_READ; they may be modified. */
void connection_feed(
    struct connection *c, const struct handler *h, void *bytes, size_t n);

/* The peer sends no more. */
void connection_eof(struct connection *c);

/* Return the bytes of memory that are allocated for it. */
size_t connection_memory(const struct connection *c);

/* n bytes of `out` were written. */
void connection_sent(struct connection *c, const struct handler *h, size_t n);

/* The deadline has passed. */
void connection_tick(struct connection *c, const struct handler *h);

/* Return true if bytes are to be read. */
bool connection_reads(const struct connection *c);

/* Return true, once, if our side is to be shut down now. */
bool connection_shuts(struct connection *c);

/* Return true if a broadcast may be written to a client right away. */
bool connection_ready(const struct connection *c);

/*
 * A broadcast was written to a ready client, except for n bytes.  `latest` has the
 * numbers of broadcast and report.
 */
void connection_broadcast(struct connection *c, const struct client *latest,
    const void *rest, size_t n);

/* The server ends: close it. */
void connection_leave(struct connection *c, const struct handler *h);

/* Return "request", "response", "client" or "closing". */
const char *connection_state_name(enum connection_state state);

#endif
