/* event.h - what kqueue(2) is made of, for a system that has none */
#ifndef FAKE_SYS_EVENT_H
#define FAKE_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

struct kevent {
	uintptr_t ident;
	short filter;
	unsigned short flags;
	unsigned int fflags;
	intptr_t data;
	void *udata;
};

#define EV_SET(kev, a, b, c, d, e, f) \
	(*(kev) = (struct kevent){ .ident = (uintptr_t)(a), \
	     .filter = (b), \
	     .flags = (c), \
	     .fflags = (d), \
	     .data = (e), \
	     .udata = (void *)(f) })

enum {
	EVFILT_VNODE = -4,
	EV_ADD = 1,
	EV_CLEAR = 32,
	NOTE_DELETE = 1,
	NOTE_WRITE = 2,
	NOTE_EXTEND = 4,
	NOTE_ATTRIB = 8,
	NOTE_LINK = 16,
	NOTE_RENAME = 32,
	NOTE_REVOKE = 64
};

int kqueue(void);
int kevent(int kq, const struct kevent *changes, int nchanges,
    struct kevent *events, int nevents, const struct timespec *timeout);

/* ---- for tests ---- */

/* how many descriptors it has been told to watch, and still are open */
int fake_watched(void);

/* this happens to all that it watches of this path, the next time it is asked */
void fake_happens(const char *path, unsigned fflags);

/* the next registrations fail with this errno, until it is 0 */
void fake_refuse(int error);

#endif
