/* changelist.h - the change list, as pipes, requests and mailboxes carry it */
#ifndef CHANGELIST_H
#define CHANGELIST_H

#include <stddef.h>

#include "base/buf.h"

/*
 * A record ends with a newline, or with a NUL if both sides have agreed on it:
 *
 *	path		a file that was written, created, moved or deleted
 *	! text		a line of the report of a command that failed
 *	*		something changed, and it is not known what
 *			(nothing) the batch ends
 *
 * A path that looks like another record, or is "-", has "./" in front.  A path
 * that is too long, or holds what ends a record, is replaced by a `*`.
 */

enum {
	LIST_RECORD = 8192 /* bytes of a record, without its end */
};

enum list_kind {
	LIST_MORE, /* no whole record yet */
	LIST_PATH,
	LIST_REPORT,
	LIST_ANY, /* a `*`, or a record that cannot be a path */
	LIST_END
};

/* The text has no mark, and a NUL after it. */
struct list_record {
	enum list_kind kind;
	const char *text; /* valid until the next call */
	size_t n;
};

/* The part that has been read of a record without its end. */
struct list_reader {
	char end; /* of records: '\n' or '\0' */
	size_t len; /* bytes read; those beyond LIST_RECORD are not kept */
	char text[LIST_RECORD + 1];
};

/* ---- writing: all of these return 0, or -1 if nothing was appended ---- */

/* Append a path. */
int list_put_path(struct buf *b, const char *path, char end);

/* Append a report of n bytes: a record for each of its lines. */
int list_put_report(struct buf *b, const char *text, size_t n, char end);

/* Append a `*`. */
int list_put_any(struct buf *b, char end);

/* Append the end of a batch. */
int list_put_end(struct buf *b, char end);

/* ---- reading ---- */

/* Start to read records that end with this byte. */
void list_begin(struct list_reader *r, char end);

/*
 * Take bytes from the front of bytes[0 .. n), which this may change, up to the
 * end of the next record.  Returns how many it took: all of them if that end
 * has not come (LIST_MORE).  A path longer than LIST_RECORD becomes a `*`; a
 * line of a report is cut there.
 */
size_t list_feed(
    struct list_reader *r, void *bytes, size_t n, struct list_record *record);

/* At the end of the input: get the record that lacks its end, or LIST_MORE. */
void list_finish(struct list_reader *r, struct list_record *record);

#endif
