#define _GNU_SOURCE
/* save.c - ways to change a file that no shell command has
 *
 * usage: save mmap file text     write through a mapping, close at the end
 *        save tmpfile file text  an unnamed file (O_TMPFILE) gets the name
 *        save truncate file n    cut to n bytes by its path, never opened
 *        save times file         set its time by utimensat(2) alone
 *        save swap a b           exchange two names
 *        save rename text file   write file.new, and move it there at once
 *        save slowly file text   letter by letter, opened anew for each, and
 *                                a newline; each soon after the one before,
 *                                and all of them within half a second
 *        save steps file step... open the file and cut it to nothing; then, in
 *                                order, text:T (a line), pause:MS, cont:PID
 *                                (send SIGCONT); each write soon after the
 *                                one before, and so is the close
 *        save back a b           rename a to b, and soon back
 *        save anew file text     remove it, and soon make it again
 *        save briefly file       make an empty file, and remove it at once
 *        save socket file        make a socket, which is no file
 *
 * Exits with 3 if the system cannot do it, with 4 if a busy machine made "at
 * once" or "soon" take too long.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LATE_MS = 4, /* the longest "at once" */
	STEPS_MS = 140, /* the longest time between two writes of "steps" */
	BACK_MS = 30, /* the pause of "back" */
	GONE_MS = 90, /* the longest time that "anew" and "back" take */
	PAUSE_MS = 10, /* between two letters */
	SOON_MS = 60, /* the longest time from one letter to the next */
	ALL_MS = 450 /* the longest time for all letters */
};

static int
by_mmap(const char *path, const char *text)
{
	size_t n;
	char *p;
	int fd;

	n = strlen(text);
	fd = open(path, O_RDWR);
	if (fd < 0 || ftruncate(fd, (off_t)n) < 0)
		return -1;
	p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -1;
	memcpy(p, text, n);
	return munmap(p, n) < 0 ? -1 : close(fd);
}

static int
by_tmpfile(const char *path, const char *text)
{
#ifdef O_TMPFILE
	char link[64];
	size_t n;
	int fd;

	n = strlen(text);
	fd = open(".", O_TMPFILE | O_WRONLY, 0644);
	if (fd < 0)
		return -1;
	if (write(fd, text, n) != (ssize_t)n)
		return -1;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
#else
	(void)path;
	(void)text;
	errno = ENOSYS;
	return -1;
#endif
}

static int
by_times(const char *path)
{
	return utimensat(AT_FDCWD, path, NULL, 0);
}

static int
by_swap(const char *a, const char *b)
{
#ifdef RENAME_EXCHANGE
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
#else
	(void)a;
	(void)b;
	errno = ENOSYS;
	return -1;
#endif
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
pause_ms(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* A machine that is busy may keep us waiting between the steps of it. */
static int
by_rename(const char *text, const char *path)
{
	char other[4096];
	int64_t began;
	size_t n;
	int fd;

	n = strlen(text);
	snprintf(other, sizeof other, "%s.new", path);
	began = now_ms();
	fd = open(other, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		return -1;
	if (close(fd) < 0 || rename(other, path) < 0)
		return -1;
	if (now_ms() - began > LATE_MS)
		exit(4);
	return 0;
}

static int
anew(const char *path, const char *text)
{
	int64_t began;
	int fd;

	began = now_ms();
	if (unlink(path) < 0)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || close(fd) < 0)
		return -1;
	if (now_ms() - began > GONE_MS)
		exit(4);
	return 0;
}

static int
briefly(const char *path)
{
	int64_t began;
	int fd;

	began = now_ms();
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0 || close(fd) < 0 || unlink(path) < 0)
		return -1;
	if (now_ms() - began > LATE_MS)
		exit(4);
	return 0;
}

/* Set *last to the time of the step if it wrote.  Return 0, or -1. */
static int
take_step(int fd, const char *step, int64_t *last)
{
	if (strncmp(step, "pause:", 6) == 0) {
		pause_ms(atol(step + 6));
		return 0;
	}
	if (strncmp(step, "cont:", 5) == 0)
		return kill((pid_t)atol(step + 5), SIGCONT);
	errno = EINVAL;
	if (strncmp(step, "text:", 5) != 0 || dprintf(fd, "%s\n", step + 5) < 0)
		return -1;
	*last = now_ms();
	return 0;
}

static int
by_steps(const char *path, char *step[])
{
	int64_t before, last;
	bool late;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		return -1;
	last = now_ms();
	for (late = false; *step != NULL; step++) {
		before = last;
		if (take_step(fd, *step, &last) < 0)
			return -1;
		late = late || last - before > STEPS_MS;
	}
	if (close(fd) < 0)
		return -1;
	if (late || now_ms() - last > STEPS_MS)
		exit(4);
	return 0;
}

static int
back(const char *a, const char *b)
{
	int64_t began;

	began = now_ms();
	if (rename(a, b) < 0)
		return -1;
	pause_ms(BACK_MS);
	if (rename(b, a) < 0)
		return -1;
	if (now_ms() - began > GONE_MS)
		exit(4);
	return 0;
}

static int
append(const char *path, int flags, const char *bytes, size_t n)
{
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		return -1;
	return close(fd);
}

static int
by_letters(const char *path, const char *text)
{
	int64_t began, last, now;
	bool late;

	if (append(path, O_TRUNC, "", 0) < 0)
		return -1;
	began = last = now_ms();
	late = false;
	do {
		pause_ms(PAUSE_MS);
		if (append(path, O_APPEND, *text != '\0' ? text : "\n", 1) < 0)
			return -1;
		now = now_ms();
		late = late || now - last > SOON_MS;
		last = now;
	} while (*text++ != '\0');
	if (late || now_ms() - began > ALL_MS)
		exit(4);
	return 0;
}

static int
by_socket(const char *path)
{
	struct sockaddr_un address;
	int fd;

	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return fd < 0 ? -1
		      : bind(fd, (struct sockaddr *)&address, sizeof address);
}

static int
by(char *argv[])
{
	const char *how, *a, *b;

	how = argv[0];
	a = argv[1];
	b = argv[2] != NULL ? argv[2] : "";
	if (strcmp(how, "steps") == 0)
		return by_steps(a, argv + 2);
	if (strcmp(how, "mmap") == 0)
		return by_mmap(a, b);
	if (strcmp(how, "tmpfile") == 0)
		return by_tmpfile(a, b);
	if (strcmp(how, "truncate") == 0)
		return truncate(a, atol(b));
	if (strcmp(how, "times") == 0)
		return by_times(a);
	if (strcmp(how, "swap") == 0)
		return by_swap(a, b);
	if (strcmp(how, "rename") == 0)
		return by_rename(a, b);
	if (strcmp(how, "anew") == 0)
		return anew(a, b);
	if (strcmp(how, "back") == 0)
		return back(a, b);
	if (strcmp(how, "briefly") == 0)
		return briefly(a);
	if (strcmp(how, "slowly") == 0)
		return by_letters(a, b);
	if (strcmp(how, "socket") == 0)
		return by_socket(a);
	errno = EINVAL;
	return -1;
}

int
main(int argc, char *argv[])
{
	if (argc < 3) {
		fputs("usage: save how file [text...]\n", stderr);
		return 2;
	}
	if (by(argv + 1) == 0)
		return 0;
	perror(argv[2]);
	return errno == ENOSYS || errno == EOPNOTSUPP || errno == EISDIR ? 3
									 : 1;
}
