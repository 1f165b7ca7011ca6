/* scratch.h - a directory to try things in, and patience */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* For files that define _XOPEN_SOURCE 700 or more. */

enum { SCRATCH_TRIES = 60000 /* of a millisecond, at most */ };

static char scratch[64] = "/tmp/unit.XXXXXX";

/* wait until a fact holds, for a minute at most */
#define until(fact) \
	do { \
		int tries_; \
		for (tries_ = 0; tries_ < SCRATCH_TRIES && !(fact); tries_++) \
			scratch_nap(); \
	} while (0)

static inline void
scratch_nap(void)
{
	struct timespec ts = { .tv_nsec = 1000000 };

	nanosleep(&ts, NULL);
}

static inline int
scratch_remove(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

static inline void
scratch_end(void)
{
	if (chdir("/") == 0)
		nftw(scratch, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* make it and go there; it goes with the test that made it */
static inline void
scratch_begin(void)
{
	if (mkdtemp(scratch) == NULL || chdir(scratch) < 0) {
		perror(scratch);
		exit(2);
	}
}

/* run a line of shell; a test whose scene can't be set is worth nothing */
static inline void
scratch_sh(const char *line)
{
	if (system(line) != 0) {
		fprintf(stderr, "%s: failed\n", line);
		scratch_end();
		exit(2);
	}
}

/* a file that holds just this text */
static inline void
scratch_put(const char *path, const char *text)
{
	FILE *f;

	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
		perror(path);
		scratch_end();
		exit(2);
	}
}

#endif
