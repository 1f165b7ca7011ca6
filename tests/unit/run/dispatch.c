#define _XOPEN_SOURCE 700
/* dispatch.c - tests of the turns of a batch's rules */
#include <signal.h>

#include "../scratch.h"
#include "../test.h"
#include "base/clock.h"
#include "batched.h"
#include "os/os.h"
#include "run/dispatch.h"

static struct options options;
static struct batch batch = { .settle = 10 };
static struct dispatch dispatch;
static int warnings;

static void
on_warn(const char *fmt, ...)
{
	(void)fmt;
	warnings++;
}

static void
on_why(const char *fmt, ...)
{
	(void)fmt;
}

static void
on_scan(void)
{
}

static bool
on_signals(void)
{
	return dispatch.ending;
}

static const struct calls calls = {
	.warn = on_warn, .why = on_why, .scan = on_scan, .signals = on_signals
};

static void
close_all(void)
{
	buf_free(&dispatch.deliver.list);
	batch_free(&batch);
	while (options.rules.n > 0)
		free(options.rules.v[--options.rules.n].pidfiles);
	rules_free(&options.rules);
	free(options.rules.v);
	options.rules.v = NULL;
	unlink("ran");
}

/* Open with these arguments of watchrun, with blanks between. */
static void
open_with(const char *args)
{
	static char texts[2][200], *argv[40];
	static int which;
	int argc;

	close_all();
	/* getopt(3) may still look at the end of the text before. */
	which = !which;
	snprintf(texts[which], sizeof texts[which], "watchrun %s", args);
	argc = 0;
	for (argv[0] = strtok(texts[which], " "); argv[argc] != NULL;)
		argv[++argc] = strtok(NULL, " ");
	warnings = 0;
	if (options_parse(&options, argc, argv) < 0 ||
	    dispatch_open(&dispatch, &options, &batch, &calls) < 0)
		exit(2);
}

/* Handle what is due.  Return true if no batch is in hand. */
static bool
is_idle(void)
{
	process_reap(&dispatch.all);
	dispatch_tick(&dispatch);
	return dispatch.current == DISPATCH_IDLE;
}

static void
run_batch(const char *path, uint64_t rules)
{
	change(&batch, path, rules, clock_ms());
	dispatch_batch(&dispatch);
	until(is_idle());
}

static bool
file_has(const char *path, const char *want)
{
	char text[200];
	size_t n;
	FILE *f;

	f = fopen(path, "r");
	if (f == NULL)
		return false;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	return strcmp(text, want) == 0;
}

static bool
listed(const char *want)
{
	struct buf *list = &dispatch.deliver.list;
	size_t len;

	len = list->len;
	list->len = 0;
	return len == strlen(want) &&
	    (len == 0 || memcmp(buf_head(list), want, len) == 0);
}

static void
test_turns(void)
{
	open_with("-l a -- sh one {} ; b ; c -- sh two {}");
	run_batch("a", 5);
	ok(file_has("ran", "one a\ntwo a\n") && listed("a\n\n"),
	    "the rules of a batch run in order, then the list is sent");
	run_batch("b", 2);
	ok(file_has("ran", "one a\ntwo a\n") && listed("b\n\n"),
	    "a rule without a command succeeds");
	scratch_put("fails", "");
	run_batch("c", 5);
	ok(file_has("ran", "one a\ntwo a\none c\ntwo c\n") && listed("") &&
		dispatch.status == 3 && warnings == 1,
	    "after a failure the other rules run, and no path is sent");
	unlink("fails");
	run_batch("d", 1);
	ok(listed("c\nd\n\n") && dispatch.status == 0 && warnings == 1,
	    "the next success sends all paths");
}

static void
test_busy_program(void)
{
	FILE *f;

	scratch_sh("cp two program && chmod +x program");
	open_with("a -- ./program x");
	f = fopen("program", "a");
	change(&batch, "a", 1, clock_ms());
	dispatch_batch(&dispatch);
	ok(!is_idle() && dispatch_due(&dispatch, 0) < PROCESS_NEVER,
	    "a program that is being written is tried again");
	fclose(f);
	until(is_idle());
	ok(file_has("ran", "two x\n") && dispatch.status == 0,
	    "it runs when its writer has closed it");
}

static void
test_server(void)
{
	open_with("-r a -- sh server ; b -- sh two x");
	run_batch("a", 3);
	until(file_has("ran", "up\ntwo x\n") || file_has("ran", "two x\nup\n"));
	ok(dispatch_busy(&dispatch), "the turn of a server ends at its start");
	unlink("ran");
	run_batch("a", 1);
	until(file_has("ran", "down\nup\n"));
	ok(file_has("ran", "down\nup\n"), "a server is stopped and restarted");
	dispatch_stop(&dispatch, 0, 0);
	until((is_idle(), !dispatch_busy(&dispatch)));
	ok(file_has("ran", "down\nup\ndown\n"), "it is stopped at the end");
}

static void
test_stop(void)
{
	open_with("a -- sleep 1000 ; b -- sh two x");
	change(&batch, "a", 3, clock_ms());
	dispatch_batch(&dispatch);
	dispatch_stop(&dispatch, SIGINT, 0);
	until((is_idle(), !dispatch_busy(&dispatch)));
	ok(dispatch.signo == SIGINT && !file_has("ran", "two x\n"),
	    "at the end no other command starts");
	open_with("-1 a -- sh one x");
	scratch_put("fails", "");
	run_batch("a", 1);
	ok(dispatch.ending && dispatch.signo == 0 && dispatch.status == 3,
	    "with -1 the first batch is the end, with its status");
}

int
main(void)
{
	setsid();
	scratch_begin();
	scratch_sh("touch a b c d");
	scratch_put("one", "echo one $* >>ran; ! test -e fails || exit 3");
	scratch_put("two", "#!/bin/sh\necho two $* >>ran");
	scratch_put("server",
	    "trap 'echo down >>ran; exit' TERM\necho up >>ran\n"
	    "while :; do sleep 0.01; done");
	test_turns();
	test_busy_program();
	test_server();
	test_stop();
	close_all();
	scratch_end();
	return test_end();
}
