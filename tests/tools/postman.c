/* postman.c - many letters, each with a ring
 *
 * usage: postman pidfile name count
 *
 * Puts name0.css, name1.css and so on into the letter box of the pidfile, one
 * a letter, and rings for each while it holds the box.  1 when it can't.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "notify/mailbox.h"
#include "notify/pidfile.h"

/* While somebody else has the box locked, it is waited for. */
static int
deliver(const char *pidfile, const char *letter, size_t n)
{
	enum mailbox_result result;
	struct mailbox box;
	int done;

	do
		result = mailbox_open(&box, pidfile);
	while (result == MAILBOX_LOCKED);
	if (result != MAILBOX_OK) {
		fprintf(
		    stderr, "postman: %s: %s\n", pidfile, mailbox_why(result));
		return -1;
	}
	done = mailbox_put(&box, letter, n) == 0 &&
		pidfile_signal(pidfile, SIGUSR1) == PIDFILE_OK
	    ? 0
	    : -1;
	mailbox_close(&box);
	return done;
}

int
main(int argc, char *argv[])
{
	char letter[100];
	long i, count;
	int n;

	if (argc != 4)
		return 2;
	count = strtol(argv[3], NULL, 10);
	for (i = 0; i < count; i++) {
		n = snprintf(letter, sizeof letter, "%s%ld.css\n", argv[2], i);
		if (n < 0 || (size_t)n >= sizeof letter ||
		    deliver(argv[1], letter, (size_t)n) < 0)
			return 1;
	}
	return 0;
}
