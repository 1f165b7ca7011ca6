/* act.c - to act on a batch: each rule has its turn, then who waits is told */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "notify/changelist.h"
#include "notify/mailbox.h"
#include "run/act.h"
#include "run/letter.h"
#include "run/poke.h"

enum {
	POKES = 256, /* before signals have their turn */
	WORDS = RULE_MAX * (JOB_WHY + 4) + 64 /* bytes besides reports */
};

static uint64_t
bit(size_t i)
{
	return (uint64_t)1 << i;
}

/* ---- who is told ---- */

/* Which of these rules have something to report? */
static uint64_t
broken(const struct act *a, uint64_t rules)
{
	uint64_t set;
	size_t i;

	set = 0;
	for (i = 0; i < a->rules->n; i++)
		if (a->rules->v[i].report && a->jobs[i].broken)
			set |= rules & bit(i);
	return set;
}

/*
 * What a box can't hold of the reports is left out, so that how each of the
 * commands failed still is told, and what changed.  0, or -1 when memory is
 * out.
 */
static int
write_report(const struct job *j, struct buf *to, char end)
{
	const char *text;
	size_t n;

	if (list_put_report(to, j->why, strlen(j->why), end) < 0)
		return -1;
	text = report_text(&j->report, &n);
	to->max -= WORDS;
	list_put_report(to, text, n, end);
	to->max += WORDS;
	return 0;
}

/*
 * The batch: the reports of those rules that are broken, what these are owed,
 * and the end.  As write_report.
 */
static int
write_list(
    const struct act *a, struct buf *to, uint64_t rules, uint64_t who, char end)
{
	size_t i;

	rules = broken(a, rules);
	for (i = 0; i < a->rules->n; i++)
		if ((rules & bit(i)) != 0 &&
		    write_report(&a->jobs[i], to, end) < 0)
			return -1;
	return letter_changes(to, a->batch, who, end) < 0
	    ? -1
	    : list_put_end(to, end);
}

/* Nobody who is owed: then it is for the report alone. */
static void
ring(struct act *a, struct bell *b, uint64_t who)
{
	struct buf letters;
	bool rung;

	letters = (struct buf){ .max = BOX_MAX };
	if (write_list(a, &letters, b->rules, who, '\n') < 0) {
		/* No memory: then the ring is all. */
		buf_free(&letters);
		if (who == 0)
			return;
		list_put_any(&letters, '\n');
	}
	rung = bell_ring(b, &letters, who == 0);
	buf_free(&letters);
	errno = b->error;
	if (rung)
		a->calls.why("%s: rung", b->path);
	else if (b->again)
		a->calls.why("%s: not rung", b->path);
	else if (b->result == PIDFILE_ERRNO)
		a->calls.warn("%s:", b->path);
	else
		a->calls.warn("%s: %s", b->path, pidfile_why(b->result));
}

static void
poke(struct act *a, const char *path)
{
	enum poke_result result;

	result = poke_path(path);
	if (result == POKE_OK) {
		a->calls.why("%s: poked", path);
		return;
	}
	if ((a->refused & 1u << result) != 0)
		a->calls.why("%s: not poked either", path);
	else if (result == POKE_ERRNO)
		a->calls.warn("%s: not poked:", path);
	else
		a->calls.warn("%s: not poked: %s", path, poke_why(result));
	a->refused |= 1u << result;
}

static void
poke_all(struct act *a)
{
	const struct batch_path *p;
	unsigned n;

	p = a->batch->taken;
	for (n = 0; p != NULL && !a->ending; p = p->taken)
		if ((p->owed & bit(ACT_LIST)) != 0) {
			poke(a, p->path);
			if (++n % POKES == 0)
				a->calls.breathe();
		}
}

/* For -l: as write_report. */
static int
list(struct act *a, uint64_t who)
{
	return write_list(
	    a, &a->list, UINT64_MAX, who, a->options->zero ? '\0' : '\n');
}

/* What -l and -P are for: they are as a bell that all rules name. */
static int
tell_list(struct act *a)
{
	uint64_t who;

	who = a->failed == 0 ? bit(ACT_LIST) : 0;
	if (a->options->poke && who != 0)
		poke_all(a);
	if (!a->options->list || (who == 0 && broken(a, a->failed) == 0))
		return 0;
	return write_list(
	    a, &a->list, UINT64_MAX, who, a->options->zero ? '\0' : '\n');
}

/* The batch in hand has been acted on. */
static int
conclude(struct act *a)
{
	uint64_t told;
	struct bell *b;
	size_t i;
	int result;

	told = 0;
	for (i = 0; i < a->nbells; i++) {
		b = &a->bells[i];
		if ((b->rules & a->ran) == 0)
			continue;
		if ((b->rules & a->failed) == 0) {
			ring(a, b, bit(i));
			told |= bit(i);
		} else if (broken(a, b->rules & a->failed) != 0)
			ring(a, b, 0);
	}
	result = tell_list(a);
	if (a->failed == 0)
		told |= bit(ACT_LIST);
	batch_done(a->batch, told);
	throttle_end(&a->throttle, clock_ms());
	a->acting = false;
	return result;
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
	a->calls.warn("%s", a->jobs[i].why);
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
	struct job_how how;
	int status;

	a->retry_at = RUN_NEVER;
	/* Once told to end, no command starts: this turn does not end. */
	a->calls.breathe();
	if (a->ending)
		return true;
	how = (struct job_how){ .out = a->options->list ? STDERR_FILENO : -1,
		.deaf = a->options->from != NULL,
		.any = a->taken.lost || (a->taken.any & bit(i)) != 0 };
	status = job_start(&a->jobs[i], a->batch, &how, clock_ms());
	if (status != 0) {
		if (is_busy_program(a, errno))
			return true;
		failed(a, i, status);
	} else if (!a->rules->v[i].restart)
		return true;
	else {
		a->jobs[i].broken = false;
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
		run_stop(&a->runs[i], clock_ms());
	if (run_busy(&a->runs[i]))
		return true;
	if (r->restart)
		throttle_server(a, i);
	a->retry_until = clock_ms() + ACT_RETRY;
	a->retry_pause = ACT_PAUSE;
	return start(a, i);
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
	size_t k;

	if (!job_ended(&a->jobs[i])) {
		a->calls.why("%s", a->jobs[i].why);
		return 0;
	}
	a->calls.warn("%s", a->jobs[i].why);
	if (!a->rules->v[i].report)
		return 0;
	for (k = 0; k < a->nbells; k++)
		if ((a->bells[k].rules & bit(i)) != 0)
			ring(a, &a->bells[k], 0);
	return a->options->list ? list(a, 0) : 0;
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
	if (job_ended(&a->jobs[i]))
		failed(a, i, run_status(&a->runs[i]));
	throttle_ended(&a->throttle, clock_ms());
	return go_on(a);
}

/* ---- a batch ---- */

/* Who is to be told of what counts for these rules? */
static uint64_t
owed(void *arg, uint64_t rules)
{
	const struct act *a;
	uint64_t who;
	size_t i;

	a = arg;
	who = a->options->list || a->options->poke ? bit(ACT_LIST) : 0;
	for (i = 0; i < a->nbells; i++)
		if ((a->bells[i].rules & rules) != 0)
			who |= bit(i);
	return who;
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
	a->batch->owed_any |= owed(a, a->taken.any);
	return begin(a);
}

bool
act_own(const struct act *a, int64_t when)
{
	return throttle_own(&a->throttle, when) ||
	    (a->current != ACT_NOBODY && a->retry_at == RUN_NEVER);
}

void
act_stop(struct act *a, int signo)
{
	struct run *r;

	a->ending = true;
	for (r = a->runs; r < a->runs + a->rules->n; r++)
		run_end(r, signo != 0 ? signo : r->stop, clock_ms());
}

void
act_kill(struct act *a)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		run_kill(&a->runs[i], clock_ms());
}

bool
act_busy(const struct act *a)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		if (run_busy(&a->runs[i]))
			return true;
	return false;
}

int64_t
act_due(const struct act *a, int64_t now)
{
	int64_t due, one;
	size_t i;

	due = a->ending ? RUN_NEVER : a->retry_at;
	for (i = 0; i < a->rules->n; i++) {
		one = run_due(&a->runs[i], now);
		if (one < due)
			due = one;
	}
	return due;
}

void
act_last(struct act *a, size_t i)
{
	struct job *j;
	bool survived;

	j = &a->jobs[i];
	if (j->rule->report)
		report_end(&j->report);
	survived = run_survived(j->run);
	if (survived && !j->survived)
		a->calls.warn("%s: some of it lives on, though it was killed",
		    j->rule->command[0]);
	j->survived = survived;
}

bool
act_unsaid(const struct act *a)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++)
		if (a->jobs[i].report.nleft > 0)
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
			report_poll(&a->jobs[i].report, fds);
		else
			fds[0].fd = fds[1].fd = -1;
}

void
act_copy(struct act *a, const struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < a->rules->n; i++, fds += 2)
		if (a->rules->v[i].report)
			report_copy(&a->jobs[i].report, fds);
}

int64_t
act_not_before(const struct act *a)
{
	return a->throttle.until;
}

static int
open_job(struct act *a, size_t i)
{
	const struct rule *r;

	r = &a->rules->v[i];
	a->runs[i] = (struct run){ .shared = &a->shared,
		.stop = r->stop,
		.grace = r->grace,
		.limit = r->limit,
		.server = r->restart };
	a->jobs[i] = (struct job){
		.rule = r, .rules = a->rules, .number = i, .run = &a->runs[i]
	};
	if (!r->report)
		return 0;
	return report_open(&a->jobs[i].report,
	    a->options->list ? STDERR_FILENO : STDOUT_FILENO);
}

int
act_open(struct act *a, const struct options *options, struct batch *batch,
    const struct act_calls *calls)
{
	size_t i, n;
	int bells;

	n = options->rules.n;
	*a = (struct act){ .options = options,
		.batch = batch,
		.shared.tty = -1,
		.rules = &options->rules,
		.calls = *calls,
		.current = ACT_NOBODY,
		.retry_at = RUN_NEVER,
		.list.max = SIZE_MAX / 2 };
	bells = bells_make(a->bells, a->rules);
	if (bells < 0) {
		errno = E2BIG;
		return -1;
	}
	a->nbells = (size_t)bells;
	a->runs = calloc(n, sizeof *a->runs);
	a->jobs = calloc(n, sizeof *a->jobs);
	if (a->runs == NULL || a->jobs == NULL)
		return -1;
	for (i = 0; i < n; i++)
		if (open_job(a, i) < 0)
			return -1;
	return 0;
}
