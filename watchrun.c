#define _POSIX_C_SOURCE 200809L
/* watchrun.c - watches files, runs commands, signals pidfiles */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fds.h"
#include "base/msg.h"
#include "base/release.h"
#include "base/str.h"
#include "notify/changelist.h"
#include "os/os.h"
#include "os/signals.h"
#include "run/batch.h"
#include "run/contents.h"
#include "run/dispatch.h"
#include "run/options.h"
#include "run/process.h"
#include "tree/tree.h"

enum {
	SCANS = 256, /* of directories, before signals have their turn */
	INPUT_AHEAD = 65536, /* paths of one batch that -f takes */
	SPARE = 9, /* descriptors that the tree and the commands need */
	INSIST = 1000, /* ms after the first signal to end; then KILL */
	KILL_TRIES = 250, /* pauses at the end, until what was killed is gone */
	KILL_PAUSE = 2 /* ms */
};

/* Indices of descriptors for poll(2); from CAPTURES on, two for each rule. */
enum { SIGNALS, TREE, MOUNTS, INPUT, OUT, CAPTURES };

static const char usage[] =
    "usage: watchrun [-01aehlnPqruVvw] [-f file] [-i secs] [-k secs]\n"
    "                [-p pidfile]... [-S signal] [-s signal] [-T secs]\n"
    "                [-t secs] [-x glob]... [pattern ...]\n"
    "                [-- command [arg ...]] [';' rule]...\n";

static struct {
	struct options options;
	struct rules *rules; /* of the options */
	char output[2][PATH_MAX]; /* files that we write, for the rules */
	struct tree *tree; /* or NULL */
	int input; /* -f: a list in place of the tree */
	struct changelist_reader reader; /* of it */
	bool input_ended; /* all of the list was read */
	struct batch batch;
	struct contents contents; /* of what changed */
	struct dispatch dispatch;
	int signals;
	int64_t asked; /* when the first signal to end came */
} w;

static _Noreturn void
out_of_memory(void)
{
	errno = ENOMEM;
	msg_die("out of memory:");
}

/* ---- what changed ---- */

/* Return true if a command of ours may have made a change now. */
static bool
is_own(int64_t now)
{
	return dispatch_own(
	    &w.dispatch, w.tree != NULL ? now - tree_slack(w.tree) : now);
}

static void
changed(const char *path, uint64_t rules, enum batch_change change)
{
	int64_t now;

	now = clock_ms();
	/* The cap may have passed during the delay that this change ends. */
	if (!is_own(now) && !w.batch.outside)
		batch_resume(&w.batch, now);
	errno = 0;
	if (batch_changed(&w.batch, path, rules, change, is_own(now), now) ==
		NULL &&
	    errno != 0)
		out_of_memory();
}

/* A running command may have read these contents. */
static void
closed(const char *path)
{
	struct batch_path *p;
	int64_t now;

	now = clock_ms();
	p = batch_closed(&w.batch, path, now);
	if (p != NULL && is_own(now))
		contents_glance(&w.contents, p);
}

static void
on_event(void *arg, const char *path, enum tree_event event, uint64_t rules,
    const char *by)
{
	static const enum batch_change changes[] = {
		[TREE_CREATED] = BATCH_CREATE,
		[TREE_CHANGED] = BATCH_CHANGE,
		[TREE_WRITTEN] = BATCH_SUSPECT,
		[TREE_GONE] = BATCH_GONE,
	};

	(void)arg;
	switch (event) {
	case TREE_FOUND:
		contents_found(&w.contents, path);
		break;
	case TREE_CREATED:
	case TREE_CHANGED:
	case TREE_WRITTEN:
		msg_why("%s: %s, counts by %s", path,
		    event == TREE_WRITTEN ? "written" : "changed", by);
		changed(path, rules, changes[event]);
		break;
	case TREE_CLOSED:
	case TREE_SETTLED:
		closed(path);
		break;
	case TREE_GONE:
		msg_why("%s: gone", path);
		changed(path, rules, changes[event]);
		break;
	case TREE_UNSETTLED:
		batch_unsettled(&w.batch, path);
		break;
	case TREE_LOST:
		w.batch.lost = true;
		break;
	case TREE_UNREADABLE:
		if (errno == ENOMEM)
			out_of_memory();
		msg_warn("%s: not watched:", path);
		break;
	case TREE_POLLED:
		msg_warn("%s: polled: %s", path, by);
		break;
	case TREE_IGNORED:
		msg_why("%s: does not count: %s", path, by);
		break;
	}
}

/* Handle a record of -f. */
static void
on_record(const struct changelist_record *record)
{
	char path[CHANGELIST_RECORD + 1];
	uint64_t rules;
	const char *by;

	switch (record->kind) {
	case CHANGELIST_PATH:
		str_clean(record->text, path);
		rules = rules_match(w.rules, path, &by);
		if (rules != 0)
			changed(path, rules, BATCH_CHANGE);
		else if (errno == ENOMEM)
			out_of_memory();
		else
			msg_why("%s: does not count", path);
		break;
	case CHANGELIST_ANY:
		batch_any(&w.batch, rules_all(w.rules), clock_ms());
		break;
	case CHANGELIST_END:
		batch_flush(&w.batch);
		break;
	case CHANGELIST_REPORT:
	case CHANGELIST_MORE:
		break;
	}
}

/* ---- to end ---- */

/* For atexit(3): commands must not outlive watchrun. */
static void
kill_rest(void)
{
	int tries;

	dispatch_kill(&w.dispatch);
	/* A process that left its group is ours once its parent is gone. */
	for (tries = 0; dispatch_busy(&w.dispatch) && tries < KILL_TRIES;
	     tries++) {
		poll(NULL, 0, KILL_PAUSE);
		process_reap(&w.dispatch.all);
		dispatch_tick(&w.dispatch);
	}
}

/* End if no command runs and all output is written. */
static void
leave_when_gone(void)
{
	if (!w.dispatch.ending || dispatch_busy(&w.dispatch))
		return;
	if (w.dispatch.signo != 0)
		signals_die(w.dispatch.signo);
	if (w.dispatch.deliver.list.len == 0 &&
	    !dispatch_has_output(&w.dispatch))
		exit(w.dispatch.status);
}

/* A second signal kills, but not at once: a script's trap may have sent it. */
static void
end(int signo)
{
	if (w.dispatch.signo == 0) {
		w.asked = clock_ms();
		dispatch_stop(&w.dispatch, signo, 0);
	} else if (clock_ms() - w.asked >= INSIST)
		dispatch_kill(&w.dispatch);
}

/* Act at once for these rules, whatever has changed. */
static void
run_rules(uint64_t rules)
{
	batch_any(&w.batch, rules, clock_ms());
	batch_flush(&w.batch);
}

static bool
on_signals(void)
{
	static const int ends[] = { SIGHUP, SIGTERM, SIGQUIT, SIGINT };
	uint64_t taken;
	size_t i;

	taken = signals_take();
	if (signals_has(taken, SIGCONT))
		process_continue(&w.dispatch.all);
	if (signals_has(taken, SIGCHLD))
		process_reap(&w.dispatch.all);
	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (signals_has(taken, ends[i]))
			end(ends[i]);
	if (signals_has(taken, SIGUSR1))
		run_rules(rules_all(w.rules));
	if (signals_has(taken, SIGTSTP))
		process_suspend(&w.dispatch.all);
	leave_when_gone();
	return w.dispatch.ending;
}

/* ---- to act ---- */

/* Read events and scan all that is due, seeing to signals meanwhile. */
static void
scan(void)
{
	unsigned scans;
	int n;

	if (w.tree == NULL || w.dispatch.ending)
		return;
	if (tree_hear(w.tree) < 0) {
		if (errno == ENOMEM)
			out_of_memory();
		msg_error("inotify:");
		dispatch_stop(&w.dispatch, 0, 1);
	}
	for (scans = 0; (n = tree_scan(w.tree, clock_ms())) > 0; scans++)
		if (scans % SCANS == SCANS - 1)
			on_signals();
	if (n < 0)
		out_of_memory();
}

/* Return when the batch is to be taken, or BATCH_NEVER. */
static int64_t
batch_when(void)
{
	int64_t when;

	if (w.dispatch.current != DISPATCH_IDLE || w.dispatch.ending ||
	    w.dispatch.deliver.list.len > 0)
		return BATCH_NEVER;
	when = batch_due(&w.batch);
	if (!w.batch.outside && !w.input_ended &&
	    when < w.dispatch.throttle.until)
		when = w.dispatch.throttle.until;
	return when;
}

/* Return true if the files of the batch are complete and have changed. */
static bool
batch_is_ready(void)
{
	return w.tree == NULL ||
	    contents_check(&w.contents, &w.batch, w.options.same, clock_ms());
}

/* ---- the loop ---- */

static int64_t
next_due(void)
{
	int64_t due, other;

	due = batch_when();
	other = w.tree != NULL && !w.dispatch.ending ? tree_due(w.tree)
						     : TREE_NEVER;
	if (other < due)
		due = other;
	other = dispatch_due(&w.dispatch, clock_ms());
	return other < due ? other : due;
}

/* Without POLLOUT, nothing reads standard output any more. */
static void
write_list(short revents)
{
	errno = EPIPE;
	if ((revents & POLLOUT) != 0 && deliver_write(&w.dispatch.deliver) == 0)
		return;
	msg_error("standard output:");
	buf_free(&w.dispatch.deliver.list);
	if (w.dispatch.signo == 0)
		dispatch_stop(&w.dispatch, 0, 1);
}

static void
read_input(void)
{
	int result;

	result = changelist_read(&w.reader, w.input, on_record);
	w.input_ended = result <= 0;
	/* A long list is taken in several batches; nothing is lost. */
	if (w.input_ended || w.batch.n >= INPUT_AHEAD)
		batch_flush(&w.batch);
	if (result >= 0)
		return;
	msg_error("%s:", w.options.from);
	dispatch_stop(&w.dispatch, 0, 1);
}

/* Set the descriptors to poll; -1 is none. */
static void
set_fds(struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < CAPTURES; i++)
		fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fds[SIGNALS].fd = w.signals;
	/* While watchrun ends, changes do not matter. */
	if (w.tree != NULL && !w.dispatch.ending) {
		fds[TREE].fd = tree_fd(w.tree);
		fds[MOUNTS].fd = tree_mounts_fd(w.tree);
		fds[MOUNTS].events = POLLPRI;
	} else if (w.tree == NULL && !w.dispatch.ending && !w.input_ended &&
	    w.batch.n < INPUT_AHEAD)
		fds[INPUT].fd = w.input;
	if (w.dispatch.deliver.list.len > 0 ||
	    (w.options.list && !w.dispatch.ending))
		fds[OUT].fd = STDOUT_FILENO;
	fds[OUT].events = w.dispatch.deliver.list.len > 0 ? POLLOUT : 0;
	dispatch_poll(&w.dispatch, fds + CAPTURES);
}

static void
turn(void)
{
	static struct pollfd fds[CAPTURES + 2 * RULE_MAX];

	leave_when_gone();
	set_fds(fds);
	if (fds_wait(fds, CAPTURES + 2 * w.rules->n, next_due()) < 0) {
		if (errno != EINTR)
			msg_die("poll:");
		return;
	}
	if (fds[MOUNTS].revents != 0)
		tree_mounted(w.tree);
	scan();
	if (fds[INPUT].revents != 0)
		read_input();
	if (fds[OUT].revents != 0)
		write_list(fds[OUT].revents);
	dispatch_copy(&w.dispatch, fds + CAPTURES);
	if (fds[SIGNALS].revents != 0)
		on_signals();
	if (dispatch_tick(&w.dispatch) < 0)
		out_of_memory();
	if (batch_when() <= clock_ms() && batch_is_ready() &&
	    !w.dispatch.ending && dispatch_batch(&w.dispatch) < 0)
		out_of_memory();
	if (w.input_ended && !w.dispatch.ending &&
	    w.dispatch.current == DISPATCH_IDLE && w.batch.rules == 0)
		dispatch_stop(&w.dispatch, 0, 0);
}

/* ---- the start ---- */

/* Catch the signals that end, suspend or notify watchrun. */
static void
open_signals(void)
{
	static const int all[] = { SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGCHLD,
		SIGCONT, SIGHUP, SIGTSTP };
	size_t i;

	w.signals = signals_open();
	if (w.signals < 0)
		msg_die("pipe:");
	/* A closed standard output or standard error must not end us. */
	signals_ignore(SIGPIPE);
	/* The kernel sends it if a writer comes during os_has_writer(). */
#ifdef SIGIO /* POSIX has none, and only Linux has leases */
	signals_ignore(SIGIO);
#endif
	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if ((all[i] != SIGHUP && all[i] != SIGTSTP) ||
		    !signals_ignored(all[i]))
			signals_catch(all[i]);
}

/*
 * Messages that are written to a file must not count as its changes.  proc(5) has
 * the paths of our output; other systems do not tell them.
 */
static void
find_output(void)
{
	char link[32];
	struct stat st;
	ssize_t n;
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(
		    link, sizeof link, "/proc/self/fd/%d", STDOUT_FILENO + i);
		if (fstat(STDOUT_FILENO + i, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		n = readlink(link, w.output[i], PATH_MAX - 1);
		if (n < 0)
			continue;
		w.output[i][n] = '\0';
		w.rules->output[i] = w.output[i];
	}
}

static void
open_tree(void)
{
	struct tree_options options;
	size_t dirs, files;

	find_output();
	options = (struct tree_options){ .rules = w.rules,
		.interval = w.options.poll,
		.contents = w.options.same,
		.explain = msg_verbose(),
		.notify = on_event };
	w.tree = tree_open(&options);
	if (w.tree == NULL)
		msg_die("cannot watch:");
	scan();
	options_missing(&w.options, msg_warn);
	tree_count(w.tree, &dirs, &files);
	msg_why("watching directories: %zu, files: %zu", dirs, files);
}

static void
open_input(void)
{
	changelist_begin(&w.reader, w.options.end);
	w.input = strcmp(w.options.from, "-") == 0
	    ? STDIN_FILENO
	    : open(w.options.from, O_RDONLY | O_CLOEXEC);
	if (w.input < 0)
		msg_die("%s:", w.options.from);
}

/* For -n: print how a directory is watched, or the pattern of a file. */
static void
show(void *arg, const char *path, bool is_dir, uint64_t rules, const char *by)
{
	size_t i;

	(void)arg;
	printf("%s %s by %s", is_dir ? "watch" : "match", path, by);
	for (i = 0; i < w.rules->n && w.rules->n > 1; i++)
		if ((rules >> i & 1) != 0)
			printf(", rule %zu", i + 1);
	putchar('\n');
}

static void
open_dispatch(void)
{
	static const struct calls calls = { .warn = msg_warn,
		.why = msg_why,
		.scan = scan,
		.signals = on_signals };

	w.batch.settle = w.options.settle;
	w.batch.many = w.options.many;
	w.batch.patient = w.options.once;
	w.contents.calls = &calls;
	if (dispatch_open(&w.dispatch, &w.options, &w.batch, &calls) == 0 &&
	    atexit(kill_rest) == 0)
		return;
	if (errno == E2BIG)
		msg_misuse("-p: more than %d pidfiles", DELIVER_PIDFILES);
	msg_die("cannot run commands:");
}

static void
take_options(int argc, char *argv[])
{
	int result;

	result = options_parse(&w.options, argc, argv);
	if (result < 0) {
		if (*w.options.error == '\0')
			out_of_memory();
		msg_misuse("%s", w.options.error);
	}
	if (result == 'h')
		msg_usage();
	if (result == 'V') {
		puts("watchrun " RELEASE);
		msg_printed();
	}
	msg_set_level(w.options.level);
	w.rules = &w.options.rules;
}

int
main(int argc, char *argv[])
{
	msg_init("watchrun", usage);
	take_options(argc, argv);
	open_dispatch();
	/* Opening a FIFO may block: Ctrl-C still has its default action. */
	if (w.options.from != NULL)
		open_input();
	open_signals();
	if (fds_spare(SPARE) < 0)
		msg_die("cannot watch:");
	if (w.options.from == NULL)
		open_tree();
	if (w.options.dry) {
		tree_each(w.tree, show, NULL);
		msg_printed();
	}
	os_adopt();
	if (w.tree != NULL && !w.options.wait && !w.options.once &&
	    w.options.commands != 0)
		run_rules(w.options.commands);
	for (;;)
		turn();
}
