#define _XOPEN_SOURCE 700
/* os_environ.c - tests of what another process was started with */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "os/os.h"

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* a program with this environment only */
static pid_t
with_environment(char *const env[])
{
	char name[] = "sleep", secs[] = "1000", *argv[] = { name, secs, NULL };
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		execve("/bin/sleep", argv, env);
		_exit(1);
	}
	return pid;
}

static void
test_environ(void)
{
	static char big[10000];
	char other[] = "XNAME=no", longer[] = "NAMES=no", bare[] = "NAME",
	     entry[] = "NAME=a=b c", again[] = "NAME=second", last[] = "LAST=",
	     *env[] = { other, longer, bare, big, entry, again, last, NULL };
	char value[8], exact[6];
	pid_t pid;

	snprintf(big, sizeof big, "BIG=%*d", (int)sizeof big - 5, 1);
	pid = with_environment(env);
	until(os_environ(pid, "NAME", value, sizeof value) == 1);
	ok(strcmp(value, "a=b c") == 0, "a variable of another process");
	ok(os_environ(pid, "NAME", exact, sizeof exact) == 1 &&
		strcmp(exact, "a=b c") == 0,
	    "that just fits");
	ok(os_environ(pid, "LAST", value, sizeof value) == 1 && *value == '\0',
	    "an empty one at the end");
	ok(os_environ(pid, "BIG", value, sizeof value) == 0,
	    "one that does not fit is none");
	ok(os_environ(pid, "AME", value, sizeof value) == 0 &&
		os_environ(pid, "NAM", value, sizeof value) == 0 &&
		os_environ(pid, "no", value, sizeof value) == 0,
	    "nor is a part of a name, or of a value");
	ok(os_environ(pid, "XNAME", value, sizeof value) == 1 &&
		strcmp(value, "no") == 0,
	    "the first is one as others");
	env[0] = NULL;
	end(pid);
	ok(os_environ(pid, "NAME", value, sizeof value) == -1 && errno == ESRCH,
	    "a process gone has none");
	pid = with_environment(env);
	/* Before it is exec'ed it has ours, which fits here. */
	until(os_environ(pid, "PATH", big, sizeof big) == 0);
	ok(os_environ(pid, "PATH", value, sizeof value) == 0,
	    "an empty environment is no error");
	end(pid);
}

/* Become this program anew, so many times. */
static void
become(const char *program, int times)
{
	char left[16];

	snprintf(left, sizeof left, "%d", times);
	execl(program, "anew", left, (char *)NULL);
	_exit(1);
}

/* Between two programs a process shows no environment at all. */
static void
test_becoming(const char *program)
{
	char value[8];
	int found, missing, other;
	pid_t pid;

	setenv("NAME", "value", 1);
	pid = fork();
	if (pid == 0)
		become(program, 2000);
	until(os_environ(pid, "NAME", value, sizeof value) == 1);
	found = missing = other = 0;
	while (waitpid(pid, NULL, WNOHANG) == 0)
		switch (os_environ(pid, "NAME", value, sizeof value)) {
		case 1:
			found++;
			break;
		case 0:
			missing++;
			break;
		default:
			other += errno != EAGAIN && errno != ESRCH;
		}
	ok(found > 0 && missing == 0 && other == 0,
	    "who is becoming another program is not taken for one without");
}

int
main(int argc, char *argv[])
{
	char value[8];

	if (argc > 1) {
		if (atoi(argv[1]) > 0)
			become("/proc/self/exe", atoi(argv[1]) - 1);
		return 0;
	}
	scratch_begin();
	if (os_environ(getpid(), "PATH", value, sizeof value) < 0 &&
	    errno == ENOSYS)
		ok(1, "this system does not tell");
	else {
		test_environ();
		test_becoming("/proc/self/exe");
	}
	scratch_end();
	return test_end();
}
