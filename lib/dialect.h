/* dialect.h - how news is put to each kind of listener, one row a kind */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>

#include "buf.h"
#include "http.h"
#include "news.h"

enum dialect { DIALECT_RELOAD_V1, DIALECT_PLAIN, DIALECT_ROWS };

/* which row listens at this path, without the query, with what it offers */
enum dialect dialect_for(const struct http_request *r);

/* the subprotocol that the row answers with, or NULL */
const char *dialect_protocol(enum dialect d);

/* are texts from these listeners worth a look? */
bool dialect_talks(enum dialect d);

/* append what a new listener is told first, if anything; as buf_put */
int dialect_hello(
    enum dialect d, struct buf *out, const struct generation *g, int64_t now);

/* append this news of the generation; as buf_put */
int dialect_news(enum dialect d, struct buf *out, const struct generation *g,
    enum news_kind kind);

#endif
