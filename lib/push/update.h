/* update.h - what clients are sent: the kind of change, paths, a report */
#ifndef UPDATE_H
#define UPDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "notify/changelist.h"

enum {
	UPDATE_PATHS = 256, /* if there are more, the paths are unknown */
	UPDATE_BYTES = 16 * 1024, /* of all paths, likewise */
	UPDATE_REPORT = 16 * 1024 /* bytes of a report; its end is kept */
};

/* In the order of their strength. */
enum update_kind { UPDATE_NONE, UPDATE_STYLE, UPDATE_RELOAD };

struct update {
	enum update_kind kind;
	bool unknown; /* more has changed than the paths say */
	bool lettered; /* from a change list: without a report, all is well */
	struct buf paths; /* each once, with a NUL after it */
	unsigned npaths;
	struct buf report; /* the output of commands that failed */
};

/* Begin an empty update. */
void update_init(struct update *update);

/* Free the update; it is empty afterwards. */
void update_free(struct update *update);

/*
 * Add a path.  A path that is not UTF-8 cannot be sent: the update becomes a reload
 * with unknown paths.
 */
void update_path(struct update *update, const char *path, size_t n);

/* Add a change of which only the kind is known. */
void update_some(struct update *update, enum update_kind kind);

/* Add a record of a change list.  Returns true at the end of a batch. */
bool
update_record(struct update *update, const struct changelist_record *record);

/*
 * Add a whole change list, which is modified.  Its records end with NULs if it
 * contains any.  An empty list is a reload with unknown paths.
 */
void update_read(struct update *update, void *list, size_t n);

/* Return "style" or "reload". */
const char *update_word(enum update_kind kind);

/* Return the only path, or the kind as a word. */
const char *update_subject(const struct update *update);

/* Return the path after this one, or the first for NULL; NULL at the end. */
const char *update_next_path(const struct update *update, const char *path);

#endif
