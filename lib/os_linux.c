#ifdef __linux__
#define _GNU_SOURCE
/* os_linux.c - what differs between systems: Linux */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os.h"

enum { PROC_TEXT = 4096 };

int64_t
os_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

mode_t
os_dirent_type(const struct dirent *entry)
{
	return DTTOIF(entry->d_type);
}

/* /proc/PID/name as a string in text; 0, or -1 and errno */
static int
proc_read(pid_t pid, const char *name, char text[PROC_TEXT])
{
	char path[96];
	ssize_t n;
	int fd, error;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT && access("/proc/self", F_OK) == 0)
			errno = ESRCH;
		return -1;
	}
	do
		n = read(fd, text, PROC_TEXT - 1);
	while (n < 0 && errno == EINTR);
	error = errno;
	close(fd);
	errno = error;
	if (n < 0)
		return -1;
	text[n] = '\0';
	return 0;
}

static int64_t
now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/*
 * proc(5): the command, field 2, is in parentheses and may hold any byte;
 * field 3 is the state, field 22 the start in ticks since the system booted.
 */
int
os_started(pid_t pid, int64_t *ns)
{
	char text[PROC_TEXT], state;
	unsigned long long ticks;
	const char *p;
	int64_t boot;

	if (proc_read(pid, "stat", text) < 0)
		return -1;
	p = strrchr(text, ')');
	if (p == NULL ||
	    sscanf(p + 1,
		" %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
		" %*s %*s %*s %*s %llu",
		&state, &ticks) != 2) {
		errno = ENOSYS;
		return -1;
	}
	if (state == 'Z' || state == 'X') {
		errno = ESRCH;
		return -1;
	}
	boot = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
	*ns = boot + (int64_t)(ticks * (1000000000 / sysconf(_SC_CLK_TCK)));
	return 0;
}

/* proc(5): SigBlk, SigIgn and SigCgt are hexadecimal masks. */
int
os_deadly(pid_t pid, int signo)
{
	static const char *const masks[] = {
		"\nSigBlk:", "\nSigIgn:", "\nSigCgt:"
	};
	char text[PROC_TEXT];
	const char *p;
	size_t i;

	if (proc_read(pid, "status", text) < 0)
		return -1;
	for (i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		p = strstr(text, masks[i]);
		if (p == NULL)
			return -1;
		p += strlen(masks[i]);
		if (((strtoull(p, NULL, 16) >> (signo - 1)) & 1) != 0)
			return 0;
	}
	return 1;
}

int
os_process(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int
os_adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* proc(5): each thread has children of its own. */
int
os_children(pid_t pid, pid_t *pids, size_t max)
{
	char path[64], text[PROC_TEXT], *p, *end;
	struct dirent *task;
	size_t n;
	DIR *dir;
	long child;

	snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
	dir = opendir(path);
	if (dir == NULL)
		return -1;
	for (n = 0; (task = readdir(dir)) != NULL;) {
		if (task->d_name[0] == '.')
			continue;
		snprintf(
		    path, sizeof path, "task/%.20s/children", task->d_name);
		if (proc_read(pid, path, text) < 0)
			continue;
		for (p = text; n < max; p = end) {
			child = strtol(p, &end, 10);
			/* The last of a list that was cut may be cut itself. */
			if (end == p || *end == '\0')
				break;
			pids[n++] = (pid_t)child;
		}
	}
	closedir(dir);
	return (int)n;
}

int
os_process_signal(int process, int signo)
{
	return (int)syscall(SYS_pidfd_send_signal, process, signo, NULL, 0);
}

#else
typedef int os_linux_is_not_used;
#endif
