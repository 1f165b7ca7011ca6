#define _XOPEN_SOURCE 700
/* serves.c - what is done to reloadws while its calls fail */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "play.h"

enum {
	ROUNDS = 12, /* in the last of which all must go well */
	ANSWER_MS = 3000, /* longer than it rests when descriptors are short */
	NAP_MS = 30,
	START_SAID = 5000 /* ms, where it has said that all is not well */
};

static const char listener[] =
    "GET /reload HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: reload.v1\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
static const char page[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char folder[] = "GET /list/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char letter[] = "POST /reload HTTP/1.1\r\nHost: localhost\r\n"
			     "Content-Length: 6\r\n\r\na.css\n";

int
play_see(void)
{
	return 0;
}

static bool
listening(void)
{
	char text[PLAY_TEXT];

	play_get("out", text);
	return strchr(text, '\n') != NULL;
}

static int
port(void)
{
	char text[PLAY_TEXT];
	const char *colon;

	play_get("out", text);
	colon = strrchr(text, ':');
	return colon == NULL ? 0 : atoi(colon + 1);
}

/* a connection that has sent this, or -1 */
static int
ask(const char *what)
{
	struct timeval limit = { .tv_sec = ANSWER_MS / 1000 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd;

	a.sin_port = htons((uint16_t)port());
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		play_die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
	    write(fd, what, strlen(what)) == (ssize_t)strlen(what))
		return fd;
	close(fd);
	return -1;
}

/* do these words come? */
static bool
hears(int fd, const char *words)
{
	char text[4 * PLAY_TEXT];
	size_t n;
	ssize_t r;

	for (n = 0; n < sizeof text - 1; n += (size_t)r) {
		r = read(fd, text + n, sizeof text - 1 - n);
		if (r <= 0)
			return false;
		text[n + (size_t)r] = '\0';
		if (strstr(text, words) != NULL)
			return true;
	}
	return false;
}

static bool
answers(const char *request, const char *words)
{
	bool good;
	int fd;

	fd = ask(request);
	good = fd >= 0 && hears(fd, words);
	if (fd >= 0)
		close(fd);
	return good;
}

/* A page is told of a ring, or learns when it is back. */
static const char *
round_of(struct play *p)
{
	const char *wrong;
	int fd;

	fd = ask(listener);
	if (fd < 0 || !hears(fd, "\"hello\"")) {
		close(fd);
		return "a listener is not let in";
	}
	wrong = NULL;
	kill(p->watchrun, SIGUSR1);
	if (!hears(fd, "\"reload\""))
		wrong = "a ring is not told";
	else if (!answers(letter, "\"ok\":true") || !hears(fd, "\"style\""))
		wrong = "a letter is not told";
	else if (!answers(page, "some words") || !answers(folder, "file"))
		wrong = "a page is not served";
	close(fd);
	return wrong;
}

static bool
leaves(struct play *p)
{
	int64_t limit;
	int pause = 1;

	kill(p->watchrun, SIGTERM);
	limit = play_now() + PLAY_PATIENCE;
	while (!play_ended(p) && play_now() < limit)
		play_pause(&pause);
	if (!p->ended)
		return play_wrong(p, "hangs: TERM does not end it");
	if (!WIFEXITED(p->status) || WEXITSTATUS(p->status) != 0)
		return play_ended_well(p);
	if (access("server.pid", F_OK) == 0 && !play_said(p) &&
	    p->table->hits == 0)
		return play_wrong(p, "its pidfile is left");
	return true;
}

/*
 * Whatever fails once, it ends with a word, or serves as ever soon.  What fails
 * for ever may keep it from serving, not from resting and ending.
 */
static bool
serves(struct play *p)
{
	const char *wrong;
	int64_t limit;
	int i;

	if (mkdir("site", 0755) < 0 || mkdir("site/list", 0755) < 0)
		play_die("site");
	play_put("site/index.html", "<title>some words</title>");
	play_put("site/list/file", "");
	play_put(".server.pid.box", "");
	signal(SIGPIPE, SIG_IGN);
	play_start(p);
	limit = play_now() + PLAY_PATIENCE;
	while (!play_until(p, listening, START_SAID) && !p->ended)
		if (play_said(p))
			return leaves(p);
		else if (play_now() >= limit)
			return play_wrong(p, "says no address");
	wrong = "";
	for (i = 0;
	     wrong != NULL && !play_ended(p) && i < (p->stays ? 2 : ROUNDS);
	     i++) {
		if (i > 0)
			play_nap(NAP_MS);
		wrong = round_of(p);
	}
	if (play_ended(p))
		return play_ended_well(p);
	if (wrong != NULL && !p->stays)
		return play_wrong(p, "%s", wrong);
	return play_rests(p) && (p->ended || leaves(p));
}

const struct scene scenes[] = {
	{ "reloadws serves", serves,
	    { "reloadws", "-l", "0", "-d", "site", "-p", "server.pid", NULL } },
	{ NULL, NULL, { NULL } }
};
