/* news.h - what listeners are told: what kind, which paths, which report */
#ifndef NEWS_H
#define NEWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "notify/changelist.h"

enum {
	NEWS_PATHS = 256, /* of more nobody knows which */
	NEWS_BYTES = 16 * 1024, /* of all paths together, likewise */
	NEWS_REPORT = 16 *
	    1024 /* bytes of a report, of which the end is kept */
};

/* each is worth more than those before it */
enum news_kind { NEWS_NONE, NEWS_STYLE, NEWS_RELOAD };

struct news {
	enum news_kind kind;
	bool unknown; /* more has changed than the paths say */
	bool lettered; /* a list was read: no report in it is word, too */
	struct buf paths; /* each once, and with a NUL behind it */
	unsigned npaths;
	struct buf report; /* of commands that failed */
};

/* no news */
void news_init(struct news *news);

/* give the memory back; no news after it */
void news_free(struct news *news);

/*
 * This path has changed.  One that is not UTF-8 can't be told, and may be of
 * anything.
 */
void news_path(struct news *news, const char *path, size_t n);

/* something changed of which only the kind is known */
void news_some(struct news *news, enum news_kind kind);

/* what a record of the change list says; true at the end of a batch */
bool news_record(struct news *news, const struct changelist_record *record);

/*
 * A whole change list, which is written to.  Its records end with NULs if it
 * holds any.  Empty, it is a reload without a word.
 */
void news_read(struct news *news, void *list, size_t n);

/* style or reload, as messages say it */
const char *news_word(enum news_kind kind);

/* what they are of in a word: their only path, or their kind */
const char *news_subject(const struct news *news);

/* the path behind this one, the first for NULL; NULL behind the last */
const char *news_next_path(const struct news *news, const char *path);

#endif
