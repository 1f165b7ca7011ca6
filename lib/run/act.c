/* act.c - to act on a batch: each rule has its turn, then who waits is told */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/act.h"
#include "run/deliver.h"

static uint64_t
bit(size_t i)
{
	return (uint64_t)1 << i;
}

/* ---- paths that cause their own next run ---- */

/* The argument of -x that leaves this path out; "..." if it needs quotes. */
static const char *
left_out(const char *path)
{
	const char *p;

	for (p = path; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '\x7f' ||
		    strchr("'\"\\$`*?[]{}()<>|&;#~!", *p) != NULL)
			return "...";
	return path;
}

/* The first of these rules that has a command, or ACT_NOBODY. */
static size_t
with_command(const struct act *a, uint64_t rules)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		if ((rules & bit(i)) != 0 && a->rules->v[i].command != NULL)
			return i;
	return ACT_NOBODY;
}

/* The batch in hand is the next of a row, or ends it. */
static void
throttle(struct act *a)
{
	const struct batch_path *p;
	const char *path;
	size_t i;

	throttle_begin(&a->throttle, a->taken.own, clock_ms());
	if (a->taken.own && a->throttle.delay > 0)
		a->calls.why("delayed by %lld ms: own changes caused %u "
			     "batches in a row",
		    (long long)a->throttle.delay, a->throttle.row);
	for (p = a->batch->taken; p != NULL; p = p->taken) {
		i = with_command(a, p->in_hand);
		path = p->path;
		if (i != ACT_NOBODY && throttle_path(&a->throttle, path))
			a->calls.warn("%s changes during runs, and %s (rule "
				      "%zu) runs again and again: if a command "
				      "writes it, leave it out: -x %s",
			    path, a->rules->v[i].command[0], i + 1,
			    left_out(path));
	}
}

/* This server is about to be started again. */
static void
throttle_server(struct act *a, size_t i)
{
	const struct batch_path *p;
	const char *path;

	path = NULL;
	p = (a->taken.any & bit(i)) == 0 ? a->batch->taken : NULL;
	for (; p != NULL && path == NULL; p = p->taken)
		if ((p->in_hand & bit(i)) != 0)
			path = p->path;
	if (throttle_restart(&a->throttle, i, path, a->changed))
		a->calls.warn("does %s itself write %s after each start? "
			      "then leave it out: -x %s",
		    a->rules->v[i].command[0], path, left_out(path));
}

/* ---- a rule's turn ---- */

static void
failed(struct act *a, size_t i, int status)
{
	a->calls.warn("%s", a->commands[i].why);
	if (a->failed == 0)
		a->status = status;
	a->failed |= bit(i);
}

/* Has this failed because somebody writes the program?  Then it is due again. */
static bool
is_busy_program(struct act *a, int error)
{
	int64_t now;

	now = clock_ms();
	if (error != ETXTBSY || now >= a->retry_until)
		return false;
	a->retry_at = now + a->retry_pause;
	if (a->retry_pause < ACT_PAUSE_MAX)
		a->retry_pause *= 2;
	return true;
}

/* Returns true if the turn goes on: the command runs, or is tried again. */
static bool
start(struct act *a, size_t i)
{
	struct command_how how;
	int status;

	a->retry_at = PROCESS_NEVER;
	/* Once told to end, no command starts: this turn does not end. */
	a->calls.breathe();
	if (a->ending)
		return true;
	how = (struct command_how){ .out = a->options->list ? STDERR_FILENO
							    : -1,
		.deaf = a->options->from != NULL,
		.any = a->taken.lost || (a->taken.any & bit(i)) != 0 };
	status = command_start(&a->commands[i], a->batch, &how, clock_ms());
	if (status != 0) {
		if (is_busy_program(a, errno))
			return true;
		failed(a, i, status);
	} else if (!a->rules->v[i].restart)
		return true;
	else {
		a->commands[i].broken = false;
		throttle_started(&a->throttle, i, clock_ms());
	}
	return false;
}

/* true when it has it on: its command is at work, or is being stopped */
static bool
turn_of(struct act *a, size_t i)
{
	const struct rule *r;

	r = &a->rules->v[i];
	if (r->command == NULL)
		return false;
	if (r->restart)
		process_stop(&a->processes[i], clock_ms());
	if (process_busy(&a->processes[i]))
		return true;
	if (r->restart)
		throttle_server(a, i);
	a->retry_until = clock_ms() + ACT_RETRY;
	a->retry_pause = ACT_PAUSE;
	return start(a, i);
}

/* The batch in hand has been acted on. */
static int
conclude(struct act *a)
{
	uint64_t reached;
	int result;

	result = deliver_batch(a, &reached);
	batch_done(a->batch, reached);
	throttle_end(&a->throttle, clock_ms());
	a->acting = false;
	return result;
}

static int
go_on(struct act *a)
{
	size_t i;

	while (a->todo != 0) {
		for (i = 0; (a->todo & bit(i)) == 0; i++)
			;
		a->todo &= ~bit(i);
		a->ran |= bit(i);
		a->current = i;
		if (turn_of(a, i))
			return 0;
	}
	a->current = ACT_NOBODY;
	return conclude(a);
}

int
act_retry(struct act *a)
{
	if (a->ending || clock_ms() < a->retry_at || start(a, a->current))
		return 0;
	return go_on(a);
}

/* A server has ended though nobody stopped it: it starts with the next batch. */
static int
server_ended(struct act *a, size_t i)
{
	if (!command_ended(&a->commands[i])) {
		a->calls.why("%s", a->commands[i].why);
		return 0;
	}
	a->calls.warn("%s", a->commands[i].why);
	return deliver_failure(a, i);
}

int
act_ended(struct act *a, size_t i)
{
	act_last(a, i);
	if (a->current != i) {
		return server_ended(a, i);
	}
	if (a->rules->v[i].restart) {
		/* It was stopped to be started anew. */
		if (turn_of(a, i))
			return 0;
		return go_on(a);
	}
	/* What it wrote is its own doing. */
	a->calls.hear();
	if (command_ended(&a->commands[i]))
		failed(a, i, process_status(&a->processes[i]));
	throttle_ended(&a->throttle, clock_ms());
	return go_on(a);
}

/* ---- a batch ---- */

static uint64_t
owed(void *arg, uint64_t rules)
{
	return deliver_owed(arg, rules);
}

static int
begin(struct act *a)
{
	a->todo = a->taken.rules;
	a->ran = a->failed = 0;
	a->status = 0;
	a->acting = true;
	throttle(a);
	return go_on(a);
}

int
act_on(struct act *a)
{
	a->changed = a->batch->began;
	batch_take(a->batch, clock_ms(), &a->taken, owed, a);
	a->calls.why("a batch of %zu", a->taken.n);
	return begin(a);
}

int
act_first(struct act *a)
{
	size_t i;

	a->taken = (struct batch_taken){ 0 };
	for (i = 0; i < a->rules->n; i++)
		if (a->rules->v[i].command != NULL)
			a->taken.rules |= bit(i);
	a->taken.any = a->taken.rules;
	if (a->taken.rules == 0)
		return 0;
	a->batch->owed_any |= deliver_owed(a, a->taken.any);
	return begin(a);
}

bool
act_own(const struct act *a, int64_t when)
{
	return throttle_own(&a->throttle, when) ||
	    (a->current != ACT_NOBODY && a->retry_at == PROCESS_NEVER);
}

void
act_stop(struct act *a, int signo)
{
	struct process *r;

	a->ending = true;
	for (r = a->processes; r < a->processes + a->rules->n; r++)
		process_end(r, signo != 0 ? signo : r->stop, clock_ms());
}

void
act_kill(struct act *a)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		process_kill(&a->processes[i], clock_ms());
}

bool
act_busy(const struct act *a)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		if (process_busy(&a->processes[i]))
			return true;
	return false;
}

int64_t
act_due(const struct act *a, int64_t now)
{
	int64_t due, one;
	size_t i;

	due = a->ending ? PROCESS_NEVER : a->retry_at;
	for (i = 0; i < a->rules->n; i++) {
		one = process_due(&a->processes[i], now);
		if (one < due)
			due = one;
	}
	return due;
}

void
act_last(struct act *a, size_t i)
{
	struct command *c;
	bool survived;

	c = &a->commands[i];
	if (c->rule->report)
		capture_end(&c->capture);
	survived = process_survived(c->process);
	if (survived && !c->survived)
		a->calls.warn("%s: some of it lives on, though it was killed",
		    c->rule->command[0]);
	c->survived = survived;
}

bool
act_unsaid(const struct act *a)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		if (a->commands[i].capture.nleft > 0)
			return true;
	return false;
}

/* Of a rule without -e there is nothing to copy. */
void
act_poll(const struct act *a, struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++, fds += 2)
		if (a->rules->v[i].report)
			capture_poll(&a->commands[i].capture, fds);
		else
			fds[0].fd = fds[1].fd = -1;
}

void
act_copy(struct act *a, const struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++, fds += 2)
		if (a->rules->v[i].report)
			capture_copy(&a->commands[i].capture, fds);
}

int64_t
act_not_before(const struct act *a)
{
	return a->throttle.until;
}

static int
open_command(struct act *a, size_t i)
{
	const struct rule *r;

	r = &a->rules->v[i];
	a->processes[i] = (struct process){ .shared = &a->shared,
		.stop = r->stop,
		.grace = r->grace,
		.limit = r->limit,
		.server = r->restart };
	a->commands[i] = (struct command){ .rule = r,
		.rules = a->rules,
		.number = i,
		.process = &a->processes[i] };
	if (!r->report)
		return 0;
	return capture_open(&a->commands[i].capture,
	    a->options->list ? STDERR_FILENO : STDOUT_FILENO);
}

int
act_open(struct act *a, const struct options *options, struct batch *batch,
    const struct act_calls *calls)
{
	size_t i, n;
	int receivers;

	n = options->rules.n;
	*a = (struct act){ .options = options,
		.batch = batch,
		.shared.tty = -1,
		.rules = &options->rules,
		.calls = *calls,
		.current = ACT_NOBODY,
		.retry_at = PROCESS_NEVER,
		.list.max = SIZE_MAX / 2 };
	receivers = receivers_make(a->receivers, a->rules);
	if (receivers < 0) {
		errno = E2BIG;
		return -1;
	}
	a->nreceivers = (size_t)receivers;
	a->processes = calloc(n, sizeof *a->processes);
	a->commands = calloc(n, sizeof *a->commands);
	if (a->processes == NULL || a->commands == NULL)
		return -1;
	for (i = 0; i < n; i++)
		if (open_command(a, i) < 0)
			return -1;
	return 0;
}
