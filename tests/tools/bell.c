#define _POSIX_C_SOURCE 200809L
/* bell.c - a process that says which signals it got
 *
 * usage: bell [-dir] [-l file]
 *
 * Prints "ready", then a line for each signal that comes: USR1, USR2, HUP.
 * -d catches none of them (so they are deadly), -i ignores USR1; -l locks the
 * file for writing, with -r for reading.  It never writes into the file.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* Caught, and taken one at a time. */
static void
tell(bool ignoring)
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
		if (sigwait(&set, &signo) == 0)
			put(name(signo));
}

int
main(int argc, char *argv[])
{
	bool deadly, ignoring;
	const char *path;
	short type;
	int c;

	deadly = ignoring = false;
	type = F_WRLCK;
	path = NULL;
	while ((c = getopt(argc, argv, "dirl:")) != -1)
		switch (c) {
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
	if (!deadly)
		tell(ignoring);
	put("ready\n");
	for (;;)
		pause();
}
