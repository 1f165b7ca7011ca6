/* calls.h - callbacks of the program, since modules do not print */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>

struct calls {
	/* as msg_warn and msg_why */
	void (*warn)(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
	void (*why)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
	/* scan for all changes up to now */
	void (*scan)(void);
	/* handle pending signals; returns true once watchrun is ending */
	bool (*signals)(void);
};

#endif
