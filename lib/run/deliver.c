#define _POSIX_C_SOURCE 200809L
/* deliver.c - send changed paths and reports to pidfiles, -l and -P */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "notify/changelist.h"
#include "notify/mailbox.h"
#include "run/deliver.h"
#include "run/dispatch.h"
#include "run/message.h"
#include "run/poke.h"

enum {
	POKES = 256, /* between two calls of breathe() */
	WORDS = RULE_MAX * (COMMAND_WHY + 4) + 64 /* bytes besides reports */
};

static uint64_t
bit(size_t i)
{
	return (uint64_t)1 << i;
}

/* Return those of these rules that failed and keep reports. */
static uint64_t
broken(const struct dispatch *d, uint64_t rules)
{
	uint64_t set;
	size_t i;

	set = 0;
	for (i = 0; i < d->rules->n; i++)
		if (d->rules->v[i].report && d->commands[i].broken)
			set |= rules & bit(i);
	return set;
}

/*
 * Append a report.  Output that finds no room in a mailbox is left out, so that
 * the result of each command and the paths still do.  Returns 0, or -1: out of
 * memory.
 */
static int
write_report(const struct command *c, struct buf *to, char end)
{
	const char *text;
	size_t n;

	if (changelist_put_report(to, c->why, strlen(c->why), end) < 0)
		return -1;
	text = capture_text(&c->capture, &n);
	to->max -= WORDS;
	changelist_put_report(to, text, n, end);
	to->max += WORDS;
	return 0;
}

/*
 * Append the reports of the rules that failed, the paths that the receivers
 * `who` are owed, and the end of the batch.  As write_report.
 */
static int
write_list(const struct dispatch *d, struct buf *to, uint64_t rules,
    uint64_t who, char end)
{
	size_t i;

	rules = broken(d, rules);
	for (i = 0; i < d->rules->n; i++)
		if ((rules & bit(i)) != 0 &&
		    write_report(&d->commands[i], to, end) < 0)
			return -1;
	return message_changes(to, d->batch, who, end) < 0
	    ? -1
	    : changelist_put_end(to, end);
}

/* If `who` is empty, only reports are sent. */
static void
signal_receiver(struct dispatch *d, struct receiver *to, uint64_t who)
{
	struct buf messages;
	bool signalled;

	messages = (struct buf){ .max = MAILBOX_MAX };
	if (write_list(d, &messages, to->rules, who, '\n') < 0) {
		/* Out of memory: a `*` stands for all paths. */
		buf_free(&messages);
		if (who == 0)
			return;
		changelist_put_any(&messages, '\n');
	}
	signalled = receiver_signal(to, &messages, who == 0);
	buf_free(&messages);
	errno = to->error;
	if (signalled)
		d->calls.why("signalled %s", to->path);
	else if (to->again)
		d->calls.why("%s: still not signalled", to->path);
	else if (to->result == PIDFILE_ERRNO)
		d->calls.warn("%s:", to->path);
	else
		d->calls.warn("%s: %s", to->path, pidfile_why(to->result));
}

static void
poke(struct dispatch *d, const char *path)
{
	enum poke_result result;

	result = poke_path(path);
	if (result == POKE_OK) {
		d->calls.why("%s: poked", path);
		return;
	}
	if ((d->refused & 1u << result) != 0)
		d->calls.why("%s: not poked either", path);
	else if (result == POKE_ERRNO)
		d->calls.warn("%s: not poked:", path);
	else
		d->calls.warn("%s: not poked: %s", path, poke_why(result));
	d->refused |= 1u << result;
}

static void
poke_all(struct dispatch *d)
{
	const struct batch_path *p;
	unsigned n;

	p = d->batch->taken;
	for (n = 0; p != NULL && !d->ending; p = p->taken)
		if ((p->owed & bit(DISPATCH_LIST)) != 0) {
			poke(d, p->path);
			if (++n % POKES == 0)
				d->calls.breathe();
		}
}

/* Append to the list of -l; as write_list. */
static int
list(struct dispatch *d, uint64_t who)
{
	return write_list(
	    d, &d->list, UINT64_MAX, who, d->options->zero ? '\0' : '\n');
}

static int
deliver_list(struct dispatch *d)
{
	uint64_t who;

	who = d->failed == 0 ? bit(DISPATCH_LIST) : 0;
	if (d->options->poke && who != 0)
		poke_all(d);
	if (!d->options->list || (who == 0 && broken(d, d->failed) == 0))
		return 0;
	return list(d, who);
}

int
deliver_batch(struct dispatch *d, uint64_t *reached)
{
	struct receiver *to;
	size_t i;

	*reached = d->failed == 0 ? bit(DISPATCH_LIST) : 0;
	for (i = 0; i < d->nreceivers; i++) {
		to = &d->receivers[i];
		if ((to->rules & d->ran) == 0)
			continue;
		if ((to->rules & d->failed) == 0) {
			signal_receiver(d, to, bit(i));
			*reached |= bit(i);
		} else if (broken(d, to->rules & d->failed) != 0)
			signal_receiver(d, to, 0);
	}
	return deliver_list(d);
}

int
deliver_failure(struct dispatch *d, size_t rule)
{
	size_t i;

	if (!d->rules->v[rule].report)
		return 0;
	for (i = 0; i < d->nreceivers; i++)
		if ((d->receivers[i].rules & bit(rule)) != 0)
			signal_receiver(d, &d->receivers[i], 0);
	return d->options->list ? list(d, 0) : 0;
}

int
deliver_write(struct dispatch *d)
{
	size_t max;
	ssize_t n;

	max = d->list.len < PIPE_BUF ? d->list.len : PIPE_BUF;
	n = write(STDOUT_FILENO, buf_head(&d->list), max);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	buf_drop(&d->list, (size_t)n);
	if (d->list.len == 0)
		buf_free(&d->list);
	return 0;
}
