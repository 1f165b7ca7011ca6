#ifdef __OpenBSD__
/* sandbox_pledge.c - a way into the sandbox: pledge(2) and unveil(2) */
#include <errno.h>
#include <unistd.h>

#include "os/sandbox.h"

/* Files beneath a path; one that is not there does not matter. */
static int
show(const char *path, const char *rights)
{
	if (path[0] == '\0' || unveil(path, rights) == 0 || errno == ENOENT)
		return 0;
	return -1;
}

static int
version(void)
{
	return 0;
}

static int
enter(const struct sandbox *s, int newest)
{
	int i;

	(void)newest;
	for (i = 0; i < SANDBOX_READ; i++)
		if (show(s->read[i], "r") < 0)
			return -1;
	/* It may be one of those, and then the last word on it counts. */
	if (show(s->write, "rwc") < 0 || show("/dev/tty", "r") < 0 ||
	    unveil(NULL, NULL) < 0)
		return -1;
	return pledge("stdio rpath wpath cpath flock inet", NULL);
}

const struct sandbox_way sandbox_pledge = {
	.name = "pledge", .version = version, .enter = enter
};

#else
/* sandbox_pledge.c - a way into the sandbox that this system has not */
#include "os/sandbox.h"

const struct sandbox_way sandbox_pledge = { .name = "pledge" };
#endif
