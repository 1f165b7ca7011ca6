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
	CHANGELIST_RECORD = 8192, /* bytes of a record, without its end */
	CHANGELIST_READ = 65536 /* bytes of one read(2) */
};

enum changelist_kind {
	CHANGELIST_MORE, /* no whole record yet */
	CHANGELIST_PATH,
	CHANGELIST_REPORT,
	CHANGELIST_ANY, /* a `*`, or a record that cannot be a path */
	CHANGELIST_END
};

/* The text has no mark, and a NUL after it. */
struct changelist_record {
	enum changelist_kind kind;
	const char *text; /* valid until the next call */
	size_t n;
};

/* The part that has been read of a record without its end. */
struct changelist_reader {
	char end; /* of records: '\n' or '\0' */
	size_t
	    len; /* bytes read; those beyond CHANGELIST_RECORD are not kept */
	char text[CHANGELIST_RECORD + 1];
};

/* ---- writing: all of these return 0, or -1 if nothing was appended ---- */

/* Append a path. */
int changelist_put_path(struct buf *b, const char *path, char end);

/* Append a report of n bytes: a record for each of its lines. */
int changelist_put_report(struct buf *b, const char *text, size_t n, char end);

/* Append a `*`. */
int changelist_put_any(struct buf *b, char end);

/* Append the end of a batch. */
int changelist_put_end(struct buf *b, char end);

/* ---- reading ---- */

/* Start to read records that end with this byte. */
void changelist_begin(struct changelist_reader *r, char end);

/*
 * Take bytes from the front of bytes[0 .. n), which this may change, up to the
 * end of the next record.  Returns how many it took: all of them if that end
 * has not come (CHANGELIST_MORE).  A path longer than CHANGELIST_RECORD becomes a `*`; a
 * line of a report is cut there.
 */
size_t changelist_feed(struct changelist_reader *r, void *bytes, size_t n,
    struct changelist_record *record);

/* At the end of the input: get the record that lacks its end, or CHANGELIST_MORE. */
void changelist_finish(
    struct changelist_reader *r, struct changelist_record *record);

/*
 * Read a list that poll(2) has reported to be ready, and call each() for every
 * record.  Returns 1, 0 at the end of the list, or -1 with errno set.
 */
int changelist_read(struct changelist_reader *r, int fd,
    void (*each)(const struct changelist_record *record));

#endif
