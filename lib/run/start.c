#define _POSIX_C_SOURCE 200809L
/* start.c - preparations of watchrun before it watches */
#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/signals.h"
#include "run/start.h"

int
start_signals(void)
{
	static const int all[] = { SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGCHLD,
		SIGCONT, SIGHUP, SIGTSTP };
	size_t i;
	int fd;

	fd = signals_open();
	if (fd < 0)
		return -1;
	/* A closed standard output or standard error must not end us. */
	signals_ignore(SIGPIPE);
	/* The kernel sends it if a writer comes during os_has_writer(). */
#ifdef SIGIO /* POSIX has none, and only Linux has leases */
	signals_ignore(SIGIO);
#endif
	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if ((all[i] != SIGHUP && all[i] != SIGTSTP) ||
		    !signals_ignored(all[i]))
			signals_catch(all[i]);
	return fd;
}

/* proc(5) has their paths; other systems do not tell them. */
void
start_output(struct rules *rules, char paths[2][PATH_MAX])
{
	char link[32];
	struct stat st;
	ssize_t n;
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(
		    link, sizeof link, "/proc/self/fd/%d", STDOUT_FILENO + i);
		if (fstat(STDOUT_FILENO + i, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		n = readlink(link, paths[i], PATH_MAX - 1);
		if (n < 0)
			continue;
		paths[i][n] = '\0';
		rules->output[i] = paths[i];
	}
}

void
start_missing(const struct rules *rules, void (*warn)(const char *fmt, ...))
{
	char last[RULE_PATH];
	struct rules_start start;
	struct stat st;
	size_t i;

	*last = '\0';
	for (i = 0; rules_start(rules, &i, &start);) {
		errno = ENAMETOOLONG;
		if (*start.path == '\0')
			warn("%.60s...:", start.pattern);
		else if (strcmp(start.path, last) == 0 ||
		    stat(start.path, &st) == 0)
			continue;
		else if (errno == ENOENT)
			warn("%s: no such file or directory yet", start.path);
		else
			warn("%s:", start.path);
		/* The alternatives of a pattern may start alike. */
		snprintf(last, sizeof last, "%s", start.path);
	}
}
