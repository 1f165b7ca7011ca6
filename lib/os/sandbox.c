#define _GNU_SOURCE
/* sandbox.c - the process gives up what it does not need */
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "os/os.h"
#include "os/sandbox.h"

/* ---- the plan ---- */

/* All paths here are absolute and clean, as str_clean writes them. */

static bool
is_top(const char *path)
{
	return strcmp(path, "/") == 0;
}

/* Returns 0 or -1. */
static int
make_absolute(char out[SANDBOX_PATH], const char *path)
{
	char here[SANDBOX_PATH] = "";
	int len;

	if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
		return -1;
	len = snprintf(out, SANDBOX_PATH, "%s/%s", here, path);
	if (len < 0 || len >= SANDBOX_PATH)
		return -1;
	str_clean(out, out);
	return 0;
}

/* Shorten a path to its parent; that of "/" is "/". */
static void
cut_to_parent(char *path)
{
	char *slash;

	slash = strrchr(path, '/');
	slash[slash == path ? 1 : 0] = '\0';
}

/* Return whether a path is a directory or beneath it; false if dir is "". */
static bool
is_beneath(const char *path, const char *dir)
{
	size_t n;

	n = strlen(dir);
	return n > 0 && strncmp(path, dir, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/' || is_top(dir));
}

/* Return whether a component is "..". */
static bool
has_dots(const char *path)
{
	const char *p;

	for (p = strstr(path, "/.."); p != NULL; p = strstr(p + 1, "/.."))
		if (p[3] == '/' || p[3] == '\0')
			return true;
	return false;
}

/*
 * The parent of an existing directory, but never all files: a directory that is
 * directly beneath "/" stands for itself.
 */
static void
allow_parent(char *path)
{
	char itself[SANDBOX_PATH];

	memcpy(itself, path, strlen(path) + 1);
	cut_to_parent(path);
	while (access(path, F_OK) < 0 && errno != EACCES && !is_top(path))
		cut_to_parent(path);
	if (is_top(path))
		memcpy(path, itself, strlen(itself) + 1);
}

/* The directory in which the root is found by its name. */
static void
plan_name(char out[SANDBOX_PATH], const char *root)
{
	char here[SANDBOX_PATH];

	if (make_absolute(out, root) < 0 ||
	    strcmp(strrchr(out, '/'), "/..") == 0)
		out[0] = '\0'; /* Its parent cannot be told by its name. */
	else if (root[0] != '/' && !has_dots(out) &&
	    getcwd(here, sizeof here) != NULL && !is_top(here))
		memcpy(out, here, strlen(here) + 1);
	else
		allow_parent(out);
}

/* The same for the root's real path, if links lead to it from elsewhere. */
static void
plan_place(char out[SANDBOX_PATH], const char *root, const char *name)
{
	char *real;

	out[0] = '\0';
	real = realpath(root, NULL);
	if (real != NULL && strlen(real) < SANDBOX_PATH &&
	    !is_beneath(real, name)) {
		memcpy(out, real, strlen(real) + 1);
		allow_parent(out);
	}
	free(real);
}

void
sandbox_plan(struct sandbox *s, const char *root, const char *pidfile)
{
	*s = (struct sandbox){ .write = "" };
	if (root != NULL) {
		plan_name(s->read[0], root);
		plan_place(s->read[1], root, s->read[0]);
	}
	if (make_absolute(s->write, pidfile) == 0)
		cut_to_parent(s->write);
	else
		s->write[0] = '\0';
}

/* ---- each system ---- */

/*
 * The headers are often older than the kernel.  All but two architectures have
 * these numbers.
 */
#if defined(__linux__) && !defined(SYS_landlock_create_ruleset) && \
    !defined(__alpha__) && !defined(__mips__)
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#ifdef SYS_landlock_create_ruleset
/* landlock(7): the numbers and structures are those of the kernel. */
static const char sandbox_name[] = "landlock";

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
	return (struct ruleset){ .files = OLDEST | (version >= 2 ? REFER : 0) |
		    (version >= 3 ? TRUNCATE : 0) |
		    (version >= 5 ? IOCTL_DEV : 0),
		.net = version >= 4 ? BIND_TCP | CONNECT_TCP : 0,
		.scoped = version >= 6 ? ABSTRACT_UNIX | SIGNAL : 0 };
}

/* Allow these rights beneath path, as far as the set has them. */
static int
allow(int ruleset, const struct ruleset *set, const char *path, uint64_t rights)
{
	struct rule rule = { .allowed = rights & set->files };
	int r;

	if (path[0] == '\0')
		return 0;
	rule.fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	r = (int)syscall(
	    SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0);
	os_close(rule.fd);
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
	int fd, r;

	set = all_rights(version);
	fd = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof set, 0);
	if (fd < 0)
		return -1;
	r = allow_all(fd, &set, s);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	os_close(fd);
	return r;
}

#elif defined(__OpenBSD__)
static const char sandbox_name[] = "pledge";

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
static const char sandbox_name[] = "no sandbox on this system";

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

int
sandbox_enter(const struct sandbox *s, char how[SANDBOX_HOW])
{
	int version;

	version = sandbox_newest();
	if (version < 0 || sandbox_restrict(s, version) < 0) {
		snprintf(how, SANDBOX_HOW, "none: %s: %s", sandbox_name,
		    strerror(errno));
		return -1;
	}
	if (version > 0)
		snprintf(how, SANDBOX_HOW, "%s %d", sandbox_name, version);
	else
		snprintf(how, SANDBOX_HOW, "%s", sandbox_name);
	return 0;
}
