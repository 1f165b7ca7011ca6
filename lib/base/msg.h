/* msg.h - messages to the user: program: what: why */
#ifndef MSG_H
#define MSG_H

/*
 * Each call writes one line to standard error.  A format that ends in ':' gets
 * the text of errno.  Control characters, which a file's name may hold, are
 * shown as '?'.
 */

enum msg_level { MSG_QUIET, MSG_NORMAL, MSG_VERBOSE };

/*
 * Set the program's name and its usage lines; both stay the caller's.  Of
 * standard input, output and error, those that are closed become /dev/null.
 */
void msg_init(const char *program, const char *usage);

/* Set the level, which is MSG_NORMAL at first. */
void msg_set_level(enum msg_level level);

/* Return whether msg_why writes anything. */
int msg_verbose(void);

/* Report an error after which the program goes on; not under MSG_QUIET. */
void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Report an error that is about to end the program; at every level. */
void msg_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Explain a decision; under MSG_VERBOSE only. */
void msg_why(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Report a failure, at every level, and exit with 1. */
_Noreturn void
msg_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Report a usage error and the usage, and exit with 2. */
_Noreturn void
msg_misuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Flush standard output, and exit with 0, or as msg_die if that fails. */
_Noreturn void msg_printed(void);

/* Print the usage on standard output, and exit as msg_printed. */
_Noreturn void msg_usage(void);

#endif
