/* play.h - watchrun in a scene, with one of its calls made to fail */
#ifndef PLAY_H
#define PLAY_H

#include <sys/types.h>

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

enum {
	PLAY_PATIENCE = 60000, /* ms for what must come */
	PLAY_SAID = 300, /* ms, where watchrun has said that all is not well */
	PLAY_TEXT = 512
};

struct play {
	const struct scene *scene;
	const char *function, *error; /* what fails, and why */
	unsigned first, last; /* of its calls; 0: none */
	bool stays; /* for ever: nothing but a good end is asked */
	pid_t watchrun;
	int status;
	bool ended;
	struct fault_table *table;
	char why[PLAY_TEXT]; /* it went wrong */
};

/* Played in a directory of its own that is empty; true when all went well. */
struct scene {
	const char *name; /* a sentence */
	bool (*play)(struct play *p);
	const char *argv[16];
};

/* all of them; the last has no name */
extern const struct scene scenes[];

/* rings of the pidfile "pid" */
extern volatile sig_atomic_t play_rings;

/* the command that scenes run: what is there, in a line of the file "seen" */
int play_see(void);

/* the shared object that makes calls fail, absolute */
extern char play_shim[PATH_MAX];

void play_nap(int ms);

/* nap so long, and double it up to a limit: a wait that costs little */
void play_pause(int *ms);

int64_t play_now(void);
_Noreturn void play_die(const char *what);

/* the beginning of a file as a string; "" where there is none */
void play_get(const char *path, char text[PLAY_TEXT]);

/* a file that holds just this text */
void play_put(const char *path, const char *text);

/* false, and why */
bool play_wrong(struct play *p, const char *fmt, ...);

/* start watchrun as the scene says, with the failing call */
void play_start(struct play *p);

/* has it ended? */
bool play_ended(struct play *p);

/* has it said anything?  When it can't write, it might have */
bool play_said(const struct play *p);

/* did it say why it ended, with a status that isn't 0? */
bool play_ended_well(struct play *p);

/* wait until a fact holds, or watchrun has ended; does it hold? */
bool play_until(struct play *p, bool (*fact)(void), int64_t ms);

/* does it do next to nothing at rest? */
bool play_rests(struct play *p);

/* does a signal end it, as it should? */
bool play_ends(struct play *p, int signo);

#endif
