#ifdef __linux__
#define _GNU_SOURCE
/* sandbox_landlock.c - the sandbox of Linux: landlock(7) */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "os/sandbox.h"

/*
 * Numbers and structures from the documentation of the kernel, since headers are
 * often older than it.  All but two architectures have these numbers.
 */
#ifndef SYS_landlock_create_ruleset
#if defined(__alpha__) || defined(__mips__)
#define SYS_landlock_create_ruleset (-1)
#define SYS_landlock_add_rule (-1)
#define SYS_landlock_restrict_self (-1)
#else
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#endif

enum {
	ASK_VERSION = 1, /* flag of landlock_create_ruleset */
	PATH_BENEATH = 1, /* type of a rule */
	/* rights on files */
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_REG = 1 << 8,
	OLDEST = (1 << 13) - 1, /* all rights of version 1 */
	REFER = 1 << 13, /* from version 2 on */
	TRUNCATE = 1 << 14, /* from version 3 on */
	IOCTL_DEV = 1 << 15, /* from version 5 on */
	OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV,
	/* rights on sockets, from version 4 on */
	BIND_TCP = 1 << 0,
	CONNECT_TCP = 1 << 1,
	/* scopes, from version 6 on */
	ABSTRACT_UNIX = 1 << 0,
	SIGNAL = 1 << 1
};

/* A right in the ruleset is refused unless a rule allows it. */
struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scoped;
};

/* The kernel reads 12 bytes of this; the rest is padding. */
struct rule {
	uint64_t allowed;
	int32_t fd;
};

/* All rights that this version can refuse. */
static struct ruleset
all_rights(int version)
{
	struct ruleset set = { .files = OLDEST };

	if (version >= 2)
		set.files |= REFER;
	if (version >= 3)
		set.files |= TRUNCATE;
	if (version >= 4)
		set.net = BIND_TCP | CONNECT_TCP;
	if (version >= 5)
		set.files |= IOCTL_DEV;
	if (version >= 6)
		set.scoped = ABSTRACT_UNIX | SIGNAL;
	return set;
}

/* Allow these rights beneath path, as far as the set has them. */
static int
allow(int ruleset, const struct ruleset *set, const char *path, uint64_t rights)
{
	struct rule rule = { .allowed = rights & set->files };
	struct stat st;
	int r, error;

	if (path[0] == '\0')
		return 0;
	rule.fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (fstat(rule.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= OF_FILES;
	r = (int)syscall(
	    SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0);
	error = errno;
	close(rule.fd);
	errno = error;
	return r;
}

static int
allow_all(int ruleset, const struct ruleset *set, const struct sandbox *s)
{
	int i;

	for (i = 0; i < SANDBOX_READ; i++)
		if (allow(ruleset, set, s->read[i], READ_FILE | READ_DIR) < 0)
			return -1;
	if (allow(ruleset, set, s->write,
		READ_FILE | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE) < 0)
		return -1;
	return allow(ruleset, set, "/dev/tty", READ_FILE);
}

const char sandbox_name[] = "landlock";

/* Rights that exec would give are given up whether there is Landlock or not. */
int
sandbox_newest(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
}

int
sandbox_restrict(const struct sandbox *s, int version)
{
	struct ruleset set;
	int fd, r, error;

	set = all_rights(version);
	fd = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof set, 0);
	if (fd < 0)
		return -1;
	r = allow_all(fd, &set, s);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	error = errno;
	close(fd);
	errno = error;
	return r;
}

#else
typedef int sandbox_landlock_is_not_used;
#endif
