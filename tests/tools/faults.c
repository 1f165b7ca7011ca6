#define _XOPEN_SOURCE 700
/* faults.c - watchrun, with each of its calls made to fail in turn
 *
 * usage: faults list                the functions that can be made to fail
 *        faults run fault.so        all scenes, with all faults
 *        faults run fault.so 2      only the second scene
 *        faults run fault.so 2 open 3 4 EMFILE
 *                                   once, and "seen" and "err" are left behind
 *        faults see                 the command that scenes run
 *
 * A scene is played once with its calls counted, then once for each call with
 * that call failing; where a function is called often, for some of its calls.
 * Each is asked the same: watchrun goes on or ends with a line that says why;
 * where it goes on, each change has been seen by a run, or something was said,
 * and saves made later are seen in any case; it does not spin, and TERM ends
 * it.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "play.h"

enum {
	JOBS = 32, /* that mostly wait */
	CALLS = 9, /* of a function, that are made to fail */
	SOME = 8 /* calls in a row */
};

static const char *const names[] = {
#define NAME(name, first, second) #name,
	FAULT_LIST(NAME)
};
static const char *const errors[][2] = {
#define ERRORS(name, first, second) { #first, #second },
	FAULT_LIST(ERRORS)
};

volatile sig_atomic_t play_rings;

struct job {
	pid_t pid; /* 0: none */
	size_t number; /* of its directory */
	struct play play;
};

struct tally {
	struct job jobs[JOBS];
	size_t njobs, number;
	unsigned played, failed;
};

/* ---- to play one ---- */

static void
on_ring(int signo)
{
	(void)signo;
	play_rings++;
}

/* The doorbell is ours. */
static void
hold_pidfile(void)
{
	struct sigaction act = { .sa_handler = on_ring,
		.sa_flags = SA_RESTART };
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd;

	sigaction(SIGUSR1, &act, NULL);
	fd = open("pid", O_RDWR | O_CREAT, 0644);
	if (fd < 0 || fcntl(fd, F_SETLK, &fl) < 0)
		play_die("pid");
}

/* its status as a process; why it went wrong is left in the file "why" */
static int
play_in(const char *dir, struct play *p)
{
	bool good;

	if (mkdir(dir, 0755) < 0 || chdir(dir) < 0)
		play_die(dir);
	hold_pidfile();
	good = p->scene->play(p);
	if (!p->ended) {
		kill(p->watchrun, SIGKILL);
		waitpid(p->watchrun, &p->status, 0);
	}
	play_put("why", p->why);
	return good ? 0 : 1;
}

static int
remove_it(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

static void
clear(const char *dir)
{
	nftw(dir, remove_it, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- to play many ---- */

static void
tell(const struct play *p, const char *why)
{
	printf("FAIL '%s, whichever call fails' (%s %u %u %s: %s)\n",
	    p->scene->name, p->function, p->first, p->stays ? 0 : p->last,
	    p->error, why);
}

/* One of those that play has come to its end. */
static void
reap(struct tally *t)
{
	char path[64], why[PLAY_TEXT];
	struct job *j;
	int status;
	pid_t pid;

	do
		pid = waitpid(-1, &status, 0);
	while (pid < 0 && errno == EINTR);
	for (j = t->jobs; j < t->jobs + JOBS && j->pid != pid; j++)
		;
	if (pid < 0 || j == t->jobs + JOBS)
		return;
	snprintf(path, sizeof path, "%zu/why", j->number);
	play_get(path, why);
	snprintf(path, sizeof path, "%zu", j->number);
	clear(path);
	j->pid = 0;
	t->njobs--;
	t->played++;
	if (status != 0) {
		t->failed++;
		tell(&j->play, *why != '\0' ? why : "the test dies");
	}
}

static void
begin(struct tally *t, const struct play *p)
{
	char dir[32];
	struct job *j;

	while (t->njobs == JOBS)
		reap(t);
	for (j = t->jobs; j->pid != 0; j++)
		;
	j->play = *p;
	j->number = t->number++;
	snprintf(dir, sizeof dir, "%zu", j->number);
	fflush(stdout);
	j->pid = fork();
	if (j->pid < 0)
		play_die("fork");
	if (j->pid == 0)
		_exit(play_in(dir, &j->play));
	t->njobs++;
}

/* Can it fail for ever?  Where these do, no program could go on. */
static bool
may_stay(const char *function)
{
	static const char *const never[] = { "close", "poll", "read",
		"sigaction", "sigprocmask", "waitpid" };
	size_t i;

	for (i = 0; i < sizeof never / sizeof never[0]; i++)
		if (strcmp(function, never[i]) == 0)
			return false;
	return true;
}

/* Each of few calls, some of many; some in a row; all from one on. */
static void
play_function(struct tally *t, struct play *p, unsigned calls)
{
	unsigned i, n;

	n = calls < CALLS ? calls : CALLS;
	for (i = 0; i < n; i++) {
		p->first = calls <= CALLS || i < 3
		    ? i + 1
		    : 4 + (i - 3) * (calls - 4) / (CALLS - 4);
		p->last = p->first;
		begin(t, p);
	}
	p->first = calls / 2 + 1;
	p->last = p->first + SOME - 1;
	begin(t, p);
	if (!may_stay(p->function))
		return;
	p->stays = true;
	p->last = ~0U;
	begin(t, p);
	p->first = 1;
	begin(t, p);
	p->stays = false;
}

/* Once with nothing wrong: which calls are there?  0, or -1 */
static int
count_calls(const struct scene *scene, struct fault_table *table)
{
	struct play p = { .scene = scene, .function = "", .error = "" };
	char why[PLAY_TEXT];
	int status, fd;
	pid_t pid;

	*table = (struct fault_table){ .all = 0 };
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(play_in("count", &p));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	play_get("count/why", why);
	fd = open("count/table", O_RDONLY);
	if (fd < 0 || read(fd, table, sizeof *table) != sizeof *table)
		status = -1;
	if (fd >= 0)
		close(fd);
	clear("count");
	printf("%s '%s' (%u calls) %s\n", status == 0 ? "ok" : "FAIL",
	    scene->name, table->all, why);
	return status == 0 ? 0 : -1;
}

static bool
play_scene(const struct scene *scene)
{
	struct tally t = { .njobs = 0 };
	struct fault_table table;
	struct play p;
	size_t f, e;

	if (count_calls(scene, &table) < 0)
		return false;
	for (f = 0; f < FAULT_FUNCTIONS; f++)
		for (e = 0; e < 2 && table.calls[f] > 0; e++) {
			if (strcmp(errors[f][e], "0") == 0)
				break;
			p = (struct play){ .scene = scene,
				.function = names[f],
				.error = errors[f][e] };
			play_function(&t, &p, table.calls[f]);
		}
	while (t.njobs > 0)
		reap(&t);
	if (t.failed == 0)
		printf("ok '%s, whichever call fails' (%u faults)\n",
		    scene->name, t.played);
	return t.failed == 0;
}

/* One fault only, in a directory that is left behind. */
static int
play_one(const struct scene *scene, char *argv[])
{
	struct play p = { .scene = scene,
		.function = argv[0],
		.first = (unsigned)strtoul(argv[1], NULL, 10),
		.last = (unsigned)strtoul(argv[2], NULL, 10),
		.error = argv[3] };
	int status;

	p.stays = p.last == 0;
	if (p.stays)
		p.last = ~0U;
	status = play_in("one", &p);
	printf("%s %s\n", status == 0 ? "ok" : "FAIL", p.why);
	return status;
}

static int
run(int argc, char *argv[])
{
	const struct scene *s;
	bool good;
	long n;

	n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	if (realpath(argv[0], play_shim) == NULL)
		play_die(argv[0]);
	good = true;
	for (s = scenes; s->name != NULL; s++)
		if (argc == 6 && s - scenes == n - 1)
			return play_one(s, argv + 2);
		else if (n == 0 || s - scenes == n - 1)
			good = play_scene(s) && good;
	return good ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	size_t i;

	if (argc == 2 && strcmp(argv[1], "see") == 0)
		return play_see();
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (i = 0; i < FAULT_FUNCTIONS; i++)
			puts(names[i]);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "run") == 0)
		return run(argc - 2, argv + 2);
	fputs("usage: faults list | run fault.so [scene [fault]] | see\n",
	    stderr);
	return 2;
}
