/* protocols.h - updates and reports in the protocols that clients speak */
#ifndef PROTOCOLS_H
#define PROTOCOLS_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/request.h"
#include "push/generation.h"
#include "push/update.h"

enum protocol {
	PROTOCOL_RELOAD_V1, /* reload.js: JSON in a WebSocket */
	PROTOCOL_RELOAD_EVENTS, /* the same in a stream of events */
	PROTOCOL_BUILD_COMPLETE, /* {"type":"build_complete"} in a WebSocket */
	PROTOCOL_LIVERELOAD, /* LiveReload 7 */
	PROTOCOL_BEXT, /* "reload" in a stream of events */
	PROTOCOL_PLAIN, /* "reload" in a WebSocket */
	PROTOCOLS
};

/* Return the protocol of a WebSocket, by its path and the subprotocols offered. */
enum protocol protocol_websocket(const struct request *r);

/* Return true if a request wants a stream of events, and set its protocol. */
bool protocol_events(const struct request *r, enum protocol *d);

/* Return true for a stream of events (HTML, 9.2), false for a WebSocket. */
bool protocol_streams(enum protocol d);

/* Return the subprotocol that the handshake is answered with, or NULL. */
const char *protocol_subprotocol(enum protocol d);

/* Return true if its clients send messages that mean something. */
bool protocol_talks(enum protocol d);

/*
 * Parse a message of a page that shows a generation.  Returns true, with the name
 * and the milliseconds that it took, or false for any other message.
 */
bool protocol_shown(
    const char *text, size_t n, char name[GENERATION_NAME], int64_t *ms);

/* Append what a new client is sent first; as buf_put. */
int protocol_hello(
    enum protocol d, struct buf *out, const struct generation *h, int64_t now);

/* Append an update, with the name of the current generation; as buf_put. */
int protocol_update(enum protocol d, struct buf *out,
    const struct generation *h, const struct update *update);

/* Append the report, or that there is none any more; as buf_put. */
int
protocol_report(enum protocol d, struct buf *out, const struct generation *h);

/* A broadcast in each protocol, made when a client first needs it. */
struct protocol_frames {
	const struct generation *generation;
	bool update, report; /* what is new */
	bool made[PROTOCOLS];
	struct buf frame[PROTOCOLS]; /* max 0: out of memory */
	size_t sent; /* calls of protocol_frame, one a client */
	size_t pages; /* of those: clients that say when they show it */
};

/* Return the frames for one more client; NULL: out of memory.  arg: the frames. */
const struct buf *protocol_frame(void *arg, unsigned protocol);

void protocol_frames_free(struct protocol_frames *f);

#endif
