/* start.h - preparations of watchrun before it watches */
#ifndef START_H
#define START_H

#include <limits.h>

#include "match/rule.h"

/*
 * Catch the signals that end, suspend or notify watchrun, and ignore SIGPIPE
 * and SIGIO.  Returns a descriptor that is readable if one came, see signals_take(),
 * or -1 with errno set.
 */
int start_signals(void);

/*
 * Find the regular files that are our standard output and standard error, and
 * set the output of the rules to their names: messages written there must not
 * count as changes.  The names are stored in paths, which must live as long as
 * the rules.
 */
void start_output(struct rules *rules, char paths[2][PATH_MAX]);

/*
 * Warn of each path that a pattern starts at and that does not exist, since it
 * is often a typing error.  warn does as msg_warn.
 */
void start_missing(const struct rules *rules,
    void (*warn)(const char *fmt, ...) __attribute__((format(printf, 1, 2))));

#endif
