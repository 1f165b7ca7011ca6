/* runner.c - run tests side by side, and count what they checked
 *
 * usage: runner [-j jobs] <list
 *
 * Each line of the list is a test: its time limit in seconds, its name, and a
 * command for sh(1).  Every test runs in a process group of its own, without
 * input.  When it ends, its output is printed as one block.  A line of output
 * that begins with "ok ", "FAIL " or "skip " is one check.  A test that checks
 * nothing, exits with another status than 0 without a FAIL line, or exceeds its
 * limit, counts as one more failure.
 *
 * The last lines name the slowest tests and all failures, each with the indented
 * lines after it that say why, and then say
 * "N passed, N failed", with ", N skipped" if any check was skipped.
 */
#define _DEFAULT_SOURCE /* wait4() */
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	GRACE = 5000, /* ms from SIGTERM to SIGKILL */
	SLOWEST = 10,
	JOBS_PER_CPU = 3, /* most tests wait most of the time */
	OUTPUT_MAX = 64 << 20 /* bytes of one test that are read */
};

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_TERMINATED, JOB_KILLED };

struct job {
	char *name, *command;
	int64_t limit; /* ms */
	int64_t started; /* ms, clock_ms(); then the duration, once it ended */
	int64_t deadline; /* ms, clock_ms(): when the next signal is due */
	int64_t cpu; /* ms of it and all descendants that were waited for */
	enum job_state state;
	pid_t pid; /* also its process group; 0 when it is not running */
	int output; /* an unlinked file */
};

struct totals {
	unsigned passed, failed, skipped;
	char *failures; /* their lines */
	size_t failures_size;
	FILE *failures_stream;
	int64_t cpu; /* ms of all tests and their orphans */
};

static struct job *jobs;
static size_t njobs;
static volatile sig_atomic_t end_signal;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static int64_t
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- the list ---- */

static void
add_job(char *line)
{
	char *name, *command;
	long limit;

	limit = strtol(line, &name, 10);
	name += strspn(name, " ");
	command = strchr(name, ' ');
	if (limit <= 0 || command == NULL) {
		fprintf(stderr, "runner: %s: not a test\n", line);
		exit(2);
	}
	*command++ = '\0';
	jobs = realloc(jobs, (njobs + 1) * sizeof *jobs);
	if (jobs == NULL)
		die("runner");
	jobs[njobs++] = (struct job){ .name = name,
		.command = command,
		.limit = limit * 1000,
		.output = -1 };
}

/* The jobs point into the lines, which are never freed. */
static void
read_list(void)
{
	char *line;
	size_t size;
	ssize_t n;

	for (;;) {
		line = NULL;
		size = 0;
		n = getline(&line, &size, stdin);
		if (n <= 0)
			break;
		line[strcspn(line, "\n")] = '\0';
		add_job(line);
	}
	if (ferror(stdin))
		die("runner: list");
}

/* ---- signals ---- */

static void
on_signal(int signo)
{
	if (signo != SIGCHLD)
		end_signal = signo;
}

/* All of them stay blocked except in wait_for_signal(). */
static void
catch_signals(sigset_t *unblocked)
{
	static const int caught[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM };
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof caught / sizeof caught[0]; i++) {
		sigaction(caught[i], &act, NULL);
		sigaddset(&set, caught[i]);
	}
	sigprocmask(SIG_BLOCK, &set, unblocked);
	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		sigdelset(unblocked, caught[i]);
}

static void
wait_for_signal(const sigset_t *unblocked, int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	pselect(0, NULL, NULL, NULL, ms < 0 ? NULL : &ts, unblocked);
}

/* ---- one test ---- */

static int
open_output(void)
{
	char path[] = "/tmp/runner.XXXXXX";
	int fd;

	fd = mkstemp(path);
	if (fd < 0)
		die(path);
	unlink(path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static _Noreturn void
exec_job(const struct job *j, const sigset_t *unblocked)
{
	int null;

	setpgid(0, 0);
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(j->output, 1) < 0 ||
	    dup2(j->output, 2) < 0)
		_exit(126);
	sigprocmask(SIG_SETMASK, unblocked, NULL);
	execl("/bin/sh", "sh", "-c", j->command, (char *)NULL);
	_exit(127);
}

static void
start_job(struct job *j, const sigset_t *unblocked)
{
	j->output = open_output();
	j->started = clock_ms();
	j->deadline = j->started + j->limit;
	j->state = JOB_RUNNING;
	j->pid = fork();
	if (j->pid < 0)
		die("runner: fork");
	if (j->pid == 0)
		exec_job(j, unblocked);
	setpgid(j->pid, j->pid);
}

/* SIGTERM at first, SIGKILL after the grace. */
static void
signal_job(struct job *j)
{
	if (j->state == JOB_RUNNING) {
		j->state = JOB_TERMINATED;
		j->deadline = clock_ms() + GRACE;
		kill(-j->pid, SIGTERM);
	} else {
		j->state = JOB_KILLED;
		j->deadline = clock_ms() + GRACE;
		kill(-j->pid, SIGKILL);
	}
}

/* ---- what it said ---- */

/* Return the output as a string that the caller frees. */
static char *
read_output(const struct job *j)
{
	struct stat st;
	size_t size, len;
	ssize_t n;
	char *text;

	if (fstat(j->output, &st) < 0)
		die("runner: output");
	size = st.st_size < OUTPUT_MAX ? (size_t)st.st_size : OUTPUT_MAX;
	text = malloc(size + 1);
	if (text == NULL)
		die("runner");
	for (len = 0; len < size; len += (size_t)n) {
		n = pread(j->output, text + len, size - len, (off_t)len);
		if (n <= 0)
			break;
	}
	text[len] = '\0';
	return text;
}

static void
add_failure(struct totals *t, const struct job *j, const char *line, size_t len)
{
	t->failed++;
	fprintf(t->failures_stream, "%.*s  # %s\n", (int)len, line, j->name);
}

/* A failure that the runner itself found. */
static void
print_failure(struct totals *t, const struct job *j, const char *what)
{
	char line[256];
	int n;

	n = snprintf(line, sizeof line, "FAIL '%s %s'", j->name, what);
	puts(line);
	add_failure(t, j, line, (size_t)n);
}

/* Print the block of one test, and add its checks to the totals. */
static void
judge_job(struct totals *t, const struct job *j, int status)
{
	char *text, *line, what[64];
	size_t len;
	unsigned checks, failed;
	bool why;

	text = read_output(j);
	printf("# %s\n%s", j->name, text);
	checks = t->passed + t->failed + t->skipped;
	failed = t->failed;
	why = false;
	for (line = text; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		why = why && strncmp(line, "    ", 4) == 0;
		if (why)
			fprintf(t->failures_stream, "%.*s\n", (int)len, line);
		else if (strncmp(line, "ok ", 3) == 0)
			t->passed++;
		else if (strncmp(line, "skip ", 5) == 0)
			t->skipped++;
		else if ((why = strncmp(line, "FAIL ", 5) == 0))
			add_failure(t, j, line, len);
	}
	if (*text != '\0' && line[-1] != '\n')
		putchar('\n');
	free(text);
	if (j->state != JOB_RUNNING) {
		snprintf(what, sizeof what, "ends within %" PRId64 " s",
		    j->limit / 1000);
		print_failure(t, j, what);
	} else if (status != 0 && t->failed == failed) {
		snprintf(what, sizeof what, "ends well (wait status %#x)",
		    (unsigned)status);
		print_failure(t, j, what);
	}
	if (t->passed + t->failed + t->skipped == checks)
		print_failure(t, j, "checks something");
	fflush(stdout);
}

/* ---- all of them ---- */

static int64_t
cpu_ms(const struct rusage *used)
{
	return (int64_t)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000 +
	    (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000;
}

/* Wait for whatever has ended.  Return the number of jobs among it. */
static size_t
reap_jobs(struct totals *t)
{
	struct rusage used;
	struct job *j;
	size_t n;
	int status;
	pid_t pid;

	n = 0;
	while ((pid = wait4(-1, &status, WNOHANG, &used)) > 0) {
		t->cpu += cpu_ms(&used);
		for (j = jobs; j < jobs + njobs && j->pid != pid; j++)
			;
		if (j == jobs + njobs)
			continue; /* an orphan of some test */
		kill(-pid, SIGKILL); /* what the test left behind */
		j->pid = 0;
		j->started = clock_ms() - j->started;
		j->cpu = cpu_ms(&used);
		if (end_signal == 0)
			judge_job(t, j, status);
		close(j->output);
		n++;
	}
	return n;
}

/* Signal the jobs whose deadline has passed, or all of them.  Return the ms
 * until the next deadline, or -1 if nothing is running. */
static int64_t
check_deadlines(bool all)
{
	int64_t now, next;
	struct job *j;

	now = clock_ms();
	next = -1;
	for (j = jobs; j < jobs + njobs; j++) {
		if (j->pid == 0)
			continue;
		if (j->deadline <= now || (all && j->state == JOB_RUNNING))
			signal_job(j);
		if (next < 0 || j->deadline - now < next)
			next = j->deadline - now;
	}
	return next;
}

/* Kill what the tests started in other process groups and did not end.  Such
 * orphans are children of this process, as it is their subreaper. */
static void
kill_orphans(void)
{
	char path[64], line[32];
	FILE *children;
	bool found;

	snprintf(
	    path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
	do {
		found = false;
		children = fopen(path, "r");
		while (
		    children != NULL && fscanf(children, "%31s", line) == 1) {
			kill((pid_t)strtol(line, NULL, 10), SIGKILL);
			found = true;
		}
		if (children != NULL)
			fclose(children);
		while (found && waitpid(-1, NULL, 0) > 0)
			;
	} while (found);
}

static void
run_jobs(struct totals *t, size_t most, const sigset_t *unblocked)
{
	size_t next, running;
	int64_t timeout;

	next = running = 0;
	while (running > 0 || (next < njobs && end_signal == 0)) {
		while (running < most && next < njobs && end_signal == 0) {
			start_job(&jobs[next++], unblocked);
			running++;
		}
		timeout = check_deadlines(end_signal != 0);
		wait_for_signal(unblocked, timeout);
		running -= reap_jobs(t);
	}
	kill_orphans();
}

static int
by_duration(const void *a, const void *b)
{
	const struct job *j = a, *k = b;

	return (j->started < k->started) - (j->started > k->started);
}

static void
print_totals(struct totals *t)
{
	size_t i;

	if (njobs > 1)
		printf("# %zu tests, %.1f s of CPU time; the slowest, in "
		       "seconds, and their CPU time:\n",
		    njobs, (double)t->cpu / 1000);
	qsort(jobs, njobs, sizeof *jobs, by_duration);
	for (i = 0; i < njobs && i < SLOWEST && njobs > 1; i++)
		printf("# %7.1f %7.1f  %s\n", (double)jobs[i].started / 1000,
		    (double)jobs[i].cpu / 1000, jobs[i].name);
	fflush(t->failures_stream);
	if (t->failed > 0)
		printf("# what failed:\n%s", t->failures);
	printf("%u passed, %u failed", t->passed, t->failed);
	if (t->skipped > 0)
		printf(", %u skipped", t->skipped);
	putchar('\n');
}

int
main(int argc, char *argv[])
{
	struct totals t = { .passed = 0 };
	sigset_t unblocked;
	long most;
	int c;

	most = sysconf(_SC_NPROCESSORS_ONLN) * JOBS_PER_CPU;
	while ((c = getopt(argc, argv, "j:")) != -1) {
		most = c == 'j' ? strtol(optarg, NULL, 10) : 0;
		if (most <= 0) {
			fputs("usage: runner [-j jobs] <list\n", stderr);
			return 2;
		}
	}
#ifdef __linux__
	prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
	t.failures_stream = open_memstream(&t.failures, &t.failures_size);
	if (t.failures_stream == NULL)
		die("runner");
	read_list();
	catch_signals(&unblocked);
	run_jobs(&t, (size_t)most, &unblocked);
	if (end_signal != 0) {
		signal(end_signal, SIG_DFL);
		sigprocmask(SIG_SETMASK, &unblocked, NULL);
		raise(end_signal);
	}
	print_totals(&t);
	return t.failed == 0 && fflush(stdout) == 0 ? 0 : 1;
}
