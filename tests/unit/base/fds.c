#define _POSIX_C_SOURCE 200809L
/* fds.c - tests of descriptors, few of them */
#include <sys/resource.h>

#include <errno.h>
#include <unistd.h>

#include "../test.h"
#include "base/clock.h"
#include "base/fds.h"

enum { MANY = 200, FEW = 20 };

static void
set_limit(rlim_t n)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = n;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
test_wait(void)
{
	struct pollfd fds[MANY];
	int64_t before;
	int ends[2], i;

	if (pipe(ends) < 0)
		return;
	for (i = 0; i < MANY; i++)
		fds[i] = (struct pollfd){
			.fd = -1, .events = POLLIN, .revents = POLLIN
		};
	fds[MANY - 1].fd = ends[0];
	fds[3].fd = ends[1];
	fds[3].events = POLLOUT;
	ok(fds_wait(fds, MANY, FDS_NEVER) == 1 && fds[3].revents == POLLOUT &&
		fds[MANY - 1].revents == 0 && fds[0].revents == 0,
	    "unused entries do not count against the limit");
	ok(write(ends[1], "", 1) == 1 && fds_wait(fds, MANY, FDS_NEVER) == 2 &&
		fds[MANY - 1].revents == POLLIN,
	    "each entry gets its own result");
	fds[3].fd = fds[MANY - 1].fd = -1;
	before = clock_ms();
	ok(fds_wait(fds, MANY, before + 20) == 0 && clock_ms() - before >= 19 &&
		fds[3].revents == 0,
	    "it returns when it is due");
	ok(fds_wait(fds, MANY, before) == 0, "at once if that has passed");
	close(ends[0]);
	close(ends[1]);
}

static void
test_spare(void)
{
	int next;

	next = dup(0);
	close(next);
	ok(fds_spare((size_t)(FEW - next)) == 0, "descriptors are spare");
	ok(fds_spare((size_t)(FEW - next)) == 0, "none of them stays open");
	ok(fds_spare((size_t)(FEW - next + 1)) == -1 && errno == EMFILE,
	    "not more than the limit leaves");
	ok(dup(0) == next, "nor do these stay open");
	close(next);
	ok(fds_spare(0) == 0, "none are always there");
}

int
main(void)
{
	int fd;

	for (fd = 3; fd < 1024; fd++)
		close(fd);
	set_limit(FEW);
	test_wait();
	test_spare();
	return test_end();
}
