#ifndef __linux__
/* sandbox_pledge.c - pledge(2) and unveil(2) of OpenBSD; elsewhere, none */
#include <errno.h>
#include <unistd.h>

#include "os/sandbox.h"

#ifdef __OpenBSD__
const char sandbox_name[] = "pledge";

int
sandbox_newest(void)
{
	return 0;
}

/* Allow files beneath a path; it may be missing. */
static int
show(const char *path, const char *rights)
{
	if (path[0] == '\0' || unveil(path, rights) == 0 || errno == ENOENT)
		return 0;
	return -1;
}

/* unveil(2): the last call for a path counts, and `write` may be in `read`. */
int
sandbox_restrict(const struct sandbox *s, int version)
{
	int i;

	(void)version;
	for (i = 0; i < SANDBOX_READ; i++)
		if (show(s->read[i], "r") < 0)
			return -1;
	if (show(s->write, "rwc") < 0 || show("/dev/tty", "r") < 0 ||
	    unveil(NULL, NULL) < 0)
		return -1;
	return pledge("stdio rpath wpath cpath flock inet", NULL);
}

#else
const char sandbox_name[] = "no sandbox on this system";

int
sandbox_newest(void)
{
	errno = ENOSYS;
	return -1;
}

int
sandbox_restrict(const struct sandbox *s, int version)
{
	(void)s;
	(void)version;
	return sandbox_newest();
}
#endif

#else
typedef int sandbox_pledge_is_not_used;
#endif
