/* signals.h - signals as bytes in a pipe that poll() can wait for */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

/* Create the pipe.  Returns its end for poll(), or -1 with errno set. */
int signals_open(void);

/*
 * Unblock this signal, and write a byte to the pipe whenever it comes.  Returns
 * 0, or -1 with errno set.
 */
int signals_catch(int signo);

/* Return whether this signal is ignored, by us or by whoever started us. */
bool signals_ignored(int signo);

/* Ignore this signal from now on. */
void signals_ignore(int signo);

/* The signals since the last call: bit n - 1 stands for signal n, n <= 64. */
uint64_t signals_take(void);

/* Return whether signal n is in such a set. */
bool signals_has(uint64_t taken, int signo);

/* For a child before exec: undo signals_catch and signals_ignore, and unblock all. */
void signals_reset(void);

/* Give a signal its default action. */
void signals_default(int signo);

/* Stop as Ctrl-Z stops a whole job; returns when the process is continued. */
void signals_suspend(void);

/* Die of this signal, so that our parent sees the true reason. */
_Noreturn void signals_die(int signo);

/* The number of a signal given as HUP, SIGHUP or 1, or -1. */
int signals_number(const char *name);

/* The name of a signal without SIG, or "?". */
const char *signals_name(int signo);

#endif
