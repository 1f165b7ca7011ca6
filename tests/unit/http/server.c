#define _XOPEN_SOURCE 700
/* server.c - tests of many connections at once, over sockets of the loopback */
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "http/net.h"
#include "http/server.h"

#define UPGRADE \
	"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define NEWS "\x81\x06reload"

enum { TURNS = 500, MANY = 100 };

static uint64_t broadcasts;

/* A WebSocket is a client; anything else gets a body. */
static enum handler_result
respond(void *arg, const struct request *r, void *body, size_t n,
    struct response *response, struct client *client)
{
	(void)arg;
	(void)body;
	(void)n;
	*client = (struct client){ .sent = broadcasts };
	buf_puts(&response->body, "a body\n");
	if (request_field(r, "sec-websocket-key", 0).p == NULL)
		return HANDLER_DONE;
	response->status = 101;
	return HANDLER_WEBSOCKET;
}

static int
hello(void *arg, struct client *client, struct buf *out)
{
	(void)arg;
	(void)client;
	(void)out;
	return 0;
}

static int
owed(void *arg, struct client *client, struct buf *out)
{
	int result;

	(void)arg;
	result = client->sent == broadcasts
	    ? 0
	    : frame_put(out, FRAME_TEXT, "reload", 6);
	client->sent = broadcasts;
	return result;
}

static struct handler h = {
	.respond = respond, .hello = hello, .owed = owed, .now = 1000
};
static struct server p;
static struct sockaddr_in where;

/* one turn, that waits a little if there is nothing to do */
static void
turn(void)
{
	if (server_wait(&p, h.now + 10) < 0)
		perror("poll");
	server_serve(&p);
}

static bool
all_here(size_t n)
{
	int i;

	for (i = 0; i < TURNS && p.n != n; i++)
		turn();
	return p.n == n;
}

static bool
all_listen(size_t n)
{
	int i;

	for (i = 0; i < TURNS && h.clients != n; i++)
		turn();
	return h.clients == n;
}

/* Are the listeners the last, and is no deadline forgotten? */
static bool
is_sorted(void)
{
	const struct connection *c;
	size_t i;

	for (i = 0; i < p.n; i++) {
		c = p.conns[i];
		if ((c->state == CONNECTION_CLIENT) != (i >= p.active) ||
		    c->deadline < (i < p.active ? p.soon : p.beat))
			return false;
	}
	return h.clients == p.n - p.active &&
	    (p.active > 0 || p.soon == INT64_MAX) &&
	    (h.clients > 0 || p.beat == INT64_MAX);
}

static void
open_all(void)
{
	struct net_place place = { .address = "127.0.0.1" };
	socklen_t size;
	int fds[2];

	size = sizeof where;
	if (server_init(&p, &h) < 0 || net_listen(&place, fds) != 1 ||
	    getsockname(fds[0], (struct sockaddr *)&where, &size) < 0 ||
	    server_listen(&p, fds[0], false) < 0) {
		perror("peers");
		exit(1);
	}
}

/* a peer that has sent this */
static int
come(const char *what)
{
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&where, sizeof where) < 0 ||
	    write(fd, what, strlen(what)) != (ssize_t)strlen(what)) {
		perror("peer");
		exit(1);
	}
	return fd;
}

/* what comes within a few turns, up to its end or to these last bytes */
static const char *
hear(int fd, const char *last)
{
	static char heard[4096];
	size_t n;
	ssize_t r;
	int i;

	n = 0;
	for (i = 0; i < TURNS; i++) {
		r = recv(fd, heard + n, sizeof heard - 1 - n, MSG_DONTWAIT);
		if (r == 0 || (r < 0 && errno == ECONNRESET))
			break;
		if (r < 0)
			turn();
		n += r < 0 ? 0 : (size_t)r;
		heard[n] = '\0';
		if (*last != '\0' && strstr(heard, last) != NULL)
			return heard;
	}
	heard[n] = '\0';
	return *last == '\0' && i < TURNS ? heard : "never";
}

static bool
heard(int fd, const char *last)
{
	return strcmp(hear(fd, last), "never") != 0;
}

/* a reload to all: how many were told */
static const struct buf *
frame_of(void *arg, unsigned protocol)
{
	struct buf *frame;

	(void)protocol;
	frame = arg;
	if (frame->len == 0)
		frame_put(frame, FRAME_TEXT, "reload", 6);
	return frame;
}

/* Send a broadcast; to how many? */
static size_t
tell(void)
{
	struct buf frame = { .max = 100 };
	struct client latest = { .sent = ++broadcasts };

	server_broadcast(&p, frame_of, &frame, &latest);
	buf_free(&frame);
	return h.clients;
}

static void
test_listeners(void)
{
	int first, second;

	first = come(UPGRADE);
	ok(heard(first, "\r\n\r\n") && all_here(1) && h.clients == 1,
	    "who asks to listen is a listener");
	second = come(UPGRADE);
	ok(heard(second, "\r\n\r\n") && all_listen(2), "so is the next");
	ok(tell() == 2, "both are told");
	ok(strcmp(hear(first, NEWS), NEWS) == 0 &&
		strcmp(hear(second, NEWS), NEWS) == 0,
	    "in one frame each");
	close(first);
	ok(all_here(1) && h.clients == 1, "one that goes is counted no more");
	ok(tell() == 1 && heard(second, NEWS), "and the other is still told");
	close(second);
	ok(all_here(0) && h.clients == 0, "until nobody is left");
}

static void
test_deadlines(void)
{
	int early, late, listener;

	early = come("GET / HT");
	ok(all_here(1), "half a request is waited for");
	h.now += CONNECTION_REQUEST_MS / 2;
	late = come("");
	listener = come(UPGRADE);
	ok(all_here(3) && all_listen(1) && is_sorted(), "as others come");
	h.now += CONNECTION_REQUEST_MS / 2;
	ok(heard(early, " 408 "), "until its time is up");
	ok(all_here(3) && is_sorted(), "but not longer");
	close(early);
	ok(all_here(2), "nor is it waited for once it has gone");
	h.now += CONNECTION_REQUEST_MS / 2;
	ok(strcmp(hear(late, ""), "") == 0 && all_here(1),
	    "silence is let go without a word");
	h.now += CONNECTION_PING_MS;
	ok(heard(listener, "\x89"), "a listener is asked whether it is there");
	h.now += CONNECTION_PING_MS;
	turn();
	h.now += CONNECTION_PING_MS;
	ok(all_here(0) && h.clients == 0, "and let go when it does not answer");
	close(late);
	close(listener);
}

/* The order in which they come and go is random, the facts are not. */
static void
test_many(void)
{
	int fd[MANY];
	size_t i, n;
	bool good;

	srand(1);
	for (i = 0; i < MANY; i++)
		fd[i] = -1;
	good = true;
	for (n = 0, i = 0; i < (size_t)MANY * 20 && good; i++) {
		int *each = &fd[rand() % MANY];

		if (*each < 0) {
			*each = come(rand() % 2 == 0 ? UPGRADE : "GET");
			n++;
		} else {
			close(*each);
			*each = -1;
			n--;
		}
		h.now += rand() % 3;
		good = all_here(n) && is_sorted();
	}
	ok(good, "many come and go, and the next deadline is the first");
	h.now += CONNECTION_REQUEST_MS;
	turn();
	good = is_sorted();
	for (i = 0; i < p.n; i++)
		good = good && p.conns[i]->state != CONNECTION_REQUEST;
	ok(good, "then all are let go that have to");
	for (i = 0; i < MANY; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	ok(all_here(0), "and the others when they want to");
}

static void
test_shortage(void)
{
	struct rlimit limit, few;
	int listener, idle, late;

	listener = come(UPGRADE);
	idle = come("");
	ok(all_here(2) && all_listen(1), "two are here");
	late = socket(AF_INET, SOCK_STREAM, 0);
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	few.rlim_cur = (rlim_t)late + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	if (connect(late, (struct sockaddr *)&where, sizeof where) < 0 ||
	    write(late, UPGRADE, strlen(UPGRADE)) < 0)
		perror("late");
	ok(all_listen(2) && p.n == 2,
	    "who has not asked makes room when descriptors are short");
	close(idle);
	idle = come("");
	turn();
	turn();
	ok(p.n == 2 && p.resting == h.now + SERVER_REST_MS,
	    "when there are only listeners nobody is let in");
	ok(p.fds[SERVER_OWN].events == 0 || server_wait(&p, h.now) == 0,
	    "nor looked for");
	ok(p.fds[SERVER_OWN].revents == 0, "so nothing spins");
	setrlimit(RLIMIT_NOFILE, &limit);
	h.now += SERVER_REST_MS;
	ok(all_here(3), "after a while there may be room again");
	close(listener);
	close(idle);
	close(late);
	ok(all_here(0), "and all go");
}

/* Peers that send much, and never all of it. */
static void
test_memory(void)
{
	static char body[40000];
	int fds[10], other;
	size_t i, memory;

	memset(body, 'a', sizeof body);
	memcpy(body,
	    "POST /reload HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Length: 60000\r\n\r\n",
	    sizeof "POST /reload HTTP/1.1\r\nHost: localhost\r\n"
		   "Content-Length: 60000\r\n\r\n" -
		1);
	body[sizeof body - 1] = '\0';
	p.most = 300000;
	other = come(UPGRADE);
	heard(other, "\r\n\r\n");
	for (i = 0; i < 10; i++) {
		fds[i] = come(body);
		turn();
	}
	for (i = 0; i < 20; i++)
		turn();
	for (i = memory = 0; i < p.n; i++)
		memory += connection_memory(p.conns[i]);
	ok(p.memory == memory && memory <= p.most && memory > 100000,
	    "all peers together have a ceiling");
	ok(p.n < 11 && h.clients == 1, "those that grow beyond it go");
	for (i = 0; i < 10; i++)
		close(fds[i]);
	close(other);
	ok(all_here(0) && p.memory == 0, "and nothing is kept of them");
	p.most = SERVER_MEMORY;
}

static void
test_leaving(void)
{
	int listener, other, idle;

	listener = come(UPGRADE);
	other = come(UPGRADE);
	idle = come("");
	ok(all_here(3) && all_listen(2) && heard(listener, "\r\n\r\n") &&
		heard(other, "\r\n\r\n"),
	    "at the end there are listeners");
	server_leave(&p);
	ok(heard(listener, "\x88\x02\x03\xe9") &&
		heard(other, "\x88\x02\x03\xe9") && h.clients == 0,
	    "which are told that we leave");
	ok(strcmp(hear(idle, ""), "") == 0, "others are let go");
	close(listener);
	close(other);
	close(idle);
	ok(all_here(0) && is_sorted(), "nobody is left");
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ok(connect(listener, (struct sockaddr *)&where, sizeof where) < 0,
	    "and nobody can come");
	close(listener);
}

int
main(void)
{
	open_all();
	test_listeners();
	test_deadlines();
	test_many();
	test_shortage();
	test_memory();
	test_leaving();
	free(p.fds);
	free(p.conns);
	return test_end();
}
