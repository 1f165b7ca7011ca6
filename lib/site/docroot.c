#define _XOPEN_SOURCE 700
/* docroot.c - open files beneath a directory, and nothing outside of it */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "site/docroot.h"

/*
 * A path on its way: done holds components that are directories beneath the
 * root and no links, todo what is still to be looked at.
 */
struct walk {
	const struct docroot *root;
	int dir; /* the directory that done names */
	int links;
	char done[DOCROOT_PATH];
	char todo[DOCROOT_PATH];
	char name[NAME_MAX + 1]; /* the last component, "." for the root */
	struct stat st; /* what it is */
};

static bool
same(struct docroot_file f, const struct stat *st)
{
	return f.dev == st->st_dev && f.ino == st->st_ino;
}

static bool
is_hidden(const struct docroot *root, const struct stat *st)
{
	return root->hides && same(root->hidden, st);
}

/* may it be seen? 0, or -1 and ENOENT */
static int
seen(const struct docroot *root, const struct stat *st)
{
	errno = ENOENT;
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return -1;
	return is_hidden(root, st) ? -1 : 0;
}

/* put a directory in the place of the current one */
static int
enter(struct walk *w, int fd)
{
	if (fd < 0)
		return -1;
	close(w->dir);
	w->dir = fd;
	return 0;
}

/* go to the root */
static int
restart(struct walk *w)
{
	w->done[0] = '\0';
	return enter(w, os_open_dir(w->root->fd, "."));
}

/* go into a directory of the current one */
static int
descend(struct walk *w, const char *name)
{
	size_t n, len;

	n = strlen(w->done);
	len = strlen(name);
	if (len + 2 > sizeof w->done - n) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (enter(w, os_open_dir(w->dir, name)) < 0)
		return -1;
	if (n > 0)
		w->done[n++] = '/';
	memcpy(w->done + n, name, len + 1);
	return 0;
}

/* Up is down again from the root: ".." of a moved directory may be outside. */
static int
ascend(struct walk *w)
{
	char path[DOCROOT_PATH], *name, *slash;

	slash = strrchr(w->done, '/');
	if (w->done[0] == '\0') {
		errno = ENOENT;
		return -1;
	}
	*(slash == NULL ? w->done : slash) = '\0';
	memcpy(path, w->done, sizeof path);
	if (restart(w) < 0)
		return -1;
	for (name = path; *name != '\0'; name = slash) {
		slash = strchr(name, '/');
		if (slash != NULL)
			*slash++ = '\0';
		else
			slash = name + strlen(name);
		if (descend(w, name) < 0)
			return -1;
	}
	return 0;
}

/* the first component of todo, moved to name; false at its end */
static bool
next(struct walk *w)
{
	size_t skip, n;

	skip = strspn(w->todo, "/");
	n = strcspn(w->todo + skip, "/");
	if (n == 0)
		return false;
	if (n > NAME_MAX) {
		w->name[0] = '\0';
	} else {
		memcpy(w->name, w->todo + skip, n);
		w->name[n] = '\0';
	}
	memmove(w->todo, w->todo + skip + n, strlen(w->todo + skip + n) + 1);
	return true;
}

/* an absolute link: what follows the root's own path, or -1 */
static int
beneath(const struct walk *w, char *target)
{
	char *real, *rest;
	size_t n;
	int r;

	real = realpath(target, NULL);
	if (real == NULL)
		return -1;
	n = strcmp(w->root->real, "/") == 0 ? 0 : strlen(w->root->real);
	rest = real + n;
	r = strncmp(real, w->root->real, n) == 0 &&
		(*rest == '/' || *rest == '\0') && strlen(rest) < DOCROOT_PATH
	    ? 0
	    : -1;
	if (r == 0)
		memcpy(target, rest, strlen(rest) + 1);
	free(real);
	errno = ENOENT;
	return r;
}

/* put the target of the link that was met in front of todo */
static int
follow(struct walk *w)
{
	char target[DOCROOT_PATH + 1];
	ssize_t n;
	size_t len;

	n = readlinkat(w->dir, w->name, target, DOCROOT_PATH);
	if (n < 0)
		return -1;
	target[n] = '\0';
	if (n == DOCROOT_PATH || ++w->links > DOCROOT_LINKS) {
		errno = ELOOP;
		return -1;
	}
	if (target[0] == '/' && (beneath(w, target) < 0 || restart(w) < 0))
		return -1;
	len = strlen(target);
	if (len + 1 > sizeof w->todo - 1 - strlen(w->todo)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(w->todo + len + 1, w->todo, strlen(w->todo) + 1);
	memcpy(w->todo, target, len);
	w->todo[len] = '/';
	return 0;
}

static bool
nothing_left(const struct walk *w)
{
	return w->todo[strspn(w->todo, "/")] == '\0';
}

/* one component; 1 when it was the last and is what was looked for */
static int
step(struct walk *w)
{
	if (strcmp(w->name, ".") == 0)
		return 0;
	if (strcmp(w->name, "..") == 0)
		return ascend(w);
	errno = ENOENT;
	if (w->name[0] == '\0' ||
	    (w->name[0] == '.' &&
		(w->done[0] != '\0' || strcmp(w->name, ".well-known") != 0)))
		return -1;
	if (fstatat(w->dir, w->name, &w->st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISLNK(w->st.st_mode))
		return follow(w);
	if (nothing_left(w))
		return 1;
	if (S_ISDIR(w->st.st_mode))
		return descend(w, w->name);
	errno = ENOENT;
	return -1;
}

/* walk the path; then dir, name and st tell what it leads to */
static int
find(struct walk *w, const struct docroot *root, const char *path)
{
	int r;

	*w = (struct walk){ .root = root, .dir = -1 };
	errno = ENOENT;
	if (root->fd < 0 || strlen(path) >= sizeof w->todo)
		return -1;
	memcpy(w->todo, path, strlen(path) + 1);
	w->dir = os_open_dir(root->fd, ".");
	if (w->dir < 0)
		return -1;
	for (r = 0; r == 0 && next(w);)
		r = step(w);
	if (r < 0)
		return -1;
	if (r == 0) { /* the path, or a link, ended at a directory itself */
		memcpy(w->name, ".", 2);
		if (fstat(w->dir, &w->st) < 0)
			return -1;
	}
	return seen(root, &w->st);
}

static void
leave(const struct walk *w)
{
	int error;

	error = errno;
	if (w->dir >= 0)
		close(w->dir);
	errno = error;
}

int
docroot_stat(const struct docroot *root, const char *path, struct stat *st)
{
	struct walk w;
	int r;

	r = find(&w, root, path);
	leave(&w);
	*st = w.st;
	return r;
}

/* Only a link is worth the whole way down from the root. */
int
docroot_look(const struct docroot *root, int dir, const char *path,
    const char *name, struct stat *st)
{
	char whole[DOCROOT_PATH];
	int n;

	errno = ENOENT;
	if (name[0] == '.' || fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISLNK(st->st_mode))
		return seen(root, st);
	n = snprintf(whole, sizeof whole, "%s/%s", path, name);
	if (n < 0 || (size_t)n >= sizeof whole) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return docroot_stat(root, whole, st);
}

/*
 * Should a hidden file have taken the place of what was found, its new
 * descriptor stays open: to close it would drop the lock that it guards.
 */
int
docroot_open(const struct docroot *root, const char *path, struct stat *st)
{
	struct walk w;
	int fd;

	fd = -1;
	if (find(&w, root, path) == 0)
		fd = S_ISDIR(w.st.st_mode) ? os_open_dir(w.dir, w.name)
					   : os_open_file(w.dir, w.name, &w.st);
	leave(&w);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && st->st_dev == w.st.st_dev &&
	    st->st_ino == w.st.st_ino)
		return fd;
	if (!is_hidden(root, st))
		close(fd);
	errno = ENOENT;
	return -1;
}

/* the directory that is there no more, or is another one now */
static void
let_go(struct docroot *root)
{
	if (root->fd >= 0)
		close(root->fd);
	free(root->real);
	root->fd = -1;
	root->real = NULL;
}

/* "." does not follow the name of what it was when that is made again. */
static char *
absolute(const char *path)
{
	char here[DOCROOT_PATH], whole[2 * DOCROOT_PATH];

	if (path[0] == '/' || getcwd(here, sizeof here) == NULL)
		return strdup(path);
	snprintf(whole, sizeof whole, "%s/%s", here, path);
	return strdup(whole);
}

int
docroot_init(struct docroot *root, const char *path)
{
	int error;

	*root = (struct docroot){ .fd = -1 };
	root->path = absolute(path);
	if (root->path == NULL)
		return -1;
	if (docroot_renew(root) == 0)
		return 0;
	error = errno;
	if (error != ENOENT)
		docroot_free(root);
	errno = error;
	return -1;
}

void
docroot_free(struct docroot *root)
{
	let_go(root);
	free(root->path);
	root->path = NULL;
}

void
docroot_hide(struct docroot *root, dev_t dev, ino_t ino)
{
	root->hides = true;
	root->hidden = (struct docroot_file){ dev, ino };
}

/* "/." follows the link that the root may be. */
static int
open_root(const char *path)
{
	char whole[DOCROOT_PATH];
	int n;

	n = snprintf(whole, sizeof whole, "%s/.", path);
	if (n < 0 || (size_t)n >= sizeof whole) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return os_open_dir(AT_FDCWD, whole);
}

int
docroot_renew(struct docroot *root)
{
	struct stat st;

	if (stat(root->path, &st) < 0) {
		let_go(root);
		return -1;
	}
	if (root->fd >= 0 && same(root->self, &st))
		return 0;
	let_go(root);
	root->fd = open_root(root->path);
	if (root->fd < 0)
		return -1;
	root->real = realpath(root->path, NULL);
	if (root->real == NULL || fstat(root->fd, &st) < 0) {
		let_go(root);
		return -1;
	}
	root->self = (struct docroot_file){ st.st_dev, st.st_ino };
	return 0;
}
