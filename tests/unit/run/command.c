#define _XOPEN_SOURCE 700
/* command.c - tests of a rule's command: its arguments and its result */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "base/clock.h"
#include "run/command.h"

static struct rule rule = { .stop = SIGTERM };
static struct options options = { .rules = { .v = &rule, .n = 1 } };
static struct process run;
static struct processes all = { .v = &run, .n = 1, .tty = -1 };
static struct command job;
static struct batch batch;

/* A path of the batch in hand: it counts for these rules. */
static void
changed(const char *path, uint64_t rules)
{
	batch_changed(&batch, path, rules, BATCH_CHANGE, false, 0);
}

static void
take(void)
{
	struct batch_taken taken;

	batch_take(&batch, 0, &taken);
}

/* Split words at blanks into the arguments of a command. */
static char **
split(const char *words)
{
	static char text[200], *v[20];
	size_t n;

	snprintf(text, sizeof text, "%s", words);
	n = 0;
	for (v[n] = strtok(text, " "); v[n] != NULL;)
		v[++n] = strtok(NULL, " ");
	return v;
}

/* Run a command until it has ended. */
static int
runs(const char *command, bool any)
{
	int status;

	rule.command = split(command);
	job = (struct command){
		.options = &options, .rule = &rule, .process = &run
	};
	run = (struct process){ .all = &all, .rule = &rule };
	status = command_start(&job, &batch, any, clock_ms());
	if (status != 0)
		return status;
	do {
		scratch_nap();
		process_reap(&all);
	} while (process_tick(&run, clock_ms()) != PROCESS_ENDED);
	return 0;
}

/* Return true if the script `echo` got this, and forget it. */
static bool
echoed(const char *want)
{
	char text[1000];
	FILE *f;
	size_t n;

	f = fopen("out", "r");
	n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	if (f != NULL)
		fclose(f);
	unlink("out");
	if (strcmp(text, want) == 0)
		return true;
	printf("got:  %.200swant: %s", text, want);
	return false;
}

static void
test_changed(void)
{
	scratch_sh("mkdir lib && touch -- a -b 'c d' lib/x");
	changed("a", 1);
	changed("gone", 1);
	changed("lib/x", 2);
	changed("-b", 1);
	changed("c d", 3);
	take();
	ok(runs("sh echo {}", false) == 0 && echoed("0 a ./-b c d\n"),
	    "{} becomes the changed paths of the rule that still exist");
	ok(runs("sh echo {} -o{} {}b {,} {}", false) == 0 &&
		echoed("0 a ./-b c d -o{} {}b {,} a ./-b c d\n"),
	    "each argument that is {} becomes all paths, others stay");
	batch_done(&batch, 0);
	changed("gone", 1);
	take();
	ok(runs("sh echo {}", false) == 0 && echoed("0\n"),
	    "if all paths are gone, {} becomes no argument");
	batch_done(&batch, 0);
}

static void
test_any(void)
{
	rules_add(&options.rules, "lib/*.c", GLOB_WANTED);
	rules_add(&options.rules, "*.h", GLOB_WANTED);
	rules_add(&options.rules, "a", GLOB_WANTED);
	rules_add(&options.rules, "lib/**/*.c", GLOB_WANTED);
	rules_add(&options.rules, "lib", GLOB_WANTED);
	rules_add(&options.rules, "none/*.c", GLOB_WANTED);
	rules_add(&options.rules, "/tmp/*.c", GLOB_WANTED);
	ok(runs("sh echo {}", true) == 0 && echoed("1 lib . a /tmp\n"),
	    "if anything may have changed, {} becomes the starts of patterns");
}

static void
test_long(void)
{
	char path[200];
	int i;

	/* Linux takes about 2 MB of arguments. */
	memset(path, 'x', sizeof path);
	for (i = 0; i < 20000; i++) {
		snprintf(path + 180, sizeof path - 180, "%d", i);
		changed(path, 1);
	}
	take();
	scratch_sh("for i in $(seq 0 99); do "
		   ">$(printf 'x%.0s' $(seq 180))$i; done");
	ok(runs("sh echo {}", false) == 0 &&
		system("grep -q '^0 .*xxx99$' out") == 0,
	    "a hundred long names fit");
	scratch_sh("yes \"$(printf 'x%.0s' $(seq 180))\" | head -n 20000 | "
		   "awk '{ print $0 NR - 1 }' | xargs touch");
	ok(runs("sh echo {}", false) == 0 && echoed("1 lib . a /tmp\n"),
	    "paths that do not fit become the starts of patterns");
	batch_done(&batch, 0);
}

static void
test_ends(void)
{
	ok(runs("true", false) == 0 && !command_ended(&job),
	    "a command that exits with 0 has not failed");
	ok(runs("sh seven", false) == 0 && command_ended(&job) &&
		strcmp(job.why, "sh: exit status 7") == 0,
	    "a failure has its status as the reason");
	ok(runs("sh killed", false) == 0 && command_ended(&job) &&
		strcmp(job.why, "sh: killed by SIGKILL") == 0,
	    "death by a signal has the signal as the reason");
	ok(runs("./none", false) == 127 &&
		strcmp(job.why, "./none: No such file or directory") == 0,
	    "a missing command has status 127");
	ok(runs("/", false) == 126 &&
		strcmp(job.why, "/: Permission denied") == 0,
	    "a command that cannot be executed has status 126");
	rule.limit = 50;
	job = (struct command){
		.options = &options, .rule = &rule, .process = &run
	};
	run = (struct process){ .all = &all, .rule = &rule };
	rule.command = split("sleep 1000");
	command_start(&job, &batch, false, clock_ms());
	do {
		scratch_nap();
		process_reap(&all);
	} while (process_tick(&run, clock_ms()) != PROCESS_ENDED);
	ok(command_ended(&job) &&
		strcmp(job.why, "sleep: took longer than 0.05 seconds") == 0,
	    "a command that takes too long has failed");
}

int
main(void)
{
	scratch_begin();
	scratch_put("echo", "echo ${WATCHRUN_ALL:-0} \"$@\" >out");
	scratch_put("seven", "exit 7");
	scratch_put("killed", "kill -KILL $$");
	test_changed();
	test_any();
	test_long();
	test_ends();
	rules_free(&options.rules);
	scratch_end();
	return test_end();
}
