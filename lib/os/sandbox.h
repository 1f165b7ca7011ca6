/* sandbox.h - the process gives up what it does not need */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stddef.h>

enum {
	SANDBOX_PATH = 4096, /* bytes of a path with its NUL */
	SANDBOX_READ = 2, /* directories */
	SANDBOX_HOW = 128 /* bytes of what sandbox_enter says */
};

/*
 * What it keeps: beneath some directories files and directories are read,
 * beneath one files are made, read, written and removed, and /dev/tty can be
 * opened.  What is open stays open.  An empty path is none.
 */
struct sandbox {
	char read[SANDBOX_READ][SANDBOX_PATH];
	char write[SANDBOX_PATH];
};

/*
 * What a server needs that serves root, or NULL, and has its pidfile, and its
 * letter box, there.  The root may be deleted and made again, so what can be
 * read is the directory that it is in; of a path into the working directory,
 * all of that, since the whole of the path may be made again.
 */
void sandbox_plan(struct sandbox *s, const char *root, const char *pidfile);

/*
 * Keep that and give up all else, for good: files elsewhere, new sockets that
 * listen or connect where the system can say so, and ways to new rights.  how
 * says which sandbox holds, "landlock 3" or "none: why".  0, or -1.
 */
int sandbox_enter(const struct sandbox *s, char how[SANDBOX_HOW]);

/* What a system has for this.  One for another system has no functions. */
struct sandbox_way {
	const char *name;
	/* the newest there is, 0 where they have no numbers; -1 and errno */
	int (*version)(void);
	/* as sandbox_enter, in the way of that version or the newest one before */
	int (*enter)(const struct sandbox *s, int version);
};

extern const struct sandbox_way sandbox_landlock, sandbox_pledge;

#endif
