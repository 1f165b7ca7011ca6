#define _XOPEN_SOURCE 700
/* capture.c - tests of copying and keeping the output of commands */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "run/capture.h"

enum { BIG = 4 * CAPTURE_PIPE };

static int sink[2]; /* what is copied comes out of sink[0] */
static char got[BIG];
static size_t ngot;

/* Read the copy up to n bytes, or as far as it has come. */
static void
collect(size_t n)
{
	ssize_t more;

	while (ngot < n) {
		more = read(sink[0], got + ngot, sizeof got - ngot);
		if (more <= 0)
			return;
		ngot += (size_t)more;
	}
}

/* Begin a report whose copy goes to a new pipe. */
static void
begin(struct capture *r)
{
	ngot = 0;
	if (pipe(sink) < 0 || capture_open(r, sink[1]) < 0)
		exit(2);
	fcntl(sink[0], F_SETFL, O_NONBLOCK);
	capture_begin(r);
}

/* Give back what a report opened and allocated; `to` is not its own. */
static void
close_all(struct capture *r, int to)
{
	free(r->kept);
	free(r->left);
	close(r->from);
	close(r->into);
	if (r->to != to)
		close(r->to);
}

static void
end(struct capture *r)
{
	close_all(r, sink[1]);
	close(sink[0]);
	close(sink[1]);
}

/* Run a command that writes this and ends. */
static void
says(struct capture *r, const char *text, size_t n)
{
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0)
		_exit(write(r->into, text, n) != (ssize_t)n);
	waitpid(pid, &status, 0);
	if (status != 0)
		exit(2);
}

/* Take one turn of a loop; return true if something was ready. */
static int
turn(struct capture *r)
{
	struct pollfd fds[2];

	capture_poll(r, fds);
	if (poll(fds, 2, 0) <= 0)
		return 0;
	capture_copy(r, fds);
	return 1;
}

static int
text_is(const struct capture *r, const char *text, size_t n)
{
	const char *its;
	size_t len;

	its = capture_text(r, &len);
	return len == n && memcmp(its, text, n) == 0;
}

static void
test_copy(void)
{
	struct capture r;

	begin(&r);
	ok((fcntl(r.into, F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(r.from, F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(r.to, F_GETFD) & FD_CLOEXEC) != 0,
	    "the descriptors are closed at exec");
	ok((fcntl(r.into, F_GETFL) & O_NONBLOCK) == 0 &&
		(fcntl(sink[1], F_GETFL) & O_NONBLOCK) == 0,
	    "the command's end and our output stay blocking");
	ok(!turn(&r) && text_is(&r, "", 0), "a new report is empty");
	says(&r, "one\n", 4);
	while (turn(&r))
		;
	collect(4);
	ok(ngot == 4 && memcmp(got, "one\n", 4) == 0, "output is copied");
	ok(!turn(&r), "output is copied once");
	says(&r, "\0\xff!\r", 4);
	capture_end(&r);
	collect(8);
	ok(ngot == 8 && memcmp(got, "one\n\0\xff!\r", 8) == 0,
	    "all bytes are copied, the rest at the end of the command");
	ok(text_is(&r, "one\n\0\xff!\r", 8),
	    "the report keeps a last line without a newline");
	says(&r, "late", 4);
	capture_begin(&r);
	collect(12);
	ok(text_is(&r, "", 0) && ngot == 12,
	    "what came before a command starts is copied, and not of its "
	    "report");
	says(&r, "two\n", 4);
	capture_end(&r);
	ok(text_is(&r, "two\n", 4),
	    "a report has the output of its own run only");
	end(&r);
}

/* Write n lines of so many bytes, each of another letter. */
static void
says_lines(struct capture *r, int n, size_t len)
{
	char line[CAPTURE_PIPE];
	int i;

	for (i = 0; i < n; i++) {
		memset(line, 'a' + i % 26, len - 1);
		line[len - 1] = '\n';
		says(r, line, len);
		while (turn(r))
			collect(sizeof got);
		ngot = 0;
	}
	capture_end(r);
}

static void
test_kept(void)
{
	struct capture r;
	const char *text;
	size_t n;

	begin(&r);
	says_lines(&r, 16, CAPTURE_KEPT / 16);
	text = capture_text(&r, &n);
	ok(n == CAPTURE_KEPT && text[0] == 'a',
	    "a report keeps as much as fits");
	capture_begin(&r);
	says_lines(&r, 40, CAPTURE_KEPT / 16);
	text = capture_text(&r, &n);
	ok(n == CAPTURE_KEPT && text[0] == 'a' + 24 && text[1] == 'a' + 24,
	    "a longer report keeps its last whole lines");
	capture_begin(&r);
	says_lines(&r, 40, CAPTURE_KEPT / 16 + 1);
	text = capture_text(&r, &n);
	ok(n == 15 * (CAPTURE_KEPT / 16 + 1) && text[0] == 'a' + 25 &&
		text[n - 1] == '\n',
	    "an incomplete first line is left out");
	capture_begin(&r);
	says_lines(&r, 2, CAPTURE_KEPT + 100);
	text = capture_text(&r, &n);
	ok(n == CAPTURE_KEPT && text[0] == 'b' && text[n - 1] == '\n',
	    "if there is no other line, the end of it is kept");
	capture_begin(&r);
	says_lines(&r, 1, 5);
	text = capture_text(&r, &n);
	ok(n == 5 && text[0] == 'a', "the report of the next run is its own");
	end(&r);
}

/* Fill the pipe of the copy; return its bytes. */
static size_t
stuff(void)
{
	char fill[PIPE_BUF] = { 0 };
	size_t n;

	fcntl(sink[1], F_SETFL, O_NONBLOCK);
	for (n = 0; write(sink[1], fill, sizeof fill) > 0;)
		n += sizeof fill;
	fcntl(sink[1], F_SETFL, 0);
	return n;
}

/* A reader that does not read, and then does. */
static void
test_stalled(void)
{
	char fill[PIPE_BUF];
	struct capture r;
	size_t full;
	pid_t pid;
	int i, status, whole;

	begin(&r);
	full = stuff();
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < BIG / PIPE_BUF / 2; i++) {
			memset(fill, 'a' + i % 26, sizeof fill);
			if (write(r.into, fill, sizeof fill) < 0)
				_exit(1);
		}
		_exit(0);
	}
	until(turn(&r));
	while (turn(&r))
		;
	ok(waitpid(pid, &status, WNOHANG) == 0 && r.nleft <= PIPE_BUF,
	    "without a reader the command waits, and memory is bounded");
	capture_end(&r);
	ok(r.nleft <= CAPTURE_PIPE + PIPE_BUF,
	    "at the end no more than a pipe is read");
	capture_begin(&r);
	until((collect(full + BIG / 2), turn(&r), ngot == full + BIG / 2));
	whole = 1;
	for (i = 0; i < BIG / 2; i++)
		whole = whole &&
		    got[full + (size_t)i] == 'a' + i / PIPE_BUF % 26;
	ok(ngot == full + BIG / 2 && whole,
	    "a reader gets all output in order");
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "then the command ends");
	end(&r);
}

static void
test_late_reader(void)
{
	struct capture r;
	size_t full;

	begin(&r);
	full = stuff();
	says(&r, "left", 4);
	capture_end(&r);
	ok(r.nleft == 4 && !turn(&r), "output without a reader is left");
	ngot = 0;
	collect(full);
	capture_end(&r);
	ngot = 0;
	collect(4);
	ok(r.nleft == 0 && ngot == 4 && memcmp(got, "left", 4) == 0,
	    "a reader that comes late still gets it");
	end(&r);
}

static void
test_gone(void)
{
	struct sigaction act = { .sa_handler = SIG_IGN };
	struct capture r;

	sigaction(SIGPIPE, &act, NULL);
	begin(&r);
	close(sink[0]);
	says(&r, "unheard\n", 8);
	capture_end(&r);
	until(!turn(&r));
	ok(r.nleft == 0 && !turn(&r),
	    "output for a reader that is gone is dropped");
	ok(text_is(&r, "unheard\n", 8), "the report still has it");
	sink[0] = dup(sink[1]);
	end(&r);
}

/* A daemon keeps the pipe as long as it likes. */
static void
test_daemon(void)
{
	struct capture r;
	pid_t pid;

	begin(&r);
	pid = fork();
	if (pid == 0)
		for (;;)
			if (write(r.into, "noise\n", 6) < 0)
				_exit(0);
	until(turn(&r));
	capture_end(&r);
	ok(r.nkept > 0,
	    "a daemon that never stops writing does not block the end");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	end(&r);
}

static void
test_file(void)
{
	struct capture r;
	char text[20];
	ssize_t n;
	int fd;

	fd = open("file", O_RDWR | O_CREAT | O_APPEND, 0644);
	n = write(fd, "before ", 7);
	ok(capture_open(&r, fd) == 0 && r.to == fd,
	    "a file is written by its own descriptor");
	capture_begin(&r);
	says(&r, "after", 5);
	capture_end(&r);
	n = n < 0 ? n : pread(fd, text, sizeof text, 0);
	ok(n == 12 && memcmp(text, "before after", 12) == 0,
	    "output is appended to the file");
	close_all(&r, fd);
	close(fd);
}

/* A terminal stopped by Ctrl-S takes nothing, and must not hold us either. */
static void
test_terminal(void)
{
	char text[20];
	struct capture r;
	int master, slave;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ok(capture_open(&r, slave) == 0 &&
		(fcntl(slave, F_GETFL) & O_NONBLOCK) == 0,
	    "a terminal is left as it is");
	capture_begin(&r);
	ok(write(master, "\023", 1) == 1, "the terminal is stopped");
	says(&r, "shown\n", 6);
	capture_end(&r);
	while (turn(&r) && r.to != slave && r.nleft < 6)
		;
	ok(r.to == slave || r.nleft == 6, "a stopped terminal takes nothing");
	ok(write(master, "\021", 1) == 1, "the terminal goes on");
	until((turn(&r), r.nleft == 0));
	ok(read(master, text, sizeof text) >= 6, "then it shows the output");
	close_all(&r, slave);
	close(slave);
	close(master);
}

int
main(void)
{
	scratch_begin();
	test_copy();
	test_kept();
	test_stalled();
	test_late_reader();
	test_gone();
	test_daemon();
	test_file();
	test_terminal();
	scratch_end();
	return test_end();
}
