#define _XOPEN_SOURCE 700
/* sandbox.c - the process gives up what it does not need */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/sandbox.h"

/* path without slashes and "." at its end, from the root on; 0, or -1 */
static int
absolute(char out[SANDBOX_PATH], const char *path)
{
	char here[SANDBOX_PATH] = "";
	size_t n;
	int len;

	if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
		return -1;
	len = snprintf(
	    out, SANDBOX_PATH, "%s%s%s", here, path[0] == '/' ? "" : "/", path);
	if (len < 0 || len >= SANDBOX_PATH)
		return -1;
	for (n = (size_t)len; n > 1; n--)
		if (out[n - 1] != '/' &&
		    (out[n - 1] != '.' || out[n - 2] != '/'))
			break;
	out[n] = '\0';
	return 0;
}

/* the directory that an absolute path is in, "/" for that one */
static void
up(char *path)
{
	char *slash;

	slash = strrchr(path, '/');
	while (slash > path && slash[-1] == '/')
		slash--;
	slash[slash == path ? 1 : 0] = '\0';
}

/* does a component lead up? */
static bool
has_dots(const char *path)
{
	const char *p;

	for (p = strstr(path, "/.."); p != NULL; p = strstr(p + 1, "/.."))
		if (p[3] == '/' || p[3] == '\0')
			return true;
	return false;
}

/* What is there now of a path that is to come. */
static void
up_to_existing(char *path)
{
	while (access(path, F_OK) < 0 && errno != EACCES && path[1] != '\0')
		up(path);
}

/* where the root is looked for by its name */
static void
plan_name(char out[SANDBOX_PATH], const char *root)
{
	char here[SANDBOX_PATH];
	size_t n;

	if (absolute(out, root) < 0 || strcmp(strrchr(out, '/'), "/..") == 0) {
		out[0] = '\0'; /* where that is can't be told by its name */
		return;
	}
	up(out);
	if (root[0] != '/' && !has_dots(out) &&
	    getcwd(here, sizeof here) != NULL) {
		n = strlen(here);
		if (n > 1 && strncmp(out, here, n) == 0 && out[n] == '/')
			out[n] = '\0';
	}
	up_to_existing(out);
}

/* where it really is, a link that it may be */
static void
plan_place(char out[SANDBOX_PATH], const char *root)
{
	char *real;

	out[0] = '\0';
	real = realpath(root, NULL);
	if (real != NULL && strlen(real) < SANDBOX_PATH) {
		memcpy(out, real, strlen(real) + 1);
		up(out);
	}
	free(real);
}

void
sandbox_plan(struct sandbox *s, const char *root, const char *pidfile)
{
	*s = (struct sandbox){ .write = "" };
	if (root != NULL) {
		plan_name(s->read[0], root);
		plan_place(s->read[1], root);
	}
	if (absolute(s->write, pidfile) == 0)
		up(s->write);
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
