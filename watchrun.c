#define _POSIX_C_SOURCE 200809L
/* watchrun.c - see what changed, run a command, ring who waits for it */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "clock.h"
#include "msg.h"
#include "os.h"
#include "pidfile.h"
#include "run.h"
#include "sig.h"
#include "str.h"
#include "tree.h"

#define VERSION "0.1"

enum { LOOKS = 256 /* at directories, before signals have their turn */ };

static const char usage[] =
    "usage: watchrun [-1ahnqVvw] [-i secs] [-p pidfile]... [-s signal]\n"
    "                [-t secs] [-x glob]... [pattern ...] [-- command [arg ...]]\n";

/* What became of the last ring of a pidfile, so that it is said once. */
struct rung {
	enum pidfile_result result;
	int error;
};

static struct {
	struct rule rule;
	struct rules rules; /* just that one */
	struct rung *rung; /* one a pidfile */
	struct tree tree;
	struct batch batch;
	struct run_shared shared;
	struct run run;
	int signals;
	int ending; /* the signal that ends us, or 0 */
	bool once; /* -1 */
	bool waiting; /* -w */
	bool dry; /* -n */
	int64_t interval; /* -i, or 0 */
} w;

/* ---- the command line ---- */

static _Noreturn void
out_of_memory(void)
{
	errno = ENOMEM;
	msg_die("out of memory:");
}

/* An argument that names something that exists is that, literally. */
static bool
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static void
add_pattern(struct globs *g, const char *text)
{
	if (globs_add(g, text, exists(text)) == 0)
		return;
	if (errno == EINVAL)
		msg_misuse("'': an empty pattern");
	if (errno == E2BIG)
		msg_misuse("%s: stands for more than %d patterns", text,
		    (int)GLOB_ALTERNATIVES);
	out_of_memory();
}

static void
add_pidfile(char *path)
{
	if (*path == '\0')
		msg_misuse("-p '': an empty name");
	w.rule.pidfiles[w.rule.npidfiles++] = path;
}

static void
set_signal(const char *name)
{
	w.rule.signo = sig_number(name);
	if (w.rule.signo < 0)
		msg_misuse("-s %s: not a signal", name);
	w.rule.deadly = true;
}

static void
option(int c)
{
	switch (c) {
	case '1':
		w.once = true;
		break;
	case 'a':
		w.rule.want.ignoring = false;
		break;
	case 'h':
		msg_usage();
	case 'i':
		if (str_secs(optarg, &w.interval) < 0 || w.interval == 0)
			msg_misuse("-i %s: not a number of seconds", optarg);
		break;
	case 'n':
		w.dry = true;
		break;
	case 'p':
		add_pidfile(optarg);
		break;
	case 'q':
		msg_set_level(MSG_QUIET);
		break;
	case 's':
		set_signal(optarg);
		break;
	case 't':
		if (str_secs(optarg, &w.batch.settle) < 0)
			msg_misuse("-t %s: not a number of seconds", optarg);
		break;
	case 'V':
		puts("watchrun " VERSION);
		exit(fflush(stdout) == 0 ? 0 : 1);
	case 'v':
		msg_set_level(MSG_VERBOSE);
		break;
	case 'w':
		w.waiting = true;
		break;
	case 'x':
		add_pattern(&w.rule.leave, optarg);
		break;
	case ':':
		msg_misuse("-%c: wants an argument", optopt);
	default:
		msg_misuse("-%c: no such option", optopt);
	}
}

/* Options and patterns, up to the first `--`; then the command. */
static void
parse(int argc, char *argv[])
{
	int c;

	while (optind < argc && strcmp(argv[optind], "--") != 0) {
		c = getopt(argc, argv, ":1ahi:np:qs:t:Vvwx:");
		if (c != -1)
			option(c);
		else
			add_pattern(&w.rule.want, argv[optind++]);
	}
	if (optind + 1 == argc)
		msg_misuse("--: no command follows");
	if (optind < argc)
		w.rule.command = argv + optind + 1;
	if (w.rule.want.nsources == 0)
		add_pattern(&w.rule.want, "**");
}

/* ---- what the tree tells ---- */

static void
unread(const char *path)
{
	if (errno == ENOMEM)
		out_of_memory();
	msg_warn("%s: not watched:", path);
}

static void
on_news(void *arg, const char *path, enum tree_news news, uint64_t rules,
    const char *by)
{
	int result;

	(void)arg;
	(void)rules;
	result = 0;
	switch (news) {
	case TREE_CHANGED:
	case TREE_SAME:
	case TREE_BACK:
		msg_why("%s: changed, counts by %s", path, by);
		result = batch_changed(&w.batch, path, clock_ms());
		break;
	case TREE_GONE:
		msg_why("%s: gone", path);
		result = batch_gone(&w.batch, path, clock_ms());
		break;
	case TREE_WRITTEN:
		result = batch_written(&w.batch, path, clock_ms());
		break;
	case TREE_CLOSED:
		batch_closed(&w.batch, path);
		break;
	case TREE_UNREAD:
		unread(path);
		break;
	case TREE_POLLED:
		msg_warn("%s: polled: %s", path, by);
		break;
	case TREE_NOT_COUNTED:
		msg_why("%s: does not count: %s", path, by);
		break;
	}
	if (result < 0)
		out_of_memory();
}

/* ---- to ring ---- */

static void
ring(size_t i)
{
	enum pidfile_result result;
	struct rung *last;
	const char *path;
	int error;

	path = w.rule.pidfiles[i];
	last = &w.rung[i];
	result = pidfile_ring(path, w.rule.signo, w.rule.deadly);
	error = result == PIDFILE_ERRNO ? errno : 0;
	if (result == PIDFILE_OK)
		msg_why("%s: rung", path);
	else if (result == last->result && error == last->error)
		msg_why("%s: still not rung", path);
	else if (result == PIDFILE_ERRNO)
		msg_warn("%s:", path);
	else
		msg_warn("%s: %s", path, pidfile_why(result));
	*last = (struct rung){ .result = result, .error = error };
}

/* ---- to run ---- */

static void
say_failed(void)
{
	int status;

	status = run_status(&w.run);
	if (run_killed(&w.run))
		msg_warn("%s: killed by SIG%s", w.rule.command[0],
		    sig_name(status - 128));
	else
		msg_warn("%s: exit status %d", w.rule.command[0], status);
}

/* A batch has been acted on: who waits for it is rung if it went well. */
static void
finish(bool succeeded, int status)
{
	size_t i;

	for (i = 0; succeeded && i < w.rule.npidfiles; i++)
		ring(i);
	if (w.once)
		exit(status);
}

static void
start(void)
{
	struct run_how how = { .argv = w.rule.command, .out = -1, .err = -1 };

	if (run_start(&w.run, &how, clock_ms()) == 0)
		return;
	msg_warn("%s:", w.rule.command[0]);
	finish(false, errno == ENOENT ? 127 : 126);
}

static void
act(void)
{
	size_t n;

	n = batch_take(&w.batch, clock_ms());
	msg_why("a batch of %zu", n);
	if (w.rule.command == NULL)
		finish(true, 0);
	else
		start();
}

static void
on_run(enum run_news news)
{
	if (news == RUN_SUSPENDED)
		run_suspend(&w.run, 1);
	if (news != RUN_ENDED)
		return;
	batch_resume(&w.batch, clock_ms());
	if (w.ending != 0)
		sig_die(w.ending);
	if (run_interrupted(&w.run) != 0)
		sig_die(run_interrupted(&w.run));
	if (!run_succeeded(&w.run))
		say_failed();
	finish(run_succeeded(&w.run), run_status(&w.run));
}

/* ---- the loop ---- */

/* The first such signal asks the command to end, the second does not ask. */
static void
end(int signo)
{
	if (!run_busy(&w.run))
		sig_die(signo);
	if (w.ending != 0)
		run_kill(&w.run, clock_ms());
	else
		run_stop(&w.run, clock_ms());
	w.ending = signo;
}

static void
on_signals(void)
{
	static const int ends[] = { SIGHUP, SIGTERM, SIGQUIT, SIGINT };
	uint64_t taken;
	size_t i;

	taken = sig_take();
	if (sig_has(taken, SIGCONT))
		run_continue(&w.run, 1);
	if (sig_has(taken, SIGCHLD))
		run_reap(&w.run, 1);
	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (sig_has(taken, ends[i]))
			end(ends[i]);
	if (sig_has(taken, SIGUSR1))
		batch_force(&w.batch);
	if (sig_has(taken, SIGTSTP))
		run_suspend(&w.run, 1);
}

/* Look at all that is due; a signal that ends us need not wait for it. */
static void
look(void)
{
	unsigned looks;
	int n;

	for (looks = 0; (n = tree_look(&w.tree)) > 0; looks++)
		if (looks % LOOKS == LOOKS - 1)
			on_signals();
	if (n < 0)
		out_of_memory();
}

static int
timeout(void)
{
	int64_t now, due;

	now = clock_ms();
	due = run_due(&w.run, now);
	if (!run_busy(&w.run) && batch_due(&w.batch) < due)
		due = batch_due(&w.batch);
	if (tree_due(&w.tree) < due)
		due = tree_due(&w.tree);
	if (due == RUN_NEVER)
		return -1;
	if (due <= now)
		return 0;
	return due - now > 1000000 ? 1000000 : (int)(due - now);
}

static void
turn(void)
{
	struct pollfd fds[3];

	fds[0] = (struct pollfd){ .fd = w.signals, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = tree_fd(&w.tree), .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = tree_mounts_fd(&w.tree),
		.events = POLLPRI };
	if (poll(fds, 3, timeout()) < 0 && errno != EINTR)
		msg_die("poll:");
	if (tree_hear(&w.tree) < 0)
		msg_die("inotify:");
	if (fds[2].revents != 0)
		tree_mounted(&w.tree);
	tree_tick(&w.tree, clock_ms());
	look();
	if (fds[0].revents != 0)
		on_signals();
	on_run(run_tick(&w.run, clock_ms()));
	if (!run_busy(&w.run) && batch_due(&w.batch) <= clock_ms())
		act();
}

/* ---- the start ---- */

static void
catch_signals(void)
{
	static const int always[] = { SIGINT, SIGTERM, SIGQUIT, SIGUSR1,
		SIGCHLD, SIGCONT };
	static const int unless_ignored[] = { SIGHUP, SIGTSTP };
	size_t i;

	w.signals = sig_open();
	if (w.signals < 0)
		msg_die("pipe:");
	/* Nobody may be listening to what we say: that must not end us. */
	sig_ignore(SIGPIPE);
	for (i = 0; i < sizeof always / sizeof always[0]; i++)
		sig_catch(always[i]);
	for (i = 0; i < sizeof unless_ignored / sizeof unless_ignored[0]; i++)
		if (!sig_ignored(unless_ignored[i]))
			sig_catch(unless_ignored[i]);
}

/* A pattern that matches nothing is often a slip of the pen. */
static void
doubt(const struct glob_start *start)
{
	char base[PATH_MAX];
	const char *text, *by;
	struct stat st;

	text = w.rule.want.sources[w.rule.want.parts[start->part].source].text;
	switch (rule_hopeless(&w.rule, start, &by)) {
	case RULE_LEFT:
		msg_warn("%s: can match nothing: left out by -x %s", text, by);
		return;
	case RULE_IGNORED:
		msg_warn("%s: can match nothing: %s is ignored without -a",
		    text, by);
		return;
	default:
		break;
	}
	if (globs_base(&w.rule.want, start, base, sizeof base) < 0)
		msg_warn("%s: can match nothing: longer than a path", text);
	else if (*base != '\0' && stat(base, &st) < 0)
		msg_warn("%s: waits for %s:", text, base);
}

static void
open_tree(void)
{
	size_t i;

	w.rules = (struct rules){ .v = &w.rule, .n = 1 };
	if (tree_open(&w.tree, w.interval > 0 ? NULL : &watch_inotify, &w.rules,
		on_news, NULL) < 0)
		msg_die("cannot watch:");
	if (w.interval > 0)
		w.tree.interval = w.interval;
	w.tree.explain = msg_verbose();
	look();
	for (i = 0; i < w.rule.want.nstarts; i++)
		doubt(&w.rule.want.starts[i]);
	msg_why("watching %zu directories for %zu files", w.tree.ndirs,
	    w.tree.nfiles);
}

static void
show(void *arg, const struct tree_dir *d, const struct tree_entry *entry)
{
	const char *by, *slash;

	(void)arg;
	if (entry == NULL) {
		printf("watch %s by %s\n", *d->path == '\0' ? "." : d->path,
		    tree_how(&w.tree, d));
		return;
	}
	rules_judge(&w.rules, d->reach, d->path, entry->name, &by);
	slash = *d->path == '\0' || strcmp(d->path, "/") == 0 ? "" : "/";
	printf("match %s%s%s by %s\n", d->path, slash, entry->name, by);
}

int
main(int argc, char *argv[])
{
	msg_init("watchrun", usage);
	w.batch.settle = BATCH_SETTLE;
	w.shared.tty = -1;
	w.run.shared = &w.shared;
	w.run.stop = SIGTERM;
	w.run.grace = RUN_GRACE;
	w.rule.signo = SIGUSR1;
	w.rule.want.ignoring = true;
	w.rule.leave.leave_out = true;
	/* No more of them than there are arguments. */
	w.rule.pidfiles = calloc((size_t)argc, sizeof *w.rule.pidfiles);
	w.rung = calloc((size_t)argc, sizeof *w.rung);
	if (w.rule.pidfiles == NULL || w.rung == NULL)
		out_of_memory();
	parse(argc, argv);
	catch_signals();
	open_tree();
	if (w.dry) {
		tree_each(&w.tree, show, NULL);
		exit(fflush(stdout) == 0 ? 0 : 1);
	}
	os_adopt();
	if (w.rule.command != NULL && !w.waiting && !w.once)
		start();
	for (;;)
		turn();
}
