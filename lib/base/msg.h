/* msg.h - what the programs say to their user: program: what: why */
#ifndef MSG_H
#define MSG_H

/*
 * Everything goes to standard error, one line a call.  A format that ends
 * in ':' gets the text of errno.  Control characters, which a file's name
 * may hold, are shown as '?'.
 */

enum msg_level { MSG_QUIET, MSG_NORMAL, MSG_VERBOSE };

/*
 * The program's name and its usage lines, for all that follows.  Of standard
 * input, output and error, those that are closed become /dev/null.
 */
void msg_init(const char *program, const char *usage);

/* say no more than this; MSG_NORMAL until set */
void msg_set_level(enum msg_level level);

/* is what msg_why says wanted? */
int msg_verbose(void);

/* something is wrong, and the program goes on; nothing under MSG_QUIET */
void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* something is so wrong that the program is about to end: at every level */
void msg_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* how it came to what it does; under MSG_VERBOSE only */
void msg_why(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* it failed: say why, at every level, and exit 1 */
_Noreturn void
msg_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* it was called wrongly: say how, then the usage, and exit 2 */
_Noreturn void
msg_misuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* exit 0, or 1 and why when what was printed to standard output is not out */
_Noreturn void msg_printed(void);

/* the usage on standard output, and exit as msg_printed does */
_Noreturn void msg_usage(void);

#endif
