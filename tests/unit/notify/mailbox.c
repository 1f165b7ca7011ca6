#define _XOPEN_SOURCE 700
/* mailbox.c - tests of the mailbox */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "notify/mailbox.h"

static int
take(struct mailbox *b, struct buf *messages)
{
	return mailbox_read(b, messages) < 0 ? -1 : mailbox_empty(b);
}

static struct buf messages = { .max = 4 * MAILBOX_MAX };
static char big[MAILBOX_MAX + 1];

/* Return whether the file holds this and nothing else. */
static int
holds(const char *path, const char *want)
{
	static char text[2 * MAILBOX_MAX];
	size_t n;
	FILE *f;

	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	return n == strlen(want) && memcmp(text, want, n) == 0;
}

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_size : -1;
}

/* Wait for a process that has it locked for a moment, however slow it is. */
static enum mailbox_result
open_at_last(struct mailbox *b)
{
	enum mailbox_result result;

	do
		result = mailbox_open(b, "pid");
	while (result == MAILBOX_LOCKED);
	return result;
}

static enum mailbox_result
opens(const char *pidfile)
{
	enum mailbox_result result;
	struct mailbox b;

	result = mailbox_open(&b, pidfile);
	if (result != MAILBOX_OK && b.fd != -1)
		return (enum mailbox_result) - 1;
	mailbox_close(&b);
	return result;
}

static void
put(const char *pidfile, const char *text)
{
	struct mailbox b;

	if (mailbox_open(&b, pidfile) == MAILBOX_OK)
		mailbox_put(&b, text, strlen(text));
	mailbox_close(&b);
}

/* ---- writing ---- */

static void
test_messages(void)
{
	struct mailbox b;

	scratch_sh("mkdir d && : >.pid.box && : >d/.pid.box");
	put("pid", "a\n\n");
	put("pid", "b\n\n");
	ok(holds(".pid.box", "a\n\nb\n\n"), "messages are appended");
	put("d/pid", "c\n\n");
	ok(holds("d/.pid.box", "c\n\n") && holds(".pid.box", "a\n\nb\n\n"),
	    "the mailbox is in the directory of the pidfile");
	ok(mailbox_open(&b, "pid") == MAILBOX_OK &&
		(fcntl(b.fd, F_GETFD) & FD_CLOEXEC),
	    "an open mailbox is closed at exec");
	mailbox_put(&b, "x\n", 2);
	mailbox_put(&b, "y\n", 2);
	mailbox_undo(&b);
	mailbox_close(&b);
	ok(holds(".pid.box", "a\n\nb\n\n"), "undone messages are gone");
	mailbox_open(&b, "pid");
	mailbox_undo(&b);
	mailbox_put_any(&b);
	mailbox_close(&b);
	ok(holds(".pid.box", "a\n\nb\n\n*\n\n"), "a * stands for any change");
	scratch_put(".pid.box", "half");
	put("pid", "a\n\n");
	ok(holds(".pid.box", "half\na\n\n"),
	    "a record without its newline gets one first");
	scratch_sh("rm -r d .pid.box");
}

static void
test_none(void)
{
	char path[5000];

	ok(opens("pid") == MAILBOX_NONE && opens("nodir/pid") == MAILBOX_NONE,
	    "a missing mailbox is not an error of its own");
	ok(!is_there(".pid.box"), "opening does not create a mailbox");
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	ok(opens(path) == MAILBOX_ERRNO && errno == ENAMETOOLONG,
	    "a path that is too long: ENAMETOOLONG");
	path[300] = '\0';
	ok(opens(path) == MAILBOX_ERRNO && errno == ENAMETOOLONG,
	    "a name that is too long: ENAMETOOLONG");
}

static void
test_not_files(void)
{
	static const char *const makers[] = { "ln -s target .pid.box",
		"ln -s nowhere .pid.box", "ln -s .pid.box .pid.box",
		"mkdir .pid.box", "mkfifo .pid.box", "ln target .pid.box",
		"ln -s /dev/null .pid.box" };
	char name[80];
	size_t i;

	scratch_put("target", "kept");
	for (i = 0; i < sizeof makers / sizeof makers[0]; i++) {
		scratch_sh(makers[i]);
		snprintf(name, sizeof name, "not a mailbox: %s", makers[i]);
		ok(opens("pid") == MAILBOX_NOTFILE &&
			mailbox_make("pid") == MAILBOX_NOTFILE,
		    name);
		mailbox_remove("pid");
		snprintf(name, sizeof name, "and it stays: %s", makers[i]);
		ok(is_there(".pid.box"), name);
		scratch_sh("rm -rf .pid.box");
	}
	ok(holds("target", "kept") && !is_there("nowhere"),
	    "the targets of links are never written to");
	unlink("target");
}

static void
test_overflow(void)
{
	struct mailbox b;

	memset(big, 'x', MAILBOX_MAX);
	memcpy(big, "first\n", 6);
	big[MAILBOX_MAX - 10] = '\n';
	big[MAILBOX_MAX - 9] = '\0';
	scratch_put(".pid.box", "");
	put("pid", big);
	ok(size_of(".pid.box") == MAILBOX_MAX - 9,
	    "nearly 64 KiB of messages fit");
	put("pid", "12345678\n");
	ok(size_of(".pid.box") == MAILBOX_MAX, "exactly 64 KiB fit");
	mailbox_open(&b, "pid");
	ok(mailbox_put(&b, "c\n\n", 3) == 0 && holds(".pid.box", "*\n\nc\n\n"),
	    "beyond 64 KiB, what was there becomes one *");
	mailbox_undo(&b);
	ok(holds(".pid.box", "*\n\n"), "undo leaves that *");
	big[MAILBOX_MAX - 10] = 'x';
	ok(mailbox_put(&b, big, MAILBOX_MAX - 2) == -1 && errno == EFBIG &&
		holds(".pid.box", "*\n\n"),
	    "messages that can never fit are refused: EFBIG");
	mailbox_put_any(&b);
	mailbox_put_any(&b);
	ok(holds(".pid.box", "*\n\n*\n\n*\n\n"), "a * can be added instead");
	mailbox_close(&b);
	unlink(".pid.box");
}

static void
limit(rlim_t max)
{
	struct rlimit rl;

	getrlimit(RLIMIT_FSIZE, &rl);
	rl.rlim_cur = max;
	setrlimit(RLIMIT_FSIZE, &rl);
}

/* Gather the facts first: the limit holds for our own output, too. */
static void
test_full(void)
{
	bool cut, none, emptied;
	struct mailbox b;

	signal(SIGXFSZ, SIG_IGN);
	scratch_put(".pid.box", "a\n\n");
	mailbox_open(&b, "pid");
	limit(5);
	cut = mailbox_put(&b, "bcdef\n\n", 7) == -1 && size_of(".pid.box") == 3;
	limit(3);
	none = mailbox_put(&b, "b\n\n", 3) == -1 && errno == EFBIG &&
	    size_of(".pid.box") == 3;
	mailbox_put_any(&b);
	emptied = size_of(".pid.box") == 0;
	limit(RLIM_INFINITY);
	ok(cut, "a message that fits only in part is removed");
	ok(none,
	    "a message that does not fit at all leaves the file as it was");
	ok(emptied, "if not even a * fits, the mailbox is emptied");
	ok(mailbox_put(&b, "c\n\n", 3) == 0 && holds(".pid.box", "c\n\n"),
	    "when there is room again, messages are added again");
	mailbox_undo(&b);
	ok(holds(".pid.box", ""), "undo does not bring lost messages back");
	mailbox_close(&b);
	unlink(".pid.box");
}

/* ---- locks ---- */

/* A child that keeps it locked until it may go on, and then runs a command. */
struct holder {
	pid_t pid;
	int go;
};

static struct holder
hold(const char *then)
{
	struct holder h;
	struct mailbox b;
	int ready[2], go[2];
	char byte;

	if (pipe(ready) < 0 || pipe(go) < 0)
		return (struct holder){ .pid = -1 };
	h = (struct holder){ .pid = fork(), .go = go[1] };
	if (h.pid == 0) {
		if (mailbox_open(&b, "pid") != MAILBOX_OK ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(0);
		/* Long enough for the other process to meet the lock. */
		poll(NULL, 0, 20);
		_exit(system(then) != 0);
	}
	close(ready[1]);
	close(go[0]);
	if (read(ready[0], &byte, 1) != 1)
		h.go = -1;
	close(ready[0]);
	return h;
}

static void
let_go(struct holder h)
{
	if (write(h.go, "", 1) != 1)
		ok(0, "the process with the lock goes on");
}

static void
end(struct holder h)
{
	close(h.go);
	waitpid(h.pid, NULL, 0);
}

static void
test_locked(void)
{
	struct holder h;
	struct mailbox b;

	scratch_put(".pid.box", "");
	h = hold("true");
	ok(opens("pid") == MAILBOX_LOCKED,
	    "a mailbox that stays locked is not waited for without end");
	mailbox_remove("pid");
	ok(!is_there(".pid.box") && mailbox_make("pid") == MAILBOX_OK &&
		opens("pid") == MAILBOX_OK,
	    "a locked mailbox can be removed and created again");
	end(h);
	h = hold("true");
	ok(mailbox_make("pid") == MAILBOX_OK && opens("pid") == MAILBOX_OK,
	    "a mailbox can be created in place of a locked one");
	end(h);
	h = hold("true");
	let_go(h);
	ok(open_at_last(&b) == MAILBOX_OK,
	    "a mailbox that is locked for a moment is waited for");
	mailbox_close(&b);
	end(h);
	h = hold("rm .pid.box");
	let_go(h);
	ok(open_at_last(&b) == MAILBOX_NONE,
	    "a mailbox that is removed meanwhile is missing");
	end(h);
	mailbox_make("pid");
	h = hold("echo other >new && mv new .pid.box");
	let_go(h);
	ok(open_at_last(&b) == MAILBOX_OK && mailbox_put(&b, "a\n\n", 3) == 0 &&
		holds(".pid.box", "other\na\n\n"),
	    "if it is replaced meanwhile, the new one is written to");
	mailbox_close(&b);
	end(h);
	mailbox_make("pid");
	h = hold("ln -sf target .pid.box");
	let_go(h);
	ok(open_at_last(&b) == MAILBOX_NOTFILE,
	    "if a link takes its place meanwhile, it is not followed");
	end(h);
	unlink(".pid.box");
}

/* ---- reading ---- */

/* Take what is in the mailbox; return whether it is this. */
static int
takes(const char *want)
{
	struct mailbox b;
	int good;

	good = mailbox_open(&b, "pid") == MAILBOX_OK &&
	    take(&b, &messages) == 0 && messages.len == strlen(want) &&
	    (messages.len == 0 ||
		memcmp(buf_head(&messages), want, messages.len) == 0);
	mailbox_close(&b);
	messages.len = 0;
	return good;
}

static void
test_take(void)
{
	struct mailbox b;

	ok(mailbox_make("pid") == MAILBOX_OK && holds(".pid.box", ""),
	    "a new mailbox is empty");
	ok(takes(""), "an empty mailbox has no messages");
	put("pid", "a\n\n");
	put("pid", "b\n\n");
	ok(takes("a\n\nb\n\n") && takes(""), "messages are taken once");
	memset(big, 'x', MAILBOX_MAX);
	scratch_put(".pid.box", big);
	ok(size_of(".pid.box") == MAILBOX_MAX && takes(big),
	    "64 KiB are taken as they are");
	big[MAILBOX_MAX - 1] = '\n';
	scratch_put(".pid.box", big);
	scratch_sh("echo more >>.pid.box");
	ok(takes("*\n\n") && takes(""), "more than 64 KiB are taken as a *");
	mailbox_open(&b, "pid");
	mailbox_put(&b, "a\n", 2);
	take(&b, &messages);
	mailbox_put(&b, "b\n", 2);
	ok(messages.len == 2 && holds(".pid.box", "b\n"),
	    "a message that is added after that stays");
	mailbox_close(&b);
	messages.len = 0;
	scratch_sh("chmod 644 .pid.box");
	ok(mailbox_make("pid") == MAILBOX_OK && holds(".pid.box", "") &&
		takes(""),
	    "creating a mailbox removes the messages of the old one");
	scratch_sh("ls -l .pid.box | grep -q '^-rw-------'");
	ok(1, "only its owner can read it");
	mailbox_remove("pid");
	ok(!is_there(".pid.box"), "a mailbox is removed");
	buf_free(&messages);
}

/* Return whether another process can open it. */
static bool
is_free(void)
{
	int status;

	if (fork() == 0)
		_exit(opens("pid") != MAILBOX_OK);
	return wait(&status) > 0 && status == 0;
}

static void
test_reader(void)
{
	struct mailbox b;

	mailbox_make("pid");
	mailbox_open(&b, "pid");
	ok(!is_free(), "an open mailbox is locked");
	mailbox_put(&b, "a\n\n", 3);
	mailbox_close(&b);
	ok(is_free() && b.fd == -1, "a closed mailbox is not");
	mailbox_open(&b, "pid");
	ok(mailbox_empty(&b) == 0 && size_of(".pid.box") == 3,
	    "messages that were not read are not removed");
	mailbox_read(&b, &messages);
	scratch_sh("printf 'b\\n\\n' >>.pid.box");
	ok(mailbox_empty(&b) == 0 && size_of(".pid.box") == 6,
	    "a message that comes after the read stays, with those before");
	messages.len = 0;
	mailbox_close(&b);
	mailbox_open(&b, "pid");
	mailbox_read(&b, &messages);
	ok(mailbox_empty(&b) == 0 && messages.len == 6 &&
		size_of(".pid.box") == 0,
	    "and is read the next time");
	messages.len = 0;
	mailbox_close(&b);
	mailbox_remove("pid");
	buf_free(&messages);
}

enum { WRITERS = 4, EACH = 300 };

static void
write_many(int who)
{
	struct mailbox b;
	char text[40];
	int i, n;

	for (i = 0; i < EACH;) {
		if (mailbox_open(&b, "pid") != MAILBOX_OK)
			continue; /* the others may keep it locked */
		n = snprintf(text, sizeof text, "%d %d\n\n", who, i);
		if (i % 3 == 2) { /* a signal that fails */
			mailbox_put(&b, "never\n\n", 7);
			mailbox_undo(&b);
		}
		if (mailbox_put(&b, text, (size_t)n) < 0)
			_exit(1);
		mailbox_close(&b);
		i++;
	}
	_exit(0);
}

/* Count the messages, which must be in order for each writer; or -1. */
static int
check_messages(int next[WRITERS])
{
	char *p, *end;
	int who, i, n, total;

	if (buf_put(&messages, "", 1) < 0)
		return -1;
	total = 0;
	end = (char *)buf_head(&messages) + messages.len - 1;
	for (p = (char *)buf_head(&messages); p < end; p += n) {
		n = 0;
		if (sscanf(p, "%d %d%n", &who, &i, &n) != 2 || who < 0 ||
		    who >= WRITERS || next[who] != i ||
		    strncmp(p + n, "\n\n", 2) != 0)
			return -1;
		n += 2;
		next[who]++;
		total++;
	}
	messages.len = 0;
	return total;
}

static void
test_crowd(void)
{
	int next[WRITERS] = { 0 };
	struct mailbox b;
	int i, n, got, status, well;

	mailbox_make("pid");
	for (i = 0; i < WRITERS; i++)
		if (fork() == 0)
			write_many(i);
	n = got = 0;
	while (n >= 0 && got < WRITERS * EACH) {
		if (mailbox_open(&b, "pid") != MAILBOX_OK)
			continue;
		n = take(&b, &messages);
		mailbox_close(&b);
		if (n == 0)
			n = check_messages(next);
		got += n;
		scratch_nap();
	}
	well = n >= 0;
	for (i = 0; i < WRITERS; i++)
		well = wait(&status) > 0 && status == 0 && well;
	ok(well, "with many writers and a reader, no message is lost or torn");
	mailbox_remove("pid");
	buf_free(&messages);
}

static void
as_nobody(void)
{
	int status;

	chmod(".", 0755);
	scratch_sh(": >.pid.box && chmod 600 .pid.box");
	if (fork() == 0) {
		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(1);
		_exit(opens("pid") != MAILBOX_ERRNO || errno != EACCES ||
		    mailbox_make("pid") != MAILBOX_ERRNO || errno != EACCES ||
		    mailbox_make("new") != MAILBOX_ERRNO);
	}
	ok(wait(&status) > 0 && status == 0,
	    "a mailbox that we may not write to: EACCES");
	unlink(".pid.box");
}

static void
test_words(void)
{
	int i, all;

	all = 1;
	for (i = MAILBOX_OK; i <= MAILBOX_REPLACED; i++)
		all = all && mailbox_why(i) != NULL && *mailbox_why(i) != '\0';
	ok(all, "each result has a description");
}

int
main(void)
{
	scratch_begin();
	test_messages();
	test_none();
	test_not_files();
	test_overflow();
	test_full();
	test_locked();
	test_take();
	test_reader();
	test_crowd();
	if (getuid() == 0)
		as_nobody();
	test_words();
	scratch_end();
	return test_end();
}
