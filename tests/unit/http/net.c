#define _POSIX_C_SOURCE 200809L
/* net.c - tests of sockets */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../test.h"
#include "http/net.h"

static bool
place(const char *text, const char *address, int port)
{
	struct net_place p;

	if (net_place(&p, text) < 0)
		return address == NULL;
	return address != NULL && strcmp(p.address, address) == 0 &&
	    p.port == port;
}

static void
test_places(void)
{
	ok(place("5678", "", 5678) && place("0", "", 0) &&
		place("localhost:80", "", 80),
	    "a port alone is both loopbacks");
	ok(place("127.0.0.1:80", "127.0.0.1", 80) &&
		place("0.0.0.0:0", "0.0.0.0", 0) &&
		place("[::1]:80", "::1", 80) && place("[::]:80", "::", 80),
	    "an address may stand in front");
	ok(place("", NULL, 0) && place("x", NULL, 0) &&
		place("65536", NULL, 0) && place("-1", NULL, 0) &&
		place(":80", NULL, 0) && place("127.0.0.1", NULL, 0) &&
		place("127.0.0.1:", NULL, 0) && place("::1:80", NULL, 0) &&
		place("[::1]80", NULL, 0) && place("[]:80", NULL, 0) &&
		place("example.com:80", NULL, 0) && place("1.2.3:80", NULL, 0),
	    "anything else is no place");
}

/* is this the URL of that end? */
static bool
url(const char *address, bool six, bool wildcard, const char *expected)
{
	struct net_end end = { .port = 80, .six = six, .wildcard = wildcard };
	char text[NET_URL];

	strncpy(end.address, address, sizeof end.address - 1);
	net_url(&end, text);
	return strcmp(text, expected) == 0;
}

static void
test_urls(void)
{
	ok(url("127.0.0.1", false, false, "http://127.0.0.1:80/") &&
		url("fe80::1", true, false, "http://[fe80::1]:80/"),
	    "an end has a URL");
	ok(url("0.0.0.0", false, true, "http://127.0.0.1:80/") &&
		url("::", true, true, "http://[::1]:80/"),
	    "one of all addresses is that of a loopback");
}

static void
test_listening(void)
{
	struct net_place p = { .port = 0 };
	struct net_end end, six;
	int fds[2], again[2], n;

	n = net_listen(&p, fds);
	ok(n > 0, "a free port is found");
	ok(net_local(fds[0], &end) == 0 && end.port > 0 &&
		strcmp(end.address, "127.0.0.1") == 0 && !end.six &&
		!end.wildcard,
	    "it is one of the loopback address");
	ok(n == 1 ||
		(net_local(fds[1], &six) == 0 && six.port == end.port &&
		    six.six && strcmp(six.address, "::1") == 0),
	    "and of the other one's, where there is IPv6");
	ok((fcntl(fds[0], F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(fds[0], F_GETFL) & O_NONBLOCK) != 0,
	    "the socket is close-on-exec and does not block");
	ok(net_accept(fds[0]) == -1 && errno == EAGAIN,
	    "nobody is there at first");
	p = (struct net_place){ .port = end.port };
	ok(net_listen(&p, again) == -1 && errno == EADDRINUSE &&
		strcmp(p.address, "127.0.0.1") == 0,
	    "a port in use is refused, and its address told");
	p = (struct net_place){ .address = "0.0.0.0" };
	ok(net_listen(&p, again) == 1 && net_local(again[0], &end) == 0 &&
		end.wildcard,
	    "a wildcard is known as one");
	close(again[0]);
	close(fds[0]);
	if (n == 2)
		close(fds[1]);
}

static void
test_talking(void)
{
	struct net_place p = { .address = "127.0.0.1" };
	struct pollfd ready = { .events = POLLIN };
	struct sockaddr_storage where;
	socklen_t size;
	char bytes[10];
	int fds[2], us, them;

	net_listen(&p, fds);
	size = sizeof where;
	getsockname(fds[0], (struct sockaddr *)&where, &size);
	them = socket(AF_INET, SOCK_STREAM, 0);
	ok(connect(them, (struct sockaddr *)&where, size) == 0,
	    "a peer connects");
	us = net_accept(fds[0]);
	ok(us >= 0 && (fcntl(us, F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(us, F_GETFL) & O_NONBLOCK) != 0,
	    "so is a connection");
	ok(net_read(us, bytes, 10) == -1 && errno == EAGAIN,
	    "what has not come is waited for elsewhere");
	ok(net_write(us, "abc", 3) == 3 && read(them, bytes, 10) == 3,
	    "bytes go out");
	net_shut(us);
	ok(read(them, bytes, 10) == 0, "our end can be shut");
	ready.fd = us;
	ok(net_write(them, "de", 2) == 2 && poll(&ready, 1, 5000) == 1 &&
		net_read(us, bytes, 10) == 2,
	    "while bytes still come in");
	close(us);
	close(them);
	close(fds[0]);
}

int
main(void)
{
	test_places();
	test_urls();
	test_listening();
	test_talking();
	net_raise_limit();
	return test_end();
}
