#define _POSIX_C_SOURCE 200809L
/* msg.c - messages to the user: program: what: why */
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/utf8.h"

enum { LINE = 5000 }; /* a longest path and the words around it */

static struct {
	const char *program;
	const char *usage;
	enum msg_level level;
} msg = { "", "", MSG_NORMAL };

/* A file that is opened later must not get their numbers and our messages. */
static void
open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void
msg_init(const char *program, const char *usage)
{
	open_standard();
	msg.program = program;
	msg.usage = usage;
}

void
msg_set_level(enum msg_level level)
{
	msg.level = level;
}

int
msg_verbose(void)
{
	return msg.level == MSG_VERBOSE;
}

static void
add_error(char *line, size_t size, int error)
{
	struct rlimit limit;

	if (error == EMFILE && getrlimit(RLIMIT_NOFILE, &limit) == 0)
		snprintf(line, size,
		    " %s: the limit is %llu; raise it with ulimit -n",
		    strerror(error), (unsigned long long)limit.rlim_cur);
	else
		snprintf(line, size, " %s", strerror(error));
}

/*
 * Replace control characters, those of ISO 6429 (C1) too, and what is not UTF-8: a
 * terminal may take them for commands.
 */
static void
clean_line(char *line, size_t n)
{
	const unsigned char *p;
	size_t i, len;

	for (i = 0; i < n; i += len) {
		p = (unsigned char *)line + i;
		len = utf8_length(p, n - i);
		if (len == 0 || *p < ' ' || *p == 0x7f ||
		    (*p == 0xc2 && p[1] < 0xa0)) {
			len += len == 0;
			memset(line + i, '?', len);
		}
	}
}

/* One write a line, so that two programs on one terminal do not mix. */
static void
say(enum msg_level level, const char *fmt, va_list ap)
{
	char line[LINE];
	size_t n;
	int error;

	if (level > msg.level)
		return;
	error = errno;
	snprintf(line, sizeof line, "%s: ", msg.program);
	n = strlen(line);
	vsnprintf(line + n, sizeof line - n, fmt, ap);
	n = strlen(line);
	if (fmt[strlen(fmt) - 1] == ':')
		add_error(line + n, sizeof line - n, error);
	n = strlen(line);
	clean_line(line, n);
	if (n == sizeof line - 1)
		n--;
	line[n++] = '\n';
	while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
		;
	errno = error;
}

void
msg_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(MSG_NORMAL, fmt, ap);
	va_end(ap);
}

void
msg_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(MSG_QUIET, fmt, ap);
	va_end(ap);
}

void
msg_why(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(MSG_VERBOSE, fmt, ap);
	va_end(ap);
}

void
msg_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(MSG_QUIET, fmt, ap);
	va_end(ap);
	exit(1);
}

void
msg_misuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(MSG_QUIET, fmt, ap);
	va_end(ap);
	fputs(msg.usage, stderr);
	exit(2);
}

void
msg_printed(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		msg_die("standard output:");
	exit(0);
}

void
msg_usage(void)
{
	fputs(msg.usage, stdout);
	msg_printed();
}
