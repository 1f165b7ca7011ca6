#define _XOPEN_SOURCE 700
/* poke.c - tests of raising the events of a save */
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "run/poke.h"

enum {
	SAVE = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE,
	TIMES = IN_MODIFY | IN_ATTRIB
};

/* ---- events ---- */

static int watcher = -1;

/* Watch a file or directory, and drop the events of others. */
static void
watch(const char *path)
{
	if (watcher >= 0)
		close(watcher);
	watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (inotify_add_watch(watcher, path, IN_ALL_EVENTS) < 0)
		perror(path);
}

/* Return the events of a name, "" for the watched path itself. */
static unsigned
events_of(const char *name)
{
	static union {
		struct inotify_event align;
		char bytes[16384];
	} events;
	const struct inotify_event *e;
	ssize_t n, at;
	unsigned all;

	all = 0;
	while ((n = read(watcher, events.bytes, sizeof events)) > 0)
		for (at = 0; at < n; at += (ssize_t)(sizeof *e + e->len)) {
			e = (const void *)(events.bytes + at);
			if (strcmp(e->len > 0 ? e->name : "", name) == 0)
				all |= e->mask & IN_ALL_EVENTS;
		}
	return all & ~(unsigned)(IN_OPEN | IN_CLOSE_NOWRITE | IN_ACCESS);
}

/* Return true if the path is poked, and raises just these events of a name. */
static int
wakes(const char *path, const char *name, unsigned want)
{
	enum poke_result result;

	events_of("");
	result = poke_path(path);
	return result == POKE_OK && events_of(name) == want;
}

/* Return true if this is the result, without any event. */
static int
refuses(const char *path, enum poke_result want)
{
	int error;
	bool said;

	events_of("");
	said = poke_path(path) == want;
	error = errno;
	said = said && events_of("") == 0;
	errno = error;
	return said;
}

/* ---- files ---- */

static void
test_files(void)
{
	const struct timespec odd[2] = { { 1000000000, 1 },
		{ 1234567890, 123456789 } };
	struct stat before, after;

	scratch_sh("mkdir -p d/e && echo text >d/e/file && echo -n >d/empty");
	utimensat(AT_FDCWD, "d/e/file", odd, 0);
	stat("d/e/file", &before);
	watch("d/e");
	ok(wakes("d/e/file", "file", SAVE),
	    "a watcher of the directory gets all events of a save");
	stat("d/e/file", &after);
	ok(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
		before.st_mtim.tv_nsec == after.st_mtim.tv_nsec,
	    "the time of modification stays, to the nanosecond");
	ok(before.st_ino == after.st_ino && before.st_mode == after.st_mode,
	    "the file is the same");
	scratch_sh("echo text | cmp -s - d/e/file");
	ok(1, "its contents are the same");
	watch("d/e/file");
	ok(wakes("d/e/file", "", SAVE),
	    "a watcher of the file gets the events");
	watch("d");
	ok(wakes("d/empty", "empty", SAVE),
	    "an empty file is poked like others");
	ok(wakes("./d//./empty", "empty", SAVE),
	    "dots and doubled slashes make no difference");
	ok(wakes("d/empty/", "empty", SAVE),
	    "a slash at the end makes no difference");
}

static void
test_names(void)
{
	static const char *const names[] = { "-", "-n", "!x", "*", " ", "a\nb",
		"\xff\xfe", "...", "..a", "a..", "[id].tsx", ".hidden" };
	char path[40], name[20];
	size_t i;
	int all;

	all = 1;
	watch("d");
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(name, sizeof name, "%s", names[i]);
		snprintf(path, sizeof path, "d/%s", name);
		scratch_put(path, "x");
		all = all && wakes(path, name, SAVE);
	}
	ok(all, "a name may be of any bytes");
}

/* a program that runs; its descriptors are closed when it does */
static pid_t
run(const char *program)
{
	pid_t pid;
	int ends[2];

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		execl(program, program, "100", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	if (read(ends[0], &(char){ 0 }, 1) != 0)
		pid = -1;
	close(ends[0]);
	return pid;
}

static void
test_program(void)
{
	pid_t pid;

	scratch_sh("cp $(command -v sleep) d/program");
	watch("d");
	ok(wakes("d/program", "program", SAVE),
	    "a program is poked like a file");
	pid = run("d/program");
	ok(wakes("d/program", "program", TIMES),
	    "a running program is poked without being opened");
	if (pid > 0)
		kill(pid, SIGKILL);
	wait(NULL);
}

/* ---- directories, and what is gone ---- */

static void
test_gone(void)
{
	scratch_sh("mkdir -p d/gone/deep && : >d/plain");
	watch("d/e");
	ok(wakes("d/e/none", "", TIMES),
	    "for a missing file its directory is poked");
	ok(wakes("d/e/none/of/this", "", TIMES),
	    "else its nearest existing parent");
	ok(wakes("d/e/file/x", "", TIMES),
	    "a path beneath a file is missing, too");
	watch(".");
	ok(wakes("none", "", TIMES) && wakes("none/x", "", TIMES),
	    "if all parents are gone, the working directory is poked");
}

static void
test_directories(void)
{
	struct stat before, after;

	stat("d/e", &before);
	watch("d/e");
	ok(wakes("d/e", "", TIMES) && wakes("d/e/", "", TIMES),
	    "a directory is poked itself");
	stat("d/e", &after);
	ok(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
		before.st_mtim.tv_nsec == after.st_mtim.tv_nsec,
	    "its time of modification stays");
	watch("d");
	ok(wakes("d/e", "e", TIMES), "a watcher of its parent gets the event");
	watch(".");
	ok(wakes(".", "", TIMES), "the working directory is a directory, too");
}

/* ---- what is refused ---- */

static void
test_outside(void)
{
	char absolute[200];

	scratch_put("outside", "x");
	watch("outside");
	mkdir("in", 0777);
	if (chdir("in") < 0)
		return;
	ok(refuses("../outside", POKE_UP) && refuses("..", POKE_UP) &&
		refuses("a/../../outside", POKE_UP) &&
		refuses("a/..", POKE_UP) && refuses("./..//outside", POKE_UP),
	    "a path with .. in it is refused");
	snprintf(absolute, sizeof absolute, "%s/outside", scratch);
	ok(refuses(absolute, POKE_ABSOLUTE) && refuses("/", POKE_ABSOLUTE),
	    "an absolute path is refused");
	ok(refuses("", POKE_ERRNO) && errno == ENOENT,
	    "an empty path is refused");
	scratch_sh(
	    "ln -s .. up && ln -s ../outside link && ln -s nowhere to && "
	    "ln -s loop loop");
	ok(refuses("link", POKE_LINK), "a link is refused");
	ok(refuses("to", POKE_LINK) && refuses("loop", POKE_LINK),
	    "a link is refused wherever it leads");
	ok(refuses("up/outside", POKE_LINK) && refuses("up/x/y", POKE_LINK),
	    "a path beneath a link is refused");
	ok(refuses("loop/x", POKE_LINK) && refuses("to/x", POKE_LINK),
	    "a path beneath a dangling link is refused");
	if (chdir("..") < 0)
		return;
	ok(poke_path("outside") == POKE_OK && events_of("") == SAVE,
	    "the file outside can raise events");
}

static void
test_not_files(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int s, fifo;

	mkfifo("fifo", 0666);
	fifo = open("fifo", O_RDONLY | O_NONBLOCK);
	watch("fifo");
	ok(refuses("fifo", POKE_NOTFILE), "a FIFO is refused, and not opened");
	ok(refuses("fifo/x", POKE_OK), "a path beneath a FIFO is missing");
	close(fifo);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(addr.sun_path, "socket", 7);
	ok(bind(s, (struct sockaddr *)&addr, sizeof addr) == 0 &&
		refuses("socket", POKE_NOTFILE),
	    "a socket is refused");
	close(s);
	if (getuid() == 0 && mknod("null", S_IFCHR | 0666, 0x103) == 0) {
		watch("null");
		ok(refuses("null", POKE_NOTFILE), "a device is refused");
	}
}

static void
test_long(void)
{
	char path[4 * NAME_MAX];

	memset(path, 'x', sizeof path);
	path[NAME_MAX] = '\0';
	scratch_put(path, "");
	watch(".");
	ok(wakes(path, path, SAVE), "a name may have 255 bytes");
	path[NAME_MAX] = 'x';
	path[NAME_MAX + 1] = '\0';
	ok(poke_path(path) == POKE_ERRNO && errno == ENAMETOOLONG,
	    "a longer name: ENAMETOOLONG");
	path[NAME_MAX + 1] = '/';
	path[sizeof path - 1] = '\0';
	ok(poke_path(path) == POKE_ERRNO && errno == ENAMETOOLONG,
	    "a longer directory name: ENAMETOOLONG");
}

/* 60 levels of 200 bytes: far longer than a path of the kernel. */
static void
test_deep(void)
{
	static char path[60 * 201 + 10];
	char name[201];
	int i, home;

	memset(name, 'n', 200);
	name[200] = '\0';
	home = open(".", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < 60; i++) {
		mkdir(name, 0777);
		if (chdir(name) < 0)
			break;
		memcpy(path + strlen(path), name, 200);
		path[strlen(path)] = '/';
	}
	scratch_put("file", "");
	watch(".");
	memcpy(path + strlen(path), "file", 4);
	if (fchdir(home) == 0)
		ok(wakes(path, "file", SAVE), "a path may be of any length");
	close(home);
	scratch_sh("rm -r nnn*");
}

static int
open_files(void)
{
	int fd, n;

	for (n = fd = 0; fd < 1000; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_descriptors(void)
{
	static const char *const paths[] = { "d/e/file", "d/e/none/x", "d/e",
		"in/up/x", "fifo", "../x", "/x", "d/program", "d/plain/x" };
	size_t i;
	int before;

	before = open_files();
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++)
		poke_path(paths[i]);
	ok(open_files() == before, "no descriptor stays open");
}

/* ---- other users ---- */

/* Poke as another user; return the facts that do not hold, a bit each. */
static int
poke_as_other(void)
{
	int bad;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 128;
	bad = !wakes("d/e/theirs", "theirs", IN_CLOSE_WRITE);
	bad |= 2 * !wakes("d/e/ours", "ours", SAVE);
	bad |= 4 * !wakes("d/e/readonly", "readonly", TIMES);
	bad |= 8 * (poke_path("d/e/file") != POKE_ERRNO || errno != EACCES);
	bad |= 16 * (poke_path("d/e/none") != POKE_ERRNO || errno != EPERM);
	bad |= 32 * (poke_path("d/shut/x") != POKE_ERRNO || errno != EACCES);
	bad |= 64 * !wakes("d/through/e", "e", SAVE);
	return bad;
}

static void
test_as_root(void)
{
	int status;

	chmod(".", 0755);
	scratch_sh("cd d/e && : >theirs && chmod 666 theirs && : >ours && "
		   "cp ours readonly && chmod 444 readonly && "
		   "chown 65534 ours readonly && cd .. && mkdir -m 0 shut && "
		   "mkdir -m 711 through && : >through/e && "
		   "chown 65534 through/e");
	fflush(stdout);
	watch("d/e");
	inotify_add_watch(watcher, "d/through", IN_ALL_EVENTS);
	if (fork() == 0)
		_exit(poke_as_other());
	wait(&status);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	ok((status & 129) == 0, "a file of another user is opened and closed");
	ok((status & 2) == 0, "our own file is poked in full");
	ok((status & 4) == 0, "our own read-only file is poked by its times");
	ok((status & 8) == 0, "a file without the right to write: EACCES");
	ok((status & 16) == 0, "a directory of another user: EPERM");
	ok((status & 32) == 0, "a file beneath a closed directory: EACCES");
	ok((status & 64) == 0,
	    "a directory that cannot be read is passed through");
}

static void
test_words(void)
{
	int i, all;

	all = 1;
	for (i = POKE_OK; i <= POKE_NOTFILE; i++)
		all = all && poke_why(i) != NULL && *poke_why(i) != '\0';
	ok(all, "each result has a description");
}

int
main(void)
{
	scratch_begin();
	test_files();
	test_names();
	test_program();
	test_gone();
	test_directories();
	test_outside();
	test_not_files();
	test_long();
	test_deep();
	test_descriptors();
	if (getuid() == 0)
		test_as_root();
	test_words();
	scratch_end();
	return test_end();
}
