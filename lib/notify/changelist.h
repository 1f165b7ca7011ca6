/* changelist.h - the change list: one format for pipes, bodies and the letter box */
#ifndef CHANGELIST_H
#define CHANGELIST_H

#include <stddef.h>

#include "base/buf.h"

/*
 * A record ends with a newline or, where both sides have agreed on it, with a
 * NUL:
 *
 *	path		a file that was written, created, moved or deleted
 *	! text		a line of the report of a command that failed
 *	*		something changed, nobody knows what
 *			(nothing) the batch ends
 *
 * A path that looks like another record, or is "-", has "./" in front.  One
 * that can't be told, for its length or for what it holds, is told as a `*`.
 */

enum {
	LIST_RECORD = 8192 /* bytes of a record, without its end */
};

enum list_kind {
	LIST_MORE, /* nothing whole yet */
	LIST_PATH,
	LIST_REPORT,
	LIST_ANY, /* a `*`, or what can't be the path that it stands for */
	LIST_END
};

/* The text is without its mark, and has a NUL behind it. */
struct list_record {
	enum list_kind kind;
	const char *text; /* valid until the next call */
	size_t n;
};

/* What has been read of a record whose end has not come yet. */
struct list_reader {
	char end; /* of records: '\n' or '\0' */
	size_t len; /* bytes so far; those past LIST_RECORD are not kept */
	char text[LIST_RECORD + 1];
};

/* append a path; as buf_put */
int list_put_path(struct buf *b, const char *path, char end);

/* append a report, a record for each line of its n bytes; as buf_put */
int list_put_report(struct buf *b, const char *text, size_t n, char end);

/* append a `*`; as buf_put */
int list_put_any(struct buf *b, char end);

/* append the end of a batch; as buf_put */
int list_put_end(struct buf *b, char end);

/* begin to read records that end so */
void list_begin(struct list_reader *r, char end);

/*
 * Take bytes from the front of bytes[0 .. n), which are written to, up to the
 * end of the next record; how many were taken: all of them when that end has
 * not come (LIST_MORE).  A path longer than LIST_RECORD is a `*`, a report's
 * line is cut there.
 */
size_t list_feed(
    struct list_reader *r, void *bytes, size_t n, struct list_record *record);

/* no more bytes will come: the record that lacks its end, or LIST_MORE */
void list_finish(struct list_reader *r, struct list_record *record);

#endif
