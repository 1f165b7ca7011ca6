/* fds.h - descriptors: wait for those in use, and whether more can be opened */
#ifndef FDS_H
#define FDS_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FDS_MAX = 256 /* entries that fds_wait takes */
};

#define FDS_NEVER INT64_MAX

/*
 * Wait for at most FDS_MAX descriptors, as poll(2) does, until `due`, a time of
 * clock_ms() or FDS_NEVER.  Entries with a negative descriptor have no revents,
 * and do not count against the limit of descriptors, as they do for poll(2).
 * Returns how many entries are ready, 0 if it is due, or -1 with errno set.
 */
int fds_wait(struct pollfd *fds, size_t n, int64_t due);

/* Returns 0 if that many more descriptors can be opened, or -1 with errno set. */
int fds_spare(size_t n);

#endif
