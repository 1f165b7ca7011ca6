#define _XOPEN_SOURCE 700
/* sandbox.c - the process gives up what it does not need */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/sandbox.h"

static bool
is_top(const char *path)
{
	return path[strspn(path, "/")] == '\0';
}

/* Make a path absolute, without "/" and "/." at its end.  Returns 0 or -1. */
static int
make_absolute(char out[SANDBOX_PATH], const char *path)
{
	char here[SANDBOX_PATH] = "";
	size_t n;
	int len;

	if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
		return -1;
	len = snprintf(
	    out, SANDBOX_PATH, "%s%s%s", here, is_top(here) ? "" : "/", path);
	if (len < 0 || len >= SANDBOX_PATH)
		return -1;
	for (n = (size_t)len; n > 1; n--)
		if (out[n - 1] != '/' &&
		    (out[n - 1] != '.' || out[n - 2] != '/'))
			break;
	out[n] = '\0';
	return 0;
}

/* Shorten an absolute path to its parent; that of "/" is "/". */
static void
cut_to_parent(char *path)
{
	char *slash;

	slash = strrchr(path, '/');
	while (slash > path && slash[-1] == '/')
		slash--;
	slash[slash == path ? 1 : 0] = '\0';
}

/* Return whether a path without "/" at its end is a directory or beneath it. */
static bool
is_beneath(const char *path, const char *dir)
{
	size_t n;

	n = strlen(dir);
	return n > 0 && strncmp(path, dir, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/' || is_top(dir));
}

/* Return whether a component of an absolute path is "..". */
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
