#define _XOPEN_SOURCE 700
/* pty.c - run a command on a terminal of its own, for tests in sh
 *
 * usage: pty command [arg...]
 *
 * The command leads a session on a new pseudo-terminal.  What comes on
 * standard input is typed there, what it shows goes to standard output.  The
 * last line says how it ended: [exit n] or [signal n].
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
die(const char *what)
{
	perror(what);
	exit(125);
}

static int
open_terminal(void)
{
	int fd;

	fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
		die("pty");
	return fd;
}

/* The first terminal that a session's leader opens becomes the session's. */
static _Noreturn void
become(int terminal, char *argv[])
{
	const char *name;
	int fd;

	name = ptsname(terminal);
	setsid();
	fd = name == NULL ? -1 : open(name, O_RDWR);
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		die("pty");
	if (fd > 2)
		close(fd);
	close(terminal);
	execvp(argv[0], argv);
	die(argv[0]);
	exit(125);
}

/* Copy what there is; 0 at the end. */
static int
copy(int from, int to)
{
	char bytes[4096];
	ssize_t n, done, off;

	do
		n = read(from, bytes, sizeof bytes);
	while (n < 0 && errno == EINTR);
	for (off = 0; off < n; off += done) {
		done = write(to, bytes + off, (size_t)(n - off));
		if (done < 0)
			return 0;
	}
	return n > 0;
}

/* A terminal that nobody has open any more says so by EIO. */
static void
carry(int terminal)
{
	struct pollfd fds[2];

	fds[0] = (struct pollfd){ .fd = terminal, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[0].revents != 0 && !copy(terminal, STDOUT_FILENO))
			return;
		if (fds[1].revents != 0 && !copy(STDIN_FILENO, terminal))
			fds[1].fd = -1;
	}
}

int
main(int argc, char *argv[])
{
	int terminal, status;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: pty command [arg...]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	terminal = open_terminal();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		/* A shell without job control has them ignored in what it
		 * starts in the background. */
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		become(terminal, argv + 1);
	}
	carry(terminal);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		printf("\n[signal %d]\n", WTERMSIG(status));
	else
		printf("\n[exit %d]\n", WEXITSTATUS(status));
	return 0;
}
