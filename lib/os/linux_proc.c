#ifdef __linux__
#define _GNU_SOURCE
/* linux_proc.c - what differs between systems: processes on Linux */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"

enum {
	PROC_TEXT = 4096, /* bytes read at a time */
	CLOCK_TRIES = 20,
	CLOCK_GAP_NS = 1000000
};

/* What is not there is of a process that is gone, or there is no /proc. */
static void
set_gone(void)
{
	if (errno == ENOENT)
		errno = access("/proc/self", F_OK) == 0 ? ESRCH : ENOSYS;
}

static int
proc_open(pid_t pid, const char *name)
{
	char path[96];
	int fd;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		set_gone();
	return fd;
}

static ssize_t
proc_piece(int fd, char text[PROC_TEXT])
{
	ssize_t n;

	do
		n = read(fd, text, PROC_TEXT - 1);
	while (n < 0 && errno == EINTR);
	return n;
}

/* /proc/PID/name as a string in text; 0, or -1 and errno */
static int
proc_read(pid_t pid, const char *name, char text[PROC_TEXT])
{
	ssize_t n;
	int fd, error;

	fd = proc_open(pid, name);
	if (fd < 0)
		return -1;
	n = proc_piece(fd, text);
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
 * When the system booted, since 1970, by the clock of now.  The two clocks that
 * this compares are read again if we had to wait between them.
 */
static int64_t
boot_ns(void)
{
	int64_t before, now, after;
	int i;

	for (i = 0; i < CLOCK_TRIES; i++) {
		before = now_ns(CLOCK_BOOTTIME);
		now = now_ns(CLOCK_REALTIME);
		after = now_ns(CLOCK_BOOTTIME);
		if (after - before < CLOCK_GAP_NS)
			break;
	}
	return now - after;
}

/* The fields that we want of proc(5)'s /proc/PID/stat, as they count there. */
enum { STATE = 3, START = 22, CODE = 26 };
enum { ENV_START = 50, ENV_END, FIELDS };

/*
 * The command, field 2, is in parentheses and may hold any byte; those up to
 * STATE stay 0.  ESRCH: it has ended, though it may still be waited for.
 */
static int
stat_fields(const char *text, unsigned long long field[FIELDS])
{
	char *p;
	int i;

	memset(field, 0, FIELDS * sizeof *field);
	p = strrchr(text, ')');
	if (p == NULL || p[1] != ' ') {
		errno = ENOSYS;
		return -1;
	}
	p += 2;
	if (*p == 'Z' || *p == 'X') {
		errno = ESRCH;
		return -1;
	}
	for (i = STATE + 1, p++; i < FIELDS; i++)
		field[i] = strtoull(p, &p, 10);
	return 0;
}

static int
proc_stat(pid_t pid, unsigned long long field[FIELDS])
{
	char text[PROC_TEXT];

	if (proc_read(pid, "stat", text) < 0)
		return -1;
	return stat_fields(text, field);
}

int
os_started(pid_t pid, int64_t *ns)
{
	unsigned long long field[FIELDS];

	if (proc_stat(pid, field) < 0)
		return -1;
	*ns = boot_ns() +
	    (int64_t)(field[START] * (1000000000 / sysconf(_SC_CLK_TCK)));
	return 0;
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

int
os_no_new_rights(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* A list of numbers, each with a space after it, whatever the pieces. */
static int
read_pids(int fd, pid_t *pids, size_t max, size_t *count)
{
	char text[PROC_TEXT];
	ssize_t i, n;
	pid_t pid;

	pid = 0;
	while (*count < max && (n = proc_piece(fd, text)) != 0) {
		if (n < 0)
			return -1;
		for (i = 0; i < n && *count < max; i++)
			if (text[i] >= '0' && text[i] <= '9')
				pid = 10 * pid + (text[i] - '0');
			else if (pid != 0) {
				pids[(*count)++] = pid;
				pid = 0;
			}
	}
	return 0;
}

/* Add the children of a thread; 0, or -1 and errno: ESRCH where it is gone. */
static int
thread_children(
    pid_t pid, const char *thread, pid_t *pids, size_t max, size_t *count)
{
	char name[64];
	int fd, result, error;

	snprintf(name, sizeof name, "task/%.20s/children", thread);
	fd = proc_open(pid, name);
	if (fd < 0)
		return -1;
	result = read_pids(fd, pids, max, count);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

/* proc(5): each thread has children of its own. */
int
os_children(pid_t pid, pid_t *pids, size_t max)
{
	char path[64];
	struct dirent *task;
	size_t n;
	int error;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
	dir = opendir(path);
	if (dir == NULL) {
		set_gone();
		return -1;
	}
	for (n = 0, error = 0; error == 0;) {
		errno = 0;
		task = readdir(dir);
		if (task == NULL) {
			error = errno;
			break;
		}
		if (task->d_name[0] != '.' &&
		    thread_children(pid, task->d_name, pids, max, &n) < 0 &&
		    errno != ESRCH)
			error = errno;
	}
	closedir(dir);
	if (error == 0)
		return (int)n;
	errno = error;
	return -1;
}

/* An entry, name=value, that is being read piece by piece. */
struct variable {
	const char *name;
	size_t len; /* of the name */
	size_t at; /* what matches of the entry; NO_MATCH: it is another */
	char *value;
	size_t size;
};

#define NO_MATCH SIZE_MAX

/* the next byte of an environment; was it the end of the entry? */
static bool
variable_byte(struct variable *v, char c)
{
	size_t room;

	if (c == '\0' && v->at != NO_MATCH && v->at > v->len) {
		v->value[v->at - v->len - 1] = '\0';
		return true;
	}
	if (c == '\0') {
		v->at = 0;
		return false;
	}
	if (v->at == NO_MATCH)
		return false;
	if (v->at > v->len) {
		room = v->size - (v->at - v->len);
		if (room > 0)
			v->value[v->at++ - v->len - 1] = c;
		else
			v->at = NO_MATCH;
		return false;
	}
	v->at = c == (v->at < v->len ? v->name[v->at] : '=') ? v->at + 1
							     : NO_MATCH;
	return false;
}

/*
 * Are so many bytes all of its environment?  Between two programs it has none,
 * until its code is there.  Else -1 and errno.
 */
static int
check_whole(pid_t pid, size_t len)
{
	unsigned long long field[FIELDS];

	if (proc_stat(pid, field) < 0)
		return -1;
	if (field[CODE] != 0 && field[ENV_END] - field[ENV_START] == len)
		return 0;
	errno = EAGAIN;
	return -1;
}

/* proc(5): the entries, each with a NUL after it. */
int
os_environ(pid_t pid, const char *name, char *value, size_t size)
{
	struct variable v = { .name = name, .value = value, .size = size };
	char text[PROC_TEXT];
	ssize_t i, n;
	size_t len;
	int fd, error;
	bool found;

	fd = proc_open(pid, "environ");
	if (fd < 0)
		return -1;
	v.len = strlen(name);
	found = false;
	for (len = 0; !found && (n = proc_piece(fd, text)) > 0;
	     len += (size_t)n)
		for (i = 0; i < n && !found; i++)
			found = variable_byte(&v, text[i]);
	error = errno;
	close(fd);
	errno = error;
	if (!found && (n < 0 || check_whole(pid, len) < 0))
		return -1;
	return found;
}

int
os_process_signal(int process, int signo)
{
	return (int)syscall(SYS_pidfd_send_signal, process, signo, NULL, 0);
}

#else
typedef int linux_proc_is_not_used;
#endif
