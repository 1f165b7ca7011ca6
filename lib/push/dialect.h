/* dialect.h - how update is put to each kind of listener, one row a kind */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/http.h"
#include "push/generation.h"
#include "push/update.h"

enum dialect {
	DIALECT_RELOAD_V1,
	DIALECT_RELOAD_EVENTS,
	DIALECT_BUILD_COMPLETE,
	DIALECT_LIVERELOAD,
	DIALECT_BEXT,
	DIALECT_PLAIN,
	DIALECT_ROWS
};

/* which row listens with a WebSocket, by its path and what it offers */
enum dialect dialect_websocket(const struct http_request *r);

/* does this request want an event stream, and which? */
bool dialect_events(const struct http_request *r, enum dialect *d);

/* is it a stream of events (HTML, 9.2), no WebSocket? */
bool dialect_streams(enum dialect d);

/* the subprotocol that the row answers with, or NULL */
const char *dialect_protocol(enum dialect d);

/* are texts from these listeners worth a look? */
bool dialect_talks(enum dialect d);

/*
 * Return true if this message of a page says that it shows a generation: set
 * its name, and the milliseconds that it took.
 */
bool dialect_shown(
    const char *text, size_t n, char name[GENERATION_NAME], int64_t *ms);

/* append what a new listener is told first, if anything; as buf_put */
int dialect_hello(
    enum dialect d, struct buf *out, const struct generation *h, int64_t now);

/* append these changes, as of the generation of now; as buf_put */
int dialect_update(enum dialect d, struct buf *out, const struct generation *h,
    const struct update *update);

/* append the report as it stands, or that there is none now; as buf_put */
int dialect_report(enum dialect d, struct buf *out, const struct generation *h);

/* append what shows that we are there; as buf_put */
int dialect_ping(enum dialect d, struct buf *out);

/* append our last words with the code of RFC 6455, 7.4.1; as buf_put */
int dialect_close(enum dialect d, struct buf *out, int code);

#endif
