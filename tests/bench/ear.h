/* ear.h - who hears that something changed: a WebSocket, or lines of a pipe */
#ifndef EAR_H
#define EAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EAR_MOST = 64, /* ears in one process */
	EAR_IN = 1 << 18, /* bytes of a message with its frame, or of a reply */
	EAR_FIELD = 256, /* bytes of a field of its description */
	EAR_WAIT_MS = 5000 /* for a handshake */
};

/*
 * One ear.  Its description is a line of seven fields with tabs in between:
 * name, file, "ws" or "pipe", where (port and path, or the path of a FIFO), the
 * subprotocol, what it says first (texts with | in between), and what a text must
 * hold to be news.
 */
struct ear {
	char name[EAR_FIELD], file[EAR_FIELD], kind[EAR_FIELD],
	    where[EAR_FIELD], protocol[EAR_FIELD], hello[EAR_FIELD],
	    news[EAR_FIELD];
	int fd; /* -1 when it has been cut off */
	bool ws;
	size_t used; /* bytes in `in` that are no whole frame yet */
	char *in;
	uint64_t told; /* news so far; of a pipe what one read gives is one */
	int64_t at; /* when the last came, ns of ear_now() */
	char other[EAR_FIELD + 8]; /* what is being written of a save */
	int writing;
	uint64_t before; /* news when it began */
};

/* ns of a clock that only goes forward */
int64_t ear_now(void);

/* print "program: what: why" and exit with 1; a last ':' asks for errno */
_Noreturn void ear_die(const char *what);

/* the ears that standard input describes; how many */
size_t ear_read(struct ear *ears);

/* connect and shake hands; false when that is refused, or it takes too long */
bool ear_open(struct ear *e);

/* take what has come within so many ms (0: has come already); how many news */
uint64_t ear_listen(struct ear *ears, size_t n, int ms);

#endif
