#define _GNU_SOURCE /* as child.h wants it */
/* deliver.c - tests of what pidfiles, mailboxes and the list of -l get */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "../child.h"
#include "../scratch.h"
#include "../test.h"
#include "batched.h"
#include "run/deliver.h"

static struct rule rules[4];
static struct options options = { .rules.v = rules, .end = '\n' };
static struct command commands[4];
static struct batch batch = { .settle = 10 };
static struct deliver deliver;
static char said[200]; /* the last message */

static void
on_message(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said, sizeof said, fmt, ap);
	va_end(ap);
}

static bool
on_signals(void)
{
	return false;
}

static const struct calls calls = {
	.warn = on_message, .why = on_message, .signals = on_signals
};

static int
open_rules(size_t n)
{
	buf_free(&deliver.list);
	options.rules.n = n;
	return deliver_open(&deliver, &options, &calls, commands, &batch);
}

static struct rule
naming(char **pidfiles, size_t n, int signo)
{
	return (struct rule){
		.pidfiles = pidfiles, .npidfiles = n, .signo = signo
	};
}

static void
test_open(void)
{
	static char a[] = "a", b[] = "b", also_b[] = ".//./b";
	static char *ab[] = { a, b }, *bab[] = { b, a, also_b };
	static char names[DELIVER_PIDFILES + 1][8], *many[DELIVER_PIDFILES + 1];
	size_t i;

	rules[0] = naming(ab, 2, SIGUSR1);
	rules[1] = naming(NULL, 0, SIGUSR1);
	rules[2] = naming(bab, 3, SIGUSR1);
	rules[3] = naming(ab, 1, SIGHUP);
	ok(open_rules(4) == 0 && batch.nreceivers == 3,
	    "rules share the receiver of a pidfile");
	ok(strcmp(deliver.receivers[0].path, "a") == 0 &&
		batch.receivers[0] == 5 &&
		strcmp(deliver.receivers[1].path, "b") == 0 &&
		batch.receivers[1] == 5,
	    "a receiver has all rules that name it");
	ok(batch.receivers[2] == 8 && deliver.receivers[2].signo == SIGHUP,
	    "another signal makes another receiver");
	options.poke = true;
	ok(open_rules(4) == 0 && batch.nreceivers == 4 &&
		batch.receivers[3] == UINT64_MAX,
	    "-P is a receiver of all rules");
	for (i = 0; i <= DELIVER_PIDFILES; i++) {
		snprintf(names[i], sizeof names[i], "%d", (int)i);
		many[i] = names[i];
	}
	rules[0] = naming(many, DELIVER_PIDFILES, SIGUSR1);
	ok(open_rules(1) == 0 && batch.nreceivers == BATCH_RECEIVERS,
	    "there may be 63 pidfiles beside it");
	rules[0].npidfiles++;
	ok(open_rules(1) == -1, "more are refused");
	options.poke = false;
}

/* ---- batches ---- */

/* Take the batch, and deliver it: these rules failed. */
static int
deliver_failed(uint64_t failed)
{
	uint64_t reached;
	int result;

	batch_take(&batch, 0, &taken);
	result = deliver_results(&deliver, taken.rules, failed, &reached);
	batch_done(&batch, reached);
	return result;
}

/* The server of the first rule fails. */
static int
fail_server(void)
{
	uint64_t reached;

	return deliver_results(&deliver, 0, 1, &reached);
}

/* Return true if this, and nothing else, is in the mailbox of "pid". */
static bool
in_mailbox(const char *want)
{
	char text[1000];
	ssize_t n;
	int fd;

	fd = open(".pid.box", O_RDONLY);
	n = fd < 0 ? 0 : read(fd, text, sizeof text);
	close(fd);
	scratch_put(".pid.box", "");
	return n == (ssize_t)strlen(want) && memcmp(text, want, (size_t)n) == 0;
}

/* Return true if the list has these n bytes, and empty it. */
static bool
listed(const char *want, size_t n)
{
	size_t len;

	len = deliver.list.len;
	deliver.list.len = 0;
	return len == n &&
	    (n == 0 || memcmp(buf_head(&deliver.list), want, n) == 0);
}

/* Rule 1 names "pid", all are listed. */
static void
test_paths(void)
{
	change(&batch, "b", 1, 0);
	change(&batch, "a\nb", 3, 0);
	change(&batch, "!c", 2, 0);
	ok(deliver_failed(0) == 0 && in_mailbox("b\n*\n\n"),
	    "a mailbox gets the paths of the rules that name its pidfile");
	ok(listed("b\n*\n./!c\n\n", 10),
	    "the list gets all, in the order in which they changed");
	options.end = '\0';
	change(&batch, "a\nb", 2, 0);
	ok(deliver_failed(0) == 0 && in_mailbox("") && listed("a\nb\0\0", 5),
	    "a receiver whose rules did not run gets nothing");
	options.end = '\n';
	change(&batch, "x", 1, 0);
	change(&batch, "y", 2, 0);
	ok(deliver_failed(2) == 0 && in_mailbox("x\n\n") && listed("", 0),
	    "a receiver with a rule that failed gets nothing");
	change(&batch, "z", 1, 0);
	batch_any(&batch, 2, 0);
	ok(deliver_failed(0) == 0 && in_mailbox("z\n\n") &&
		listed("*\nx\ny\nz\n\n", 9),
	    "it gets what it is owed later; what is not known comes first");
	ok(batch.taken == NULL && batch.owed_any == 0, "nothing stays owed");
}

/* Both rules name "pid", and the first one keeps reports. */
static void
test_reports(void)
{
	static const char report[] = "! cc: exit status 1\n! a.c:1\n! bad\n\n";
	static char output[] = "a.c:1\nbad\n";
	char path[8192];
	int i;

	commands[0] = (struct command){ .why = "cc: exit status 1",
		.capture = { .kept = output, .nkept = strlen(output) } };
	rules[1].pidfiles = rules[0].pidfiles;
	rules[1].npidfiles = 1;
	open_rules(2);
	deliver.broken = 1;
	change(&batch, "a", 1, 0);
	ok(deliver_failed(1) == 0 && in_mailbox(report) &&
		listed(report, sizeof report - 1),
	    "a failed rule sends its report in place of the paths");
	ok(fail_server() == 0 && in_mailbox(report) &&
		listed(report, sizeof report - 1),
	    "so does a server that failed by itself");
	change(&batch, "b", 2, 0);
	ok(deliver_failed(0) == 0 &&
		in_mailbox("! cc: exit status 1\n! a.c:1\n! bad\na\nb\n\n"),
	    "a report is repeated until its rule succeeds");
	memset(path, 'x', sizeof path);
	for (i = 0; i < 9; i++) {
		snprintf(path + 8000, 20, "%d", i);
		change(&batch, path, 2, 0);
	}
	ok(deliver_failed(0) == 0 &&
		in_mailbox("! cc: exit status 1\n! a.c:1\n! bad\n*\n\n"),
	    "if the paths find no room, anything may have changed");
	deliver.broken = 0;
	deliver.list.len = 0;
}

static void
test_batches(void)
{
	static char pid[] = "pid";
	static char *pidfiles[] = { pid };
	struct child c;

	rules[0] = naming(pidfiles, 1, SIGUSR1);
	rules[1] = naming(NULL, 0, SIGUSR1);
	options.list = true;
	open_rules(2);
	c = start(HOLDER);
	scratch_put(".pid.box", "");
	test_paths();
	test_reports();
	buf_free(&deliver.list);
	options.list = false;
	end(c);
	unlink("pid");
	unlink(".pid.box");
}

/* ---- signals ---- */

/* Deliver one path, and return true if this is said. */
static bool
says(const char *want)
{
	change(&batch, "a", 1, 0);
	said[0] = '\0';
	if (deliver_failed(0) == 0 && strcmp(said, want) == 0)
		return true;
	printf("said: %s\nwant: %s\n", said, want);
	return false;
}

/* Paths whose list, with its end, has just as many bytes as a mailbox. */
static void
change_much(void)
{
	char path[8192];
	int i;

	for (i = 0; i < 8; i++) {
		memset(path, 'a' + i, sizeof path);
		path[i < 7 ? 8191 : 8190] = '\0';
		change(&batch, path, 1, 0);
	}
}

static void
test_signal(void)
{
	struct child c;

	open_rules(1);
	ok(says("pid:"), "a missing pidfile is named");
	ok(says("pid: still not signalled"), "a second time it is no news");
	c = start(HOLDER);
	ok(says("signalled pid") && rung(c), "its holder is signalled");
	ok(access(".pid.box", F_OK) < 0, "no mailbox is made");
	deliver.broken = 1;
	fail_server();
	ok(spared(c), "a report does not signal without a mailbox");
	scratch_put(".pid.box", "old\n\n");
	fail_server();
	ok(rung(c) &&
		in_mailbox("old\n\n! cc: exit status 1\n! a.c:1\n! bad\n\n"),
	    "with one it does");
	deliver.broken = 0;
	change_much();
	ok(deliver_failed(0) == 0 && rung(c) && in_mailbox("*\n\n"),
	    "what does not fit into a mailbox becomes a *");
	scratch_put(".pid.box", "old\n\n");
	end(c);
	change(&batch, "a", 1, 0);
	ok(deliver_failed(0) == 0 && in_mailbox("old\n\n"),
	    "without a signal the messages are undone");
}

int
main(void)
{
	scratch_begin();
	test_open();
	test_batches();
	test_signal();
	batch_free(&batch);
	scratch_end();
	return test_end();
}
