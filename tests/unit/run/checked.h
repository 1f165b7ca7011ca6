/* checked.h - help for tests of contents: batches that are checked and taken */
#ifndef CHECKED_H
#define CHECKED_H

#include <stdarg.h>

#include "batched.h"
#include "run/contents.h"

/* Every time here is made up: no clock is asked. */

static char unchanged[200]; /* the paths that were only rewritten */
static int breaks; /* of a long reading, for signals */

static bool
on_signals(void)
{
	breaks++;
	return false;
}

/* The only message is that a path is as it was. */
static void
on_why(const char *fmt, ...)
{
	va_list ap;
	size_t n;

	n = strlen(unchanged);
	va_start(ap, fmt);
	snprintf(unchanged + n, sizeof unchanged - n, "%s ",
	    va_arg(ap, const char *));
	va_end(ap);
}

static const struct calls calls = { .why = on_why, .signals = on_signals };
static struct contents contents = { .calls = &calls };
static struct batch batch = { .settle = 10 };

static inline void
end_scene(void)
{
	batch_free(&batch);
	free_records(&contents.sums);
	contents.spent = 0;
	batch.patient = false;
}

/* Return true if the batch may be taken. */
static inline bool
check(uint64_t same, int64_t now)
{
	unchanged[0] = '\0';
	breaks = 0;
	return contents_check(&contents, &batch, same, now);
}

/* Take the batch, if that may be; return true if these paths are in it. */
static inline bool
takes(uint64_t same, int64_t now, const char *want)
{
	if (check(same, now))
		take(&batch, now);
	else
		order[0] = '\0';
	return in_hand(want);
}

static inline bool
were_unchanged(const char *want)
{
	if (strcmp(unchanged, want) == 0)
		return true;
	printf("unchanged: %s\nwant:      %s\n", unchanged, want);
	return false;
}

static inline struct batch_path *
suspect(const char *path, uint64_t rules, int64_t now)
{
	return batch_changed(&batch, path, rules, BATCH_SUSPECT, false, now);
}

static inline struct batch_path *
own_change(const char *path, uint64_t rules, int64_t now)
{
	return batch_changed(&batch, path, rules, BATCH_CHANGE, true, now);
}

/* A change that is acted on, so that its contents are remembered. */
static inline void
act_on(const char *path, int64_t now)
{
	change(&batch, path, 1, now);
	check(0, now + 10);
	take(&batch, now + 10);
}

#endif
