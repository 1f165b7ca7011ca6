#define _XOPEN_SOURCE 700
/* scenes.c - what is done to watchrun while its calls fail */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "play.h"

enum {
	ROUNDS = 6, /* of saves, the last of which nothing fails in */
	SWEEP = 1100 /* ms */
};

/* ---- what is watched ---- */

static const char *const files[] = { "site/a.txt", "site/sub/b.txt",
	"site/link.txt", "way/c.txt", "site/new/d.txt", "site/gone.txt" };
enum { FILES = sizeof files / sizeof files[0] };

static void
lay_out(void)
{
	if (mkdir("site", 0755) < 0 || mkdir("site/sub", 0755) < 0 ||
	    mkdir("far", 0755) < 0 || mkdir("real", 0755) < 0 ||
	    symlink("../far/t.txt", "site/link.txt") < 0 ||
	    symlink("real", "way") < 0)
		play_die("a tree");
	play_put("site/a.txt", "1");
	play_put("site/sub/b.txt", "1");
	play_put("far/t.txt", "1");
	play_put("far/u.txt", "1");
	play_put("real/c.txt", "1");
	play_put("site/gone.txt", "1");
}

/* what is in all these files now, in a line */
static void
state(char line[PLAY_TEXT])
{
	char text[PLAY_TEXT];
	size_t i, n;

	for (i = n = 0; i < FILES; i++) {
		play_get(files[i], text);
		n += (size_t)snprintf(line + n, PLAY_TEXT - n, "%.20s ",
		    access(files[i], F_OK) < 0 ? "-" : text);
	}
	line[n - 1] = '\n';
}

int
play_see(void)
{
	char line[PLAY_TEXT];
	int fd;

	state(line);
	fd = open("seen", O_WRONLY | O_CREAT | O_APPEND, 0644);
	return fd < 0 || write(fd, line, strlen(line)) < 0;
}

/* has the last run seen what is there now? */
static bool
seen(void)
{
	char line[PLAY_TEXT], last[PLAY_TEXT];
	size_t len;
	int fd;
	bool same;

	state(line);
	len = strlen(line);
	fd = open("seen", O_RDONLY);
	same = fd >= 0 && lseek(fd, -(off_t)len, SEEK_END) >= 0 &&
	    read(fd, last, len) == (ssize_t)len && memcmp(last, line, len) == 0;
	if (fd >= 0)
		close(fd);
	return same;
}

/* ---- scene: things change while it watches ---- */

static void
rewrite_file(void)
{
	play_put("site/a.txt", "2");
}

static void
make_directory(void)
{
	if (mkdir("site/new", 0755) < 0)
		play_die("site/new");
	play_put("site/new/d.txt", "2");
}

static void
replace_file(void)
{
	play_put("far/b.tmp", "2");
	if (rename("far/b.tmp", "site/sub/b.txt") < 0)
		play_die("site/sub/b.txt");
}

static void
rewrite_target(void)
{
	play_put("far/t.txt", "2");
}

static void
rewrite_behind(void)
{
	play_put("real/c.txt", "2");
}

static void
swap_link(void)
{
	if (symlink("../far/u.txt", "far/link") < 0 ||
	    rename("far/link", "site/link.txt") < 0)
		play_die("site/link.txt");
}

static void
delete_file(void)
{
	unlink("site/gone.txt");
}

static void
move_directory(void)
{
	if (rename("site/sub", "site/moved") < 0)
		play_die("site/sub");
}

static void
move_back(void)
{
	play_put("site/moved/b.txt", "3");
	if (rename("site/moved", "site/sub") < 0)
		play_die("site/sub");
}

static const struct {
	const char *what;
	void (*change)(void);
} changes[] = { { "a file was rewritten", rewrite_file },
	{ "a directory was made with a file in it", make_directory },
	{ "a file was replaced", replace_file },
	{ "the target of a link was rewritten", rewrite_target },
	{ "a file behind a linked directory was rewritten", rewrite_behind },
	{ "a link was pointed elsewhere", swap_link },
	{ "a file was deleted", delete_file },
	{ "a directory was moved", move_directory },
	{ "a file was moved back with its directory", move_back } };
enum { CHANGES = sizeof changes / sizeof changes[0] };

static bool
rung(void)
{
	return play_rings > 0;
}

/*
 * Once the last run is over, so that nobody takes what changes next for its
 * doing: while watchrun polls, for as long as a sweep may take to tell.
 */
static void
after_run(struct play *p)
{
	play_until(p, rung, PLAY_SAID);
	play_rings = 0;
	if (p->table->timeout >= 0)
		play_nap(SWEEP);
}

/*
 * A run has seen it, or a word was said and no run came soon after that, or
 * watchrun has ended.
 */
static bool
seen_or_said(struct play *p)
{
	int64_t limit;

	limit = play_now() + PLAY_PATIENCE;
	while (!play_until(p, seen, PLAY_SAID) && !p->ended)
		if (play_said(p))
			return true;
		else if (play_now() >= limit)
			return false;
	return true;
}

static bool
change_all(struct play *p)
{
	size_t i;

	for (i = 0; i < CHANGES && !play_ended(p); i++) {
		after_run(p);
		changes[i].change();
		if (!seen_or_said(p))
			return play_wrong(
			    p, "no run has seen that %s", changes[i].what);
	}
	return true;
}

/* A run has seen a save; or one of the calls failed for it, and that was said. */
static bool
save(struct play *p, size_t i, size_t round)
{
	char text[16];
	int64_t limit;
	unsigned hits;

	after_run(p);
	hits = p->table->hits;
	snprintf(text, sizeof text, "%zu.%zu", round, i);
	play_put(files[i], text);
	limit = play_now() + PLAY_PATIENCE;
	while (!play_until(p, seen, PLAY_SAID) && !p->ended) {
		if (p->table->hits != hits && play_said(p))
			return true;
		if (play_now() >= limit)
			return play_wrong(
			    p, "no run has seen a save of %s", files[i]);
	}
	return true;
}

/* Is it rung for the last run?  That may be what fails. */
static void
await_ring(struct play *p, unsigned hits)
{
	int64_t limit;

	limit = play_now() + PLAY_PATIENCE;
	while (!play_until(p, rung, PLAY_SAID) && !p->ended &&
	    p->table->hits == hits && play_now() < limit)
		;
}

/* Save each file, and all of them once more if anything failed meanwhile. */
static bool
save_all(struct play *p)
{
	size_t i, round;
	unsigned hits;

	for (round = 0; round < ROUNDS; round++) {
		hits = p->table->hits;
		for (i = 0; i < FILES && !play_ended(p); i++)
			if (!save(p, i, round))
				return false;
		await_ring(p, hits);
		if (p->ended || p->table->hits == hits)
			break;
	}
	return p->ended || rung() || play_wrong(p, "saves ring nobody");
}

static bool
watches(struct play *p)
{
	lay_out();
	play_start(p);
	if (!seen_or_said(p))
		return play_wrong(p, "no run at the start");
	if (!change_all(p) || (!p->stays && !save_all(p)))
		return false;
	if (play_ended(p))
		return play_ended_well(p);
	return play_rests(p) && (p->ended || play_ends(p, SIGTERM));
}

/* ---- scene: it is ended while a command runs ---- */

static long
number(const char *path)
{
	char text[PLAY_TEXT];

	play_get(path, text);
	return strtol(text, NULL, 10);
}

static bool
runs(void)
{
	return number("child") > 0 && number("stray") > 0;
}

/* One that has ended is, though whoever adopted it has not waited for it. */
static bool
is_gone(const char *path)
{
	char stat[64], text[PLAY_TEXT];
	const char *state;
	long pid;

	pid = number(path);
	if (pid <= 0 || (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
		return true;
	snprintf(stat, sizeof stat, "/proc/%ld/stat", pid);
	play_get(stat, text);
	state = strrchr(text, ')');
	return state != NULL && strncmp(state, ") Z", 3) == 0;
}

static bool
until_gone(void)
{
	int64_t limit;
	int pause = 1;

	limit = play_now() + PLAY_PATIENCE;
	while (!(is_gone("child") && is_gone("stray")) && play_now() < limit)
		play_pause(&pause);
	return play_now() < limit;
}

static bool
stops(struct play *p)
{
	int64_t limit;
	int pause = 1;
	bool good;

	lay_out();
	play_start(p);
	limit = play_now() + PLAY_PATIENCE;
	while (!runs() && !play_said(p) && play_now() < limit)
		play_pause(&pause);
	good = play_ended(p) ? play_ended_well(p) : play_ends(p, SIGTERM);
	/* Whom it does not adopt, or can't signal, it can't end. */
	if (good && !p->stays && strcmp(p->function, "prctl") != 0)
		good = until_gone() || play_wrong(p, "leaves a process behind");
	if (number("child") > 0)
		kill((pid_t)number("child"), SIGKILL);
	if (number("stray") > 0)
		kill((pid_t)number("stray"), SIGKILL);
	return good;
}

/* ---- scene: it acts once ---- */

static bool
acts_once(struct play *p)
{
	char text[16], line[PLAY_TEXT];
	int64_t limit;
	int i;

	lay_out();
	play_start(p);
	limit = play_now() + PLAY_PATIENCE;
	for (i = 0; !play_ended(p) && play_now() < limit; i++) {
		snprintf(text, sizeof text, "%d", i);
		if (i % 50 == 0)
			play_put("site/a.txt", text);
		if (i == 200 && play_said(p))
			break;
		play_nap(4);
	}
	if (!p->ended && !play_said(p))
		return play_wrong(p, "hangs and says nothing");
	if (!p->ended) {
		if (play_ends(p, SIGTERM))
			return true;
		/* It may have acted just then. */
		if (!p->ended || p->status != 0)
			return false;
	}
	if (p->status != 0)
		return play_ended_well(p);
	/*
	 * It may have been saved once more since.  Files that could not be read
	 * at first, which is said, may have come before the first save.
	 */
	play_get("seen", line);
	return (*line != '\0' &&
		   (strncmp(line, "1 ", 2) != 0 || play_said(p))) ||
	    play_wrong(p, "ends with status 0 and no run");
}

/* ---- scene: it shows what it would watch ---- */

static bool
shows(struct play *p)
{
	char out[PLAY_TEXT];
	int64_t limit;
	int pause = 1;

	lay_out();
	play_start(p);
	limit = play_now() + PLAY_PATIENCE;
	while (!play_ended(p) && play_now() < limit)
		play_pause(&pause);
	if (!p->ended)
		return play_wrong(p, "hangs");
	if (p->status != 0)
		return play_ended_well(p);
	play_get("out", out);
	return play_said(p) ||
	    (strstr(out, "site/a.txt") != NULL &&
		strstr(out, "site/sub/b.txt") != NULL &&
		strstr(out, "way/c.txt") != NULL) ||
	    play_wrong(p, "ends with status 0 and too few lines");
}

const struct scene scenes[] = { { "watchrun watches", watches,
				    { "watchrun", "-p", "pid", "site/**",
					"way/*.txt", "--", "faults", "see",
					NULL } },
	{ "watchrun stops a command", stops,
	    { "watchrun", "site/**", "--", "sh", "-c",
		"setsid sleep 100 & echo $! >stray; echo $$ >child; wait",
		NULL } },
	{ "watchrun acts once", acts_once,
	    { "watchrun", "-1", "site/**", "--", "faults", "see", NULL } },
	{ "watchrun shows what it would watch", shows,
	    { "watchrun", "-n", "site/**", "way/*.txt", NULL } },
	{ NULL, NULL, { NULL } } };
