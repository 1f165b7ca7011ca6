/* protocols.h - how update is put to each kind of listener, one row a kind */
#ifndef PROTOCOLS_H
#define PROTOCOLS_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/request.h"
#include "push/generation.h"
#include "push/update.h"

enum protocol {
	PROTOCOL_RELOAD_V1,
	PROTOCOL_RELOAD_EVENTS,
	PROTOCOL_BUILD_COMPLETE,
	PROTOCOL_LIVERELOAD,
	PROTOCOL_BEXT,
	PROTOCOL_PLAIN,
	PROTOCOLS
};

/* which row listens with a WebSocket, by its path and what it offers */
enum protocol protocol_websocket(const struct request *r);

/* does this request want an event stream, and which? */
bool protocol_events(const struct request *r, enum protocol *d);

/* is it a stream of events (HTML, 9.2), no WebSocket? */
bool protocol_streams(enum protocol d);

/* the subprotocol that the row answers with, or NULL */
const char *protocol_subprotocol(enum protocol d);

/* are texts from these listeners worth a look? */
bool protocol_talks(enum protocol d);

/*
 * Return true if this message of a page says that it shows a generation: set
 * its name, and the milliseconds that it took.
 */
bool protocol_shown(
    const char *text, size_t n, char name[GENERATION_NAME], int64_t *ms);

/* append what a new listener is told first, if anything; as buf_put */
int protocol_hello(
    enum protocol d, struct buf *out, const struct generation *h, int64_t now);

/* append these changes, as of the generation of now; as buf_put */
int protocol_update(enum protocol d, struct buf *out,
    const struct generation *h, const struct update *update);

/* append the report as it stands, or that there is none now; as buf_put */
int
protocol_report(enum protocol d, struct buf *out, const struct generation *h);

/* append what shows that we are there; as buf_put */
int protocol_ping(enum protocol d, struct buf *out);

/* append our last words with the code of RFC 6455, 7.4.1; as buf_put */
int protocol_close(enum protocol d, struct buf *out, int code);

#endif
