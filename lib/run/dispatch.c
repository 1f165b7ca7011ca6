/* dispatch.c - runs the commands of a batch, rule by rule */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/dispatch.h"

static uint64_t
bit(size_t i)
{
	return (uint64_t)1 << i;
}

/* Return the first rule of a set that is not empty. */
static size_t
first_rule(uint64_t rules)
{
	size_t i;

	for (i = 0; (rules & bit(i)) == 0; i++)
		;
	return i;
}

/* ---- paths that cause their own next run ---- */

/* The argument of -x that leaves this path out; "..." if it needs quotes. */
static const char *
left_out(const char *path)
{
	static const char special[] = " \t\n'\"\\$`*?[]{}()<>|&;#~!";

	return strpbrk(path, special) == NULL ? path : "...";
}

/* The batch in hand is the next of a row, or ends it. */
static void
throttle(struct dispatch *d)
{
	const struct batch_path *p;
	uint64_t rules;
	size_t i;

	throttle_begin(&d->throttle, d->taken.own, clock_ms());
	if (d->taken.own && d->throttle.delay > 0)
		d->calls->why("delayed by %lld ms: own changes caused %u "
			      "batches in a row",
		    (long long)d->throttle.delay, d->throttle.row);
	for (p = d->batch->taken; p != NULL; p = p->taken) {
		rules = p->in_hand & d->options->commands;
		if (rules == 0 || !throttle_path(&d->throttle, p->path))
			continue;
		i = first_rule(rules);
		d->calls->warn("%s changes during runs, and %s (rule "
			       "%zu) runs again and again: if a command "
			       "writes it, leave it out: -x %s",
		    p->path, d->rules->v[i].command[0], i + 1,
		    left_out(p->path));
	}
}

/* This server is about to be started again. */
static void
throttle_server(struct dispatch *d, size_t i)
{
	const struct batch_path *p;
	const char *path;

	p = (d->taken.any & bit(i)) == 0 ? d->batch->taken : NULL;
	while (p != NULL && (p->in_hand & bit(i)) == 0)
		p = p->taken;
	path = p == NULL ? NULL : p->path;
	if (throttle_restart(&d->throttle, i, path, d->changed) && path != NULL)
		d->calls->warn("does %s itself write %s after each start? "
			       "then leave it out: -x %s",
		    d->rules->v[i].command[0], path, left_out(path));
}

/* ---- a rule's turn ---- */

/* The last run of this rule failed or succeeded. */
static void
note_result(struct dispatch *d, size_t i, bool failed)
{
	if (failed && d->rules->v[i].report)
		d->deliver.broken |= bit(i);
	else
		d->deliver.broken &= ~bit(i);
	if (failed)
		d->calls->warn("%s", d->commands[i].why);
}

/* The turn of this rule failed. */
static void
fail_turn(struct dispatch *d, size_t i, int status)
{
	note_result(d, i, true);
	if (d->failed == 0)
		d->status = status;
	d->failed |= bit(i);
}

/* Returns true if the turn goes on: the command runs, or is due again. */
static bool
start(struct dispatch *d, size_t i)
{
	bool any;
	int status;

	d->retry_at = PROCESS_NEVER;
	/* While watchrun ends, no command starts: this turn does not end. */
	if (d->calls->signals())
		return true;
	any = d->taken.lost || (d->taken.any & bit(i)) != 0;
	status = command_start(&d->commands[i], d->batch, any, clock_ms());
	if (status != 0 && errno == ETXTBSY && clock_ms() < d->retry_until) {
		d->retry_at = clock_ms() + DISPATCH_PAUSE;
		return true;
	}
	if (status != 0) {
		fail_turn(d, i, status);
		return false;
	}
	if (!d->rules->v[i].restart)
		return true;
	note_result(d, i, false);
	throttle_started(&d->throttle, i, clock_ms());
	return false;
}

/* Returns true if the turn goes on: the command runs or is being stopped. */
static bool
turn_of(struct dispatch *d, size_t i)
{
	const struct rule *r;

	r = &d->rules->v[i];
	if (r->command == NULL)
		return false;
	if (r->restart)
		process_stop(&d->processes[i], 0, clock_ms());
	if (process_busy(&d->processes[i]))
		return true;
	if (r->restart)
		throttle_server(d, i);
	d->retry_until = clock_ms() + DISPATCH_RETRY;
	return start(d, i);
}

static int
go_on(struct dispatch *d)
{
	uint64_t reached;
	int result;
	size_t i;

	while (d->todo != 0) {
		i = first_rule(d->todo);
		d->todo &= ~bit(i);
		d->current = i;
		if (turn_of(d, i))
			return 0;
	}
	d->current = DISPATCH_IDLE;
	result = deliver_results(
	    &d->deliver, d->taken.rules, d->failed, &reached);
	batch_done(d->batch, reached);
	throttle_end(&d->throttle, clock_ms());
	if (d->options->once)
		d->ending = true;
	return result;
}

/* A server has ended by itself: it starts again with the next batch. */
static int
server_ended(struct dispatch *d, size_t i)
{
	uint64_t reached;
	bool failed;

	failed = command_ended(&d->commands[i]);
	note_result(d, i, failed);
	if (failed)
		return deliver_results(&d->deliver, 0, bit(i), &reached);
	d->calls->why("%s", d->commands[i].why);
	return 0;
}

/* The command has ended: read the rest of its output. */
static void
finish_run(struct dispatch *d, size_t i)
{
	struct command *c;

	c = &d->commands[i];
	if (c->rule->report)
		capture_end(&c->capture);
	if (c->process->survived)
		d->calls->warn("%s: some of it lives on, though it was killed",
		    c->rule->command[0]);
}

static int
run_ended(struct dispatch *d, size_t i)
{
	finish_run(d, i);
	if (d->ending) {
		/* With -1 a server may outlive its batch. */
		if (d->options->once && d->status == 0)
			d->status = process_status(&d->processes[i]);
		return 0;
	}
	if (d->processes[i].interrupted != 0) {
		dispatch_stop(d, d->processes[i].interrupted, 0);
		return 0;
	}
	if (d->current != i)
		return server_ended(d, i);
	/* A server was stopped to be started again. */
	if (d->rules->v[i].restart)
		return turn_of(d, i) ? 0 : go_on(d);
	/* The changes that the command made are own. */
	d->calls->scan();
	if (command_ended(&d->commands[i]))
		fail_turn(d, i, process_status(&d->processes[i]));
	else
		note_result(d, i, false);
	throttle_own_until(&d->throttle, clock_ms());
	return go_on(d);
}

int
dispatch_tick(struct dispatch *d)
{
	enum process_news news;
	int result;
	size_t i;

	result = 0;
	for (i = 0; i < d->rules->n && result == 0; i++) {
		news = process_tick(&d->processes[i], clock_ms());
		if (news == PROCESS_SUSPENDED)
			process_suspend(&d->all);
		if (news != PROCESS_ENDED)
			continue;
		result = run_ended(d, i);
		batch_resume(d->batch, clock_ms());
	}
	if (result == 0 && !d->ending && d->retry_at <= clock_ms() &&
	    !start(d, d->current))
		result = go_on(d);
	return result;
}

/* ---- a batch ---- */

int
dispatch_batch(struct dispatch *d)
{
	d->changed = d->batch->began;
	batch_take(d->batch, clock_ms(), &d->taken);
	d->calls->why("a batch of %zu", d->taken.n);
	d->todo = d->taken.rules;
	d->failed = 0;
	d->status = 0;
	throttle(d);
	return go_on(d);
}

bool
dispatch_own(const struct dispatch *d, int64_t when)
{
	return throttle_own(&d->throttle, when) ||
	    (d->current != DISPATCH_IDLE && d->retry_at == PROCESS_NEVER);
}

static void
stop_all(struct dispatch *d, int signo)
{
	size_t i;

	d->ending = true;
	for (i = 0; i < d->rules->n; i++)
		process_stop(&d->processes[i], signo, clock_ms());
}

void
dispatch_stop(struct dispatch *d, int signo, int status)
{
	d->signo = signo;
	d->status = status;
	stop_all(d, signo);
}

void
dispatch_kill(struct dispatch *d)
{
	stop_all(d, SIGKILL);
}

bool
dispatch_busy(const struct dispatch *d)
{
	size_t i;

	for (i = 0; i < d->rules->n; i++)
		if (process_busy(&d->processes[i]))
			return true;
	return false;
}

int64_t
dispatch_due(const struct dispatch *d, int64_t now)
{
	int64_t due, one;
	size_t i;

	due = d->ending ? PROCESS_NEVER : d->retry_at;
	for (i = 0; i < d->rules->n; i++) {
		one = process_due(&d->processes[i], now);
		if (one < due)
			due = one;
	}
	return due;
}

bool
dispatch_has_output(const struct dispatch *d)
{
	size_t i;

	for (i = 0; i < d->rules->n; i++)
		if (d->commands[i].capture.nleft > 0)
			return true;
	return false;
}

void
dispatch_poll(const struct dispatch *d, struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < d->rules->n; i++, fds += 2)
		capture_poll(&d->commands[i].capture, fds);
}

void
dispatch_copy(struct dispatch *d, const struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < d->rules->n; i++, fds += 2)
		capture_copy(&d->commands[i].capture, fds);
}

static int
open_command(struct dispatch *d, size_t i)
{
	const struct rule *r;

	r = &d->rules->v[i];
	d->processes[i] = (struct process){ .all = &d->all, .rule = r };
	d->commands[i] = (struct command){ .options = d->options,
		.rule = r,
		.number = i,
		.process = &d->processes[i],
		.capture = { .into = -1, .from = -1, .to = -1 } };
	if (!r->report)
		return 0;
	return capture_open(&d->commands[i].capture,
	    d->options->list ? STDERR_FILENO : STDOUT_FILENO);
}

int
dispatch_open(struct dispatch *d, const struct options *options,
    struct batch *batch, const struct calls *calls)
{
	size_t i;

	*d = (struct dispatch){ .options = options,
		.rules = &options->rules,
		.calls = calls,
		.all = { .v = d->processes, .n = options->rules.n, .tty = -1 },
		.batch = batch,
		.current = DISPATCH_IDLE,
		.retry_at = PROCESS_NEVER };
	errno = E2BIG;
	if (deliver_open(&d->deliver, options, calls, d->commands, batch) < 0)
		return -1;
	for (i = 0; i < d->rules->n; i++)
		if (open_command(d, i) < 0)
			return -1;
	return 0;
}
