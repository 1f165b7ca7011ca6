/* net.h - sockets: listening, accepting, reading and writing */
#ifndef NET_H
#define NET_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NET_TEXT = 46, /* bytes of an address as text, with a NUL */
	NET_URL = NET_TEXT + sizeof "http://[]:65535/",
	NET_BACKLOG = 1024,
	NET_TRIES = 50 /* for a port that is free at both loopbacks */
};

/* where to listen; an empty address is both loopbacks with one port */
struct net_place {
	char address[NET_TEXT];
	uint16_t port; /* 0: any that is free */
};

/* one end of a connection, or what a socket listens at */
struct net_end {
	char address[NET_TEXT];
	uint16_t port;
	bool six; /* IPv6: in a URL it goes in brackets */
	bool wildcard;
};

/* read [addr:]port; 0, or -1 if it is none */
int net_place(struct net_place *place, const char *text);

/*
 * Listen there: the sockets, one or two, go to fds.  How many, or -1 and
 * errno, with place->address being where it failed.  A machine without IPv6
 * has one loopback.
 */
int net_listen(struct net_place *place, int fds[2]);

/* our end of a socket; 0, or -1 and errno */
int net_local(int fd, struct net_end *end);

/* its URL for a browser on this machine, also where it is a wildcard */
void net_url(const struct net_end *end, char url[NET_URL]);

/*
 * The next connection, or -1 and errno: EAGAIN when there is none, ECONNABORTED
 * when it has gone already.
 */
int net_accept(int fd);

/* as read(2) and write(2), but for EINTR */
ssize_t net_read(int fd, void *bytes, size_t n);
ssize_t net_write(int fd, const void *bytes, size_t n);

/* send no more; the peer may */
void net_shut(int fd);

/* let this process have as many descriptors as it may */
void net_raise_limit(void);

/*
 * Does somebody wait to be accepted?  accept(2) may say that descriptors are
 * short before it looks.  Keeps errno.
 */
bool net_pending(int fd);

#endif
