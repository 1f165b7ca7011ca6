#define _POSIX_C_SOURCE 200809L
/* ends.c - run a command and say how it ended, which $? does not tell
 *
 * usage: ends file command [arg...]
 *
 * The file becomes "exit n" or "signal n".  TERM, INT, HUP, QUIT and USR1 are
 * handed on to the command.  What that leaves behind is not waited for, as by
 * a poor init.
 */
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t child;

static void
hand_on(int signo)
{
	if (child > 0)
		kill((pid_t)child, signo);
}

static void
say(const char *path, int status)
{
	char temporary[4096];
	FILE *f;

	/* Whoever waits for the file finds it whole. */
	snprintf(temporary, sizeof temporary, "%s.new", path);
	f = fopen(temporary, "w");
	if (f == NULL)
		return;
	if (WIFSIGNALED(status))
		fprintf(f, "signal %d\n", WTERMSIG(status));
	else
		fprintf(f, "exit %d\n", WEXITSTATUS(status));
	fclose(f);
	rename(temporary, path);
}

int
main(int argc, char *argv[])
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT,
		SIGUSR1 };
	struct sigaction act, was[5];
	size_t i;
	int status;

	if (argc < 3) {
		fputs("usage: ends file command [arg...]\n", stderr);
		return 2;
	}
	act = (struct sigaction){ .sa_handler = hand_on };
	sigemptyset(&act.sa_mask);
	for (i = 0; i < 5; i++)
		sigaction(signals[i], &act, &was[i]);
#ifdef PR_SET_CHILD_SUBREAPER
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
	child = (sig_atomic_t)fork();
	if (child == 0) {
		for (i = 0; i < 5; i++)
			sigaction(signals[i], &was[i], NULL);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	while (waitpid((pid_t)child, &status, 0) < 0 && errno == EINTR)
		;
	say(argv[1], status);
	return 0;
}
