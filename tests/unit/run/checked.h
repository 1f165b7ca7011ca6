/* checked.h - help for tests of contents: batches that are checked and taken */
#ifndef CHECKED_H
#define CHECKED_H

#include "batched.h"
#include "run/contents.h"

/* Every time here is made up: no clock is asked. */

static char unchanged[200]; /* the paths that were only rewritten */
static int breaths;

static void
breathe(void)
{
	breaths++;
}

static void
on_unchanged(const char *path)
{
	size_t n;

	n = strlen(unchanged);
	snprintf(unchanged + n, sizeof unchanged - n, "%s ", path);
}

static struct contents contents = { .breathe = breathe,
	.unchanged = on_unchanged };
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
	breaths = 0;
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
