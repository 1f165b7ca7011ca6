/* signals.h - signals as bytes in a pipe that poll() can wait for */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

/* make the pipe; its end for poll(), or -1 and errno */
int sig_open(void);

/* Unblock this signal, and write a byte to the pipe whenever it comes.  Returns 0,
 * or -1 with errno set. */
int sig_catch(int signo);

/* does whoever started us have this signal ignored? */
bool sig_ignored(int signo);

/* ignore it from now on */
void sig_ignore(int signo);

/* the signals that came since the last call: bit n - 1 for signal n, n <= 64 */
uint64_t sig_take(void);

/* is signal n among them? */
bool sig_has(uint64_t taken, int signo);

/* in a child before exec: everything caught or ignored by us as it was */
void sig_reset(void);

/* whatever was done about it, it does what it does by default from now on */
void sig_default(int signo);

/* stop as Ctrl-Z stops a whole job; returns when it is continued */
void sig_suspend(void);

/* die of this signal, so that whoever waits for us sees the truth */
_Noreturn void sig_die(int signo);

/* HUP, SIGHUP or 1 as a signal's number, or -1 */
int sig_number(const char *name);

/* its name without SIG, or "?" */
const char *sig_name(int signo);

#endif
