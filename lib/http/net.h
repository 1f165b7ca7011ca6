/* net.h - sockets: listen, accept, read, write */
#ifndef NET_H
#define NET_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NET_TEXT = 46, /* bytes of an address as text, with its NUL */
	NET_URL = NET_TEXT + sizeof "http://[]:65535/",
	NET_BACKLOG = 1024,
	NET_TRIES = 50 /* to find a port that is free at both loopbacks */
};

/* A place to listen at; an empty address stands for both loopback addresses. */
struct net_place {
	char address[NET_TEXT];
	uint16_t port; /* 0: any that is free */
};

/* The address of a socket. */
struct net_end {
	char address[NET_TEXT];
	uint16_t port;
	bool six; /* IPv6: in a URL it goes in brackets */
	bool wildcard;
};

/* Parse [addr:]port.  Returns 0, or -1 if it is malformed. */
int net_place(struct net_place *place, const char *text);

/*
 * Listen at a place.  Returns the number of sockets in fds, 1 or 2, which the caller
 * closes; or -1 with errno set and the address that failed in place->address.
 */
int net_listen(struct net_place *place, int fds[2]);

/* Get the local address of a socket.  Returns 0, or -1 with errno set. */
int net_local(int fd, struct net_end *end);

/* Format the URL for a browser on this machine, of a wildcard, too. */
void net_url(const struct net_end *end, char url[NET_URL]);

/*
 * Accept a connection.  Returns its descriptor, which the caller closes, or -1 with
 * errno set: EAGAIN if there is none, ECONNABORTED if it is gone already.
 */
int net_accept(int fd);

/* As read(2) and write(2), but restarted after EINTR. */
ssize_t net_read(int fd, void *bytes, size_t n);
ssize_t net_write(int fd, const void *bytes, size_t n);

/* Shut down our side of a connection. */
void net_shut(int fd);

/* Raise the limit of descriptors to its maximum. */
void net_raise_limit(void);

/*
 * Return true if a connection waits to be accepted: accept(2) fails with EMFILE
 * before it looks.  Keeps errno.
 */
bool net_pending(int fd);

#endif
