#define _POSIX_C_SOURCE 200809L
/* receiver.c - a process that prints the signals that it gets
 *
 * usage: receiver [-bdir] [-l file]
 *
 * Prints "ready", then a line for each signal that comes: USR1, USR2, HUP.
 * -d catches none of them (so they are deadly), -i ignores USR1; -l locks the
 * file for writing, with -r for reading.  It never writes into the file.  -b
 * makes the mailbox of that file, and prints after each USR1 the messages
 * that were in it, each line with "> " in front.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "notify/mailbox.h"

static void
lock(const char *path, short type)
{
	struct flock fl;
	int fd;

	fl = (struct flock){ .l_type = type, .l_whence = SEEK_SET };
	fd = open(path, O_RDWR | O_CREAT, 0644);
	if (fd < 0 || fcntl(fd, F_SETLK, &fl) < 0) {
		perror(path);
		exit(1);
	}
}

static const char *
name(int signo)
{
	switch (signo) {
	case SIGUSR1:
		return "USR1\n";
	case SIGUSR2:
		return "USR2\n";
	default:
		return "HUP\n";
	}
}

static void
put(const char *s)
{
	fputs(s, stdout);
	fflush(stdout);
}

static void
nothing(int signo)
{
	(void)signo;
}

static void
put_messages(const struct buf *messages)
{
	size_t i;
	int c, last;

	last = '\n';
	for (i = 0; i < messages->len; i++) {
		c = buf_head(messages)[i];
		if (last == '\n')
			fputs("> ", stdout);
		putchar(c);
		last = c;
	}
	fflush(stdout);
}

/*
 * The mailbox is locked first, then the signals that came before that are
 * drained: all their messages are in it, and those of later signals are not.
 */
static void
take_messages(const char *path)
{
	const struct timespec now = { 0 };
	struct buf messages = { .max = MAILBOX_MAX };
	enum mailbox_result result;
	struct mailbox box;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	result = mailbox_open(&box, path);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	if (result == MAILBOX_OK && mailbox_read(&box, &messages) == 0 &&
	    mailbox_empty(&box) == 0)
		put_messages(&messages);
	mailbox_close(&box);
	buf_free(&messages);
}

/* Print each signal, and after USR1 the messages of a pidfile's mailbox. */
static void
print_signals(bool ignoring, const char *box)
{
	struct sigaction act;
	sigset_t set;
	int signo;

	act = (struct sigaction){ .sa_handler = nothing };
	sigemptyset(&act.sa_mask);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGHUP);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	if (ignoring)
		act.sa_handler = SIG_IGN;
	else
		sigaddset(&set, SIGUSR1);
	sigaction(SIGUSR1, &act, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	put("ready\n");
	for (;;)
		if (sigwait(&set, &signo) == 0) {
			put(name(signo));
			if (signo == SIGUSR1 && box != NULL)
				take_messages(box);
		}
}

int
main(int argc, char *argv[])
{
	bool boxed, deadly, ignoring;
	const char *path;
	short type;
	int c;

	boxed = deadly = ignoring = false;
	type = F_WRLCK;
	path = NULL;
	while ((c = getopt(argc, argv, "bdirl:")) != -1)
		switch (c) {
		case 'b':
			boxed = true;
			break;
		case 'd':
			deadly = true;
			break;
		case 'i':
			ignoring = true;
			break;
		case 'r':
			type = F_RDLCK;
			break;
		case 'l':
			path = optarg;
			break;
		default:
			return 2;
		}
	if (path != NULL)
		lock(path, type);
	if (boxed && (path == NULL || mailbox_make(path) != MAILBOX_OK))
		return 1;
	if (!deadly)
		print_signals(ignoring, boxed ? path : NULL);
	put("ready\n");
	for (;;)
		pause();
}
