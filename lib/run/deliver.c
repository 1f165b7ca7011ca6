#define _POSIX_C_SOURCE 200809L
/* deliver.c - send changed paths and reports to pidfiles, -l and -P */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "notify/changelist.h"
#include "notify/mailbox.h"
#include "run/deliver.h"
#include "run/poke.h"

enum {
	POKES = 256, /* before signals are handled */
	WORDS = RULE_MAX * (COMMAND_WHY + 4) + 64 /* bytes besides reports */
};

static uint64_t
bit(size_t i)
{
	return (uint64_t)1 << i;
}

/* ---- messages ---- */

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

/* Append the paths that these receivers are owed; as write_report. */
static int
write_paths(const struct batch *b, struct buf *to, uint64_t receivers, char end)
{
	const struct batch_path *p;
	size_t len;

	len = to->len;
	if ((b->owed_any & receivers) != 0 && changelist_put_any(to, end) < 0)
		return -1;
	for (p = b->taken; p != NULL; p = p->taken)
		if ((p->owed & receivers) != 0 &&
		    changelist_put_path(to, p->path, end) < 0) {
			/* The buffer is full: a `*` stands for all paths. */
			to->len = len;
			return changelist_put_any(to, end);
		}
	return 0;
}

/*
 * Append the reports of a receiver's rules that failed, the paths that it is
 * owed, if they are wanted, and the end of the batch; as write_report.
 */
static int
write_list(const struct deliver *d, size_t receiver, bool paths, struct buf *to,
    char end)
{
	uint64_t rules;
	size_t i;

	rules = d->batch->receivers[receiver] & d->broken;
	for (i = 0; i < d->options->rules.n; i++)
		if ((rules & bit(i)) != 0 &&
		    write_report(&d->commands[i], to, end) < 0)
			return -1;
	if (paths && write_paths(d->batch, to, bit(receiver), end) < 0)
		return -1;
	return changelist_put_end(to, end);
}

/* ---- pidfiles ---- */

static void
say_result(struct deliver *d, struct receiver *to, enum pidfile_result result,
    int error)
{
	bool again;

	again = result == to->result && error == to->error;
	to->result = result;
	to->error = error;
	errno = error;
	if (result == PIDFILE_OK)
		d->calls->why("signalled %s", to->path);
	else if (again)
		d->calls->why("%s: still not signalled", to->path);
	else if (result == PIDFILE_ERRNO)
		d->calls->warn("%s:", to->path);
	else
		d->calls->warn("%s: %s", to->path, pidfile_why(result));
}

/*
 * Put these messages into the mailbox, if there is one, and signal the process
 * of the pidfile.  Mere reports are not worth a signal without them.
 */
static void
signal_with(struct deliver *d, struct receiver *to, const struct buf *messages,
    bool paths)
{
	enum pidfile_result result;
	struct mailbox box;
	bool open, put;
	int error;

	open = mailbox_open(&box, to->path) == MAILBOX_OK;
	put = open && mailbox_put(&box, buf_head(messages), messages->len) == 0;
	if (!put && !paths) {
		mailbox_close(&box);
		return;
	}
	if (open && !put)
		mailbox_put_any(&box);
	/* The mailbox is still locked, so the signal finds its messages. */
	result = pidfile_signal(to->path, to->signo);
	error = result == PIDFILE_ERRNO ? errno : 0;
	if (open && result != PIDFILE_OK)
		mailbox_undo(&box);
	mailbox_close(&box);
	say_result(d, to, result, error);
}

static void
signal_receiver(struct deliver *d, size_t i, bool paths)
{
	struct buf messages;

	messages = (struct buf){ .max = MAILBOX_MAX };
	if (write_list(d, i, paths, &messages, '\n') < 0) {
		/* Out of memory: a `*` stands for all paths. */
		buf_free(&messages);
		if (!paths)
			return;
		changelist_put_any(&messages, '\n');
	}
	signal_with(d, &d->receivers[i], &messages, paths);
	buf_free(&messages);
}

/* ---- poke ---- */

static void
poke(struct deliver *d, const char *path)
{
	enum poke_result result;

	result = poke_path(path);
	if (result == POKE_OK) {
		d->calls->why("%s: poked", path);
		return;
	}
	if ((d->refused & 1u << result) != 0)
		d->calls->why("%s: not poked either", path);
	else if (result == POKE_ERRNO)
		d->calls->warn("%s: not poked:", path);
	else
		d->calls->warn("%s: not poked: %s", path, poke_why(result));
	d->refused |= 1u << result;
}

static void
poke_all(struct deliver *d, uint64_t receivers)
{
	const struct batch_path *p;
	unsigned n;

	n = 0;
	for (p = d->batch->taken; p != NULL; p = p->taken)
		if ((p->owed & receivers) != 0) {
			poke(d, p->path);
			if (++n % POKES == 0 && d->calls->signals())
				return;
		}
}

/* ---- a batch ---- */

/* Send a receiver reports, and the paths that it is owed if they are wanted. */
static int
send_to(struct deliver *d, size_t i, bool paths)
{
	if (d->receivers[i].path != NULL) {
		signal_receiver(d, i, paths);
		return 0;
	}
	if (d->options->poke && paths)
		poke_all(d, bit(i));
	if (!d->options->list)
		return 0;
	return write_list(d, i, paths, &d->list, d->options->end);
}

int
deliver_results(
    struct deliver *d, uint64_t ran, uint64_t failed, uint64_t *reached)
{
	uint64_t rules;
	int result;
	size_t i;

	*reached = 0;
	result = 0;
	for (i = 0; i < d->batch->nreceivers && result == 0; i++) {
		rules = d->batch->receivers[i];
		if ((rules & ran) != 0 && (rules & failed) == 0) {
			result = send_to(d, i, true);
			*reached |= bit(i);
		} else if ((rules & failed & d->broken) != 0)
			result = send_to(d, i, false);
	}
	return result;
}

int
deliver_write(struct deliver *d)
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

/* ---- the receivers ---- */

/* Return the path without leading "./". */
static const char *
plain(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	return path;
}

/* Note that a rule names a pidfile.  Returns 0, or -1: there are too many. */
static int
add_pidfile(struct deliver *d, size_t rule, const char *path)
{
	struct receiver *to;
	int signo;
	size_t i;

	signo = d->options->rules.v[rule].signo;
	for (i = 0; i < d->batch->nreceivers; i++) {
		to = &d->receivers[i];
		if (to->signo == signo &&
		    strcmp(plain(to->path), plain(path)) == 0)
			break;
	}
	if (i == DELIVER_PIDFILES)
		return -1;
	if (i == d->batch->nreceivers) {
		d->receivers[i] = (struct receiver){ .path = path,
			.signo = signo };
		d->batch->receivers[i] = 0;
		d->batch->nreceivers++;
	}
	d->batch->receivers[i] |= bit(rule);
	return 0;
}

int
deliver_open(struct deliver *d, const struct options *options,
    const struct calls *calls, const struct command *commands,
    struct batch *batch)
{
	const struct rule *r;
	size_t i, k;

	*d = (struct deliver){ .options = options,
		.calls = calls,
		.commands = commands,
		.batch = batch,
		.list.max = SIZE_MAX / 2 };
	batch->nreceivers = 0;
	for (i = 0; i < options->rules.n; i++) {
		r = &options->rules.v[i];
		for (k = 0; k < r->npidfiles; k++)
			if (add_pidfile(d, i, r->pidfiles[k]) < 0)
				return -1;
	}
	if (options->list || options->poke)
		batch->receivers[batch->nreceivers++] = UINT64_MAX;
	return 0;
}
