#define _XOPEN_SOURCE 700
/* options.c - tests of the arguments of watchrun */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../scratch.h"
#include "../test.h"
#include "run/options.h"

static struct options o;
static char *argv[200];
static char texts[2][1000];

static void
free_rules(void)
{
	while (o.rules.n > 0)
		free(o.rules.v[--o.rules.n].pidfiles);
	rules_free(&o.rules);
	free(o.rules.v);
	o.rules.v = NULL;
}

/* Parse arguments with blanks between. */
static int
parse(const char *args)
{
	static int which;
	char *arg, *text;
	int argc;

	free_rules();
	/* getopt(3) may still look at the end of the text before. */
	which = !which;
	text = texts[which];
	snprintf(text, sizeof texts[0], "watchrun %s", args);
	argc = 0;
	for (arg = strtok(text, " "); arg != NULL; arg = strtok(NULL, " "))
		argv[argc++] = arg;
	argv[argc] = NULL;
	return options_parse(&o, argc, argv);
}

static int
says(const char *args, const char *error)
{
	if (parse(args) == -1 && strcmp(o.error, error) == 0)
		return 1;
	printf("%s: %s\n", args, o.error);
	return 0;
}

/* Are these the patterns of a rule?  Those of -x have a `-` in front. */
static bool
has_patterns(size_t rule, const char *want)
{
	const struct glob_pattern *p;
	char text[200], longer[500];

	*text = '\0';
	for (p = o.rules.globs.patterns; p != NULL; p = p->next) {
		if ((p->rule >> rule & 1) == 0)
			continue;
		snprintf(longer, sizeof longer, "%s%s%s%s",
		    p->use == GLOB_LEFT_OUT ? "-" : "", p->text,
		    *text == '\0' ? "" : " ", text);
		snprintf(text, sizeof text, "%.199s", longer);
	}
	return strcmp(text, want) == 0;
}

static void
test_one(void)
{
	const struct rule *r;

	ok(parse("-l") == 0 && o.rules.n == 1, "arguments are one rule");
	r = &o.rules.v[0];
	ok(has_patterns(0, "**"), "without a pattern it is for all files");
	ok(r->signo == SIGUSR1 && r->stop == SIGTERM && r->grace == 5000 &&
		r->limit == 0 && o.rules.ignore_nothing == 0 &&
		o.settle == 10 && o.many == 50 && o.poll == 0 && o.from == NULL,
	    "with the defaults of the manual");
}

static void
test_options(void)
{
	const struct rule *r;

	ok(parse("-01aelPqruvw -f list -p a -pb -S INT -sHUP -k 1.5 -T 2 "
		 "-t 0 -x gen *.c lib -- make {} -f x -- y") == 0,
	    "options may be joined or apart");
	r = &o.rules.v[0];
	ok(o.end == '\0' && o.once && o.list && o.poke && o.wait &&
		o.level == MSG_VERBOSE && !o.dry && o.settle == 0 &&
		o.many == 0 && strcmp(o.from, "list") == 0,
	    "options of all rules are set");
	ok(o.rules.ignore_nothing == 1 && r->report && r->restart &&
		o.same == 1 && r->npidfiles == 2 &&
		strcmp(r->pidfiles[1], "b") == 0 && r->stop == SIGINT &&
		r->signo == SIGHUP && r->grace == 1500 && r->limit == 2000,
	    "options of the rule are set");
	ok(has_patterns(0, "-gen *.c lib") &&
		strcmp(r->command[0], "make") == 0 &&
		strcmp(r->command[4], "--") == 0 && r->command[6] == NULL,
	    "patterns and the command are set, whatever the command holds");
	ok(parse("a -v b -q -l") == 0 && has_patterns(0, "a b") &&
		o.level == MSG_QUIET,
	    "options may follow patterns, and the last of -q and -v counts");
	ok(parse("-i 0.2 -l") == 0 && o.poll == 200, "-i takes seconds");
	ok(parse("-k 0 a -- b") == 0 && o.rules.v[0].grace == 0,
	    "the grace may be 0");
	ok(parse("-h -z") == 'h', "nothing after -h is parsed");
	ok(parse("-V -z") == 'V', "nothing after -V is parsed");
	ok(parse("-n") == 0 && o.dry, "-n is taken");
}

static void
test_rules(void)
{
	char many[600];
	size_t i, n;

	ok(parse("-w *.c -- cc -c ; -r -p x *.css -- sass ; *.js") == 0 &&
		o.rules.n == 3,
	    "a ; separates rules");
	ok(strcmp(o.rules.v[0].command[1], "-c") == 0 &&
		o.rules.v[0].command[2] == NULL,
	    "a ; ends a command");
	ok(o.rules.v[1].restart && !o.rules.v[0].restart &&
		o.rules.v[1].npidfiles == 1 && o.rules.v[0].npidfiles == 0,
	    "each rule has its own options");
	ok(o.rules.v[2].command == NULL && has_patterns(2, "*.js"),
	    "each rule has its own patterns");
	ok(parse("a -- b ;") == 0 && o.rules.n == 1,
	    "a ; at the end has no effect");
	ok(parse("-l a ; -x b") == 0 && o.rules.n == 2 &&
		has_patterns(1, "-b **"),
	    "a rule without patterns is for all files");
	ok(says("; a", "';': no rule stands before it"),
	    "a ; at the start is an error");
	ok(says("a ; ; b", "';': no rule stands before it"),
	    "two ; in a row are an error");
	ok(says("a ; -t 1 b", "-t: belongs before the first ';'"),
	    "options of all rules belong to the first rule");
	for (i = n = 0; i < RULE_MAX; i++)
		n += (size_t)snprintf(many + n, sizeof many - n, "-p a ; ");
	ok(parse(many) == 0 && o.rules.n == RULE_MAX, "there may be 64 rules");
	snprintf(many + n, sizeof many - n, "-p a");
	ok(says(many, "';': more than 64 rules"),
	    "more than 64 rules are an error");
}

static void
test_from(void)
{
	const char *by;

	ok(parse("-f - -x *.o") == 0, "-f may be standard input");
	ok(rules_match(&o.rules, "a/.b/c", &by) == 1 &&
		rules_match(&o.rules, "/x", &by) == 1 &&
		rules_match(&o.rules, ".git/x", &by) == 1,
	    "without a pattern every path of the list counts");
	ok(rules_match(&o.rules, "a/b.o", &by) == 0,
	    "a path that -x leaves out does not count");
	ok(parse("-f - *.c") == 0 && rules_match(&o.rules, "a.c", &by) == 1 &&
		rules_match(&o.rules, "a.h", &by) == 0,
	    "with a pattern a path has to match");
}

static void
test_same(void)
{
	ok(parse("-p a b ; -u -p c d ; -p e f ; -u -p g h") == 0 &&
		o.same == 10,
	    "the rules with -u are known");
}

static void
test_effect(void)
{
	static const char *const without[] = { "", "npm start", "-w a ; b",
		"-v -u a", "-t 1", "a ;" };
	static const char *const with[] = { "-l", "-P", "-n", "-1 a", "-f -",
		"-p a", "a ; -p b", "a ; b -- c" };
	size_t i;
	int all;

	all = 1;
	for (i = 0; i < sizeof without / sizeof without[0]; i++)
		all &= says(without[i],
		    "nothing to run, signal or list: give `-- command`, "
		    "`-p pidfile` or `-l`");
	ok(all, "arguments that give nothing to do are an error");
	for (i = 0; i < sizeof with / sizeof with[0]; i++)
		all &= parse(with[i]) == 0;
	ok(all, "each thing to do is enough");
}

static void
test_errors(void)
{
	ok(says("-z", "-z: no such option"), "an unknown option is an error");
	ok(says("-p", "-p: wants an argument"),
	    "a missing argument is an error");
	ok(says("-s FAST", "-s FAST: not a signal"),
	    "an unknown signal is an error");
	ok(says("-S 0", "-S 0: not a signal"), "0 is no signal");
	ok(says("-t x", "-t x: not a number of seconds"),
	    "a bad number is an error");
	ok(says("-i 0", "-i 0: must be more than 0"), "polling needs a pause");
	ok(says("-T 0", "-T 0: must be more than 0"),
	    "a limit of 0 is an error");
	ok(says("a --", "--: no command follows"),
	    "a command has to follow --");
	ok(says("a -- ; b", "--: no command follows"),
	    "a command has to follow -- in each rule");
	ok(says("-r a", "-r: wants a command after --"), "-r needs a command");
	ok(says("-e a", "-e: wants a command after --"), "-e needs a command");
	ok(says("-f - -i 1", "-i: nothing is watched under -f"),
	    "-f cannot be polled");
	ok(says("-f - -n", "-n: nothing is watched under -f"),
	    "-f cannot be shown");
}

static char warnings[1000];

static void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
warn(const char *fmt, ...)
{
	size_t n;
	va_list ap;

	n = strlen(warnings);
	va_start(ap, fmt);
	vsnprintf(warnings + n, sizeof warnings - n, fmt, ap);
	va_end(ap);
	n = strlen(warnings);
	snprintf(warnings + n, sizeof warnings - n, "\n");
}

static void
test_missing(void)
{
	scratch_put("here", "");
	parse("-l here");
	options_missing(&o, warn);
	ok(*warnings == '\0', "a path that exists needs no warning");
	parse("-l here gone/*.{c,h}");
	options_missing(&o, warn);
	ok(strcmp(warnings, "gone: no such file or directory yet\n") == 0,
	    "a missing path is named once for all alternatives");
}

static void
test_literal(void)
{
	const char *by;

	scratch_put("[id].tsx", "");
	ok(parse("-l [id].tsx [x].tsx") == 0 &&
		rules_match(&o.rules, "[id].tsx", &by) == 1 &&
		rules_match(&o.rules, "i.tsx", &by) == 0 &&
		rules_match(&o.rules, "x.tsx", &by) == 1,
	    "an argument that names a file is that file");
}

int
main(void)
{
	test_options();
	test_one();
	test_rules();
	test_from();
	test_same();
	test_effect();
	test_errors();
	scratch_begin();
	test_literal();
	test_missing();
	scratch_end();
	free_rules();
	return test_end();
}
