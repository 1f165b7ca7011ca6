#define _POSIX_C_SOURCE 200809L
/* torture.c - changes of many files, in quick succession, at the worst moment
 *
 * usage: torture trees dir aside n seed   make n trees, and move and remove them
 *        torture again dir n              write the file of each tree that is left
 *        torture burst dir files n seed   n writes over so many files
 *        torture steady file ms n seed    n changes, one each so many ms
 *        torture loop fifo file pid n seed
 *                                         n changes as a run of that watchrun ends
 *        torture run fifo file            that command
 *
 * What is random goes by the seed: the same one does the same again.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	DEADLINE = 10000, /* ms for a run to come */
	QUIET = 300, /* ms in which none may */
	SETTLED = 15000, /* us: by then a run has begun */
	NEAR = 15 /* runs in a row that watchrun may take for its own doing */
};

static uint64_t state;
static int64_t changed; /* us: when the last change became whole */

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- chance and time ---- */

static void
sow(const char *seed)
{
	int i;

	state = strtoull(seed, NULL, 10) * 2 + 1;
	for (i = 0; i < 8; i++)
		state = state * 6364136223846793005u + 1442695040888963407u;
}

/* below n */
static unsigned
any(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
rest_us(unsigned us)
{
	struct timespec ts;

	ts = (struct timespec){ .tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000L };
	nanosleep(&ts, NULL);
}

/* As sleeping can't be that short. */
static void
spin_us(unsigned us)
{
	int64_t until;

	for (until = now_us() + us; us > 0 && now_us() < until;)
		;
}

/* ---- files ---- */

static void
write_file(const char *path, int flags, unsigned value)
{
	char text[16];
	int fd, n;

	n = snprintf(text, sizeof text, "%u\n", value);
	fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
	if (fd < 0 || write(fd, text, (size_t)n) != n)
		die(path);
	changed = now_us();
	if (close(fd) < 0)
		die(path);
}

static void
make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0)
		die(path);
}

static void
move(const char *from, const char *to)
{
	changed = now_us();
	if (rename(from, to) < 0)
		die(from);
}

static void
path_of(char path[PATH_MAX], const char *dir, unsigned i, const char *rest)
{
	if (snprintf(path, PATH_MAX, "%s/%u%s", dir, i, rest) >= PATH_MAX)
		die(dir);
}

/* ---- trees of a file each ---- */

static const char *const beneath[] = { "", "/b", "/b/c" };
static const char leaf[] = "/b/c/file";

static void
grow(const char *dir, unsigned i, unsigned value)
{
	char path[PATH_MAX];
	size_t k;
	unsigned most;

	/* At once; as fast as it is looked for; slowly. */
	most = (const unsigned[]){ 0, 50, 90, 200 }[any(4)];
	for (k = 0; k < 3; k++) {
		path_of(path, dir, i, beneath[k]);
		make_dir(path);
		spin_us(any(most + 1));
	}
	path_of(path, dir, i, leaf);
	write_file(path, O_EXCL, value);
}

static void
fell(const char *dir, unsigned i)
{
	char path[PATH_MAX];
	size_t k;

	path_of(path, dir, i, leaf);
	if (unlink(path) < 0)
		die(path);
	for (k = 3; k-- > 0;) {
		path_of(path, dir, i, beneath[k]);
		if (rmdir(path) < 0)
			die(path);
	}
}

static void
transplant(const char *from, unsigned i, const char *to, unsigned k)
{
	char old[PATH_MAX], new[PATH_MAX];

	path_of(old, from, i, "");
	path_of(new, to, k, "");
	move(old, new);
}

/* An earlier tree that is left; n when none is. */
static unsigned
earlier(const char *dir, unsigned n)
{
	char path[PATH_MAX];
	unsigned i, tries;

	for (tries = 0; n > 0 && tries < 8; tries++) {
		i = any(n);
		path_of(path, dir, i, "");
		if (access(path, F_OK) == 0)
			return i;
	}
	return n;
}

static void
tree(const char *dir, const char *aside, unsigned i)
{
	char path[PATH_MAX];
	unsigned k, how;

	how = any(16);
	k = earlier(dir, i);
	if (k == i)
		how = 0;
	if (how == 15) {
		transplant(dir, k, aside, k);
		grow(dir, i, i);
	} else if (how == 14) {
		transplant(dir, k, dir, i);
		path_of(path, dir, i, leaf);
		write_file(path, O_TRUNC, i);
	} else if (how == 13) {
		fell(dir, k);
		grow(dir, k, i);
	} else if (how >= 10) {
		grow(aside, i, i);
		transplant(aside, i, dir, i);
	} else
		grow(dir, i, i);
}

static int
trees(const char *dir, const char *aside, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		tree(dir, aside, i);
		rest_us(any(1000));
	}
	return 0;
}

static int
again(const char *dir, unsigned n)
{
	char path[PATH_MAX];
	unsigned i;

	for (i = 0; i < n; i++) {
		path_of(path, dir, i, leaf);
		if (access(path, F_OK) == 0)
			write_file(path, O_TRUNC, n + i);
	}
	return 0;
}

/* ---- many writes ---- */

static int
burst(const char *dir, unsigned files, unsigned n)
{
	char path[PATH_MAX];
	unsigned i;

	for (i = 0; i < n; i++) {
		path_of(path, dir, any(files), "");
		write_file(path, any(2) == 0 ? O_TRUNC : O_APPEND, i);
	}
	return 0;
}

static void
replace(const char *path, unsigned value)
{
	char hidden[PATH_MAX];
	const char *slash;

	slash = strrchr(path, '/');
	snprintf(hidden, sizeof hidden, "%.*s.new",
	    slash == NULL ? 0 : (int)(slash + 1 - path), path);
	write_file(hidden, O_TRUNC, value);
	move(hidden, path);
}

/* In place and by renaming, in turn. */
static void
change(const char *path, unsigned value)
{
	switch (any(3)) {
	case 0:
		write_file(path, O_TRUNC, value);
		break;
	case 1:
		replace(path, value);
		break;
	default:
		unlink(path);
		write_file(path, O_EXCL, value);
	}
}

static int
steady(const char *path, unsigned ms, unsigned n)
{
	unsigned i;

	for (i = 1; i <= n; i++) {
		change(path, i);
		rest_us(ms * 1000);
	}
	return 0;
}

/* ---- changes at the end of a run ---- */

/* A run tells by the FIFO when it began and what it found; then, that it is
 * about to end. */
struct told {
	int64_t began;
	unsigned value;
	bool ending;
};

static unsigned
read_file(const char *path)
{
	char text[16];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	if (n <= 0)
		return UINT_MAX;
	text[n] = '\0';
	return (unsigned)strtoul(text, NULL, 10);
}

static int
run(const char *fifo, const char *path)
{
	struct told told;
	int fd;

	told = (struct told){ .began = now_us() };
	fd = open(fifo, O_WRONLY);
	if (fd < 0)
		die(fifo);
	told.value = read_file(path);
	if (write(fd, &told, sizeof told) != sizeof told)
		die(fifo);
	state = (uint64_t)told.began;
	told.ending = true;
	if (write(fd, &told, sizeof told) != sizeof told)
		die(fifo);
	rest_us(any(2000));
	return 0;
}

/* What the next run tells; false when none does within so many ms. */
static bool
listen_to(int fd, int ms, struct told *told)
{
	struct pollfd pfd;

	pfd = (struct pollfd){ .fd = fd, .events = POLLIN };
	return poll(&pfd, 1, ms) == 1 &&
	    read(fd, told, sizeof *told) == sizeof *told;
}

/* Until a run that began after the change has found it and is about to end. */
static bool
built(int fd, unsigned value, unsigned *runs)
{
	struct told told;

	for (;;) {
		if (!listen_to(fd, DEADLINE, &told))
			return false;
		*runs += told.ending;
		if (told.ending && told.began >= changed && told.value == value)
			return true;
	}
}

/* A change as a run ends looks like its own output: many in a row are taken for
 * an endless loop.  A run that a signal asks for ends the row. */
static bool
ask(int fd, pid_t watchrun, unsigned value, unsigned *runs)
{
	changed = now_us();
	kill(watchrun, SIGUSR1);
	return built(fd, value, runs);
}

/*
 * A run that was started before a change, but begins after it, since the machine
 * is busy, finds it, and then there is one run more for it.  So the last change
 * comes when there are no runs any more, and in one step: it makes one run.
 */
static bool
change_last(int fd, const char *path, unsigned value, unsigned *runs)
{
	struct told told;

	while (*runs < 2 * value && listen_to(fd, QUIET, &told))
		*runs += told.ending;
	replace(path, value);
	if (!built(fd, value, runs)) {
		printf("change %u was never built\n", value);
		return false;
	}
	if (listen_to(fd, QUIET, &told)) {
		printf("a run more, that found %u\n", told.value);
		return false;
	}
	return true;
}

static int
loop(const char *fifo, const char *path, pid_t watchrun, unsigned n)
{
	unsigned i, runs, last, asked;
	bool waited;
	int fd;

	fd = open(fifo, O_RDWR);
	if (fd < 0)
		die(fifo);
	waited = true;
	for (runs = last = asked = 0, i = 1; i < n; i++) {
		change(path, i);
		/* Now and then the next comes as the run begins. */
		if (i < n - 1 && waited && any(3) == 0) {
			rest_us(any(SETTLED));
			waited = false;
			continue;
		}
		waited = true;
		if (!built(fd, i, &runs)) {
			printf("change %u was never built\n", i);
			return 1;
		}
		if (runs - last >= NEAR) {
			if (!ask(fd, watchrun, i, &runs)) {
				printf("a run was asked for and never came\n");
				return 1;
			}
			last = runs;
			asked++;
		}
		rest_us(any(4000));
	}
	if (!change_last(fd, path, n, &runs))
		return 1;
	printf("%u runs for %u changes, %u asked for\n", runs, n, asked);
	/* Between two steps of one it may have had to wait for a processor. */
	return runs <= n + n / 20 + asked ? 0 : 1;
}

/* ---- */

static unsigned
number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static int
usage(void)
{
	fputs("usage: torture trees|again|burst|steady|loop|run ...\n", stderr);
	return 2;
}

int
main(int argc, char *argv[])
{
	char **a;

	a = argv + 2;
	if (argc < 4)
		return usage();
	if (argc >= 6)
		sow(argv[argc - 1]);
	if (strcmp(argv[1], "trees") == 0 && argc == 6)
		return trees(a[0], a[1], number(a[2]));
	if (strcmp(argv[1], "again") == 0 && argc == 4)
		return again(a[0], number(a[1]));
	if (strcmp(argv[1], "burst") == 0 && argc == 6)
		return burst(a[0], number(a[1]), number(a[2]));
	if (strcmp(argv[1], "steady") == 0 && argc == 6)
		return steady(a[0], number(a[1]), number(a[2]));
	if (strcmp(argv[1], "loop") == 0 && argc == 7)
		return loop(a[0], a[1], (pid_t)number(a[2]), number(a[3]));
	if (strcmp(argv[1], "run") == 0 && argc == 4)
		return run(a[0], a[1]);
	return usage();
}
