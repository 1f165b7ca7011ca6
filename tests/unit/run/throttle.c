/* throttle.c - tests of the delays before runs that our own commands cause */
#include "run/throttle.h"
#include "../test.h"
#include <stdio.h>
#include <string.h>

static struct throttle t;
static int64_t now; /* the clock */
static const char *named; /* the path that was named last */
static unsigned times; /* that a path was named */

static void
start(void)
{
	t = (struct throttle){ 0 };
	now = 5000;
	named = "";
	times = 0;
}

/* One batch with these paths, as soon as it may be acted on. */
static void
batch_of(bool own, const char *const *paths, size_t n, int64_t took)
{
	size_t i;

	if (own && now < t.until)
		now = t.until;
	throttle_begin(&t, own, now);
	for (i = 0; i < n; i++)
		if (throttle_path(&t, paths[i])) {
			named = paths[i];
			times++;
		}
	now += took;
	throttle_own_until(&t, now);
	throttle_end(&t, now);
}

static void
own(const char *path, int64_t took)
{
	batch_of(true, &path, 1, took);
}

static void
outside(const char *path)
{
	batch_of(false, &path, 1, 10);
}

/* ---- delays ---- */

/* Are these the delays before the first to the n-th batch of a row? */
static bool
delays(const int *wanted, unsigned n, int64_t took)
{
	unsigned i;

	start();
	outside("a");
	for (i = 0; i < n; i++) {
		if (t.delay != wanted[i] || t.until != now + wanted[i]) {
			printf("# %u: %lld\n", i + 1, (long long)t.delay);
			return false;
		}
		own("a", took);
	}
	return true;
}

static void
test_delays(void)
{
	static const int slow[] = { 0, 0, 0, 0, 0, 20, 40, 80, 160, 320, 640,
		1280, 2560, 5120, 10240, 20480, 30000, 30000, 30000, 30000 };
	static const int build[] = { 0, 0, 0, 0, 0, 20, 40, 80, 160, 320, 500,
		500, 500, 500, 500, 500, 500, 500, 500, 30000, 30000 };
	static const int quick[] = { 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3,
		3, 3, 3, 3, 3, 30000, 30000 };
	int i;

	ok(delays(slow, 20, 60000),
	    "from the sixth batch of a row on the delay doubles up to 30 s");
	ok(delays(build, 21, 500),
	    "until the twentieth it is no longer than the last run took");
	ok(delays(quick, 21, 3), "also if that run took 3 ms");
	own("a", 60000);
	ok(t.delay == 30000, "from the twentieth on the delay is 30 s");
	outside("b");
	ok(t.delay == 0 && t.until == now, "another change ends the row");
	for (i = 0; i < 5; i++)
		own("a", 100);
	ok(t.delay == 20, "the next row has delays of its own");
}

/* ---- rows of several paths ---- */

static void
test_mixed(void)
{
	char name[20];
	int i;

	start();
	for (i = 0; i < 8 * 4; i++) {
		outside("a.scss");
		own("out/a.css", 20);
	}
	ok(t.delay == 0 && times == 0,
	    "a rule that works on another rule's output causes no row");
	start();
	outside("a.scss");
	for (i = 1; i < 99; i++)
		own(i % 2 == 0 ? "a.scss" : "out/a.css", 20);
	ok(t.delay == 20 && times == 0,
	    "of two files that change by turns none is named");
	own("out/a.css", 20);
	ok(times == 1 && strcmp(named, "out/a.css") == 0,
	    "but one is before the first delay of 30 s");
	ok(t.delay == 30000, "which is before the 100th batch");
	start();
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof name, "out/%d", i);
		own(name, 20);
	}
	ok(times == 1 && t.delay == 30000, "so it is if each file is new");
}

/* ---- names ---- */

static void
test_named(void)
{
	static const char *const both[] = { "b", "a" };
	static const char *const more[] = { "c", "a" };
	int i;

	start();
	outside("a");
	for (i = 0; i < 9; i++)
		own("a", 20);
	ok(times == 0, "nine batches of a row name nothing");
	own("a", 20);
	ok(times == 1 && strcmp(named, "a") == 0,
	    "the tenth names the path that all of them had");
	for (i = 0; i < 200; i++)
		own("a", 20);
	outside("a");
	for (i = 0; i < 200; i++)
		own("a", 20);
	ok(times == 1, "which is named once, whatever comes later");
	outside("b");
	for (i = 0; i < 20; i++)
		own("b", 20);
	ok(times == 2 && strcmp(named, "b") == 0, "another is named as well");
	start();
	for (i = 0; i < 9; i++)
		batch_of(true, both, 2, 20);
	batch_of(true, more, 2, 20);
	ok(times == 1 && strcmp(named, "a") == 0,
	    "a path that one of the ten lacked is not named");
	start();
	for (i = 0; i < 50; i++)
		batch_of(true, both, 2, 20);
	ok(times == 1, "of several paths one is named");
	start();
	for (i = 0; i < 9; i++)
		own("a", 20);
	own("b", 20);
	for (i = 0; i < 9; i++)
		own("a", 20);
	ok(times == 0, "a batch without the path starts its ten anew");
	own("a", 20);
	ok(times == 1, "which may be at any place of the row");
}

static void
test_many(void)
{
	char name[20];
	const char *path;
	int i, k;

	start();
	path = name;
	for (i = 0; i < 30; i++) {
		throttle_begin(&t, true, now);
		for (k = 0; k < 3 * THROTTLE_PATHS; k++) {
			snprintf(name, sizeof name, "out/%d", k);
			times += throttle_path(&t, path);
		}
		throttle_end(&t, now);
	}
	ok(times == 1, "of very many paths one is named, too");
}

/* ---- what is own ---- */

static void
test_own(void)
{
	start();
	ok(!throttle_own(&t, 5000), "before any run nothing is own");
	throttle_own_until(&t, 6000);
	ok(throttle_own(&t, 5999) && !throttle_own(&t, 6000),
	    "what changed before the end of a run is own");
	throttle_started(&t, 0, 7000);
	ok(throttle_own(&t, 7499), "for 0.5 s a server's changes are own");
	ok(!throttle_own(&t, 7500), "and no longer");
	throttle_started(&t, 0, 8000);
	throttle_own_until(&t, 8010);
	ok(throttle_own(&t, 8499), "also if a command ends meanwhile");
}

/* ---- servers ---- */

/* The server starts, and `after` ms later the path changes. */
static void
restart(size_t rule, const char *path, int64_t after)
{
	throttle_started(&t, rule, now);
	now += after;
	throttle_begin(&t, false, now + 10);
	if (throttle_restart(&t, rule, path, now)) {
		named = path;
		times++;
	}
	now += 20;
	throttle_end(&t, now);
}

static void
restarts(const char *path, const int *after, size_t n)
{
	size_t i;

	start();
	for (i = 0; i < n; i++)
		restart(3, path, after[i]);
}

static void
test_servers(void)
{
	static const int steady[] = { 1300, 1310, 1290, 1500, 1400 };
	static const int spread[] = { 1300, 1310, 1290, 1500, 1600 };
	static const int late[] = { 2900, 2950, 3001, 2950, 2900, 2900 };
	static const int then[] = { 100, 2000, 2000, 2100, 2299, 2000 };
	int i;

	restarts("data.json", steady, 4);
	ok(times == 0, "four restarts in a row name nothing");
	restart(3, "data.json", 1300);
	ok(times == 1 && strcmp(named, "data.json") == 0,
	    "the fifth names the path that caused all of them");
	for (i = 0; i < 20; i++)
		restart(3, "data.json", 1300);
	restart(3, "b", 5000);
	for (i = 0; i < 20; i++)
		restart(3, "data.json", 1300);
	ok(times == 1, "which is named once");
	for (i = 0; i < 5; i++)
		restart(3, "log.json", 200);
	ok(times == 2 && strcmp(named, "log.json") == 0,
	    "another is named as well");
	restarts("a", spread, 5);
	ok(times == 0, "if the times differ by 0.3 s nothing is named");
	restarts("a", late, 6);
	ok(times == 0, "nor if a change comes later than 3 s after the start");
	restarts("a", then, 6);
	ok(times == 1, "five steady ones may follow a different one");
	restarts("a", steady, 4);
	restart(3, "b", 1300);
	restart(3, "a", 1300);
	ok(times == 0, "another path starts the five anew");
	restarts("a", steady, 4);
	restart(3, NULL, 1300);
	restart(3, "a", 1300);
	ok(times == 0, "so does a restart that no path caused");
	restarts("a", steady, 4);
	restart(4, "a", 1300);
	ok(times == 0, "each server has its own five");
}

int
main(void)
{
	test_delays();
	test_mixed();
	test_named();
	test_many();
	test_own();
	test_servers();
	return test_end();
}
