#define _POSIX_C_SOURCE 200809L
/* msg.c - tests of what the programs say to their user */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "base/msg.h"

/* What a child said, a write a line, and how it ended. */
static struct {
	char said[20000];
	int writes;
	int status;
} heard;

/* Of a datagram socket each read is one write. */
static void
hear(void (*speak)(void))
{
	size_t len;
	ssize_t n;
	int ends[2];
	pid_t pid;

	heard.writes = 0;
	socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		msg_init("prog", "usage: prog [-x]\n");
		speak();
		_exit(42);
	}
	waitpid(pid, &heard.status, 0);
	for (len = 0; (n = recv(ends[0], heard.said + len,
			   sizeof heard.said - 1 - len, MSG_DONTWAIT)) > 0;
	     heard.writes++)
		len += (size_t)n;
	heard.said[len] = '\0';
	close(ends[0]);
	close(ends[1]);
}

static int
said(const char *text)
{
	return strcmp(heard.said, text) == 0;
}

static int
exited(int status)
{
	return WIFEXITED(heard.status) && WEXITSTATUS(heard.status) == status;
}

static void
warn(void)
{
	msg_warn("%s: %d of them", "site/a.html", 3);
}

static void
warn_errno(void)
{
	errno = ENOENT;
	msg_warn("%s:", "gone.html");
	if (errno != ENOENT)
		_exit(1);
}

static void
warn_limit(void)
{
	struct rlimit limit = { .rlim_cur = 3, .rlim_max = 3 };

	setrlimit(RLIMIT_NOFILE, &limit);
	errno = EMFILE;
	msg_warn("poll:");
}

static void
warn_controls(void)
{
	msg_warn("a\nb\033[31mc\177d\te\x80\xff\xc2\x9b"
		 "f\xc3\xa9");
}

static void
warn_long(void)
{
	char path[10001];

	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	msg_warn("%s:", path);
	msg_warn("next");
}

static void
speak_all(void)
{
	msg_warn("warn");
	msg_why("why");
}

static void
speak_quietly(void)
{
	msg_set_level(MSG_QUIET);
	if (msg_verbose())
		_exit(1);
	speak_all();
}

static void
speak_normally(void)
{
	if (msg_verbose())
		_exit(1);
	speak_all();
}

static void
speak_much(void)
{
	msg_set_level(MSG_VERBOSE);
	if (!msg_verbose())
		_exit(1);
	speak_all();
}

static void
die(void)
{
	msg_set_level(MSG_QUIET);
	errno = EACCES;
	msg_die("%s:", "x");
}

static void
misuse(void)
{
	msg_misuse("-t %s: not a number", "fast");
}

static void
usage(void)
{
	close(STDERR_FILENO);
	msg_usage();
}

static void
usage_unheard(void)
{
	close(STDOUT_FILENO);
	msg_usage();
}

static void
print(void)
{
	fputs("text", stdout);
	msg_printed();
}

int
main(void)
{
	char text[200];

	hear(warn);
	ok(said("prog: site/a.html: 3 of them\n"), "the program comes first");
	ok(heard.writes == 1 && exited(42),
	    "a line is one write, and it goes on");
	hear(warn_errno);
	snprintf(text, sizeof text, "prog: gone.html: %s\n", strerror(ENOENT));
	ok(said(text), "a colon at the end asks for the text of errno");
	ok(exited(42), "errno stays what it was");
	hear(warn_limit);
	snprintf(text, sizeof text,
	    "prog: poll: %s: the limit is 3; raise it with ulimit -n\n",
	    strerror(EMFILE));
	ok(said(text), "a lack of descriptors names the limit");
	hear(warn_controls);
	ok(said("prog: a?b?[31mc?d?e????f\xc3\xa9\n"),
	    "control characters and what is not UTF-8 become question marks");
	hear(warn_long);
	ok(heard.writes == 2 && strlen(heard.said) < 6000 &&
		strncmp(heard.said, "prog: xxx", 9) == 0 &&
		strstr(heard.said, "xx\nprog: next\n") != NULL,
	    "a line too long is cut and still ends");
	hear(speak_quietly);
	ok(said("") && exited(42), "a quiet program says nothing");
	hear(speak_normally);
	ok(said("prog: warn\n") && exited(42), "a normal one warns");
	hear(speak_much);
	ok(said("prog: warn\nprog: why\n") && exited(42),
	    "a verbose one says why");
	hear(die);
	snprintf(text, sizeof text, "prog: x: %s\n", strerror(EACCES));
	ok(said(text) && exited(1), "what kills it is said even when quiet");
	hear(misuse);
	ok(said("prog: -t fast: not a number\nusage: prog [-x]\n") && exited(2),
	    "a wrong call is told the usage, with status 2");
	hear(usage);
	ok(said("usage: prog [-x]\n") && exited(0),
	    "the usage that was asked for goes to standard output");
	hear(usage_unheard);
	snprintf(
	    text, sizeof text, "prog: standard output: %s\n", strerror(EBADF));
	ok(said(text) && exited(1),
	    "a usage that nobody can hear is a failure, and that is said");
	hear(print);
	ok(said("text") && exited(0), "what was printed is out at the end");
	return test_end();
}
