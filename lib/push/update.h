/* update.h - what listeners are told: what kind, which paths, which report */
#ifndef UPDATE_H
#define UPDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "notify/changelist.h"

enum {
	UPDATE_PATHS = 256, /* of more nobody knows which */
	UPDATE_BYTES = 16 * 1024, /* of all paths together, likewise */
	UPDATE_REPORT = 16 *
	    1024 /* bytes of a report, of which the end is kept */
};

/* each is worth more than those before it */
enum update_kind { UPDATE_NONE, UPDATE_STYLE, UPDATE_RELOAD };

struct update {
	enum update_kind kind;
	bool unknown; /* more has changed than the paths say */
	bool lettered; /* a list was read: no report in it is word, too */
	struct buf paths; /* each once, and with a NUL behind it */
	unsigned npaths;
	struct buf report; /* of commands that failed */
};

/* no update */
void update_init(struct update *update);

/* give the memory back; no update after it */
void update_free(struct update *update);

/*
 * This path has changed.  One that is not UTF-8 can't be told, and may be of
 * anything.
 */
void update_path(struct update *update, const char *path, size_t n);

/* something changed of which only the kind is known */
void update_some(struct update *update, enum update_kind kind);

/* what a record of the change list says; true at the end of a batch */
bool
update_record(struct update *update, const struct changelist_record *record);

/*
 * A whole change list, which is written to.  Its records end with NULs if it
 * holds any.  Empty, it is a reload without a word.
 */
void update_read(struct update *update, void *list, size_t n);

/* style or reload, as messages say it */
const char *update_word(enum update_kind kind);

/* what they are of in a word: their only path, or their kind */
const char *update_subject(const struct update *update);

/* the path behind this one, the first for NULL; NULL behind the last */
const char *update_next_path(const struct update *update, const char *path);

#endif
