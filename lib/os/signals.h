/* signals.h - signals as bytes in a pipe that poll() can wait for */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

/* Create the pipe.  Returns its end for poll(), or -1 with errno set. */
int sig_open(void);

/*
 * Unblock this signal, and write a byte to the pipe whenever it comes.  Returns
 * 0, or -1 with errno set.
 */
int sig_catch(int signo);

/* Return whether this signal is ignored, by us or by whoever started us. */
bool sig_ignored(int signo);

/* Ignore this signal from now on. */
void sig_ignore(int signo);

/* The signals since the last call: bit n - 1 stands for signal n, n <= 64. */
uint64_t sig_take(void);

/* Return whether signal n is in such a set. */
bool sig_has(uint64_t taken, int signo);

/* For a child before exec: undo sig_catch and sig_ignore, and unblock all. */
void sig_reset(void);

/* Give a signal its default action. */
void sig_default(int signo);

/* Stop as Ctrl-Z stops a whole job; returns when the process is continued. */
void sig_suspend(void);

/* Die of this signal, so that our parent sees the true reason. */
_Noreturn void sig_die(int signo);

/* The number of a signal given as HUP, SIGHUP or 1, or -1. */
int sig_number(const char *name);

/* The name of a signal without SIG, or "?". */
const char *sig_name(int signo);

#endif
