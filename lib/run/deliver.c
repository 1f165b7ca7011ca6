#define _POSIX_C_SOURCE 200809L
/* deliver.c - send changed paths and reports to pidfiles, -l and -P */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "notify/changelist.h"
#include "notify/mailbox.h"
#include "run/act.h"
#include "run/deliver.h"
#include "run/message.h"
#include "run/poke.h"

enum {
	POKES = 256, /* before signals have their turn */
	WORDS = RULE_MAX * (COMMAND_WHY + 4) + 64 /* bytes besides reports */
};

static uint64_t
bit(size_t i)
{
	return (uint64_t)1 << i;
}

/* Which of these rules have something to report? */
static uint64_t
broken(const struct act *a, uint64_t rules)
{
	uint64_t set;
	size_t i;

	set = 0;
	for (i = 0; i < a->rules->n; i++)
		if (a->rules->v[i].report && a->commands[i].broken)
			set |= rules & bit(i);
	return set;
}

/*
 * What a box can't hold of the reports is left out, so that how each of the
 * commands failed still is told, and what changed.  0, or -1 when memory is
 * out.
 */
static int
write_report(const struct command *c, struct buf *to, char end)
{
	const char *text;
	size_t n;

	if (list_put_report(to, c->why, strlen(c->why), end) < 0)
		return -1;
	text = capture_text(&c->capture, &n);
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
		    write_report(&a->commands[i], to, end) < 0)
			return -1;
	return message_changes(to, a->batch, who, end) < 0
	    ? -1
	    : list_put_end(to, end);
}

/* Nobody who is owed: then it is for the report alone. */
static void
signal_receiver(struct act *a, struct receiver *to, uint64_t who)
{
	struct buf messages;
	bool signalled;

	messages = (struct buf){ .max = BOX_MAX };
	if (write_list(a, &messages, to->rules, who, '\n') < 0) {
		/* No memory: then the ring is all. */
		buf_free(&messages);
		if (who == 0)
			return;
		list_put_any(&messages, '\n');
	}
	signalled = receiver_signal(to, &messages, who == 0);
	buf_free(&messages);
	errno = to->error;
	if (signalled)
		a->calls.why("signalled %s", to->path);
	else if (to->again)
		a->calls.why("%s: still not signalled", to->path);
	else if (to->result == PIDFILE_ERRNO)
		a->calls.warn("%s:", to->path);
	else
		a->calls.warn("%s: %s", to->path, pidfile_why(to->result));
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

/* Append to the list of -l; as write_list. */
static int
list(struct act *a, uint64_t who)
{
	return write_list(
	    a, &a->list, UINT64_MAX, who, a->options->zero ? '\0' : '\n');
}

static int
deliver_list(struct act *a)
{
	uint64_t who;

	who = a->failed == 0 ? bit(ACT_LIST) : 0;
	if (a->options->poke && who != 0)
		poke_all(a);
	if (!a->options->list || (who == 0 && broken(a, a->failed) == 0))
		return 0;
	return list(a, who);
}

uint64_t
deliver_owed(const struct act *a, uint64_t rules)
{
	uint64_t who;
	size_t i;

	who = a->options->list || a->options->poke ? bit(ACT_LIST) : 0;
	for (i = 0; i < a->nreceivers; i++)
		if ((a->receivers[i].rules & rules) != 0)
			who |= bit(i);
	return who;
}

int
deliver_batch(struct act *a, uint64_t *reached)
{
	struct receiver *to;
	size_t i;

	*reached = a->failed == 0 ? bit(ACT_LIST) : 0;
	for (i = 0; i < a->nreceivers; i++) {
		to = &a->receivers[i];
		if ((to->rules & a->ran) == 0)
			continue;
		if ((to->rules & a->failed) == 0) {
			signal_receiver(a, to, bit(i));
			*reached |= bit(i);
		} else if (broken(a, to->rules & a->failed) != 0)
			signal_receiver(a, to, 0);
	}
	return deliver_list(a);
}

int
deliver_failure(struct act *a, size_t rule)
{
	size_t i;

	if (!a->rules->v[rule].report)
		return 0;
	for (i = 0; i < a->nreceivers; i++)
		if ((a->receivers[i].rules & bit(rule)) != 0)
			signal_receiver(a, &a->receivers[i], 0);
	return a->options->list ? list(a, 0) : 0;
}

int
deliver_write(struct act *a)
{
	size_t max;
	ssize_t n;

	max = a->list.len < PIPE_BUF ? a->list.len : PIPE_BUF;
	n = write(STDOUT_FILENO, buf_head(&a->list), max);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	buf_drop(&a->list, (size_t)n);
	if (a->list.len == 0)
		buf_free(&a->list);
	return 0;
}
