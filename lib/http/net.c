#define _XOPEN_SOURCE 700
/* net.c - sockets: listen, accept, read, write */
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "http/net.h"

/* an address of either family */
union any {
	struct sockaddr sa;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	struct sockaddr_storage whole;
};

static const char loopback4[] = "127.0.0.1";
static const char loopback6[] = "::1";

/* an address as text to one as bytes; its size, or 0 if it is none */
static socklen_t
parse(union any *a, const char *text, uint16_t port)
{
	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
		a->four.sin_family = AF_INET;
		a->four.sin_port = htons(port);
		return sizeof a->four;
	}
	if (inet_pton(AF_INET6, text, &a->six.sin6_addr) == 1) {
		a->six.sin6_family = AF_INET6;
		a->six.sin6_port = htons(port);
		return sizeof a->six;
	}
	return 0;
}

int
net_place(struct net_place *place, const char *text)
{
	const char *address, *colon;
	union any a;
	int64_t port;
	size_t n;

	*place = (struct net_place){ .port = 0 };
	colon = strrchr(text, ':');
	address = text;
	n = colon == NULL ? 0 : (size_t)(colon - text);
	if (n > 1 && text[0] == '[' && text[n - 1] == ']') {
		address++;
		n -= 2;
	} else if (memchr(text, ':', n) != NULL) {
		return -1;
	}
	if (n >= sizeof place->address || (colon != NULL && n == 0))
		return -1;
	memcpy(place->address, address, n);
	if (str_is(place->address, n, "localhost"))
		place->address[0] = '\0';
	else if (n > 0 && parse(&a, place->address, 0) == 0)
		return -1;
	if (str_num(colon == NULL ? text : colon + 1, 0, 65535, &port) < 0)
		return -1;
	place->port = (uint16_t)port;
	return 0;
}

static int
prepare(int fd)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* a socket that listens; -1 and errno */
static int
listen_at(const char *address, uint16_t port)
{
	union any a;
	socklen_t size;
	int fd, error, on;

	size = parse(&a, address, port);
	fd = socket(a.sa.sa_family, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	on = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a.sa.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (prepare(fd) == 0 && bind(fd, &a.sa, size) == 0 &&
	    listen(fd, NET_BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Without IPv6 there is no such family, or no such address. */
static bool
no_ipv6(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL ||
	    error == EPROTONOSUPPORT;
}

/* both loopbacks; -1 with the address at which it failed */
static int
listen_twice(struct net_place *place, int fds[2])
{
	struct net_end end;
	int error;

	memcpy(place->address, loopback4, sizeof loopback4);
	fds[0] = listen_at(loopback4, place->port);
	if (fds[0] < 0 || net_local(fds[0], &end) < 0)
		return -1;
	fds[1] = listen_at(loopback6, end.port);
	if (fds[1] >= 0)
		return 2;
	if (no_ipv6(errno))
		return 1;
	error = errno;
	close(fds[0]);
	memcpy(place->address, loopback6, sizeof loopback6);
	errno = error;
	return -1;
}

int
net_listen(struct net_place *place, int fds[2])
{
	int i, n;

	if (place->address[0] != '\0') {
		fds[0] = listen_at(place->address, place->port);
		return fds[0] < 0 ? -1 : 1;
	}
	/* the free port of one family may be taken in the other */
	n = -1;
	for (i = 0; i < (place->port == 0 ? NET_TRIES : 1); i++) {
		n = listen_twice(place, fds);
		if (n > 0 || errno != EADDRINUSE)
			break;
	}
	return n;
}

int
net_local(int fd, struct net_end *end)
{
	union any a;
	socklen_t size;
	const void *address;

	*end = (struct net_end){ .port = 0 };
	size = sizeof a;
	if (getsockname(fd, &a.sa, &size) < 0)
		return -1;
	end->six = a.sa.sa_family == AF_INET6;
	end->port = ntohs(end->six ? a.six.sin6_port : a.four.sin_port);
	end->wildcard = end->six
	    ? memcmp(&a.six.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0
	    : a.four.sin_addr.s_addr == htonl(INADDR_ANY);
	address = end->six ? (const void *)&a.six.sin6_addr
			   : (const void *)&a.four.sin_addr;
	return inet_ntop(a.sa.sa_family, address, end->address,
		   sizeof end->address) == NULL
	    ? -1
	    : 0;
}

void
net_url(const struct net_end *end, char url[NET_URL])
{
	const char *address;

	address = !end->wildcard ? end->address
	    : end->six           ? "::1"
				 : "127.0.0.1";
	snprintf(url, NET_URL, "http://%s%s%s:%u/", end->six ? "[" : "",
	    address, end->six ? "]" : "", end->port);
}

/* Each message is small and news: none waits for company (TCP_NODELAY). */
int
net_accept(int fd)
{
	int peer, on, error;

	do
		peer = accept(fd, NULL, NULL);
	while (peer < 0 && errno == EINTR);
	if (peer < 0)
		return -1;
	if (prepare(peer) < 0) {
		error = errno;
		close(peer);
		errno = error;
		return -1;
	}
	on = 1;
	setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return peer;
}

ssize_t
net_read(int fd, void *bytes, size_t n)
{
	ssize_t r;

	do
		r = read(fd, bytes, n);
	while (r < 0 && errno == EINTR);
	return r;
}

ssize_t
net_write(int fd, const void *bytes, size_t n)
{
	ssize_t r;

	do
		r = write(fd, bytes, n);
	while (r < 0 && errno == EINTR);
	return r;
}

void
net_shut(int fd)
{
	shutdown(fd, SHUT_WR);
}

void
net_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

bool
net_pending(int fd)
{
	struct pollfd p;
	int error, n;

	error = errno;
	p = (struct pollfd){ .fd = fd, .events = POLLIN };
	n = poll(&p, 1, 0);
	errno = error;
	return n > 0;
}
