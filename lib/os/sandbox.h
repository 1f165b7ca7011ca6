/* sandbox.h - the process gives up what it does not need */
#ifndef SANDBOX_H
#define SANDBOX_H

enum {
	SANDBOX_PATH = 4096, /* bytes of a path with its NUL */
	SANDBOX_READ = 2, /* directories */
	SANDBOX_HOW = 128 /* bytes of what sandbox_enter says */
};

/*
 * What remains allowed: to read beneath some directories, to make, read, write
 * and remove files beneath one, and to open /dev/tty.  What is open stays open.
 * An empty path is none.
 */
struct sandbox {
	char read[SANDBOX_READ][SANDBOX_PATH];
	char write[SANDBOX_PATH];
};

/*
 * Plan for a server of the directory root, or of none if that is NULL, with
 * this pidfile and its mailbox.  The root may be deleted and created again, so
 * its parent can be read.  If the root is a path into the working directory,
 * all of that can be read, since the whole path may be created again.
 */
void sandbox_plan(struct sandbox *s, const char *root, const char *pidfile);

/*
 * Give up all but that, for good: other files, new sockets that listen or
 * connect if the system can refuse them, and ways to new rights.  how becomes
 * the name of the sandbox, "landlock 3", or "none: why".  Returns 0 or -1.
 */
int sandbox_enter(const struct sandbox *s, char how[SANDBOX_HOW]);

/* The newest version here, 0 if there are no versions, or -1 with errno set. */
int sandbox_newest(void);

/* As sandbox_enter, by this version, which is at most the newest. */
int sandbox_restrict(const struct sandbox *s, int version);

#endif
