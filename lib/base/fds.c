#define _POSIX_C_SOURCE 200809L
/* fds.c - descriptors: wait for those in use, and whether more can be opened */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fds.h"

enum { LONGEST = 1000000 /* ms to wait at once */ };

static int
milliseconds_until(int64_t due)
{
	int64_t now;

	if (due == FDS_NEVER)
		return -1;
	now = clock_ms();
	if (due <= now)
		return 0;
	return due - now > LONGEST ? LONGEST : (int)(due - now);
}

int
fds_wait(struct pollfd *fds, size_t n, int64_t due)
{
	struct pollfd live[FDS_MAX];
	size_t at[FDS_MAX], nlive, i;
	int result;

	assert(n <= FDS_MAX);
	nlive = 0;
	for (i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		live[nlive] = fds[i];
		at[nlive++] = i;
	}
	result = poll(live, (nfds_t)nlive, milliseconds_until(due));
	for (i = 0; result > 0 && i < nlive; i++)
		fds[at[i]].revents = live[i].revents;
	return result;
}

int
fds_spare(size_t n)
{
	int fds[FDS_MAX], result, error;
	size_t i;

	assert(n <= FDS_MAX);
	for (i = 0; i < n; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			break;
	}
	error = errno;
	result = i < n ? -1 : 0;
	while (i > 0)
		close(fds[--i]);
	errno = error;
	return result;
}
