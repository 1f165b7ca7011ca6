/* crowd.h - many WebSocket clients in one process, for tests and benchmarks */
#ifndef CROWD_H
#define CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CROWD_IN = 1024, /* bytes of a message with its frame, or of a reply */
	CROWD_WINDOW = 64, /* handshakes at one time */
	CROWD_WAIT_MS = 20000 /* for anything at all, then it has failed */
};

enum member_phase {
	MEMBER_AWAY, /* no connection */
	MEMBER_ASKING, /* the request is sent */
	MEMBER_LISTENING /* the 101 has come */
};

/* one client; numbers are those of generations, 0 while none has come */
struct member {
	int fd; /* -1 while it is away */
	enum member_phase phase;
	uint64_t first, last; /* the first and the newest number it was told */
	uint32_t texts; /* news that came, the hello not counted */
	uint32_t cuts; /* how often it was cut off */
	unsigned code; /* that it was closed with, 0 until then */
	bool wrong; /* a number came that was not higher than the last */
	int64_t at; /* ns of the wall clock; when its newest bytes came */
	size_t len;
	unsigned char in[CROWD_IN]; /* not whole yet */
};

struct crowd {
	uint16_t port;
	const char *protocol; /* NULL: a plain listener */
	struct member *member;
	size_t n;
};

/* one line to standard error, and the end; a format that ends in ':' as perror */
_Noreturn void
crowd_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ns of the wall clock, which the kernel's stamps are of as well */
int64_t crowd_now(void);

/* ms of a clock that nobody sets */
int64_t crowd_ms(void);

/* ns that this process has spent in computing so far; 0 if nobody knows */
int64_t crowd_cpu(long pid);

/* a connection to 127.0.0.1 that does not block, or -1 and errno */
int crowd_dial(uint16_t port);

/* the request of a listener, with a NUL; its size */
size_t crowd_request(const struct crowd *c, char *text, size_t room);

/* member i connects and asks; 0, or -1 and errno */
int crowd_ask(struct crowd *c, size_t i);

/* take what has come for it; false when it was cut off */
bool crowd_take(struct member *m);

/* wait until it is let go; true if 1001 was the last that it was told */
bool crowd_ends(struct member *m);

/* it is away; a reset, so that no port waits */
void crowd_cut(struct member *m);

/* room for n members more, all away */
void crowd_grow(struct crowd *c, size_t n);

/* called when member i has done its handshake, the done-th */
typedef void crowd_joined(struct crowd *c, size_t i, size_t done);

/* the handshakes of the members from..from + n, CROWD_WINDOW at one time */
void crowd_join(struct crowd *c, size_t from, size_t n, crowd_joined *joined);

/* wait until every member has got so many texts in all */
void crowd_hear(struct crowd *c, uint32_t texts);

#endif
