/* site.h - the files of a directory as answers, the script put into pages */
#ifndef SITE_H
#define SITE_H

#include <stdint.h>

#include "http/request.h"
#include "http/response.h"
#include "site/docroot.h"

enum {
	SITE_AGAIN = 1, /* see site_answer */
	SITE_AGAIN_MS = 20, /* when to ask again */
	SITE_EMPTY_MS =
	    500, /* as long as that a new empty file is waited for */
	SITE_LOOK = 65536, /* bytes of a page that <head> is looked for in */
	SITE_ENTRIES = 5000, /* in a listing */
	SITE_FIELDS = 32 /* of all responses */
};

struct site {
	struct docroot root;
	int64_t listing; /* ms of clock_ms(); no listing is made before */
	const char *fields[SITE_FIELDS]; /* of all responses, "Name: value" */
	size_t nfields;
};

/* serve the directory at path; 0, or -1 and errno as docroot_init */
int site_init(struct site *s, const char *path);

void site_free(struct site *s);

/*
 * Add a field to all responses, in place of ours of that name.  The line is kept.
 * Returns NULL, or why it cannot be added.
 */
const char *site_add_field(struct site *s, const char *line);

/* Put these fields into a response. */
void site_put_fields(const struct site *s, struct response *response);

/*
 * Fill an empty response to a GET or HEAD; 0.  SITE_AGAIN: the file is empty as
 * if it were just being rewritten, or cut while it was read, or listings take
 * more than half of the time: ask again after SITE_AGAIN_MS.
 */
int site_answer(struct site *s, const struct request *r, const char *generation,
    struct response *response);

#endif
