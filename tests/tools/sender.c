/* sender.c - many messages, each with a signal
 *
 * usage: sender pidfile name count
 *
 * Puts name0.css, name1.css and so on into the mailbox of the pidfile, one
 * a message, and signals for each while it has the mailbox locked.  The status
 * is 1 if that fails.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "notify/mailbox.h"
#include "notify/pidfile.h"

/* Wait while another process has the mailbox locked. */
static int
deliver(const char *pidfile, const char *message, size_t n)
{
	enum mailbox_result result;
	struct mailbox box;
	int done;

	do
		result = mailbox_open(&box, pidfile);
	while (result == MAILBOX_LOCKED);
	if (result != MAILBOX_OK) {
		fprintf(
		    stderr, "sender: %s: %s\n", pidfile, mailbox_why(result));
		return -1;
	}
	done = mailbox_put(&box, message, n) == 0 &&
		pidfile_signal(pidfile, SIGUSR1) == PIDFILE_OK
	    ? 0
	    : -1;
	mailbox_close(&box);
	return done;
}

int
main(int argc, char *argv[])
{
	char message[100];
	long i, count;
	int n;

	if (argc != 4)
		return 2;
	count = strtol(argv[3], NULL, 10);
	for (i = 0; i < count; i++) {
		n = snprintf(
		    message, sizeof message, "%s%ld.css\n", argv[2], i);
		if (n < 0 || (size_t)n >= sizeof message ||
		    deliver(argv[1], message, (size_t)n) < 0)
			return 1;
	}
	return 0;
}
