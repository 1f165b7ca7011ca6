#define _XOPEN_SOURCE 700
/* start.c - tests of the preparations of watchrun */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "os/signals.h"
#include "run/start.h"

static char warnings[1000];

static void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
warn(const char *fmt, ...)
{
	size_t n;
	va_list ap;

	n = strlen(warnings);
	va_start(ap, fmt);
	vsnprintf(warnings + n, sizeof warnings - n, fmt, ap);
	va_end(ap);
	n = strlen(warnings);
	snprintf(warnings + n, sizeof warnings - n, "\n");
}

/* Return true if the standard output of these rules is a file of that name. */
static bool
is_output(struct rules *rules, const char *name)
{
	static char paths[2][PATH_MAX];
	const char *slash;

	rules->output[0] = NULL;
	start_output(rules, paths);
	if (name == NULL)
		return rules->output[0] == NULL;
	slash = rules->output[0] == NULL ? NULL : strrchr(paths[0], '/');
	return slash != NULL && strcmp(slash + 1, name) == 0;
}

static void
test_output(struct rules *rules)
{
	bool file, none;
	int out, fd;

	out = dup(STDOUT_FILENO);
	fd = open("log", O_WRONLY | O_CREAT, 0600);
	dup2(fd, STDOUT_FILENO);
	file = is_output(rules, "log");
	close(fd);
	fd = open("/dev/null", O_WRONLY);
	dup2(fd, STDOUT_FILENO);
	none = is_output(rules, NULL);
	close(fd);
	dup2(out, STDOUT_FILENO);
	close(out);
	ok(file, "a file that is standard output is found");
	ok(none, "a device is no such file");
}

int
main(void)
{
	struct rules rules = { 0 };
	struct rule rule = { 0 };

	scratch_begin();
	rules.v = &rule;
	rules.n = 1;
	scratch_put("here", "");
	rules_add(&rules, "here", GLOB_WANTED);
	start_missing(&rules, warn);
	ok(*warnings == '\0', "a path that exists needs no warning");
	rules_add(&rules, "gone/*.{c,h}", GLOB_WANTED);
	start_missing(&rules, warn);
	ok(strcmp(warnings, "gone: no such file or directory yet\n") == 0,
	    "a missing path is named once for all alternatives");
	test_output(&rules);
	rules_free(&rules);

	signal(SIGHUP, SIG_IGN);
	ok(start_signals() >= 0, "signals can be caught");
	raise(SIGHUP);
	raise(SIGPIPE);
	raise(SIGUSR1);
	ok(signals_take() == (uint64_t)1 << (SIGUSR1 - 1),
	    "an ignored SIGHUP stays ignored, SIGPIPE is harmless");
	scratch_end();
	return test_end();
}
