#define _POSIX_C_SOURCE 200809L
/* options.c - the arguments of watchrun */
#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "os/signals.h"
#include "run/batch.h"
#include "run/options.h"
#include "run/process.h"

/* For getopt(3), in the order of the manual. */
static const char all[] = ":01aef:hi:k:lnPp:qrS:s:T:t:uVvwx:";

/* Options of each rule; all others belong before the first `;`. */
static const char of_rules[] = "aekprSsTux";

static int fail(struct options *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct options *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->error, sizeof o->error, fmt, ap);
	va_end(ap);
	return -1;
}

static int
pattern(struct options *o, const char *text, enum glob_use use)
{
	if (rules_add(&o->rules, text, use) == 0)
		return 0;
	if (errno == EINVAL)
		return fail(o, "'': an empty pattern");
	if (errno == E2BIG)
		return fail(o, "%s: stands for too many patterns", text);
	return -1;
}

static int
pidfile(struct options *o, struct rule *r, char *path)
{
	char **pidfiles;

	if (*path == '\0')
		return fail(o, "-p '': an empty name");
	pidfiles = realloc(r->pidfiles, (r->npidfiles + 1) * sizeof *pidfiles);
	if (pidfiles == NULL)
		return -1;
	r->pidfiles = pidfiles;
	r->pidfiles[r->npidfiles++] = path;
	o->signals = true;
	return 0;
}

static int
signal_of(struct options *o, int c, int *signo)
{
	*signo = signals_number(optarg);
	return *signo < 0 ? fail(o, "-%c %s: not a signal", c, optarg) : 0;
}

static int
seconds(struct options *o, int c, int64_t least, int64_t *ms)
{
	if (str_secs(optarg, ms) < 0)
		return fail(o, "-%c %s: not a number of seconds", c, optarg);
	if (*ms < least)
		return fail(o, "-%c %s: must be more than 0", c, optarg);
	return 0;
}

/* Return the bit of the rule that is being parsed. */
static uint64_t
last_rule(const struct options *o)
{
	return (uint64_t)1 << (o->rules.n - 1);
}

/* Parse an option of a rule.  Returns 0, -1, or 1 if c is no such option. */
static int
rule_option(struct options *o, struct rule *r, int c)
{
	switch (c) {
	case 'a':
		o->rules.ignore_nothing |= last_rule(o);
		return 0;
	case 'e':
		r->report = true;
		return 0;
	case 'k':
		return seconds(o, c, 0, &r->grace);
	case 'p':
		return pidfile(o, r, optarg);
	case 'r':
		r->restart = true;
		return 0;
	case 'S':
		return signal_of(o, c, &r->stop);
	case 's':
		return signal_of(o, c, &r->signo);
	case 'T':
		return seconds(o, c, 1, &r->limit);
	case 'u':
		o->same |= last_rule(o);
		return 0;
	case 'x':
		return pattern(o, optarg, GLOB_LEFT_OUT);
	default:
		return 1;
	}
}

static int
option(struct options *o, int c)
{
	switch (c) {
	case '0':
		o->end = '\0';
		break;
	case '1':
		o->once = true;
		break;
	case 'f':
		o->from = optarg;
		return *optarg == '\0' ? fail(o, "-f '': an empty name") : 0;
	case 'i':
		return seconds(o, c, 1, &o->poll);
	case 'l':
		o->list = true;
		break;
	case 'n':
		o->dry = true;
		break;
	case 'P':
		o->poke = true;
		break;
	case 'q':
	case 'v':
		o->level = c == 'q' ? MSG_QUIET : MSG_VERBOSE;
		break;
	case 't':
		o->many = 0;
		return seconds(o, c, 0, &o->settle);
	case 'w':
		o->wait = true;
		break;
	case 'h':
	case 'V':
		return c;
	case ':':
		return fail(o, "-%c: wants an argument", optopt);
	default:
		return fail(o, "-%c: no such option", optopt);
	}
	return 0;
}

static int
any_option(struct options *o, struct rule *r, int c)
{
	int result;

	if (c != ':' && c != '?' && r > o->rules.v &&
	    strchr(of_rules, c) == NULL && c != 'h' && c != 'V')
		return fail(o, "-%c: belongs before the first ';'", c);
	result = rule_option(o, r, c);
	return result > 0 ? option(o, c) : result;
}

/*
 * Parse one rule: options and patterns, then perhaps `--` and the command.
 * Returns as options_parse.
 */
static int
parse_rule(struct options *o, struct rule *r, int argc, char *argv[])
{
	bool any;
	int c, result;

	any = false;
	while (optind < argc && strcmp(argv[optind], "--") != 0) {
		c = getopt(argc, argv, all);
		if (c == -1) {
			if (pattern(o, argv[optind++], GLOB_WANTED) < 0)
				return -1;
			any = true;
			continue;
		}
		result = any_option(o, r, c);
		if (result != 0)
			return result;
	}
	if (optind + 1 == argc)
		return fail(o, "--: no command follows");
	if (optind < argc) {
		r->command = argv + optind + 1;
		o->commands |= last_rule(o);
	}
	if (r->command == NULL && (r->restart || r->report))
		return fail(
		    o, "-%c: wants a command after --", r->restart ? 'r' : 'e');
	/* Without a pattern, all records of -f count. */
	return any
	    ? 0
	    : pattern(o, "**", o->from == NULL ? GLOB_WANTED : GLOB_ANY_PATH);
}

static struct rule *
add_rule(struct options *o)
{
	struct rule *v;

	if (o->rules.n == RULE_MAX) {
		fail(o, "';': more than %d rules", RULE_MAX);
		return NULL;
	}
	v = realloc(o->rules.v, (o->rules.n + 1) * sizeof *v);
	if (v == NULL)
		return NULL;
	o->rules.v = v;
	v[o->rules.n] = (struct rule){
		.signo = SIGUSR1, .stop = SIGTERM, .grace = PROCESS_GRACE
	};
	return &v[o->rules.n++];
}

static int
check(struct options *o)
{
	if (o->commands == 0 && !o->signals && !o->list && !o->poke &&
	    !o->dry && !o->once && o->from == NULL)
		return fail(o,
		    "nothing to run, signal or list: give `-- command`, "
		    "`-p pidfile` or `-l`");
	if (o->from != NULL && o->poll > 0)
		return fail(o, "-i: nothing is watched under -f");
	if (o->from != NULL && o->dry)
		return fail(o, "-n: nothing is watched under -f");
	return 0;
}

/* Parse all rules; a `;` after the last rule has no effect. */
static int
parse_rules(struct options *o, int argc, char *argv[])
{
	struct rule *r;
	int end, result;

	optind = 1;
	do {
		for (end = optind; end < argc; end++)
			if (strcmp(argv[end], ";") == 0)
				break;
		if (optind == end && end < argc)
			return fail(o, "';': no rule stands before it");
		r = add_rule(o);
		result = r == NULL ? -1 : parse_rule(o, r, end, argv);
		if (result != 0)
			return result;
		argv[end] = NULL;
		optind = end + 1;
	} while (optind < argc);
	return 0;
}

int
options_parse(struct options *o, int argc, char *argv[])
{
	int result;

	*o = (struct options){ .settle = BATCH_SETTLE,
		.many = BATCH_MANY,
		.level = MSG_NORMAL,
		.end = '\n' };
	result = parse_rules(o, argc, argv);
	return result != 0 ? result : check(o);
}

void
options_missing(const struct options *o, void (*warn)(const char *fmt, ...))
{
	char last[RULE_PATH];
	struct rules_start start;
	struct stat st;
	size_t i;

	*last = '\0';
	for (i = 0; rules_start(&o->rules, &i, &start);) {
		errno = ENAMETOOLONG;
		if (*start.path == '\0')
			warn("%.60s...:", start.pattern);
		else if (strcmp(start.path, last) == 0 ||
		    stat(start.path, &st) == 0)
			continue;
		else if (errno == ENOENT)
			warn("%s: no such file or directory yet", start.path);
		else
			warn("%s:", start.path);
		/* The alternatives of a pattern may start alike. */
		snprintf(last, sizeof last, "%s", start.path);
	}
}
