#define _GNU_SOURCE /* RTLD_NEXT */
/* fault.c - a shared object that makes calls of a program fail
 *
 *	LD_PRELOAD=fault.so FAULT=open:3:EMFILE FAULT_TABLE=file program...
 *
 * FAULT says which function, which of its calls (3, 3-5, or 3- for the third
 * and all that follow) and what errno they leave.  All calls are counted in
 * the file of FAULT_TABLE, if it is there: see fault.h.  What the program
 * starts is not meant: only a child that has not called exec counts with it.
 */
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "fault.h"

#define NAME(name, first, second) #name,
static const char *const names[] = { FAULT_LIST(NAME) };

#define ERROR(name) \
	{ \
#name, name \
	}
static const struct {
	const char *name;
	int number;
} errors[] = { ERROR(EACCES), ERROR(EADDRINUSE), ERROR(EAFNOSUPPORT),
	ERROR(EAGAIN), ERROR(EBADF), ERROR(EBUSY), ERROR(ECHILD),
	ERROR(ECONNABORTED), ERROR(EDQUOT), ERROR(EEXIST), ERROR(EINTR),
	ERROR(EINVAL), ERROR(EIO), ERROR(ELOOP), ERROR(EMFILE), ERROR(ENFILE),
	ERROR(ENOBUFS), ERROR(ENODEV), ERROR(ENOENT), ERROR(ENOEXEC),
	ERROR(ENOLCK), ERROR(ENOMEM), ERROR(ENOSPC), ERROR(ENOSYS),
	ERROR(ENOTCONN), ERROR(ENOTDIR), ERROR(ENOTTY), ERROR(EPERM),
	ERROR(EPIPE), ERROR(EROFS), ERROR(ESPIPE), ERROR(ESRCH), ERROR(ESTALE),
	ERROR(ETXTBSY), ERROR(EXDEV) };

static struct fault_table own, *table = &own;
static bool counting; /* nothing fails before main */
static bool seeking; /* dlsym may ask for memory itself, and go without */
static int function = -1;
static unsigned first, last;
static int error;

/* Is this call to fail?  Then errno says why. */
static bool
due(enum fault_function f)
{
	unsigned n;

	if (!counting)
		return false;
	table->all++;
	n = ++table->calls[f];
	if ((int)f != function || n < first || n > last)
		return false;
	table->hits++;
	errno = error;
	return true;
}

static void
next(enum fault_function f, void *where)
{
	void *p;

	seeking = true;
	p = dlsym(RTLD_NEXT, names[f]);
	seeking = false;
	if (p == NULL)
		abort();
	memcpy(where, &p, sizeof p);
}

/* ---- what is to be done ---- */

/* "open:3-5:EMFILE"; whatever is wrong in it must not go unnoticed */
static void
read_plan(char *plan)
{
	char *from, *why, *end;
	size_t i;

	from = strchr(plan, ':');
	why = from == NULL ? NULL : strchr(from + 1, ':');
	if (why == NULL)
		abort();
	*from++ = *why++ = '\0';
	for (i = 0; i < FAULT_FUNCTIONS; i++)
		if (strcmp(plan, names[i]) == 0)
			function = (int)i;
	first = last = (unsigned)strtoul(from, &end, 10);
	if (*end == '-')
		last = end[1] == '\0' ? ~0U
				      : (unsigned)strtoul(end + 1, &end, 10);
	for (i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(why, errors[i].name) == 0)
			error = errors[i].number;
	if (function < 0 || error == 0)
		abort();
}

static void
open_table(const char *path)
{
	void *p;
	int fd;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, sizeof *table) < 0)
		abort();
	p = mmap(
	    NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		abort();
	close(fd);
	table = p;
}

__attribute__((constructor)) static void
begin(void)
{
	char *plan, *path;

	plan = getenv("FAULT");
	if (plan != NULL)
		read_plan(plan);
	path = getenv("FAULT_TABLE");
	if (path != NULL)
		open_table(path);
	table->timeout = FAULT_BUSY;
	unsetenv("LD_PRELOAD");
	unsetenv("FAULT");
	unsetenv("FAULT_TABLE");
	counting = true;
}

/* ---- the functions ---- */

/* Types and lists of parameters can't stand in parentheses. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define FAULT(type, name, bad, params, args) \
	type name params \
	{ \
		static type(*real) params; \
\
		if (due(FAULT_##name)) \
			return bad; \
		if (real == NULL) \
			next(FAULT_##name, &real); \
		return real args; \
	}

/* A descriptor or a stream is gone all the same. */
#define FAULT_CLOSE(name, bad, params, args) \
	int name params \
	{ \
		static int(*real) params; \
		int failed, why; \
\
		failed = due(FAULT_##name); \
		why = errno; \
		if (real == NULL) \
			next(FAULT_##name, &real); \
		if (!failed) \
			return real args; \
		real args; \
		errno = why; \
		return bad; \
	}

#define VA(type, n, last_named) \
	type n; \
	va_list ap; \
\
	va_start(ap, last_named); \
	n = va_arg(ap, type); \
	va_end(ap)
/* NOLINTEND(bugprone-macro-parentheses) */

FAULT(int, access, -1, (const char *path, int mode), (path, mode))
FAULT(int, chdir, -1, (const char *path), (path))
FAULT_CLOSE(close, -1, (int fd), (fd))
FAULT_CLOSE(closedir, -1, (DIR * dir), (dir))
FAULT(int, dup, -1, (int fd), (fd))
FAULT(int, dup2, -1, (int fd, int to), (fd, to))
FAULT(int, execvp, -1, (const char *file, char *const argv[]), (file, argv))
FAULT(int, faccessat, -1, (int fd, const char *path, int mode, int flags),
    (fd, path, mode, flags))
FAULT_CLOSE(fclose, EOF, (FILE * f), (f))
FAULT(DIR *, fdopendir, NULL, (int fd), (fd))
FAULT(int, fflush, EOF, (FILE * f), (f))
FAULT(FILE *, fopen, NULL, (const char *path, const char *mode), (path, mode))
FAULT(pid_t, fork, -1, (void), ())
FAULT(int, fstat, -1, (int fd, struct stat *st), (fd, st))
FAULT(int, fstatat, -1, (int fd, const char *path, struct stat *st, int flags),
    (fd, path, st, flags))
FAULT(int, fstatfs, -1, (int fd, struct statfs *st), (fd, st))
FAULT(int, ftruncate, -1, (int fd, off_t n), (fd, n))
FAULT(int, futimens, -1, (int fd, const struct timespec times[2]), (fd, times))
FAULT(char *, getcwd, NULL, (char *path, size_t n), (path, n))
FAULT(pid_t, getpgid, -1, (pid_t pid), (pid))
FAULT(int, inotify_add_watch, -1, (int fd, const char *path, uint32_t mask),
    (fd, path, mask))
FAULT(int, inotify_init1, -1, (int flags), (flags))
FAULT(int, inotify_rm_watch, -1, (int fd, int id), (fd, id))
FAULT(int, kill, -1, (pid_t pid, int signo), (pid, signo))
FAULT(off_t, lseek, -1, (int fd, off_t off, int from), (fd, off, from))
FAULT(int, lstat, -1, (const char *path, struct stat *st), (path, st))
FAULT(DIR *, opendir, NULL, (const char *path), (path))
FAULT(int, pipe, -1, (int fds[2]), (fds))
FAULT(
    ssize_t, pread, -1, (int fd, void *p, size_t n, off_t off), (fd, p, n, off))
FAULT(ssize_t, pwrite, -1, (int fd, const void *p, size_t n, off_t off),
    (fd, p, n, off))
FAULT(ssize_t, read, -1, (int fd, void *p, size_t n), (fd, p, n))
FAULT(struct dirent *, readdir, NULL, (DIR * dir), (dir))
FAULT(
    ssize_t, readlink, -1, (const char *path, char *p, size_t n), (path, p, n))
FAULT(ssize_t, readlinkat, -1, (int fd, const char *path, char *p, size_t n),
    (fd, path, p, n))
FAULT(char *, realpath, NULL, (const char *path, char *p), (path, p))
FAULT(int, scandir, -1,
    (const char *path, struct dirent ***list,
	int (*filter)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **)),
    (path, list, filter, compare))
FAULT(int, setenv, -1, (const char *name, const char *value, int over),
    (name, value, over))
FAULT(int, setpgid, -1, (pid_t pid, pid_t group), (pid, group))
FAULT(int, stat, -1, (const char *path, struct stat *st), (path, st))
FAULT(int, statfs, -1, (const char *path, struct statfs *st), (path, st))
FAULT(int, tcgetattr, -1, (int fd, struct termios *modes), (fd, modes))
FAULT(pid_t, tcgetpgrp, -1, (int fd), (fd))
FAULT(int, tcsetattr, -1, (int fd, int when, const struct termios *modes),
    (fd, when, modes))
FAULT(int, tcsetpgrp, -1, (int fd, pid_t group), (fd, group))
FAULT(int, unlink, -1, (const char *path), (path))
FAULT(int, unsetenv, -1, (const char *name), (name))
FAULT(int, utimensat, -1,
    (int fd, const char *path, const struct timespec times[2], int flags),
    (fd, path, times, flags))
FAULT(pid_t, waitpid, -1, (pid_t pid, int *status, int options),
    (pid, status, options))

/* Systems differ in how they declare these, not in how they are called. */
int accept(int fd, void *address, void *size);
int bind(int fd, const void *address, unsigned size);
int getsockname(int fd, void *address, void *size);
int listen(int fd, int backlog);
int setsockopt(int fd, int level, int what, const void *p, unsigned size);
int shutdown(int fd, int how);
int socket(int family, int type, int protocol);

FAULT(int, accept, -1, (int fd, void *address, void *size), (fd, address, size))
FAULT(int, bind, -1, (int fd, const void *address, unsigned size),
    (fd, address, size))
FAULT(int, getsockname, -1, (int fd, void *address, void *size),
    (fd, address, size))
FAULT(int, listen, -1, (int fd, int backlog), (fd, backlog))
FAULT(int, setsockopt, -1,
    (int fd, int level, int what, const void *p, unsigned size),
    (fd, level, what, p, size))
FAULT(int, shutdown, -1, (int fd, int how), (fd, how))
FAULT(int, socket, -1, (int family, int type, int protocol),
    (family, type, protocol))

/* A byte for a pipe of one's own fails only where there is one already. */
ssize_t
write(int fd, const void *p, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	if ((n != 1 || *(const char *)p != '\0') && due(FAULT_write))
		return -1;
	if (real == NULL)
		next(FAULT_write, &real);
	return real(fd, p, n);
}

/* ---- memory ---- */

FAULT(void *, malloc, NULL, (size_t n), (n))
FAULT(void *, realloc, NULL, (void *p, size_t n), (p, n))
FAULT(char *, strdup, NULL, (const char *s), (s))
FAULT(char *, strndup, NULL, (const char *s, size_t n), (s, n))

void *
calloc(size_t n, size_t size)
{
	static void *(*real)(size_t, size_t);

	if (seeking || due(FAULT_calloc))
		return NULL;
	if (real == NULL)
		next(FAULT_calloc, &real);
	return real(n, size);
}

/* ---- those with arguments that may not be there ---- */

int
open(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	VA(mode_t, mode, flags);

	if (due(FAULT_open))
		return -1;
	if (real == NULL)
		next(FAULT_open, &real);
	return real(path, flags, mode);
}

int
openat(int fd, const char *path, int flags, ...)
{
	static int (*real)(int, const char *, int, ...);
	VA(mode_t, mode, flags);

	if (due(FAULT_openat))
		return -1;
	if (real == NULL)
		next(FAULT_openat, &real);
	return real(fd, path, flags, mode);
}

/* Flags of a descriptor that is open are always there to be set. */
static bool
may_fail(int what)
{
	return what == F_GETLK || what == F_SETLK || what == F_SETLKW ||
	    what == F_DUPFD || what == F_DUPFD_CLOEXEC;
}

int
fcntl(int fd, int what, ...)
{
	static int (*real)(int, int, ...);
	VA(void *, arg, what);

	if (may_fail(what) && due(FAULT_fcntl))
		return -1;
	if (real == NULL)
		next(FAULT_fcntl, &real);
	return real(fd, what, arg);
}

int
prctl(int what, ...)
{
	static int (*real)(int, ...);
	unsigned long a[4];
	va_list ap;
	size_t i;

	va_start(ap, what);
	for (i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (due(FAULT_prctl))
		return -1;
	if (real == NULL)
		next(FAULT_prctl, &real);
	return real(what, a[0], a[1], a[2], a[3]);
}

long
syscall(long number, ...)
{
	static long (*real)(long, ...);
	va_list ap;
	long a[6];
	size_t i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (due(FAULT_syscall))
		return -1;
	if (real == NULL)
		next(FAULT_syscall, &real);
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- to wait ---- */

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	static int (*real)(struct pollfd *, nfds_t, int);
	int result;

	if (due(FAULT_poll))
		return -1;
	if (real == NULL)
		next(FAULT_poll, &real);
	table->timeout = timeout;
	result = real(fds, n, timeout);
	table->timeout = FAULT_BUSY;
	table->polls++;
	return result;
}
