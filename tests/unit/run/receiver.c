#define _GNU_SOURCE /* as child.h wants it */
/* receiver.c - tests of pidfiles as doorbells, and of the boxes beside them */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../child.h"
#include "../scratch.h"
#include "../test.h"
#include "notify/mailbox.h"
#include "run/receiver.h"

static struct receiver receivers[RECEIVER_MAX];

static struct rule
naming(char **pidfiles, size_t n, int signo)
{
	return (struct rule){
		.pidfiles = pidfiles, .npidfiles = n, .signo = signo
	};
}

static void
test_make(void)
{
	static char a[] = "a", b[] = "b", also_b[] = ".//./b";
	static char *ab[] = { a, b }, *bab[] = { b, a, also_b };
	static char names[RECEIVER_MAX + 1][8], *many[RECEIVER_MAX + 1];
	struct rule v[4];
	struct rules rules = { .v = v, .n = 4 };
	size_t i;

	v[0] = naming(ab, 2, SIGUSR1);
	v[1] = naming(NULL, 0, SIGUSR1);
	v[2] = naming(bab, 3, SIGUSR1);
	v[3] = naming(ab, 1, SIGHUP);
	ok(receivers_make(receivers, &rules) == 3,
	    "rules share the bell of a pidfile");
	ok(strcmp(receivers[0].path, "a") == 0 && receivers[0].rules == 5 &&
		strcmp(receivers[1].path, "b") == 0 && receivers[1].rules == 5,
	    "which knows all that name it");
	ok(receivers[2].rules == 8 && receivers[2].signo == SIGHUP,
	    "with another signal it is another bell");
	for (i = 0; i <= RECEIVER_MAX; i++) {
		snprintf(names[i], sizeof names[i], "%d", (int)i);
		many[i] = names[i];
	}
	v[0] = naming(many, RECEIVER_MAX, SIGUSR1);
	rules.n = 1;
	ok(receivers_make(receivers, &rules) == RECEIVER_MAX,
	    "there may be 63 of them");
	v[0].npidfiles++;
	ok(receivers_make(receivers, &rules) == -1, "but not more");
}

/* is this, and nothing else, in the box of "pid"? */
static bool
boxed(const char *want)
{
	char text[1000];
	ssize_t n;
	int fd;

	fd = open(".pid.box", O_RDONLY);
	n = fd < 0 ? 0 : read(fd, text, sizeof text);
	close(fd);
	return n == (ssize_t)strlen(want) && memcmp(text, want, (size_t)n) == 0;
}

static void
test_ring(void)
{
	struct receiver b = { .path = "pid", .signo = SIGUSR1 };
	struct buf messages = { .max = 100 };
	struct buf much = { .max = MAILBOX_MAX };
	struct child c;

	buf_added(
	    &much, buf_room(&much, MAILBOX_MAX) == NULL ? 0 : MAILBOX_MAX);
	memset(buf_head(&much), 'x', MAILBOX_MAX);
	buf_puts(&messages, "a\n\n");
	ok(!receiver_signal(&b, &messages, false) &&
		b.result == PIDFILE_ERRNO && b.error == ENOENT && !b.again,
	    "a bell that is not there is not rung");
	ok(!receiver_signal(&b, &messages, false) && b.again,
	    "it is told that this is nothing new");
	c = start(HOLDER);
	ok(receiver_signal(&b, &messages, false) && rung(c) && !b.again,
	    "its holder is rung");
	ok(access(".pid.box", F_OK) < 0, "no box is made for letters");
	ok(!receiver_signal(&b, &messages, true) && spared(c),
	    "what is for readers of letters rings nobody without a box");
	scratch_put(".pid.box", "old\n\n");
	ok(receiver_signal(&b, &messages, false) && rung(c) &&
		boxed("old\n\na\n\n"),
	    "letters go into a box that is there");
	ok(receiver_signal(&b, &messages, true) && rung(c),
	    "and then they may ring");
	scratch_put(".pid.box", "");
	ok(!receiver_signal(&b, &much, true) && boxed("") && spared(c),
	    "what does not fit there rings none of those");
	ok(receiver_signal(&b, &much, false) && rung(c) && boxed("*\n\n"),
	    "others are rung for anything");
	scratch_put(".pid.box", "old\n\n");
	end(c);
	ok(!receiver_signal(&b, &messages, false) && boxed("old\n\n"),
	    "where nobody could be rung they are taken back");
	buf_free(&messages);
	buf_free(&much);
	unlink("pid");
	unlink(".pid.box");
}

int
main(void)
{
	scratch_begin();
	test_make();
	test_ring();
	scratch_end();
	return test_end();
}
